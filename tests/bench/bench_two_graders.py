"""Let two graders grade one file at once, as fast as they can, and count what is in it then.

    python -m tests.bench.bench_two_graders [--grades 500] [--images 100000] [--apps]

Two processes, each a review session of its own, grade the same pictures of one survey; with
`--apps` two real apps in terminals do, their keys typed as fast as they are taken. Printed are
the rows in the file, and how long a grade took until it was on disk, at the median and for the
slowest in a hundred. Ends with 1 where a grade is missing or a program said anything was wrong.
A measurement; the same with few grades is a test.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.bench.survey_builder import build

GRADERS = ("cleo", "dan")
_SELF = "tests.bench.bench_two_graders"
_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What two graders left: rows of grades in the file, those that stand, and what went wrong;
    `seconds` are those of each grade, none where apps were typed into."""

    rows: int
    votes: int
    errors: list[str]
    seconds: list[float]


def main() -> None:
    """Build a survey, let both grade, and print what came of it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--grades", type=int, default=500)
    options.add_argument("--images", type=int, default=100_000)
    options.add_argument("--apps", action="store_true")
    options.add_argument("--one", nargs=2, metavar=("SURVEY", "GRADER"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        grade_all(Path(given.one[0]), given.one[1], given.grades)
        return
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder, "two.db")
        build(survey, given.images)
        began = time.perf_counter()
        found = (by_apps if given.apps else by_sessions)(survey, given.grades)
        took = time.perf_counter() - began
    wanted = len(GRADERS) * given.grades
    print(f"{found.rows:,} rows of {wanted:,}, {found.votes:,} of them standing, in {took:.1f} s")
    if found.seconds:
        ordered = sorted(1000 * second for second in found.seconds)
        p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
        print(f"a grade: p50 {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms", end="")
        print(f", slowest {ordered[-1]:.1f} ms")
    for error in found.errors:
        print(error)
    sys.exit(bool(found.errors) or (found.rows, found.votes) != (wanted, wanted))


def by_sessions(survey: Path, grades: int) -> Outcome:
    """Let two processes grade `grades` pictures each, at once."""
    command = [sys.executable, "-m", _SELF, "--grades", str(grades), "--one", str(survey)]
    started = [
        subprocess.Popen(
            [*command, grader],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for grader in GRADERS
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()
    seconds: list[float] = []
    errors: list[str] = []
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in started:
        said, wrong = one.communicate(timeout=_LIMIT_S)
        seconds += json.loads(said) if said else []
        errors += [wrong] if wrong or one.returncode else []
    return Outcome(*_count(survey), errors, seconds)


def grade_all(survey: Path, grader: str, grades: int) -> None:
    """Be one of them: say when ready, wait for a line, grade; print the seconds of each grade."""
    seconds: list[float] = []
    with Store.open(survey) as store:
        session = ReviewSession(store, grader)
        session.go_to("1")
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(grades):
            began = time.perf_counter()
            session.special(BLANK_UUID, "blank")
            seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


def by_apps(survey: Path, grades: int) -> Outcome:
    """Let two real apps in terminals take the key for blank `grades` times each, at once."""
    from tests.terminal import Terminal

    apps = [Terminal("review", survey, "--grader", name, "--where", "") for name in GRADERS]
    try:
        for app in apps:
            app.wait_for("SYFW")
            app.type(":1\r")
        for _ in range(grades):
            for app in apps:
                app.type("b")
        end = time.monotonic() + _LIMIT_S
        while _count(survey)[0] < len(GRADERS) * grades and time.monotonic() < end:
            time.sleep(0.1)
        errors = [app.text() for app in apps if "locked" in app.text()]
    finally:
        for app in apps:
            app.close()
    return Outcome(*_count(survey), errors, [])


def _count(survey: Path) -> tuple[int, int]:
    """Return how many grades both made, and how many of them stand."""
    with closing(sqlite3.connect(survey)) as raw:
        rows, votes = (
            raw.execute(f"SELECT count(*) FROM {table} WHERE grader IN (?, ?)", GRADERS).fetchone()[
                0
            ]
            for table in ("grade", "vote")
        )
    return rows, votes


if __name__ == "__main__":
    main()
