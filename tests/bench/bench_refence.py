"""A survey of any size for another country, and what changed: seconds and memory.

    python -m tests.bench.bench_refence SURVEY --model FOLDER [--country USA-IL,KEN]

Works on a copy of the survey, with the command line in processes of its own. A measurement, not
a test.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_REFENCE_S, _COMPARE_S = 60.0, 1.0


def main() -> None:
    """Measure each country after the other, and the comparison with the first run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("survey", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--country", default="USA-IL,KEN")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "river.db"
        shutil.copy(asked.survey, survey)
        _timed("status", survey)
        for number, place in enumerate(asked.country.split(","), 2):
            country, _, region = place.partition("-")
            before = survey.stat().st_size
            options = ["--run", "1", "--model", asked.model, "--country", country]
            seconds = _timed("refence", survey, *options, "--admin1-region", region)
            grown = (survey.stat().st_size - before) / 1e6
            _line(f"refence {place}", seconds, _REFENCE_S, f", the file grew by {grown:.1f} MB")
            _line(f"compare 1 {number}", _timed("compare", survey, "1", str(number)), _COMPARE_S)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"largest process: {peak:.0f} MB")


def _timed(command: str, survey: Path, *options: str) -> float:
    start = time.perf_counter()
    line = [sys.executable, "-m", "camtrap_tui", command, str(survey), *options]
    subprocess.run(line, check=True, capture_output=True)
    return time.perf_counter() - start


def _line(what: str, seconds: float, target: float, more: str = "") -> None:
    sign = "!" if seconds > target else " "
    print(f"{sign} {what:<16} {seconds:6.2f} s (target {target:.0f} s){more}")


if __name__ == "__main__":
    main()
