"""The real app at the end of a slow line: what is under way, what is asked, what is there at last.

How long it takes is measured by tests/bench/bench_line.py; here only bytes and screens count.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from camtrap_tui.store.store import Store
from tests.bench.slow_line import FarTerminal, Link
from tests.builders import Said, add_images

_SIZE = (80, 24)
_COUNT = 6
_KBITS = 512


@pytest.fixture
def survey(store: Store, tmp_path: Path) -> Path:
    from PIL import Image

    chance = random.Random(3)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1, _COUNT + 1):
        small = Image.frombytes("RGB", (40, 30), chance.randbytes(40 * 30 * 3))
        small.resize((320, 240)).save(folder / f"IMG_{number:04d}.JPG")
    add_images(store, [Said() for _ in range(_COUNT)], str(folder))
    return store.path


def _opened(survey: Path, link: Link, *options: str, **environ: str) -> FarTerminal:
    plain = {name: value for name, value in os.environ.items() if name not in ("TMUX", "STY")}
    plain |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    plain |= {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", **environ}
    command = [sys.executable, "-m", "camtrap_tui", "review", str(survey), "--grader", "ann"]
    terminal = FarTerminal(link)
    terminal.start([*command, *options], _SIZE, plain)
    return terminal


@pytest.fixture(params=["terminal", "nobody", "multiplexer"])
def terminal(survey: Path, request: pytest.FixtureRequest) -> Iterator[FarTerminal]:
    link = Link(1000 * _KBITS, 0.05, request.param)
    if request.param == "multiplexer":
        opened = _opened(survey, link, "--line", str(_KBITS), TMUX="/nowhere,1,0")
    else:
        opened = _opened(survey, link)
    assert opened.wait_for(f"1/{_COUNT}", 30)
    yield opened
    opened.close()


def _screen(terminal: FarTerminal) -> pyte.Screen:
    screen = pyte.Screen(*_SIZE)
    pyte.ByteStream(screen).feed(terminal.received())
    return screen


def _cells(screen: pyte.Screen) -> list[tuple[str, str, str]]:
    return [
        (cell.data, cell.fg, cell.bg)
        for y in range(1, _SIZE[1] - 3)
        for cell in (screen.buffer[y][x] for x in range(50))
    ]


def test_words_keep_up_and_the_last_picture_is_there_at_last(
    terminal: FarTerminal, survey: Path
) -> None:
    # Where no answer comes, the app waits for the first one, and then for none.
    is_silent = terminal.link.answers == "nobody"
    quiet = 0.5
    terminal.run(time.monotonic() + 30, quiet=2.5 if is_silent else quiet)
    now = time.monotonic()
    for number in range(_COUNT - 1):
        terminal.type("j", now + 0.1 * number)
    terminal.run(now + 40, quiet=quiet)
    assert f"{_COUNT}/{_COUNT}" in "\n".join(_screen(terminal).display)
    # Of the reports, one at a time; under what answers for itself, and where none comes, ...
    assert terminal.most_outstanding <= 1
    if terminal.link.answers == "terminal":
        assert terminal.reports > 2
    if terminal.link.answers == "multiplexer":
        assert terminal.reports == 0  # ... none are asked for.
    written = terminal.written
    terminal.run(time.monotonic() + 0.5)
    assert terminal.written == written, "something is written while nothing changes"
    # The same picture drawn anew, whole: nothing of others is left, and nothing is lacking.
    shown = _cells(_screen(terminal))
    terminal.type("\x0c", time.monotonic())
    terminal.run(time.monotonic() + 30, quiet=quiet)
    assert terminal.written > written
    anew = _cells(_screen(terminal))
    assert sum(one[2] != "default" for one in anew) > 300, "there is no picture"
    alike = sum(_alike(one, other) for one, other in zip(shown, anew, strict=True))
    assert alike > 0.9 * len(anew)


def _alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Tell whether two cells are of about one colour, whatever blocks it is made of."""
    return all(abs(a - b) < 70 for a, b in zip(_mean(one), _mean(other), strict=True))


def _mean(cell: tuple[str, str, str]) -> tuple[float, ...]:
    glyph, ink, paper = cell
    fore, back = (
        tuple(int(c[n : n + 2], 16) for n in (0, 2, 4)) if len(c) == 6 else (0, 0, 0)
        for c in (ink, paper)
    )
    share = {"▀": 0.5, "▄": 0.5, "█": 1.0}.get(glyph, 0.0)
    return tuple(share * f + (1 - share) * b for f, b in zip(fore, back, strict=True))
