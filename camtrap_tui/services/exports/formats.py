"""The formats that there are, by name; the module of each is imported when it is asked for."""

from __future__ import annotations

import importlib
import os
from dataclasses import fields
from pathlib import Path, PurePath

from camtrap_tui.errors import UsageError
from camtrap_tui.services.csv_files import check_out
from camtrap_tui.services.exports.beside import check_folder
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Format, Options, Progress
from camtrap_tui.store.store import Store

GROUND_TRUTH = "ground-truth"
# In the order in which they are listed; each module of this package has a `FORMAT`.
_MODULES = {
    GROUND_TRUTH: "ground_truth",
    "camtrap-dp": "camtrap_dp",
    "camtrapr": "camtrapr",
    "timelapse": "timelapse",
    "megadetector": "megadetector",
    "speciesnet": "speciesnet",
    "coco": "coco",
    "crops": "crops",
}
NAMES = tuple(_MODULES)
# What files are called; a place that is called otherwise than what is written is a mistake.
_ENDS = frozenset((".csv", ".db", ".geojson", ".html", ".jpg", ".json", ".xlsx", ".zip"))


def format_named(name: str) -> Format:
    """Return the format of this name. Raises UsageError where there is none."""
    if name not in _MODULES:
        raise UsageError(f"{name!r} is no format:", f"give one of {', '.join(NAMES)}.")
    found: Format = importlib.import_module(f"{__package__}.{_MODULES[name]}").FORMAT
    return found


def all_formats() -> list[Format]:
    """Return all formats, in the order in which they are listed."""
    return [format_named(name) for name in NAMES]


def export(store: Store, name: str, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write what the request asks for in the format of this name, whole or not at all.

    `progress` is called with pictures done and in all. Raises UsageError for an unknown format, for
    what the format cannot do and for a run, holdout or grader that is not there, FilterError for a
    filter that says nothing, InputError where the place to write to will not do.
    """
    format = format_named(name)
    check_takes(format, request)
    check_kind(format, request.out)
    return format.write(store, request, progress)


def check_takes(format: Format, request: ExportRequest) -> None:
    """Raise UsageError for what was asked for and means nothing to the format."""
    usual, asked = ExportRequest(request.out), request
    names = ("run_id", "holdout", "truth", "with_machine", "people")
    given = [name for name in names if getattr(asked, name) != getattr(usual, name)]
    given += [
        field.name
        for field in fields(Options)
        if getattr(asked.options, field.name) != getattr(usual.options, field.name)
    ]
    for one in given:
        if one not in format.takes:
            raise UsageError(
                f"--format {format.name} does not take --{flag(one)}:",
                "`camtrap-tui export --list` says what each format takes.",
            )


def check_kind(format: Format, out: Path) -> None:
    """Raise UsageError for a place that is named as what the format does not write."""
    given, usual = out.suffix.casefold(), PurePath(format.example).suffix
    if format.writes == "folder" and given in _ENDS:
        raise UsageError(
            f"{out}: --format {format.name} writes a folder, not a {given} file.",
            f"Name a folder, as in {format.example}",
        )
    if format.writes == "file" and given in _ENDS - {usual}:
        raise UsageError(
            f"{out}: --format {format.name} writes a {usual} file, not a {given} one.",
            f"Name it so, as in {format.example}",
        )


def check_place(format: Format, survey: Path, request: ExportRequest) -> None:
    """Raise UsageError or InputError for a place where nothing can be written, or something else
    is than an export."""
    for place in format.places(request):
        if format.writes == "folder":
            check_folder(place, replace=True)
        else:
            check_out(survey, place)


def is_named_as_folder(text: str) -> bool:
    """Tell whether a path was typed as that of a folder, whether there is one or not."""
    return text.endswith(tuple(filter(None, (os.sep, os.altsep))))


def flag(name: str) -> str:
    """Return the name of the command line's option for a field of a request."""
    return {"run_id": "run", "columns": "map", "independence_min": "independence"}.get(
        name, name
    ).replace("_", "-")
