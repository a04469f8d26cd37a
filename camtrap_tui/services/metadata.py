"""Reads a metadata table: time, camera and address of pictures, by their media ids.

The table wins over EXIF. An id that comes twice counts once, the first row as it stands;
what cannot be taken is counted and named, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.clock import as_shown
from camtrap_tui.domain.timestamps import (
    First,
    Timestamp,
    is_in_doubt,
    parse_table_timestamp,
)
from camtrap_tui.services.bursting import dated, renew_burst_of
from camtrap_tui.services.places import path_media_id
from camtrap_tui.services.tables import Line, Progress, read_day_order, read_lines
from camtrap_tui.store.bulk import Facts
from camtrap_tui.store.store import Store

_CHUNK = 2000
_MOST_EXAMPLES = 20


@dataclass(slots=True)
class MetadataReport:
    """How the rows of a metadata table ended: each is described, repeated or unmatched.

    `days` says how its days are written, where that needs words; `unclear_times` are those
    among `bad_times` that may have the day or the month first.
    """

    file: Path
    rows: int = 0
    described: int = 0
    repeated: int = 0
    conflicting: int = 0
    unmatched: int = 0
    without_time: int = 0
    bad_times: int = 0
    unclear_times: int = 0
    days: str = ""
    examples: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Keep an example of what could not be taken."""
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(what)


def import_metadata(
    store: Store,
    file: Path,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> MetadataReport:
    """Describe the survey's images with a metadata table, in one transaction.

    `columns` says under which heading each of `tables.COLUMNS` stands, where it is another one.
    """
    with store.db.transaction():
        return describe(store, file, columns, progress)


def describe(
    store: Store,
    file: Path,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> MetadataReport:
    """Do what `import_metadata` does, inside the caller's transaction."""
    order = read_day_order(file, columns)
    report = MetadataReport(file, days=order.said)
    seen: dict[int, int] = {}
    describing = _Describing(store, report, order.first)
    lines = _new_lines(read_lines(file, columns, progress), report, seen)
    while chunk := list(islice(lines, _CHUNK)):
        describing.write(chunk)
    for deployment_id in describing.touched:
        renew_burst_of(store, deployment_id)
    return report


def _new_lines(
    lines: Iterator[Line], report: MetadataReport, seen: dict[int, int]
) -> Iterator[Line]:
    """Yield the first line of each id; hashes of what was seen are enough to tell."""
    for line in lines:
        report.rows += 1
        key = hash(line.media_id or line.path)
        values = hash((line.timestamp, line.url, line.folder))
        if key not in seen:
            seen[key] = values
            yield line
            continue
        report.repeated += 1
        if seen[key] != values:
            report.conflicting += 1
            report.note(
                f"row {line.number:,}: {line.media_id or line.path} again, with other values"
                " than in its first row, which counts"
            )


class _Describing:
    """Writes lines of a table onto the images that they name."""

    def __init__(self, store: Store, report: MetadataReport, first: First | None) -> None:
        self._store = store
        self._report = report
        self._first = first
        self._deployments: dict[str, int] = {}
        # A bit an image: those that a row has described.
        self._described = bytearray()
        self.touched: set[int | None] = set()

    def write(self, lines: list[Line]) -> None:
        """Write a chunk of lines."""
        names = {line.folder for line in lines if line.folder} - self._deployments.keys()
        if names:
            self._deployments = self._store.images.deployment_ids(sorted(names))
        known = self._store.bulk.facts([line.media_id for line in lines if line.media_id])
        # A picture that was imported by its path alone gets the table's id.
        by_path = {
            line.path: path_media_id(line.path)
            for line in lines
            if line.path and line.media_id not in known
        }
        known |= self._store.bulk.facts(list(by_path.values()))
        new: list[Facts] = []
        renamed: list[tuple[str, int]] = []
        for line in lines:
            old = known.get(line.media_id) or known.get(by_path.get(line.path, ""))
            if old is None:
                self._report.unmatched += 1
                continue
            if self._was_described(old.id):
                self._report.repeated += 1
                self._report.conflicting += 1
                self._report.note(
                    f"row {line.number:,}: {line.path or line.media_id} again, under another id"
                    " than in its first row, which counts"
                )
                continue
            self._report.described += 1
            new.append(self._told_by(line, old))
            if line.media_id and line.media_id != old.media_id:
                renamed.append((line.media_id, old.id))
        self._store.bulk.put_facts(new)
        self._store.bulk.rename(renamed)

    def _was_described(self, image_id: int) -> bool:
        """Tell whether a row has described this image, and take it that one has now."""
        place, bit = image_id >> 3, 1 << (image_id & 7)
        if place >= len(self._described):
            self._described.extend(bytes(place + 1 - len(self._described)))
        was = bool(self._described[place] & bit)
        self._described[place] |= bit
        return was

    def _told_by(self, line: Line, old: Facts) -> Facts:
        time = self._time(line)
        # A time that the camera showed before, too, keeps the correction of its clock.
        shown = as_shown(old.timestamp, old.clock_shift_s) if old.timestamp else None
        is_news = time is not None and time.local != shown
        new = Facts(
            old.id,
            old.media_id,
            self._deployments.get(line.folder, old.deployment_id),
            time.local if time and is_news else old.timestamp,
            line.timestamp if time else old.timestamp_raw,
            "metadata" if time else old.timestamp_source,
            time.subsecond if time else old.subsecond,
            time.offset if time else old.exif_offset,
            line.url or old.url,
            0 if is_news else old.clock_shift_s,
        )
        if dated(new) != dated(old):
            self.touched |= {old.deployment_id, new.deployment_id}
        return new

    def _time(self, line: Line) -> Timestamp | None:
        if not line.timestamp:
            self._report.without_time += 1
            return None
        time = parse_table_timestamp(line.timestamp, self._first)
        if time is None:
            self._report.bad_times += 1
            self._report.unclear_times += is_in_doubt(line.timestamp)
            self._report.note(f"row {line.number:,}: {line.timestamp[:60]!r} is no timestamp")
        return time
