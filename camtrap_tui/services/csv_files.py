"""CSV files that are there whole or not at all, and never in the place of something else.

UTF-8 without a byte order mark, LF, quotes where needed (RFC 4180).
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from camtrap_tui.errors import InputError, UsageError

_SQLITE_MAGIC = b"SQLite format 3\x00"


def check_out(survey: Path, out: Path, example: str = "list.csv") -> None:
    """Refuse what must not be written over, before anything is read.

    `example` is a name that would do. Raises UsageError for a folder, a device or a survey,
    InputError without the folder.
    """
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}: there is no such folder.", "Make it first.")
    if out.is_dir():
        raise UsageError(f"{out}: is a folder.", f"Name a file, as in {example}.")
    if out.exists() and not out.is_file():
        # Moving a file to where a device is would replace the device.
        raise UsageError(f"{out}: is no ordinary file.", f"Name a file, as in {example}.")
    target, survey = target_of(out), survey.resolve()
    beside = {survey.with_name(survey.name + end) for end in ("", "-wal", "-shm", "-journal")}
    if target in beside:
        raise UsageError(f"{out}: is the survey itself.", f"Name another file, as in {example}.")
    try:
        if out.is_file():
            with out.open("rb") as file:
                is_survey = file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
            if is_survey:
                raise UsageError(f"{out}: is a survey.", f"Name another file, as in {example}.")
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}.", "Name another file.") from None


def target_of(out: Path) -> Path:
    """Return where `out` leads to through links. Raises InputError for a loop."""
    target = Path(os.path.realpath(out))
    if target.is_symlink():
        raise InputError(f"{out}: is a link that leads to itself.", "Name another place.")
    return target


def write_csv(out: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write the CSV beside `out` and move it into place once it is safely on the disk.

    Where `out` is a link, what it leads to is replaced, not the link. Raises
    InputError where that cannot be done; nothing is left there then.
    """
    target = target_of(out)
    beside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=target.parent,
            prefix=f".{target.name[:100]}.",
            suffix=".tmp",
            delete=False,
        ) as file:
            beside = Path(file.name)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(headings)
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        give_usual_mode(beside)
        beside.replace(target)
        beside = None
    except OSError as error:
        raise InputError(
            f"{out}: {error.strerror}.", "Check the folder, its permissions and its free space."
        ) from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    sync_folder(target.parent)


def give_usual_mode(path: Path) -> None:
    """Give a temporary file, which only its owner may read, the rights of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def sync_folder(folder: Path) -> None:
    """Put the new name on the disk too, where the system knows how."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        # Some file systems cannot sync a folder; the file itself is safe.
        return
    finally:
        os.close(handle)
