"""The option `--map NAME=COLUMN`: under which heading of a table each of our columns stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError

Handler = TypeVar("Handler", bound=Callable[..., object])


def map_option(help: str, metavar: str = "NAME=COLUMN") -> Callable[[Handler], Handler]:
    """Return the option, as its command helps with it; it is handed over as `mapped`."""
    return click.option("--map", "mapped", multiple=True, metavar=metavar, help=help)


def mapped_columns(given: Sequence[str], *, may_be_empty: bool = False) -> dict[str, str]:
    """Return heading by our name; `may_be_empty` lets `NAME=` leave a column out.

    Raises UsageError for what is not written so.
    """
    pairs = [text.partition("=") for text in given]
    for (name, sign, column), text in zip(pairs, given, strict=True):
        if not (name and sign and (column or may_be_empty)):
            raise UsageError(f"--map {clean(text)}:", "write --map NAME=COLUMN.")
    return {name: column for name, _, column in pairs}
