"""Which pictures a prediction is about, and where they come from: a folder, or the whole survey.

A feed never waits: where nothing is at hand it says so, and downloads go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from camtrap_tui.errors import InputError
from camtrap_tui.services import events, ingest
from camtrap_tui.services.engine import Picture, Result, Unpredicted
from camtrap_tui.services.places import from_text
from camtrap_tui.store.store import Store

_PAGE = 500
Failures = list[tuple[str, str, int]]


class Feed(Protocol):
    """The pictures of one prediction.

    `folder` is empty, `input_size` None where none of it plays a part; `rows` counts the ledger's
    rows by state.
    """

    folder: str
    input_size: str | None
    rows: dict[str, int]

    def begin(self, run_id: int) -> int:
        """Let all pictures wait for the run, in the caller's transaction; return the new ones."""

    def start(self, outcomes: Sequence[str]) -> None:
        """Begin to fetch the pictures in these outcomes that are not here."""

    def outcomes(self) -> dict[str, int]:
        """Return how many of the pictures are in each outcome of the run."""

    def failures(self) -> Failures:
        """Return (name, reason, attempts) of the pictures that failed in the run."""

    def unreadable(self) -> list[tuple[str, str]]:
        """Return (name, reason) of files that never became images."""

    def pictures(self) -> Iterator[Picture | None]:
        """Yield the pictures as they are at hand; None while none is, but more are to come."""

    def pump(self) -> list[Unpredicted]:
        """Take what has arrived; return the pictures that nothing can be predicted of."""

    def name(self, image_id: int) -> str:
        """Return what a person knows a picture by that was yielded or pumped."""

    def checked(self, result: Unpredicted) -> Unpredicted:
        """Return a failure as it is to be recorded. Raises InputError where its folder is gone."""

    def attempts(self, image_id: int) -> int:
        """Return how often a picture has been tried with this time, and forget it."""

    def note_saved(self, batch: Sequence[Result]) -> None:
        """Write what failures say of the pictures' files, in the caller's transaction."""

    def progress(self) -> events.Fetching | None:
        """Return how the downloads are doing, if there are any."""

    def close(self) -> None:
        """End the downloads."""

    @property
    def gave_up(self) -> str:
        """Why pictures were left that should have been fetched; empty where none were."""


class FolderFeed:
    """The pictures of one folder, in the order of their ids."""

    input_size: str | None = None
    gave_up = ""

    def __init__(self, store: Store, found: ingest.FolderReport) -> None:
        self._store = store
        self._source_id = found.source_id
        self._root = found.folder
        self._run_id = 0
        self._outcomes: Sequence[str] = ()
        # Of the pictures that are in the pipe: the file's name in the ledger, and attempts.
        self._waiting: dict[int, tuple[str, int]] = {}
        self.folder = str(found.folder)
        self.rows = found.states

    def begin(self, run_id: int) -> int:
        """Let the folder's images wait for the run."""
        self._run_id = run_id
        return self._store.runs.add_pending(run_id, self._source_id)

    def start(self, outcomes: Sequence[str]) -> None:
        """Note which outcomes are to be worked on; all pictures are here."""
        self._outcomes = outcomes

    def outcomes(self) -> dict[str, int]:
        """Return how many of the folder's images are in each outcome."""
        return self._store.runs.outcomes_of_source(self._run_id, self._source_id)

    def failures(self) -> Failures:
        """Return the folder's images that failed."""
        return self._store.runs.failures_of_source(self._run_id, self._source_id)

    def unreadable(self) -> list[tuple[str, str]]:
        """Return the files that never became images, with a reason in words."""
        found = self._store.ledger.rows_in_state(self._source_id, "unreadable")
        return [(row.file_path, f"unreadable: {row.reason}") for row in found]

    def pictures(self) -> Iterator[Picture | None]:
        """Yield the pictures of the folder."""
        after = 0
        runs = self._store.runs
        while page := runs.to_predict(self._run_id, self._source_id, self._outcomes, after, _PAGE):
            for image_id, file_path, attempts in page:
                self._waiting[image_id] = (file_path, attempts)
                yield Picture(image_id, self._root / from_text(file_path))
            after = page[-1][0]

    def pump(self) -> list[Unpredicted]:
        """Nothing arrives: all is here."""
        return []

    def name(self, image_id: int) -> str:
        """Return the file's name in the ledger."""
        return self._waiting[image_id][0]

    def checked(self, result: Unpredicted) -> Unpredicted:
        """Refuse to call a picture missing whose whole folder is."""
        if not self._root.is_dir():
            raise folder_is_gone(self._root)
        return result

    def attempts(self, image_id: int) -> int:
        """Return how often a picture has been tried, with this time."""
        return self._waiting.pop(image_id)[1] + 1

    def note_saved(self, batch: Sequence[Result]) -> None:
        """Nothing: what a folder's files are was found out when it was looked at."""

    def progress(self) -> events.Fetching | None:
        """There are no downloads."""
        return None

    def close(self) -> None:
        """There are no downloads."""


def folder_is_gone(root: Path) -> InputError:
    """Return the error for pictures whose folder has vanished while they were predicted."""
    return InputError(
        f"{root}: the folder of the pictures is gone.",
        "Bring it back, then run the same command again: it goes on there.",
    )
