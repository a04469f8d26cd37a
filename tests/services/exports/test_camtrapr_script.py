"""The R script beside the tables: R itself runs it, with stand-ins for camtrapR's functions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from camtrap_tui.services.exports.camtrapr import FORMAT
from camtrap_tui.services.exports.camtrapr_script import Script
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_reports import grade

# They check what camtrapR checks: that the columns are there, and what is said of them.
_STAND_INS = """
library <- function(...) NULL
cameraOperation <- function(CTtable, stationCol, cameraCol, setupCol, retrievalCol, hasProblems,
                            byCamera, allCamsOn, camerasIndependent, dateFormat) {
  stopifnot(c(stationCol, cameraCol, setupCol, retrievalCol) %in% colnames(CTtable))
  stopifnot(!duplicated(CTtable[, c(stationCol, cameraCol)]), is.character(CTtable[, stationCol]))
  stopifnot(hasProblems == any(grepl("Problem\\\\d\\\\Sfrom", colnames(CTtable))))
  time <- function(x) as.POSIXct(x, format = "%Y-%m-%d %H:%M:%S", tz = "UTC")
  stopifnot(time(CTtable[, setupCol]) < time(CTtable[, retrievalCol]))
  stations <- unique(CTtable[, stationCol])
  days <- as.numeric(max(time(CTtable[, retrievalCol])) - min(time(CTtable[, setupCol])), "days")
  matrix(1, length(stations), ceiling(days), dimnames = list(stations))
}
detectionHistory <- function(recordTable, camOp, species, stationCol, speciesCol,
                             recordDateTimeCol, recordDateTimeFormat, occasionLength, day1,
                             includeEffort, scaleEffort, timeZone) {
  stopifnot(species %in% recordTable[, speciesCol], occasionLength <= ncol(camOp))
  stopifnot(recordTable[, stationCol] %in% rownames(camOp))
  stopifnot(!is.na(as.POSIXct(recordTable[, recordDateTimeCol], tz = timeZone)))
}
source("read_me.R")
numbers <- c("n", "n_images", grep("^delta", names(records), value = TRUE))
stopifnot(sapply(records, is.character) == !names(records) %in% numbers)
cat(nrow(records), nrow(cameras), rownames(camop), unique(records$Directory), sep = "|")
cat("\\n", as.vector(table(factor(as.integer(substr(records$Time, 1, 2)), levels = 0:23))))
"""


def test_names_are_quoted_for_r_and_gaps_told() -> None:
    text = Script("river", 0, None, has_problems=False, species='a "b" \\c').text()
    assert 'species = "a \\"b\\" \\\\c"' in text
    assert "--gap-days" in text
    assert "hasProblems = FALSE" in text
    text = Script("river", 45, 3, has_problems=True, species="raccoon").text()
    assert "minDeltaTime = 45" in text
    assert "more than 3 days" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def run_in_r(store: Store, out: Path, **options: int) -> list[str]:
    """Export a survey, run the script in R and return the last two lines that it prints."""
    request = ExportRequest(out, options=Options(**options))  # type: ignore[arg-type]
    FORMAT.write(store, request, lambda done, total: None)
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", _STAND_INS],
        cwd=out,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-2:]


has_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


@has_r
@pytest.mark.parametrize("options", [{}, {"gap_days": 2}, {"independence_min": 30}])
def test_r_reads_both_tables_by_it(store: Store, tmp_path: Path, options: dict[str, int]) -> None:
    said = [
        Said(timestamp=f"2024-06-{day:02} {day:02}:30:00", deployment=camera)
        for day, camera in ((1, "001"), (5, "001"), (23, "NA"), (9, "été 漢"))
    ]
    keys = add_images(store, said)
    for key in keys:
        grade(store, "007", key, 'o\'possum, "grey" \\n')
    with store.db.transaction():
        store.db.execute("UPDATE image SET file_path = '01/' || file_path")
    numbers, hours = run_in_r(store, tmp_path / "r", **options)
    assert numbers == "4|3|001|NA|été 漢|01"
    assert [int(one) for one in hours.split()] == [int(h in (1, 5, 9, 23)) for h in range(24)]


@has_r
@pytest.mark.parametrize("said", ["northern raccoon", "blank"])
def test_r_runs_it_for_a_survey_of_one_day(store: Store, tmp_path: Path, said: str) -> None:
    (key,) = add_images(store, [Said()])
    grade(store, "ann", key, said)
    records = int(said != "blank")
    numbers, hours = run_in_r(store, tmp_path / "r")
    assert numbers.split("|")[:3] == [str(records), "1", "UR011"]
    assert sum(map(int, hours.split())) == records
