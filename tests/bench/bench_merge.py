"""Import the labels of volunteers into a survey, then merge them into a copy that lacks them.

    python -m tests.bench.bench_merge SURVEY TRUTH [--labels 60400]

SURVEY is copied and stays as it is; TRUTH is a table with mediaID and class. Printed are the
seconds and the processor's seconds of each, for how long nobody else could write, and what came
of it. Ends with 1 where a grade is missing. A measurement, not a test.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from camtrap_tui.services.grade_imports import import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.merging import merge
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.bench.bench_volunteers import LABELS, write

T = TypeVar("T")


def main() -> None:
    """Import, import again, merge, merge again."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("survey", type=Path)
    options.add_argument("truth", type=Path)
    options.add_argument("--labels", type=int, default=LABELS)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder, "labels.csv")
        rows = write(given.truth, labels, given.labels, 1)
        print(f"{given.labels:,} labels in {rows:,} rows")
        without, having = Path(folder, "without.db"), Path(folder, "having.db")
        shutil.copyfile(given.survey, without)
        Store.open(without).close()
        shutil.copyfile(without, having)
        table = label_table(labels, read_head(labels), {})
        with Store.open(having) as store:
            for what in ("import", "again"):
                report = timed(what, lambda: import_grades(store, labels, table))
                print(f"  {report.grades:,} new grades, {report.known:,} labels known")
        with Store.open(without) as store:
            wanted = 0
            for what in ("merge", "again"):
                merged = timed(what, lambda: merge(store, [having])[0])
                wanted = wanted or merged.grades.new
                print(f"  {merged.grades.new:,} new grades, locked for {merged.locked_s:.2f} s")
    sys.exit(wanted != given.labels)


def timed(what: str, work: Callable[[], T]) -> T:
    """Do the work, and print how long it took."""
    began, busy = time.perf_counter(), time.process_time()
    done = work()
    print(
        f"{what:7} {time.perf_counter() - began:6.2f} s,"
        f" {time.process_time() - busy:.2f} s of the processor"
    )
    return done


if __name__ == "__main__":
    main()
