"""What a person is told of downloads and predictions, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest

from camtrap_tui.cli import narration
from camtrap_tui.cli.narration import Narrator
from camtrap_tui.services import events


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_has_a_line_now_and_then_and_the_last_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    tell = Narrator(log)
    for n in range(0, 101):
        tell(events.Progress(n, 100, 0, n, 10.0, 5.0))
        tell(events.Fetching(n, 0, 100, n * 10**5))
    assert log.getvalue().splitlines() == [
        "100 of 100, 0 failed, 10.0 a second, 5 s left",
        "fetched 100 of 100, 0 cannot be had, 10 MB",
    ]
    monkeypatch.setattr(narration, "_LINE_EVERY_S", 0.0)
    tell(events.Fetching(7, 2, 100, 10**6, 0.5, 200.0))
    assert log.getvalue().splitlines()[-1] == (
        "fetched 7 of 100, 2 cannot be had, 1 MB, 30.0 a minute, 3 min left"
    )


def test_a_terminal_has_a_bar_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    screen = Terminal()
    tell = Narrator(screen)
    tell(events.Progress(3, 100, 0, 3, 10.0, 5.0))
    tell(events.Fetching(40, 1, 100, 10**6, 12.0, 5.0))
    tell(events.Failure("[/]\x1b]52;.jpg", "HTTP 404"))
    tell.close()
    told = screen.getvalue()
    assert "predicted" in told
    assert "41/100" in told
    assert "[/]" in told
    assert "\x1b]52" not in told
