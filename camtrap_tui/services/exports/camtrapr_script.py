"""The R script that lies beside camtrapR's tables: how to read them, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass

_HEAD = """\
# {title}
#
# Written by camtrap-tui for camtrapR 3 (https://jniedballa.github.io/camtrapR/).
# Set the working directory to this folder, then run the lines below.
#
# recordTable.csv  a row for each record of a species, as recordTable() makes them
{rule}
#   Times are the cameras' own local times, their clocks put right where a shift is recorded.
#   They have no zone: timeZone = "UTC" below only keeps R from moving them. How many minutes they
#   are ahead of UTC is in cameraTable.csv (utc_offset_min) where it is recorded.
#   n is the highest number that anybody counted in a picture of the record, n_images its pictures.
#   classificationMethod says whether people or a machine said so, classifiedBy who.
#
# cameraTable.csv  a row for each camera at each station, as cameraOperation() takes them
#   Station is the place, else the deployment; Camera the camera's name, else the deployment.
#   Setup_source and Retrieval_source: "recorded", or "picture" where nobody recorded a date and
#   the whole days of the first and last picture stand in; the camera may have been up longer.
{gaps}
#   days_up counts the days between setup and retrieval without the Problem periods.
"""
_LINES = """
library(camtrapR)

# Names are text, also 007 and NA; so all is read as text, then numbers as numbers.
read <- function(file, numbers) {{
  table <- read.csv(file, na.strings = "", encoding = "UTF-8", colClasses = "character")
  table[numbers] <- lapply(table[numbers], as.numeric)
  table
}}
records <- read("recordTable.csv", c("n", "n_images", "delta.time.secs", "delta.time.mins",
  "delta.time.hours", "delta.time.days"))
cameras <- read("cameraTable.csv", c("longitude", "latitude", "coordinateUncertainty",
  "utc_offset_min", "days_up", "days_with_pictures", "n_pictures", "longest_gap_days"))

# One day of effort a station however many of its cameras were up: camerasIndependent = FALSE.
camop <- cameraOperation(CTtable = cameras, stationCol = "Station", cameraCol = "Camera",
  setupCol = "Setup_date", retrievalCol = "Retrieval_date", hasProblems = {problems},
  byCamera = FALSE, allCamsOn = FALSE, camerasIndependent = FALSE, dateFormat = "ymd HMS")
"""
_HISTORY = """
# An example: take the species, the days of an occasion and its first day that your question needs.
history <- detectionHistory(recordTable = records, camOp = camop, species = {species},
  stationCol = "Station", speciesCol = "Species", recordDateTimeCol = "DateTimeOriginal",
  recordDateTimeFormat = "ymd HMS", occasionLength = min(7, ncol(camop)), day1 = "station",
  includeEffort = TRUE, scaleEffort = FALSE, timeZone = "UTC")
"""
_HOURS = """
# Records by the hour of the day:
table(factor(as.integer(substr(records$Time, 1, 2)), levels = 0:23))
"""
_ALL = """\
#   All records are here, also those of one visit. To keep independent ones, 30 minutes apart:
#     filterRecordTable(records, minDeltaTime = 30,
#       deltaTimeComparedTo = "lastIndependentRecord", cameraCol = "Camera",
#       camerasIndependent = TRUE, timeZone = "UTC")"""
_INDEPENDENT = """\
#   Independent records alone: of one species at one station and camera, each at least {minutes}
#   minutes after the last independent one (minDeltaTime = {minutes},
#   deltaTimeComparedTo = "lastIndependentRecord", camerasIndependent = TRUE)."""
_NO_GAPS = """\
#   longest_gap_days is the longest time without any picture. That is no proof that the camera
#   stood still, so no Problem period was made of it; export with --gap-days to have them."""
_GAPS = """\
#   ProblemN_why "no picture": for more than {days} days the camera took none. That is no proof that
#   it stood still: remove those where you know better."""
_BETWEEN = """\
#   ProblemN_why "between deployments": the camera was not there."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the script has to say of an export: its survey's name, its options, and a species for
    the example, empty where there is no record."""

    survey: str
    independence_min: int
    gap_days: int | None
    has_problems: bool
    species: str

    def text(self) -> str:
        """Return the script."""
        gaps = _NO_GAPS if self.gap_days is None else _GAPS.format(days=self.gap_days)
        minutes = self.independence_min
        parts = (
            _HEAD.format(
                title=f"Records and cameras of {self.survey}",
                rule=_INDEPENDENT.format(minutes=minutes) if minutes else _ALL,
                gaps=f"{gaps}\n{_BETWEEN}" if self.has_problems else gaps,
            ),
            _LINES.format(problems="TRUE" if self.has_problems else "FALSE"),
            _HISTORY.format(species=_quoted(self.species)) if self.species else "",
            _HOURS,
        )
        return "".join(parts)


def _quoted(text: str) -> str:
    """Return a text as R reads it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
