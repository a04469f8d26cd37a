"""Export surveys in every format: how long it takes, how much memory, and who accepts it.

    python -m tests.bench.bench_exports SURVEY … [--only FORMAT …] [--accept]

A copy of each survey is exported, in which deployments without them get coordinates and an offset,
since Camtrap DP demands both. Printed are seconds of wall clock and CPU, the highest resident
memory of the process, bytes and rows; give a small survey and a large one to see what grows.
With `--accept` the validators of the field say what they think: our own check, frictionless with
the standard's profile, megadetector's validate_batch_results and integrity_check_json_db, and
pandas with default arguments, whose rows are counted. Ends with 1 where one of them refuses. A
measurement; that exports are accepted is tested on small surveys.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from camtrap_tui.services.exports.formats import NAMES, format_named
from camtrap_tui.store.store import Store

# What is measured beside each format's usual way.
MORE = {
    "camtrap-dp": [["--level", "event"], ["--with-machine", "--people", "exclude"]],
    "camtrapr": [["--independence", "30"]],
    "ground-truth": [["--all-graders"]],
}
_FIRST, _OFFSET_MIN = (41.9, -87.7), -300
_MB = 1_000_000


def main() -> int:
    """Export, print, and ask the validators; return 1 where one refuses."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("surveys", nargs="+", type=Path, metavar="SURVEY")
    options.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    options.add_argument("--accept", action="store_true")
    given = options.parse_args()
    with contextlib.ExitStack() as folders:
        made: list[tuple[str, Path]] = []
        for survey in given.surveys:
            copy = Path(folders.enter_context(tempfile.TemporaryDirectory())) / "survey.db"
            print(f"\n{survey.name}: {prepare(survey, copy):,} images")
            print(f"{'format':44}{'wall s':>8}{'CPU s':>8}{'MB RSS':>8}{'MB':>8}{'rows':>10}")
            for name in given.only:
                for more in [[], *MORE.get(name, [])]:
                    made.append((name, measure(copy, name, more)))
        # Last, since a process that is started begins with the memory of the one that starts it.
        return _accepted(made) if given.accept else 0


def _accepted(made: list[tuple[str, Path]]) -> int:
    """Print what validators say against exports; return 1 where they say something."""
    print()
    refused = 0
    for name, out in made:
        started = time.process_time()
        found = complaints(name, out)
        words = "accepted" if not found else f"refused: {'; '.join(found[:3])}"
        print(f"{out.parent.name:44}{words}, {time.process_time() - started:.1f} s CPU", flush=True)
        refused += bool(found)
    return min(refused, 1)


def prepare(survey: Path, copy: Path) -> int:
    """Copy a survey, and give its deployments what Camtrap DP demands; return its images."""
    with Store.open(survey) as store:
        store.backup(copy)
    with Store.open(copy) as store:
        with store.db.transaction():
            for deployment in store.deployments.all():
                north = _FIRST[0] + deployment.id % 100 / 1000
                where = (north, _FIRST[1]) if deployment.latitude is None else None
                latitude, longitude = where or (deployment.latitude, deployment.longitude)
                offset = deployment.utc_offset_min
                store.deployments.put(
                    replace(
                        deployment,
                        latitude=latitude,
                        longitude=longitude,
                        utc_offset_min=_OFFSET_MIN if offset is None else offset,
                    )
                )
        return store.images.count()


def measure(survey: Path, name: str, more: list[str]) -> Path:
    """Export in a process of its own, print what it took, and return where the export is."""
    out = survey.with_name("-".join([name, *more]).replace("--", "")) / format_named(name).example
    out.parent.mkdir()
    line = [sys.executable, "-m", "camtrap_tui", "export", str(survey), str(out)]
    report = out.with_suffix(".report")
    started = time.perf_counter()
    with report.open("wb") as file:
        child = os.posix_spawn(
            sys.executable,
            [*line, "--format", name, *more, "--json"],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1)],
        )
        _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"--format {name} ended with {os.waitstatus_to_exitcode(status)}.")
    files = json.loads(report.read_text("utf-8"))["files"]
    rows = sum(file["rows"] or 0 for file in files)
    size = sum(file["bytes"] for file in files)
    print(
        f"{' '.join([name, *more]):44}{wall:8.1f}{used.ru_utime + used.ru_stime:8.1f}"
        f"{used.ru_maxrss / 1024:8.0f}{size / _MB:8.1f}{rows:10,}",
        flush=True,
    )
    return out


def complaints(name: str, out: Path) -> list[str]:
    """Return what validators of the field say against an export."""
    tables = [out] if out.suffix == ".csv" else sorted(out.glob("*.csv"))
    found = [said for table in tables for said in _pandas(table)]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        match name:
            case "camtrap-dp":
                found += _packages(out)
            case "megadetector":
                found += _batch_results(out)
            case "coco":
                found += _coco(out / "annotations.json")
    return found


def _pandas(table: Path) -> list[str]:
    import pandas as pd

    with table.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    read = len(pd.read_csv(table, low_memory=False))
    return [] if read == rows else [f"{table.name}: pandas reads {read:,} rows of {rows:,}"]


def _packages(folder: Path) -> list[str]:
    from camtrap_tui.services.checking import check_package
    from tests.camtrap_dp_oracle import second_opinion

    ours = check_package(folder)
    found = [f"check: {problem}" for problem in ours.problems]
    return found + [f"frictionless: {said}" for said in second_opinion(folder).complaints]


def _batch_results(file: Path) -> list[str]:
    from megadetector.postprocessing.validate_batch_results import (
        ValidateBatchResultsOptions,
        validate_batch_results,
    )

    options = ValidateBatchResultsOptions()
    options.raise_errors = False
    said = validate_batch_results(str(file), options)["validation_results"]
    return [*said["errors"], *said["warnings"]]


def _coco(file: Path) -> list[str]:
    from megadetector.data_management.integrity_check_json_db import (
        IntegrityCheckOptions,
        integrity_check_json_db,
    )

    options = IntegrityCheckOptions()
    options.bCheckImageExistence = False
    _, _, errors = integrity_check_json_db(str(file), options)
    return [f"integrity_check_json_db: {error}" for error in errors["validation_errors"]]


if __name__ == "__main__":
    sys.exit(main())
