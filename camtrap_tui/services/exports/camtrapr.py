"""Tables for camtrapR: records of species, and the cameras with how long they were up.

Times stay the cameras' own local ones. A filter narrows the records; the cameras that saw nothing
of what it asks for stay in the table, since that they saw nothing is what analyses live on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import whole_folder, write_report, written
from camtrap_tui.services.exports.camtrap_dp_cells import machine_name, position
from camtrap_tui.services.exports.camtrapr_effort import (
    BETWEEN,
    DAY,
    MOST_PROBLEMS,
    RECORDED,
    Camera,
    cameras,
    stays,
)
from camtrap_tui.services.exports.camtrapr_records import (
    RECORD_COLUMNS,
    SpeciesNames,
    record_rows,
    staged,
    why_no_record,
)
from camtrap_tui.services.exports.camtrapr_script import Script
from camtrap_tui.services.exports.pictures import Pictures, shows_people
from camtrap_tui.services.exports.report import ExportReport, Tally
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.effort import Effort
from camtrap_tui.store.record_stage import RecordStage
from camtrap_tui.store.store import Store, utc_now

RECORDS, CAMERAS, SCRIPT = "recordTable.csv", "cameraTable.csv", "read_me.R"
# A gap of more days is told of; camtrapR names nothing here, a week is what most people ask about.
_WORTH_TELLING = 7
# camtrapR puts its row names together with these.
_RESERVED = ("__CAM_", "__SESS_")
_NAMED = 5


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write the two tables and the R script that reads them; memory does not grow with the survey.

    Raises UsageError for people that were to be blurred: no picture is among them.
    """
    if request.people == "blur":
        raise UsageError(
            "--people blur: there are no pictures in tables.",
            "Give --people exclude to leave out those that show people.",
        )
    tally = Tally()
    with (
        whole_folder(request.out, replace=request.replace) as folder,
        closing(RecordStage()) as stage,
        store.db.snapshot(),
    ):
        _stage_records(store, request, stage, tally, progress)
        independence = request.options.independence_min or 0
        _tell_of_records(request, tally)
        rows = _write_table(
            folder / RECORDS, RECORD_COLUMNS, record_rows(stage.records(), independence)
        )
        found = _cameras(store, request, tally)
        _tell_of_cameras(found, request, tally)
        problems = max((len(camera.problems) for camera in found), default=0)
        _write_table(
            folder / CAMERAS,
            camera_columns(problems),
            (camera_row(camera, problems, request.options.decimals) for camera in found),
        )
        script = Script(
            clean(store.survey.name),
            independence,
            request.options.gap_days,
            bool(problems),
            stage.most_frequent(),
        )
        (folder / SCRIPT).write_text(script.text(), encoding="utf-8", newline="\n")
        files = written(folder, {RECORDS: rows, CAMERAS: len(found), SCRIPT: None})
        report = tally.report(FORMAT.name, str(request.out), files)
        write_report(folder, report, _asked(store, request))
    return report


def _asked(store: Store, request: ExportRequest) -> dict[str, object]:
    """Return what the report in the folder says of the export, beside its numbers."""
    return {
        "created": utc_now(),
        "survey": store.survey.survey_uuid,
        "where": request.where,
        "truth": request.truth,
        "with_machine": request.with_machine,
        "people": request.people,
        "independence_min": request.options.independence_min or 0,
        "delta_time_compared_to": "lastIndependentRecord",
        "gap_days": request.options.gap_days,
    }


def _stage_records(
    store: Store, request: ExportRequest, stage: RecordStage, tally: Tally, progress: Progress
) -> None:
    leaves_people = request.people == "exclude"
    pictures = Pictures(store, request, boxes=leaves_people)
    names = SpeciesNames(store.taxa.all())
    machine = machine_name(pictures.run) if pictures.run else ""
    for picture in pictures.read(progress):
        reason = why_no_record(picture, with_machine=request.with_machine)
        if leaves_people and shows_people(picture):
            reason = "shows people"
        if reason:
            tally.leave_out(reason, picture.image.file_path)
            continue
        tally.pictures += 1
        stage.add(staged(picture, names, machine, with_machine=request.with_machine))


def _cameras(store: Store, request: ExportRequest, tally: Tally) -> list[Camera]:
    """Return the rows of the table of cameras: all of the survey, or those that a filter names."""
    deployments = list(store.images.deployments().values())
    wanted = read_filter(store, request.where, request.grader)
    named = tuple(term for term in wanted.terms if term.word == "camera")
    effort = Effort(store.db)
    if named:
        chosen = effort.of_pictures(replace(wanted, terms=named, order="time"), None)
        deployments = [one for one in deployments if one.id in chosen]
    if len(wanted.terms) > len(named):
        tally.notes.append(
            "The filter narrows the records, not the effort: cameraTable.csv has all cameras with"
            " all their days, also those that saw nothing of it."
        )
    found, lost = stays(deployments, effort.times())
    if lost:
        names = _some([one.deployment_id for one in lost])
        tally.notes.append(
            f"{counted(len(lost), 'deployment')} with neither recorded dates nor pictures with a"
            f" time: not in cameraTable.csv ({names})."
        )
    return cameras(found, request.options.gap_days)


def _tell_of_records(request: ExportRequest, tally: Tally) -> None:
    minutes = request.options.independence_min
    if minutes:
        tally.notes.append(
            f"Independent records alone, {minutes} minutes apart by species, station and camera:"
            f" camtrapR's minDeltaTime = {minutes}, deltaTimeComparedTo ="
            ' "lastIndependentRecord", camerasIndependent = TRUE.'
        )
    if request.with_machine:
        tally.notes.append(
            "Where nobody has graded, the machine's word is a record: classificationMethod says so."
        )


def _tell_of_cameras(found: Sequence[Camera], request: ExportRequest, tally: Tally) -> None:
    every = [stay for camera in found for stay in camera.stays]
    guessed = [s for s in every if (s.setup_source, s.retrieval_source) != (RECORDED, RECORDED)]
    if guessed:
        tally.notes.append(
            f"{len(guessed):,} of {counted(len(every), 'deployment')} without a recorded setup or"
            " retrieval: the days of the first and last picture stand in (see Setup_source,"
            " Retrieval_source). Record them with camtrap-tui deployments."
        )
    outside = sum(stay.outside for stay in every)
    if outside:
        tally.notes.append(
            f"{counted(outside, 'picture')} outside of the recorded dates of their deployment:"
            " check its dates, or its clock."
        )
    _tell_of_gaps(found, request.options.gap_days, tally)
    reserved = [c.station for c in found if any(r in c.station + c.camera for r in _RESERVED)]
    if reserved:
        tally.notes.append(
            f"camtrapR keeps {' and '.join(_RESERVED)} for itself, and they are in names of"
            f" {counted(len(reserved), 'station')}: {_some(reserved)}."
        )


def _tell_of_gaps(found: Sequence[Camera], gap_days: int | None, tally: Tally) -> None:
    problems = [problem for camera in found for problem in camera.problems]
    silent = sum(problem.why != BETWEEN for problem in problems)
    long = sum(
        (c.longest_gap.seconds if c.longest_gap else 0) > _WORTH_TELLING * DAY for c in found
    )
    if gap_days is not None:
        tally.notes.append(_gaps_told(silent, gap_days))
    elif long:
        tally.notes.append(
            f"{counted(long, 'camera')} took no picture for more than {_WORTH_TELLING} days at a"
            " time (longest_gap_days). That is no proof of a failure, and counts as effort; with"
            f" --gap-days {_WORTH_TELLING} such gaps become Problem periods."
        )
    more = [camera for camera in found if camera.more_problems]
    if more:
        tally.notes.append(
            f"{counted(len(more), 'camera')} with more than {MOST_PROBLEMS} gaps, which is all that"
            f" camtrapR reads: the longest are in ({_some([c.camera for c in more])})."
        )


def _gaps_told(silent: int, gap_days: int) -> str:
    long = f"for more than {counted(gap_days, 'day')}"
    if not silent:
        return f"No camera was up {long} without a picture: no gap became a Problem period."
    are = "is a Problem period" if silent == 1 else "are Problem periods"
    return (
        f"{counted(silent, 'gap')} without a picture {long} {are}, as asked; no picture is no"
        " proof that a camera stood still."
    )


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(clean(name) for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def camera_columns(problems: int) -> list[str]:
    """Return the headings of the table of cameras, with so many periods of problems."""
    return [
        *("Station", "Camera", "Setup_date", "Retrieval_date"),
        *(f"Problem{n}_{part}" for n in range(1, problems + 1) for part in ("from", "to", "why")),
        *("longitude", "latitude", "coordinateUncertainty", "locationName", "utc_offset_min"),
        *("Setup_source", "Retrieval_source", "days_up", "days_with_pictures", "n_pictures"),
        *("longest_gap_days", "longest_gap_from", "longest_gap_to", "deployments"),
    ]


def camera_row(camera: Camera, problems: int, decimals: int | None = None) -> list[str]:
    """Return a camera as a row under `camera_columns`, its position with so many decimals."""
    periods: list[str] = []
    for problem in camera.problems:
        periods += [problem.gap.start, problem.gap.end, problem.why]
    periods += [""] * (3 * problems - len(periods))
    first, last, gap = camera.setup, camera.retrieval, camera.longest_gap
    places = (position(stay.deployment, decimals) for stay in camera.stays)
    placed = next(filter(None, places), None)
    names = dict.fromkeys(stay.deployment.location_name or "" for stay in camera.stays)
    return [
        *(camera.station, camera.camera, first.setup, last.retrieval, *periods),
        *((placed.longitude, placed.latitude, placed.uncertainty) if placed else ("", "", "")),
        *("; ".join(filter(None, names)), _offset(camera)),
        *(first.setup_source, last.retrieval_source),
        f"{camera.seconds_up / DAY:.2f}",
        str(camera.days),
        str(sum(stay.pictures for stay in camera.stays)),
        *((f"{gap.seconds / DAY:.1f}", gap.start, gap.end) if gap else ("", "", "")),
        "; ".join(stay.deployment.deployment_id for stay in camera.stays),
    ]


def _offset(camera: Camera) -> str:
    """Return the minutes that the camera's time is ahead of UTC, where one offset is recorded."""
    recorded = {stay.deployment.utc_offset_min for stay in camera.stays}
    offset = recorded.pop()
    return "" if recorded or offset is None else str(offset)


def _write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table and return its rows."""
    written_rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        for row in rows:
            writer.writerow([clean(cell) for cell in row])
            written_rows += 1
    return written_rows


FORMAT = Format(
    name="camtrapr",
    made_for="camtrapR 3 and other R: occupancy, activity, detection histories",
    carries="a record table of species, a camera table with effort and gaps, an R script that"
    " reads them; local times, counts, life stage, sex, behaviour where all words agree",
    loses="blank and unsure pictures (the effort stays), those without a time or a deployment,"
    " notes, single graders' votes, boxes, scores",
    example="river-camtrapr",
    takes=frozenset(
        ("run_id", "truth", "with_machine", "people", "independence_min", "gap_days", "decimals")
    ),
    write=write,
    writes="folder",
)
