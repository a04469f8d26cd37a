"""Opens a survey for a command that may be told to write nothing: then it gets a copy to try on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camtrap_tui.store.store import Store


@contextmanager
def opened(survey: Path, *, dry_run: bool) -> Iterator[Store]:
    """Open a survey, or a copy of it that is gone afterwards; errors are those of `Store.open`."""
    from camtrap_tui.store.private_copy import private_copy
    from camtrap_tui.store.store import Store

    if dry_run and survey.is_file():
        with private_copy(survey) as store:
            yield store
        return
    with Store.open(survey) as store:
        yield store
