"""The import of each format against `json.load` of the same file: ratios, all in one run.

    python -m tests.bench.bench_import FILE... [--rounds 3]

Each turn is a process of its own, since peak memory is a process's; FILEs are predictions of
any format that `import` reads. The import is durable: it ends when the survey is closed. The
memory is the process's peak, the interpreter and the package with it.
A measurement, not a test.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Measure, and print one line a file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=Path, nargs="*")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--one", choices=["load", "import"], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(*(load(given.files[0]) if given.one == "load" else bring(given.files[0])))
        return
    heads = (
        ("records", 9),
        ("MB", 6),
        ("json.load", 11),
        ("import", 9),
        ("ratio", 7),
        ("peak MB", 9),
    )
    print(f"{'format':<18}" + "".join(f"{head:>{width}}" for head, width in heads))
    for file in given.files:
        print(line(file, given.rounds), flush=True)


def line(file: Path, rounds: int) -> str:
    """Return a line of the table: the best of the rounds, to which neighbours only add."""
    # By turns, so that what else the machine does falls on both.
    turns = [(turn("load", file), turn("import", file)) for _ in range(rounds)]
    loaded = min(float(load[0]) for load, _ in turns)
    seconds = min(float(brought[0]) for _, brought in turns)
    _, peak, records, name = turns[0][1]
    size = file.stat().st_size / 1e6
    return (
        f"{name:<18}{int(records):>9,}{size:>6.0f}{loaded:>9.2f} s{seconds:>7.2f} s"
        f"{seconds / loaded:>7.2f}{float(peak):>9.0f}"
    )


def turn(way: str, file: Path) -> list[str]:
    """Run one way in a process of its own, and return what it printed."""
    command = [sys.executable, "-m", "tests.bench.bench_import", "--one", way, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def load(file: Path) -> tuple[float]:
    """Return the seconds that the standard library takes to load the whole file."""
    import json

    start = time.perf_counter()
    with file.open(encoding="utf-8") as stream:
        json.load(stream)
    return (time.perf_counter() - start,)


def bring(file: Path) -> tuple[float, float, int, str]:
    """Return the seconds and the peak megabytes of an import, its records and its format."""
    from camtrap_tui.services.imports import import_predictions
    from camtrap_tui.store.store import Store

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with Store.make(Path(folder) / "survey.db") as store:
            report = import_predictions(store, file)
        seconds = time.perf_counter() - start
    return seconds, peak_mb(), report.counts.records, report.run.source_format or "?"


def peak_mb() -> float:
    """Return the peak megabytes of this process alone.

    What `getrusage` says holds the parent's memory at the moment of the fork as well.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM"))
    # Linux counts in KiB, macOS in bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
