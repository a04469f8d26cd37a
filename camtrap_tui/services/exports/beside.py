"""Files and folders that are there whole or not at all: written beside, then moved into place."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from camtrap_tui.domain.text import escaped_json
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.csv_files import check_out, give_usual_mode, sync_folder, target_of
from camtrap_tui.services.exports.report import ExportReport, WrittenFile, report_json

# Says what an export is, and that its folder may give way to the next one.
REPORT_FILE = "export-report.json"
_HINT = "Check the folder, its permissions and its free space."


@contextmanager
def whole_file(survey: Path, out: Path) -> Iterator[Path]:
    """Yield the path of an empty file beside `out`, which takes its place once the block is done.

    Where `out` is a link, what it leads to is replaced. Nothing is left where the block raises.
    Raises UsageError and InputError for a place that will not do, as `check_out` does.
    """
    check_out(survey, out)
    target = target_of(out)
    beside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(".tmp", f".{target.name[:100]}.", target.parent)
        os.close(handle)
        beside = Path(name)
        yield beside
        _sync_file(beside)
        give_usual_mode(beside)
        beside.replace(target)
        beside = None
    except OSError as error:
        raise InputError(f"{out}: {error.strerror or error}.", _HINT) from None
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink()
    sync_folder(target.parent)


@contextmanager
def whole_folder(out: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside `out`, which takes its place once the block is done.

    `out` may be absent or empty; with `replace` it may be what an export has made before.
    Raises UsageError for any other, InputError where nothing can be written there.
    """
    check_folder(out, replace=replace)
    target = target_of(out)
    beside: Path | None = None
    try:
        beside = Path(tempfile.mkdtemp(".tmp", f".{target.name[:100]}.", target.parent))
        yield beside
        for file in sorted(beside.rglob("*")):
            if file.is_file() and not file.is_symlink():
                _sync_file(file)
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o777 & ~mask)
        # Somebody may have put something there meanwhile.
        check_folder(out, replace=replace)
        _take_place(beside, target)
        beside = None
    except OSError as error:
        raise InputError(f"{out}: {error.strerror or error}.", _HINT) from None
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    sync_folder(target.parent)


def check_folder(out: Path, *, replace: bool) -> None:
    """Refuse a folder that must not give way, as `whole_folder` does."""
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}: there is no such folder.", "Make it first.")
    target = target_of(out)
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{out}: is a file.", "Name a folder, one that is not there yet.")
    try:
        is_empty = not any(target.iterdir())
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}.", "Name another folder.") from None
    if is_empty:
        return
    if not replace:
        raise UsageError(
            f"{out}: is a folder with something in it.",
            "Name another, or give --replace where an export has made it.",
        )
    if not (target / REPORT_FILE).is_file():
        raise UsageError(
            f"{out}: was not made by an export, it has no {REPORT_FILE}.", "Name another folder."
        )


def _take_place(beside: Path, target: Path) -> None:
    """Put a folder in the place of another, which is there again where that fails."""
    if not target.exists():
        beside.replace(target)
        return
    before = Path(tempfile.mkdtemp(".old", f".{target.name[:100]}.", target.parent))
    old = before / "export"
    try:
        target.replace(old)
        try:
            beside.replace(target)
        except OSError:
            old.replace(target)
            raise
    except OSError:
        with suppress(OSError):  # it holds what was there, where that could not go back
            before.rmdir()
        raise
    shutil.rmtree(before, ignore_errors=True)


def written(root: Path, rows: dict[str, int | None]) -> tuple[WrittenFile, ...]:
    """Return what lies below `root`, by path inside it, with the rows of each; a path that ends
    with `/` stands for all files of a folder."""
    return tuple(WrittenFile(name, count, _size(root / name)) for name, count in rows.items())


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def write_report(folder: Path, report: ExportReport, more: dict[str, Any]) -> None:
    """Write the report of a folder's export into it, with what else a reader must know.

    It goes wherever the folder goes: it names no picture that was left out, and no place of this
    machine.
    """
    kept = {why: found for why, found in report.examples.items() if why not in report.left_out}
    report = replace(report, out=Path(report.out).name, examples=kept)
    text = escaped_json(json.dumps({**report_json(report), **more}, ensure_ascii=False, indent=2))
    (folder / REPORT_FILE).write_text(f"{text}\n", encoding="utf-8")


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
