"""Measure the screen as its grader feels it: bytes, times, start, memory, on a local terminal.

    python -m tests.bench.bench_screen [--images 1000000] [--photos FOLDER] [--keep SURVEY]
        [--survey SURVEY] [--sizes 80x24 120x40 200x60] [--keys 60] [--starts 5]

Builds a survey of that many images whose pictures are real files: the JPEGs of `--photos` (the
repository's samples unless given), each standing for many images; `--keep` leaves it for the
next time, `--survey` takes any other one. Nothing in it is graded. The app is started and left
once before it is measured, so that it goes on where its grader was, as on any day but the first.
Printed are, for each size:

    start       process start to the survey's name and to the whole first picture, ms, median
    opened      process start to the number of images, ms, median
    picture     bytes a new picture (j), median and 95 in 100
    first last  key to first and last byte of a new picture, ms, median and 95 in 100
    stays       bytes a key when the picture stays (letters typed into the filter line)
    idle, MB    bytes in five seconds without a key, and memory of the process at the end

The slow lines are bench_line's. `!` marks what is above the design's target. A measurement, not
a test.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.store.store import Store
from tests.bench.slow_line import FarTerminal, Link, plain
from tests.bench.survey_builder import build

_SAMPLES = Path(__file__).parents[2] / "sample_data"
_MOST_PHOTOS = 400
_LOCAL = Link(bits=1e12, round_trip=0.0)
_QUIET_S, _IDLE_S, _LIMIT_S = 0.15, 5.0, 30.0
_GLYPHS = re.compile("[▀▄]".encode())
_TYPED = "camera:UR01"
# The design's section 6: what is good.
_PICTURE = {(80, 24): 15_000, (120, 40): 40_000, (200, 60): 85_000}
_KEY_MS, _STAYS, _STATUS_MS, _FIRST_MS, _MEMORY_MB = 30.0, 500, 350.0, 500.0, 80.0


@dataclass(slots=True)
class Found:
    """What was measured at one size: milliseconds, bytes, megabytes."""

    status: list[float] = field(default_factory=list)
    picture: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    stays: list[float] = field(default_factory=list)
    idle: int = 0
    megabytes: float = float("nan")


def main() -> None:
    """Build or take a survey, and print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--images", type=int, default=1_000_000)
    options.add_argument("--photos", type=Path, default=_SAMPLES)
    options.add_argument("--keep", type=Path)
    options.add_argument("--survey", type=Path)
    options.add_argument("--sizes", nargs="*", default=["80x24", "120x40", "200x60"])
    options.add_argument("--keys", type=int, default=60)
    options.add_argument("--starts", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survey = given.survey or given.keep or Path(folder, "screen.db")
        if not survey.exists():
            began = time.perf_counter()
            build(survey, given.images)
            link(survey, given.photos)
            print(f"built in {time.perf_counter() - began:.0f} s")
        with Store.open(survey) as store:
            images = store.images.count()
        for text in given.sizes:
            columns, rows = (int(n) for n in text.split("x"))
            found = measure(survey, images, (columns, rows), given.keys, given.starts)
            print("\n".join(lines(text, (columns, rows), found)), flush=True)


def link(survey: Path, photos: Path) -> None:
    """Let each of the JPEGs in a folder be the picture of many images."""
    found = sorted(p for p in photos.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg"))
    found = found[:_MOST_PHOTOS]
    if not found:
        sys.exit(f"{photos}: there are no JPEGs in it.")
    with Store.open(survey) as store, store.db.transaction():
        store.db.execute("CREATE TEMP TABLE photo (number INTEGER PRIMARY KEY, path TEXT)")
        store.db.executemany(
            "INSERT INTO photo VALUES (?, ?)",
            [(n, path.relative_to(photos).as_posix()) for n, path in enumerate(found)],
        )
        store.db.execute("UPDATE source SET location = ?", [str(photos.resolve())])
        store.db.execute(
            "UPDATE image SET file_path = (SELECT path FROM photo WHERE number = image.id % ?)",
            [len(found)],
        )


def measure(survey: Path, images: int, size: tuple[int, int], keys: int, starts: int) -> Found:
    """Start the app several times, and type into it the last time."""
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "config.toml")
        settings.write_text(f'grader = "bench {time.time_ns()}"\n')
        for number in range(-1, starts):
            terminal = _start(survey, images, size, settings, Found() if number < 0 else found)
            try:
                if number < 0:
                    terminal.type("q", time.monotonic())
                    terminal.run(time.monotonic() + _LIMIT_S)
                if number == starts - 1:
                    _type(terminal, keys, found)
            finally:
                terminal.close()
    return found


def _start(
    survey: Path, images: int, size: tuple[int, int], settings: Path, found: Found
) -> FarTerminal:
    environ = {k: v for k, v in os.environ.items() if k not in ("TMUX", "STY", "NO_COLOR")}
    environ = {k: v for k, v in environ.items() if not k.startswith("SSH_")}
    environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    environ |= {"CAMTRAP_TUI_CONFIG": str(settings)}
    terminal = FarTerminal(_LOCAL)
    began = time.monotonic()
    command = [sys.executable, "-m", "camtrap_tui", "review", str(survey)]
    terminal.start(command, size, environ)
    if not terminal.wait_for(f"/{images:,}", _LIMIT_S):
        sys.exit(f"{survey}: the review never came:\n{plain(terminal.received()).decode()}")
    terminal.run(time.monotonic() + _LIMIT_S, quiet=1.0)
    seen = b""
    at: dict[str, float] = {}
    for when, piece in terminal.arrived:
        seen += piece
        words = plain(seen)
        if survey.name.encode() in words:
            at.setdefault("status", when)
        if f"/{images:,}".encode() in words:
            at.setdefault("opened", when)
        if _GLYPHS.search(piece):
            at["picture"] = when
    for name in at:
        getattr(found, name).append(1000 * (at[name] - began))
    return terminal


def _type(terminal: FarTerminal, keys: int, found: Found) -> None:
    for _ in range(keys):
        pieces = _press(terminal, "j")
        if pieces:
            found.first.append(1000 * pieces[0][0])
            found.last.append(1000 * pieces[-1][0])
            found.sizes.append(sum(len(piece) for _, piece in pieces))
    _press(terminal, "f")
    for letter in _TYPED:
        found.stays.append(sum(len(piece) for _, piece in _press(terminal, letter)))
    _press(terminal, "\x1b")
    terminal.run(time.monotonic() + 1.0)
    before = terminal.written
    terminal.run(time.monotonic() + _IDLE_S)
    found.idle = terminal.written - before
    status = Path(f"/proc/{terminal.pid}/status")
    if status.exists():
        words = re.search(r"VmRSS:\s+(\d+)", status.read_text())
        found.megabytes = int(words[1]) / 1024 if words else float("nan")


def _press(terminal: FarTerminal, key: str) -> list[tuple[float, bytes]]:
    """Type a key, and return what came of it, with seconds since the key."""
    start, now = len(terminal.arrived), time.monotonic()
    terminal.type(key, now)
    terminal.run(now + 3, quiet=_QUIET_S)
    return [(at - now, piece) for at, piece in terminal.arrived[start:]]


def lines(text: str, size: tuple[int, int], found: Found) -> list[str]:
    """Return the table of one size."""
    picture = _PICTURE.get(size, float("inf"))
    rows = (
        ("start to status line, ms", found.status, _STATUS_MS),
        ("start to whole first picture, ms", found.picture, _FIRST_MS),
        ("start to number of images, ms", found.opened, float("inf")),
        ("bytes a new picture", found.sizes, picture),
        ("key to first byte, ms", found.first, _KEY_MS),
        ("key to last byte, ms", found.last, _KEY_MS),
        ("bytes a key when the picture stays", found.stays, _STAYS),
    )
    made = [f"{text:38}{'p50':>10}{'p95':>10}{'good':>10}"]
    for name, values, target in rows:
        made.append(f"  {name:36}{_spread(values, target, by_tail='key to' in name)}")
    made.append(f"  {'idle bytes in 5 s':36}{found.idle:>10,}{'':10}{0:>10}")
    mark = "!" if found.megabytes > _MEMORY_MB else ""
    made.append(f"  {'memory, MB':36}{found.megabytes:>10,.1f}{'':10}{_MEMORY_MB:>10,.0f}{mark}")
    return made


def _spread(values: Sequence[float], target: float, *, by_tail: bool) -> str:
    if not values:
        return f"{'–':>10}{'–':>10}"
    ordered = sorted(values)
    p50, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    wanted = "" if target == float("inf") else f"{target:,.0f}"
    mark = "!" if (p95 if by_tail else p50) > target else ""
    return f"{p50:>10,.0f}{p95:>10,.0f}{wanted:>10}{mark}"


if __name__ == "__main__":
    main()
