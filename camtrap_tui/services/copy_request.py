"""What is to be copied to where; and that its folder is empty, or of the same request.

A folder that holds anything else is never written to.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from camtrap_tui.domain.models import Run
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.exports.picture_blurring import new_part, part_of
from camtrap_tui.services.exports.picture_files import How
from camtrap_tui.services.exports.report_text import size_text
from camtrap_tui.services.exports.request import CONSENSUS, People
from camtrap_tui.store.store import Store

By = Literal["none", "class", "deployment"]
ClassBy = Literal["truth", "run"]
REQUEST = ".camtrap-tui-copy.json"
# What should stay free on a disk.
_SPARE = 100_000_000


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """What is to be copied or linked to where, and how it is to lie there.

    `class_by` says whose word the class is: people's, by the rule or grader `truth`, or the run's.
    """

    folder: Path
    where: str = ""
    grader: str = ""
    run_id: int | None = None
    truth: str = CONSENSUS
    by: By = "none"
    class_by: ClassBy = "truth"
    how: How = "copy"
    people: People = "include"


def state_of(store: Store, request: CopyRequest, run: Run | None) -> dict[str, Any]:
    """Return what a folder is known by: what it was asked to hold."""
    asks_run = request.where or request.class_by == "run" or request.people != "include"
    return {
        "survey": store.survey.survey_uuid,
        "where": request.where,
        "grader": request.grader if request.where else None,
        "run": run.run_uuid if run and asks_run else None,
        "truth": request.truth,
        "by": request.by,
        "class_by": request.class_by,
        "how": request.how,
        "people": request.people,
    }


def check_folder(folder: Path, state: dict[str, Any]) -> bool:
    """Tell whether a folder is of an earlier try; raises UsageError where it is anything else."""
    if not folder.exists():
        if not folder.parent.is_dir():
            raise InputError(f"{folder.parent}: there is no such folder.", "Make it first.")
        return False
    if not folder.is_dir():
        raise UsageError(f"{folder}: is a file.", "Name a folder, one that is not there yet.")
    known = folder / REQUEST
    if not known.is_file():
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: is a folder with something in it.", "Name another.")
        return False
    try:
        before = json.loads(known.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = None
    if before != state:
        raise UsageError(
            f"{folder}: is of another copy: other pictures, or otherwise.",
            "Name another folder; or repeat what made it, with the same --run, to go on with it.",
        )
    return True


def check_room(folder: Path, needed: int) -> None:
    """Raise InputError where a disk has too little room for so many bytes."""
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    if needed + _SPARE > free and needed:
        raise InputError(
            f"{folder}: the pictures take {size_text(needed)}, and {size_text(free)} are free, of"
            f" which {size_text(_SPARE)} are to stay so.",
            "Choose fewer with --where, give --link, or name a folder on another disk.",
        )


def make_folder(folder: Path, state: dict[str, Any]) -> None:
    """Make a folder that is known by its request. Raises InputError where that cannot be."""
    try:
        folder.mkdir(exist_ok=True)
        write_text(folder / REQUEST, json.dumps(state, ensure_ascii=False, indent=2))
    except OSError as error:
        raise InputError(
            f"{folder}: {(error.strerror or str(error)).lower()}.", "Check it and its permissions."
        ) from None


def write_text(path: Path, text: str) -> None:
    """Write a text that is there whole, or as it was before."""
    part = part_of(path)
    try:
        with new_part(part) as file:
            file.write(f"{text}\n".encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
