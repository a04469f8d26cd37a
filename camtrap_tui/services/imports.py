"""Imports predictions that were made elsewhere: a run of its own, whole or not at all.

Every record becomes a row of the ledger; what of it cannot be taken is counted and named.
"""

from __future__ import annotations

import gc
import hashlib
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.import_writer import Counts, ImportWriter
from camtrap_tui.services.ingest import FolderReport, add_folder
from camtrap_tui.services.known_paths import unite_known
from camtrap_tui.services.metadata import MetadataReport, describe
from camtrap_tui.services.pictures_on_disk import walk
from camtrap_tui.services.places import to_text
from camtrap_tui.services.placing import listing, place_listed
from camtrap_tui.services.prediction_files import no_predictions, read_predictions
from camtrap_tui.services.prediction_parts import Record
from camtrap_tui.services.speciesnet_files import SPECIESNET_5
from camtrap_tui.store.runs import run_uuid
from camtrap_tui.store.store import Store, utc_now

Progress = Callable[[str, int, int], None]
_TABLES = ("image", "source_row", "prediction")
_CHUNK = 500
_AHEAD = 2
_TURN_S = 0.0002


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import ended; `states` are the ledger rows of all predictions files together.

    `already_imported` says that these very bytes were imported before: then no record was
    read again, and only the metadata and the pictures that were given have been looked at.
    """

    file: Path
    run: Run
    already_imported: bool
    counts: Counts
    states: dict[str, int]
    metadata: MetadataReport | None = None
    folder: FolderReport | None = None


def import_predictions(
    store: Store,
    file: Path,
    *,
    images: Path | None = None,
    metadata: Path | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file of predictions; with `metadata`, describe the pictures by a table.

    With `images`, look for the pictures in that folder, then add the whole folder. Records,
    table and places are written in one transaction, the files of the folder after it (that
    can be stopped and repeated). `columns` are those of `metadata.import_metadata`.
    `progress` is called with (what is done: `predictions`, `metadata` or `pictures`; done; in
    all), from any thread. Raises InputError where a file cannot be used; nothing is imported then.
    """
    md5 = _md5(file)
    key = f"import:{md5}"
    with ExitStack() as stack:
        listed = None
        if images is not None:
            # Before the lock is taken: a large folder takes a while.
            listed = stack.enter_context(listing(images.resolve(), _files(images)))
        stack.enter_context(store.db.loading())
        run = store.runs.by_request_key(key)
        already = run is not None
        counts = Counts()
        if run is None:
            run, counts = _Import(store, file, md5).write(_of(progress, "predictions"))
        described = None
        if metadata is not None:
            described = describe(store, metadata, columns, _of(progress, "metadata"))
        if listed is not None:
            place_listed(store, listed)
    folder = None
    if images is not None:
        folder = add_folder(store, images, progress=_of(progress, "pictures"))
    states = store.ledger.states_of_kind("predictions")
    return ImportReport(file, run, already, counts, states, described, folder)


def _of(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(what, done, total)


def _files(images: Path) -> Iterator[str]:
    if not images.is_dir():
        raise InputError(f"{images}: there is no such folder.", "Check the path after --images.")
    return (found.path for found in walk(images.resolve()) if not found.trouble)


def _md5(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise InputError(f"{file}: {what}.", "Check the path and its permissions.") from None
    return digest.hexdigest()


def _ahead(read: Callable[[], list[Record]]) -> Iterator[list[Record]]:
    """Yield what `read` returns until it returns nothing; it reads ahead in another thread.

    SQLite lets other threads run while it writes, but would wait for them as long as Python
    lets a thread go on by default, which is longer than a statement takes.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        with ThreadPoolExecutor(1) as pool:
            coming = deque(pool.submit(read) for _ in range(_AHEAD))
            while chunk := coming.popleft().result():
                coming.append(pool.submit(read))
                yield chunk
    finally:
        sys.setswitchinterval(interval)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of short-lived records: none has any."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class _Asked:
    """What the records say of the model, the region and the format; a run has one of each."""

    versions: dict[str, None] = field(default_factory=dict)
    formats: dict[str | None, None] = field(default_factory=dict)
    regions: dict[tuple[str | None, str | None], None] = field(default_factory=dict)

    def hear(self, records: Sequence[Record]) -> None:
        said = {
            (record.model_version, record.country, record.admin1_region, record.source_format): None
            for record in records
        }
        for version, country, admin1_region, source_format in said:
            if version:
                self.versions[version] = None
            self.regions[country, admin1_region] = None
            self.formats[source_format] = None

    @property
    def version(self) -> str:
        return " + ".join(self.versions) or "unknown"

    @property
    def source_format(self) -> str:
        """The format of the records; where none could be of one only, the latest of SpeciesNet."""
        return " + ".join(name for name in self.formats if name) or SPECIESNET_5

    @property
    def region(self) -> tuple[str | None, str | None]:
        """The region of all records; none where they differ or it is no code."""
        if len(self.regions) != 1:
            return None, None
        country, admin1 = next(iter(self.regions))
        return _code(country, 3), _code(admin1, 2) if _code(country, 3) else None


def _code(text: str | None, length: int) -> str | None:
    if text is None or len(text) != length or not (text.isascii() and text.isalnum()):
        return None
    return text.upper()


class _Import:
    """Writes one file as a run, inside the caller's transaction."""

    def __init__(self, store: Store, file: Path, md5: str) -> None:
        self._store = store
        self._file = file
        self._md5 = md5
        self._key = f"import:{md5}"

    def write(self, progress: Callable[[int, int], None] | None) -> tuple[Run, Counts]:
        """Write all records; return the run and how they ended."""
        store, now = self._store, utc_now()
        source = store.images.source("predictions", self._location(), now)
        run = store.runs.add(self._run(now))
        writer, asked = ImportWriter(store, run.id, source.id), _Asked()
        records = read_predictions(self._file, progress)
        with _without_collector(), store.db.filling(_TABLES):
            for chunk in _ahead(lambda: list(islice(records, _CHUNK))):
                asked.hear(chunk)
                writer.write(chunk)
        if not writer.counts.records:
            raise no_predictions(self._file)
        unite_known(store, writer)
        store.bulk.describe_source(source.id, self._md5, writer.counts.records)
        store.bulk.describe_run(run.id, asked.version, asked.source_format, *asked.region)
        written = store.runs.by_request_key(self._key)
        assert written is not None
        return written, writer.counts

    def _location(self) -> str:
        """Return where the file lies; other predictions that lay there before stay a source."""
        location = to_text(str(self._file.resolve()))
        if self._store.ledger.source_id("predictions", location) is None:
            return location
        return f"{location} (md5 {self._md5})"

    def _run(self, now: str) -> Run:
        return Run(
            id=0,
            run_uuid=run_uuid(self._key),
            kind="import",
            request_key=self._key,
            model_version="unknown",
            model_name=None,
            model_sha256=None,
            taxonomy_sha256=None,
            geofence_sha256=None,
            software=None,
            country=None,
            admin1_region=None,
            geofenced=0,
            source_file=clean(to_text(self._file.name)),
            source_format=None,
            started_at=now,
            finished_at=now,
        )
