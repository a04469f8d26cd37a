"""What commands print besides tables: safe on a terminal, whatever a survey is called."""

from __future__ import annotations

import pytest

from camtrap_tui.cli.output import narrate


def test_what_is_told_holds_nothing_that_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    narrate("\nWritten to a\x1b]52;c;x\x07.csv.\n  next")

    sign = "\N{REPLACEMENT CHARACTER}"
    assert capsys.readouterr().err == f"\nWritten to a{sign}]52;c;x{sign}.csv.\n  next\n"
