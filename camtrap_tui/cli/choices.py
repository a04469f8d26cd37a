"""Choices of how pictures look: made once by an option, and remembered."""

from __future__ import annotations

from collections.abc import Mapping

from camtrap_tui.cli.output import narrate
from camtrap_tui.config import remember
from camtrap_tui.errors import UsageError


def remember_choices(options: Mapping[str, str | None]) -> None:
    """Write the options that were given, by their settings' names, into the settings file.

    A terminal is seldom asked twice: SSH does not pass on what it can, and the next session
    would have to be told again. Where the file cannot be written, that is said, and the choice
    holds for this time.
    """
    for name, value in options.items():
        if value is None:
            continue
        try:
            remember(name, value)
        except UsageError as error:
            narrate(f"--{name} {value} holds for this time: {error}")
