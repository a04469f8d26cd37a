"""Adds a manifest: a table with a row a picture, which says where its picture can be had.

The whole table is read in one transaction, or nothing of it; the same bytes count once, and
a table that has changed since leaves what is known of its rows as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.models import Source
from camtrap_tui.errors import InputError
from camtrap_tui.services.bursting import renew_burst_of, renew_bursts
from camtrap_tui.services.places import to_text
from camtrap_tui.services.table_entries import Entry, entry_of
from camtrap_tui.services.table_paths import PathsOfOneId
from camtrap_tui.services.table_writer import TableCounts, TableWriter
from camtrap_tui.services.tables import read_day_order, read_lines
from camtrap_tui.store.store import Store, utc_now

Progress = Callable[[int, int], None]
_CHUNK = 2000
GONE = "no longer in the {what}"


@dataclass(frozen=True, slots=True)
class TableReport:
    """How the rows of a table ended; `states` are those of all rows that it ever had.

    `already_added` says that these bytes were read before, in the same way: nothing was
    written then. `vanished` rows were in an earlier reading and are not in this one.
    """

    source: Source
    counts: TableCounts
    states: dict[str, int]
    already_added: bool = False
    vanished: int = 0
    columns: dict[str, str] = field(default_factory=dict)


def add_manifest(
    store: Store, file: Path, columns: Mapping[str, str], progress: Progress | None = None
) -> TableReport:
    """Add the rows of a manifest; `columns` says under which heading each of ours stands.

    Raises InputError for a file that is no such table; nothing is written then. `progress` is
    called with (bytes read, bytes in all).
    """
    if not columns.keys() & {"mediaID", "publicURL", "filePath", "fileName"}:
        raise InputError(f"{file}: no column names a picture.", "Name one with --map.")

    content_md5, names = file_md5([file]), tuple(columns)
    first = read_day_order(file, columns, names=names).first

    def read(tell: Progress | None) -> Iterator[Entry]:
        return map(partial(entry_of, first=first), read_lines(file, columns, tell, names=names))

    return add_table(store, "manifest", file, content_md5, dict(columns), read, progress)


def add_table(
    store: Store,
    kind: str,
    file: Path,
    content_md5: str,
    columns: dict[str, str],
    read: Callable[[Progress | None], Iterator[Entry]],
    progress: Progress | None = None,
    after: Callable[[], None] = lambda: None,
) -> TableReport:
    """Write a table's entries as the rows of a source, in one transaction, then bursts.

    `content_md5` is that of all bytes that are read; `after` writes what else there is, and may
    be called again where it was stopped. Raises InputError where there is no row.
    """
    column_map = json.dumps(columns, ensure_ascii=False)
    location = to_text(str(file.resolve()))
    same = store.sources.with_content(kind, content_md5)
    if same is not None and same.column_map == column_map:
        return TableReport(same, TableCounts(), store.ledger.states(same.id), True, 0, columns)
    with store.db.loading():
        source = store.images.source(kind, location, utc_now())
        is_again = source.row_count is not None
        if is_again:
            store.sources.set_aside(source.id)
        writer = TableWriter(store, source.id, PathsOfOneId(lambda: read(None)), is_again=is_again)
        with store.db.filling(("image",)):
            _write_all(writer, read(progress))
        if not writer.counts.rows:
            raise InputError(f"{file}: the table has no rows.", "Give the one with the pictures.")
        gone = GONE.format(what="manifest" if kind == "manifest" else "package")
        vanished, excluded = store.sources.exclude_aside(source.id, gone)
        rows = writer.counts.rows + excluded
        store.sources.note_reading(source.id, rows, column_map)
        store.sources.unsettle(writer.left)
        if writer.met is not None:
            # Nobody waits for a survey that was empty: all pages are written once.
            for deployment_id in store.ledger.deployments_without_bursts():
                renew_burst_of(store, deployment_id)
    after()
    renew_bursts(store, store.ledger.deployments_without_bursts())
    with store.db.transaction():
        store.sources.note_content(source.id, content_md5)
    states = store.ledger.states(source.id)
    return TableReport(source, writer.counts, states, False, vanished, columns)


def _write_all(writer: TableWriter, entries: Iterator[Entry]) -> None:
    while chunk := list(islice(entries, _CHUNK)):
        writer.write(chunk)


def file_md5(files: Iterable[Path]) -> str:
    """Return the md5 of the bytes of files, one after the other."""
    digest = hashlib.md5(usedforsecurity=False)
    for file in files:
        try:
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            what = (error.strerror or str(error)).lower()
            raise InputError(f"{file}: {what}.", "Check the path and its permissions.") from None
    return digest.hexdigest()
