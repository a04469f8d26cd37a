"""Writes the lines of a manifest into the ledger: each ends in one state, however often read.

An image is known by the table's id, else by the path that an import made its id of. What was
learned of a row before (its picture is here, or could not be had) stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from camtrap_tui.domain.timestamps import Timestamp, is_in_doubt
from camtrap_tui.services.places import path_media_id
from camtrap_tui.services.table_entries import Entry
from camtrap_tui.store.sources import KnownImage, NewImage, NewRow, TableRow
from camtrap_tui.store.store import Store

_MOST_EXAMPLES = 20
_MET_BITS = 1 << 25
_KEPT_STATES = ("pending", "here", "missing", "unreadable")


@dataclass(slots=True)
class TableCounts:
    """What became of a table's rows; the states themselves are counted by the ledger.

    `unclear_times` are those among `bad_times` that may have the day or the month first.
    """

    rows: int = 0
    new_rows: int = 0
    new_images: int = 0
    known_images: int = 0
    repeated: int = 0
    conflicting: int = 0
    ambiguous: int = 0
    short: int = 0
    without_time: int = 0
    bad_times: int = 0
    unclear_times: int = 0
    examples: list[str] = field(default_factory=list)

    def note_short(self, entry: Entry) -> None:
        """Count a row with fewer cells than headings, which may have been cut off."""
        self.short += 1
        self.note(f"row {entry.number:,}: cells are missing at its end")

    def note(self, what: str) -> None:
        """Keep an example of what could not be taken as it stands."""
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(what)


class TableWriter:
    """Writes entries of one source, a chunk at a time, inside the caller's transaction.

    `has_one_id` tells of a path whether all lines that have it mean one picture. With
    `is_again`, rows of an earlier reading are set aside, and claimed by the lines that mean them.
    """

    def __init__(
        self, store: Store, source_id: int, has_one_id: Callable[[str], bool], *, is_again: bool
    ) -> None:
        self.store = store
        self.source_id = source_id
        self.has_one_id = has_one_id
        self.is_again = is_again
        self._deployments: dict[str, int] = {}
        self._next = store.bulk.next_image_id()
        # In a survey without images only ids of this table can be known. A bit a hash says of
        # which to ask: of some in vain, but of none too few.
        self.met = bytearray(_MET_BITS // 8) if self._next == 1 else None
        self.counts = TableCounts()
        # Deployments that images were moved out of: what is left of their bursts is to be renewed.
        self.left: set[int] = set()

    def write(self, entries: Sequence[Entry]) -> None:
        """Write a chunk of entries: at most some thousand."""
        _Chunk(self, entries).write()

    def perhaps_known(self, keys: set[str]) -> list[str]:
        """Return those of some ids that the survey may know, and note that they were asked for."""
        met = self.met
        if met is None:
            return list(keys)
        found: list[str] = []
        for key in keys:
            bit = hash(key) % _MET_BITS
            if met[bit // 8] & 1 << bit % 8:
                found.append(key)
            met[bit // 8] |= 1 << bit % 8
        return found

    def new_image_id(self) -> int:
        """Return the row id for one more image."""
        self._next += 1
        return self._next - 1

    def deployment(self, name: str) -> int | None:
        """Return the row id of a deployment, added if need be; None for no name."""
        if name and name not in self._deployments:
            self._deployments[name] = self.store.images.deployment_id(name)
        return self._deployments.get(name)


class _Chunk:
    """What a chunk of entries meets in the survey, and what is to be written of it."""

    def __init__(self, writer: TableWriter, entries: Sequence[Entry]) -> None:
        self._writer = writer
        self._sources = writer.store.sources
        self._counts = writer.counts
        self._entries = entries
        self._by_key: dict[str, KnownImage] = {}
        self._rows: dict[int, list[TableRow]] = defaultdict(list)
        self._by_path: dict[str, list[TableRow]] = defaultdict(list)
        self._claimed: set[int] = set()
        self._firsts: dict[int, Entry] = {}
        self._new_images: dict[int, NewImage] = {}
        self._told: list[KnownImage] = []
        self._retimed: list[KnownImage] = []
        self._put: list[NewRow] = []

    def write(self) -> None:
        self._look_up()
        for entry in self._entries:
            self._counts.rows += 1
            if entry.is_short:
                self._counts.note_short(entry)
            if entry.has_image:
                self._take(entry)
            else:
                old = self._old_row_at(entry)
                self._row(entry, old, str(entry.state), entry.reason, None)
        self._sources.add_images(self._new_images.values())
        self._sources.tell(self._told)
        self._sources.retell_times(self._retimed)
        self._sources.put_rows(self._writer.source_id, self._put)

    def _look_up(self) -> None:
        """Ask the survey once for all that these entries may mean."""
        wanted = [entry for entry in self._entries if entry.has_image]
        known = self._sources.known(self._writer.perhaps_known({entry.key for entry in wanted}))
        # An import may have made an image of a path alone, which gets its id here.
        by_path = {
            entry.key: path_media_id(entry.path)
            for entry in wanted
            if entry.path and entry.key not in known and self._writer.met is None
        }
        aliases = self._sources.known(list(set(by_path.values())))
        if self._writer.is_again:
            self._look_up_paths(known, by_path)
        images = {image.id: image for image in [*known.values(), *aliases.values()]}
        for row in self._sources.rows_of(self._writer.source_id, list(images)):
            assert row.image_id is not None
            self._rows[row.image_id].append(row)
        self._by_key = known
        paths = {entry.key: entry.path for entry in wanted}
        for key, alias in by_path.items():
            # One image goes to one id, and never away from a row that has it already.
            found = aliases.get(alias)
            if key in known or found is None or self._rows[found.id]:
                continue
            del aliases[alias]
            if self._writer.has_one_id(paths[key]):
                self._by_key[key] = found
            else:
                self._counts.ambiguous += 1
                self._counts.note(
                    f"{paths[key]}: rows with several ids have this path, so that the picture"
                    " which the survey knows by it stays apart"
                )

    def _look_up_paths(self, known: dict[str, KnownImage], by_path: dict[str, str]) -> None:
        """Find rows of the last reading by path, whose image may have got another id since."""
        source_id = self._writer.source_id
        lost = [e for e in self._entries if not e.has_image or e.key not in known]
        rows = self._sources.rows_at(source_id, list({e.path for e in lost if e.path}))
        rows += self._sources.nameless_rows(source_id, [e.number for e in lost if not e.path])
        for row in rows:
            self._by_path[row.file_path].append(row)
        ids = {row.image_id for row in rows if row.image_id is not None}
        images = self._sources.images(list(ids))
        for entry in self._entries:
            if entry.has_image and not entry.media_id and entry.key not in known:
                old = self._old_row_at(entry)
                if old is not None and old.image_id is not None:
                    known[entry.key] = images[old.image_id]
                    by_path.pop(entry.key, None)

    def _old_row_at(self, entry: Entry) -> TableRow | None:
        """Return the row of the last reading that has this path, id and address."""
        for row in self._by_path.get(entry.path, ()):
            same = (row.media_id or "", row.url) == (entry.media_id, entry.url)
            if row.is_aside and row.id not in self._claimed and same:
                return row
        return None

    def _take(self, entry: Entry) -> None:
        """Write the row of an entry that means a picture, and what it says of the image."""
        image = self._by_key.get(entry.key)
        if image is None:
            image = self._add(entry)
        elif image.id in self._firsts or any(not row.is_aside for row in self._rows[image.id]):
            self._repeat(entry, image)
            return
        else:
            self._counts.known_images += 1
            image = self._tell(entry, image)
        self._firsts[image.id] = entry
        self._by_key[entry.key] = image
        old = self._old_row(image.id, duplicate=False)
        state, reason = self._state(entry, image, old)
        self._row(entry, old, state, reason, image.id)

    def _old_row(self, image_id: int, *, duplicate: bool) -> TableRow | None:
        if not self._rows:
            return None
        left = [row for row in self._rows[image_id] if row.is_aside and row.id not in self._claimed]
        left.sort(key=lambda row: (row.state == "duplicate") != duplicate)
        return left[0] if left else None

    def _state(
        self, entry: Entry, image: KnownImage, old: TableRow | None
    ) -> tuple[str, str | None]:
        if image.has_picture:
            return "here", None
        if entry.state is not None:
            return entry.state, entry.reason
        if old is not None and old.state in _KEPT_STATES and old.url == entry.url:
            return old.state, old.reason
        return "pending", None

    def _add(self, entry: Entry) -> KnownImage:
        """Make an image of an entry."""
        self._counts.new_images += 1
        key = self._writer.new_image_id()
        time = self._time(entry)
        known = KnownImage(
            id=key,
            media_id=entry.key,
            url=entry.url,
            deployment_id=self._writer.deployment(entry.deployment),
            timestamp=time.local if time else None,
            timestamp_raw=entry.written_time if time else None,
            timestamp_source="metadata" if time else "none",
            subsecond=time.subsecond if time else None,
            exif_offset=time.offset if time else None,
            latitude=entry.latitude,
            longitude=entry.longitude,
            clock_shift_s=0,
            has_picture=0,
        )
        self._new_images[key] = NewImage(
            id=key,
            media_id=known.media_id,
            source_id=self._writer.source_id,
            file_path=entry.path or entry.key,
            url=known.url,
            deployment_id=known.deployment_id,
            timestamp=known.timestamp,
            timestamp_raw=known.timestamp_raw,
            timestamp_source=known.timestamp_source,
            subsecond=known.subsecond,
            exif_offset=known.exif_offset,
            latitude=known.latitude,
            longitude=known.longitude,
        )
        return known

    def _tell(self, entry: Entry, image: KnownImage) -> KnownImage:
        """Put what an entry says onto an image that was known before."""
        told = replace(
            image,
            media_id=entry.media_id or image.media_id,
            url=entry.url or image.url,
            latitude=image.latitude if entry.latitude is None else entry.latitude,
            longitude=image.longitude if entry.longitude is None else entry.longitude,
        )
        if told != image:
            self._told.append(told)
        time = self._time(entry)
        timed = told
        if entry.deployment and (entry.deployment_is_told or image.deployment_id is None):
            timed = replace(told, deployment_id=self._writer.deployment(entry.deployment))
        if time and (told.timestamp_source, told.timestamp_raw) != ("metadata", entry.written_time):
            timed = replace(
                timed,
                timestamp=time.local,
                timestamp_raw=entry.written_time,
                timestamp_source="metadata",
                subsecond=time.subsecond,
                exif_offset=time.offset,
                clock_shift_s=0,
            )
        if timed != told:
            if image.deployment_id is not None and image.deployment_id != timed.deployment_id:
                self._writer.left.add(image.deployment_id)
            self._retimed.append(timed)
        return timed

    def _time(self, entry: Entry) -> Timestamp | None:
        if not entry.written_time:
            self._counts.without_time += 1
        elif entry.time is None:
            self._counts.bad_times += 1
            self._counts.unclear_times += is_in_doubt(entry.written_time)
            written = entry.written_time[:60]
            self._counts.note(f"row {entry.number:,}: {written!r} is no timestamp")
        return entry.time

    def _repeat(self, entry: Entry, image: KnownImage) -> None:
        """Write the row of an entry whose id an earlier row of the table has."""
        self._counts.repeated += 1
        what = "id" if entry.media_id else "path" if entry.url is None else "address"
        first = self._firsts.get(image.id)
        if first is not None:
            number = first.number
            differs = _values(entry) != _values(first)
        else:
            row = next(row for row in self._rows[image.id] if not row.is_aside)
            number = row.row_number
            stated = (row.url, row.file_path, row.content_md5)
            differs = stated != (entry.url, entry.path, entry.content_md5) or (
                bool(entry.time) and image.timestamp_raw != entry.written_time
            )
        reason = f"the same {what} as row {number:,}"
        if differs:
            self._counts.conflicting += 1
            reason += ", with other values"
            shown = entry.media_id or entry.path
            self._counts.note(
                f"row {entry.number:,}: {shown} again, with other values than row {number:,},"
                " which counts"
            )
        old = self._old_row(image.id, duplicate=True)
        self._row(entry, old, "duplicate", reason, image.id)

    def _row(
        self,
        entry: Entry,
        old: TableRow | None,
        state: str,
        reason: str | None,
        image_id: int | None,
    ) -> None:
        if old is not None:
            self._claimed.add(old.id)
        else:
            self._counts.new_rows += 1
        self._put.append(
            NewRow(
                id=old.id if old else 0,
                row_number=entry.number,
                file_path=entry.path,
                media_id=entry.media_id or None,
                url=entry.url,
                state=state,
                reason=reason,
                image_id=image_id,
                content_md5=entry.content_md5,
            )
        )


def _values(entry: Entry) -> tuple[object, ...]:
    return (entry.url, entry.path, entry.content_md5, entry.written_time, entry.deployment)
