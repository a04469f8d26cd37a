"""The store at any size: the design's targets and what is measured, beside a baseline each.

    python -m tests.bench.bench_store [--images 1000000] [--keep SURVEY] [--import FILE...]

Builds a survey (or takes the one that `--keep` names, and leaves it there) and prints what a
key, a queue, a chart and the accounts cost, at the median and for the slowest in a hundred.
A baseline is what the machine needs for the least of such work, in the same run. `!` marks
what is above its target. `--import` adds a line of `bench_import` for each file of
predictions. A measurement, not a test.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
import uuid
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.services import charts
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.queue_walk import QueueWalk
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.reports import By
from camtrap_tui.store.store import Store, utc_now
from tests.bench import bench_import
from tests.bench.survey_builder import build

_KEY_MS, _QUEUE_MS, _CHART_MS = 5.0, 1000.0, 100.0
_START_MS, _MEMORY_MB = 350.0, 80.0
_QUEUES = (
    "",
    "species:bird",
    "species:blank",
    "state:ungraded",
    "state:conflict",
    "order:score",
    "order:random",
    "species:bird order:score",
    "state:ungraded order:score",
    "-species:blank",
    "state:mine",
    "state:corrected",
    "state:changed",
    "state:marked",
    "class:bird>0.3",
    "order:burst",
    "order:disagreement",
    "species:bird order:disagreement",
    "score:<0.5 hour:20-5",
)
_BY: tuple[By, ...] = ("prediction", "classification", "truth")


def main() -> None:
    """Build or take a survey, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--images", type=int, default=1_000_000)
    options.add_argument("--keep", type=Path)
    options.add_argument("--import", dest="files", type=Path, nargs="*", default=[])
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        alone(given.one, given.keep)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "million.db"
        if not path.exists():
            start = time.perf_counter()
            build(path, given.images)
            print(f"built in {time.perf_counter() - start:.0f} s")
        measure(path)
    if given.files:
        print(f"\n{'import':<18}  records    MB  json.load   import  ratio  peak MB")
    for file in given.files:
        print(bench_import.line(file, 3), flush=True)


def measure(path: Path) -> None:
    """Print all lines of the table for one survey."""
    with Store.open(path) as store:
        images = store.images.count()
        size = path.stat().st_size
        print(f"{images:,} images, {size / 1e6:,.0f} MB, {size / images:,.0f} bytes an image\n")
        heads = f"{'p50':>9}{'p99':>9}{'target':>9}   baseline (ms)"
        print(f"{'ms':<34}{heads}")
        _opening(path)
        walk = QueueWalk(store)
        _keys(store, walk, images)
        _queues(store)
        _charts(store)
    print(f"\n{'MB, the peak of a process':<34}{'':>9}{'':>9}{'target':>9}")
    for what in ("nothing", "walk", "hours", "export"):
        peak = float(turn(what, path))
        print(f"{what:<52}{_MEMORY_MB:>9.0f}{peak:>9.0f}{_mark(peak, _MEMORY_MB)}", flush=True)
    ready, memory = _start_of_review(path, images)
    print(f"{'review, after ten keys':<52}{_MEMORY_MB:>9.0f}{memory:>9.0f}")
    _say("review: start to status line", [ready], _START_MS, "", 0)


def turn(what: str, path: Path) -> str:
    """Return what a process of its own printed for one measurement of memory."""
    command = [sys.executable, "-m", "tests.bench.bench_store", "--one", what, "--keep", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def alone(what: str, path: Path) -> None:
    """Do one thing with the survey, and print the process's peak in megabytes."""
    with Store.open(path) as store:
        match what:
            case "walk":
                QueueWalk(store).neighbours()
            case "hours":
                charts.hours(store)
            case "export":
                from camtrap_tui.services.exports.formats import export
                from camtrap_tui.services.exports.request import ExportRequest

                with tempfile.TemporaryDirectory() as folder:
                    request = ExportRequest(Path(folder) / "truth.csv")
                    export(store, "ground-truth", request, lambda done, total: None)
    print(bench_import.peak_mb())


def times(work: Callable[[], object], turns: int) -> list[float]:
    """Return the milliseconds of each turn, in order of size."""
    found = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1e3)
    return sorted(found)


def _mark(value: float, target: float) -> str:
    return " !" if value > target else ""


def _say(what: str, found: list[float], target: float, name: str, baseline: float) -> None:
    p50, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
    beside = f"   {name} {baseline:.3f}" if name else ""
    line = f"{what:<34}{p50:>9.2f}{p99:>9.2f}{target:>9.0f}"
    print(f"{line}{beside}{_mark(p99, target)}", flush=True)


def _opening(path: Path) -> None:
    import sqlite3

    def least() -> None:
        connection = sqlite3.connect(path)
        connection.execute("SELECT 1 FROM image LIMIT 1").fetchone()
        connection.close()

    def ours() -> None:
        with Store.open(path) as store:
            store.images.by_ids([1])

    baseline = times(least, 20)[10]
    _say("open, first query", times(ours, 20), _KEY_MS, "sqlite3.connect and a row", baseline)


def _keys(store: Store, walk: QueueWalk, images: int) -> None:
    rng = random.Random(1)

    def anywhere() -> int:
        walk._place(rng.randrange(images))
        return walk.current_id

    def append() -> None:
        observation = (NewObservation(1),)
        grade = NewGrade(str(uuid.uuid4()), rng.randrange(1, images), observation, "blind", "b")
        store.grades.append("bench", [grade], utc_now())

    def undo() -> None:
        unit = store.grades.undoable("bench")
        target = unit[0].grade_uuid
        store.grades.append_reversal("bench", "undo", target, str(uuid.uuid4()), utc_now())

    row = "one row by its id"
    sql = "SELECT * FROM image WHERE id = ?"
    least = times(lambda: store.db.one(sql, [rng.randrange(1, images)]), 1000)[500]
    cameras = list(store.images.deployments())
    keys: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("next picture: its item", lambda: walk.items.read([anywhere()]), 1000),
        ("neighbours", lambda: (anywhere(), walk.neighbours()), 300),
        ("next burst", lambda: (anywhere(), walk.move_group("burst", 1)), 300),
        ("next deployment", lambda: (anywhere(), walk.move_group("deployment", 1)), 300),
        ("previous deployment", lambda: (anywhere(), walk.move_group("deployment", -1)), 300),
        ("next day", lambda: (anywhere(), walk.move_group("day", 1)), 300),
        ("next disagreement", lambda: (anywhere(), walk.move_disagreement(1)), 300),
        ("next ungraded, from anywhere", lambda: (anywhere(), walk.next_ungraded()), 300),
        (
            "this grader's species here",
            lambda: store.grades.frequent_taxa("ann", rng.choice(cameras), 5),
            100,
        ),
        ("the last grade again", lambda: store.grades.latest_by("ann"), 100),
        ("what undo takes back", lambda: store.grades.undoable("ann"), 100),
    )
    for what, work, turns in keys:
        _say(what, times(work, turns), _KEY_MS, row, least)
    with _scratch() as written:
        durable = times(written, 50)[25]
    # Undone again, so that the survey's votes are as before.
    _say("write a grade, on disk", times(append, 50), 30, "one row, on disk", durable)
    _say("write an undo, on disk", times(undo, 50), 30, "one row, on disk", durable)


class _scratch:
    """Writes a row durably into a file of its own, as little as SQLite can do."""

    def __enter__(self) -> Callable[[], object]:
        import sqlite3

        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "scratch.db"
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE t (a)")
        return lambda: self._connection.execute("INSERT INTO t VALUES (1)")

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._folder.cleanup()


def _queues(store: Store) -> None:
    run = store.runs.latest()
    sql = "SELECT id FROM image"
    least = times(lambda: array("q", (key for (key,) in store.db.execute(sql))), 3)[0]
    for text in _QUEUES:
        wanted = parse_filter(text, grader="ann")
        found = times(lambda w=wanted: store.queues.build(w, run.id if run else None), 3)  # type: ignore[misc]
        _say(f"queue {text or '(all)'}", found, _QUEUE_MS, "all ids", least)


def _charts(store: Store) -> None:
    sql = "SELECT count(*), sum(score) FROM prediction NOT INDEXED"
    least = times(lambda: store.db.one(sql), 3)[0]
    name = "predictions read once"
    for by in _BY:
        for what, count in (("frequency", charts.frequency), ("hours", charts.hours)):
            found = times(lambda c=count, b=by: c(store, by=b), 3)  # type: ignore[misc]
            _say(f"{what} by {by}", found, _CHART_MS, name, least)
    _say("status: both accounts", times(lambda: take_ledger(store), 3), 1000, name, least)
    graders = times(store.grades.graders, 3)
    _say("graders and their votes", graders, _CHART_MS, name, least)


def _start_of_review(path: Path, images: int) -> tuple[float, float]:
    """Return milliseconds from the start to the count on the screen, and megabytes then."""
    from tests.terminal import Terminal

    start = time.perf_counter()
    terminal = Terminal("review", path, "--grader", "ann", size=(120, 40))
    try:
        while f"{images:,}".encode() not in terminal.written:
            time.sleep(0.002)
            if time.perf_counter() - start > 60:
                return float("nan"), float("nan")
        ready = (time.perf_counter() - start) * 1e3
        for key in "jjjjjkkkkk":
            terminal.type(key)
            time.sleep(0.2)
        return ready, max(_resident(terminal.pid), default=float("nan"))
    finally:
        terminal.close()


def _resident(pid: int) -> Iterator[float]:
    """Yield the megabytes that a process holds; nothing where the system does not tell so."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                yield int(line.split()[1]) / 1e3


if __name__ == "__main__":
    main()
