"""A copy of a survey to try things on: the survey's own files are read, and stay as they are.

SQLite leaves files beside a survey that it only reads, so that it is asked only where other
programs have the survey open, and such files lie there already.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from camtrap_tui.errors import StoreError
from camtrap_tui.store.database import explain
from camtrap_tui.store.store import Store

_TRIES = 3


@contextmanager
def private_copy(survey: Path) -> Iterator[Store]:
    """Open a copy of a survey, or a new one where there is none, and remove it in the end.

    Raises StoreError as `Store.open` does, with the survey's own path.
    """
    if not survey.parent.is_dir():
        raise StoreError(f"{survey.parent}: there is no such folder.", "Make it first.")
    with TemporaryDirectory(prefix="camtrap-tui-") as folder:
        copy = Path(folder) / survey.name
        if survey.exists():
            _copy(survey, copy)
        try:
            with Store.open(copy, create=not survey.exists(), durability="NORMAL") as store:
                yield store
        except StoreError as error:
            said = error.message.replace(str(copy), str(survey))
            raise StoreError(said, error.hint.replace(str(copy), str(survey))) from error


def _copy(survey: Path, copy: Path) -> None:
    wal = survey.with_name(f"{survey.name}-wal")
    is_open = survey.with_name(f"{survey.name}-shm")
    for _ in range(_TRIES):
        if is_open.exists():
            break
        before = _stamp(survey), _stamp(wal)
        try:
            shutil.copyfile(survey, copy)
            if before[1]:
                # Left by a crash: the copy takes over what is in it.
                shutil.copyfile(wal, copy.with_name(f"{copy.name}-wal"))
        except OSError as error:
            what = (error.strerror or str(error)).lower()
            raise StoreError(f"{survey}: {what}.", "Check the path and the disk.") from None
        if before == (_stamp(survey), _stamp(wal)) and not is_open.exists():
            return
        copy.with_name(f"{copy.name}-wal").unlink(missing_ok=True)
    try:
        reading = sqlite3.connect(f"{survey.resolve().as_uri()}?mode=ro", uri=True)
        with closing(reading), closing(sqlite3.connect(copy)) as writing:
            reading.backup(writing)
    except sqlite3.Error as error:
        raise explain(survey, error) from error


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns
