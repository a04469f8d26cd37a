"""Adds what lies in a bucket below a prefix: every object ends in one state.

Pages are written as they come, so that an interrupted listing goes on where it is repeated;
only a whole one tells what is no longer there, and sets how many objects were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from camtrap_tui.domain.models import Source
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.pictures_on_disk import state_by_name
from camtrap_tui.services.places import (
    deployment_of,
    path_media_id,
    portable,
    stem_media_id,
    to_text,
)
from camtrap_tui.services.s3 import can_be_fetched, find_bucket, s3_url
from camtrap_tui.services.s3_requests import Listed, pages
from camtrap_tui.store.sources import KnownImage, NewImage, NewRow, SeenRows, TableRow
from camtrap_tui.store.store import Store, utc_now

Progress = Callable[[int], None]
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", re.ASCII)
_PLAIN_ETAG = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_MOST_EXAMPLES = 20
_GONE = "no longer in the bucket"
_NO_PATH = "its key has an empty, `.` or `..` part or a control sign, which no client asks for"


@dataclass(slots=True)
class BucketReport:
    """How the objects of a bucket ended; `states` are those of all rows of the source.

    `changed` objects are other ones than those that were fetched from there, `vanished` ones
    are gone; what was fetched of either is kept.
    """

    location: str
    source_id: int = 0
    objects: int = 0
    new_rows: int = 0
    new_images: int = 0
    known_images: int = 0
    vanished: int = 0
    vanished_fetched: int = 0
    changed: int = 0
    states: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Keep an example of what somebody should look at."""
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(what)


def split_location(url: str) -> tuple[str, str]:
    """Return bucket and prefix (without slashes around it) of `s3://bucket/prefix`.

    Raises UsageError for what is no such address.
    """
    scheme, sign, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if not sign or scheme.casefold() != "s3" or not _BUCKET.fullmatch(bucket):
        raise UsageError(f"{to_text(url)}: this names no bucket.", "Write s3://BUCKET/PREFIX.")
    return bucket, prefix.rstrip("/")


def add_bucket(
    store: Store, url: str, *, public: bool = False, progress: Progress | None = None
) -> BucketReport:
    """Add every object of a bucket below a prefix to the survey, and note which are gone.

    `progress` is called with the number of objects so far. Raises InputError where the bucket
    cannot be listed, or has no object there; a first listing that fails has written whole pages.
    """
    name, prefix = split_location(url)
    bucket = find_bucket(name, public=public)
    location = s3_url(name, prefix).rstrip("/")
    start = f"{prefix}/" if prefix else ""
    listing: _Listing | None = None
    report = BucketReport(location)
    for page in pages(bucket, start):
        objects = [listed for listed in page if not listed.key.endswith("/")]
        if not objects:
            continue
        if listing is None:
            listing = _begin(store, location, name, start, report, public=public)
        with store.db.transaction():
            listing.write(objects)
        report.objects += len(objects)
        if progress:
            progress(report.objects)
    if listing is None:
        raise InputError(
            f"{location}: there is no object below this prefix.",
            "Check it: a prefix is whole folders here, and case counts.",
        )
    listing.end()
    renew_bursts(store, store.ledger.deployments_without_bursts())
    report.states = store.ledger.states(listing.source.id)
    return report


def _begin(
    store: Store, location: str, bucket: str, prefix: str, report: BucketReport, *, public: bool
) -> _Listing:
    with store.db.transaction():
        source = store.images.source("s3", location, utc_now())
        # Whoever fetches from it later asks in the same way.
        store.sources.note_public(source.id, public=public)
        # Until this listing has ended nobody knows how many objects there are.
        store.sources.set_row_count(source.id, None)
    report.source_id = source.id
    return _Listing(store, source, bucket, prefix, report)


@dataclass(slots=True)
class _Page:
    """What a page of objects meets in the survey, and what is to be written of it.

    `claimed` are the images that an object of the page is, with its path; `made` the new ones.
    """

    known: dict[str, KnownImage]
    copies: dict[tuple[str, int | None], tuple[str, int]]
    next_id: int
    claimed: dict[int, str] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    images: list[NewImage] = field(default_factory=list)
    rows: list[NewRow] = field(default_factory=list)

    def add(self, image: NewImage) -> int:
        """Take a new image up, and return its row id."""
        self.images.append(image)
        self.made[image.media_id] = image.id
        self.next_id += 1
        return image.id


def _state(image: KnownImage) -> str:
    return "here" if image.has_picture else "pending"


class _Listing:
    """One listing of a bucket; remembers which of the earlier rows it has seen."""

    def __init__(
        self, store: Store, source: Source, bucket: str, prefix: str, report: BucketReport
    ) -> None:
        self._store = store
        self.source = source
        self._bucket = bucket
        self._prefix = prefix
        self._report = report
        self._deployments: dict[str, int] = {}
        self._seen = SeenRows(store.sources.last_row_id())

    def write(self, objects: Sequence[Listed]) -> None:
        """Write a page of objects, inside the caller's transaction."""
        store, report = self._store, self._report
        paths = {listed.key: to_text(listed.key[len(self._prefix) :]) for listed in objects}
        old = {row.file_path: row for row in self._rows_at(list(paths.values()))}
        for row in old.values():
            self._seen.add(row.id)
        fresh = [listed for listed in objects if self._is_news(listed, old.get(paths[listed.key]))]
        known = self._known(fresh, paths)
        copies = store.sources.first_with_etag(
            self.source.id, [listed.etag for listed in fresh if _PLAIN_ETAG.fullmatch(listed.etag)]
        )
        at = _Page(known, copies, store.bulk.next_image_id())
        for listed in fresh:
            path, was = paths[listed.key], old.get(paths[listed.key])
            state, reason, image_id = self._settled(listed, path, was, at)
            if state == "pending" and image_id is None:
                image_id = at.add(self._image(at.next_id, listed, path))
                report.new_images += 1
            if state in ("pending", "here") and image_id is not None:
                at.claimed[image_id] = path
                at.copies.setdefault((listed.etag, listed.size), (path, image_id))
            at.rows.append(self._row(listed, path, was, state, reason, image_id))
            report.new_rows += was is None
        store.sources.add_images(at.images)
        store.sources.put_rows(self.source.id, at.rows)

    def end(self) -> None:
        """Note what a whole listing did not name, and how much it named."""
        store, report = self._store, self._report
        gone = 0
        for page in store.sources.vanished(self.source.id, self._seen):
            with store.db.transaction():
                for row in page:
                    gone += 1
                    if row.state == "here":
                        report.vanished_fetched += 1
                        report.note(f"{row.file_path}: {_GONE}; what was fetched is kept")
                    elif row.reason != _GONE:
                        report.vanished += 1
                        store.sources.replace_lost(row, _GONE)
        with store.db.transaction():
            store.sources.set_row_count(self.source.id, report.objects + gone)

    def _rows_at(self, paths: list[str]) -> list[TableRow]:
        return self._store.sources.rows_at(self.source.id, paths)

    def _is_news(self, listed: Listed, row: TableRow | None) -> bool:
        """Tell whether an object is to be written: new, another one, or back again."""
        if row is None or row.reason == _GONE:
            return True
        if (row.file_bytes, row.etag) == (listed.size, listed.etag):
            return False
        if row.state != "here":
            return True
        self._report.changed += 1
        self._report.note(
            f"{row.file_path}: another object lies there now; the fetched one is kept"
        )
        return False

    def _known(self, objects: Sequence[Listed], paths: dict[str, str]) -> dict[str, KnownImage]:
        """Return the images that these objects may be, by the id that `_ids` gives them."""
        by_id = {key: ids for o in objects if (ids := self._ids(o, paths[o.key])) for key in ids}
        found = self._store.sources.known(list(by_id))
        # A path below a prefix is no name for ever: it counts where no address is known yet.
        return {
            key: image for key, image in found.items() if key == by_id[key][0] or image.url is None
        }

    def _ids(self, listed: Listed, path: str) -> tuple[str, ...]:
        named = stem_media_id(path)
        if named:
            return (named,)
        plain = (portable(path), portable(to_text(listed.key)))
        return (path_media_id(self._url(listed)), *map(path_media_id, plain))

    def _url(self, listed: Listed) -> str:
        return s3_url(self._bucket, listed.key)

    def _settled(
        self, listed: Listed, path: str, was: TableRow | None, at: _Page
    ) -> tuple[str, str | None, int | None]:
        """Return state, reason and image of an object; (pending, None, None) for a new image."""
        by_name = state_by_name(path)
        if by_name is None and not listed.size:
            by_name = ("unreadable", "the file is empty")
        if by_name is None and not can_be_fetched(listed.key):
            by_name = ("unreadable", _NO_PATH)
        own = was.image_id if was is not None and was.state != "duplicate" else None
        if by_name is not None:
            return (*by_name, own)
        copy = at.copies.get((listed.etag, listed.size))
        if copy is not None and copy[0] != path and _PLAIN_ETAG.fullmatch(listed.etag):
            return "duplicate", f"same content as {copy[0]} (same ETag and size)", copy[1]
        sources = self._store.sources
        if own is not None:
            return _state(sources.images([own])[own]), None, own
        ids = self._ids(listed, path)
        if ids[0] in at.made:
            image_id = at.made[ids[0]]
            return "duplicate", f"the same id as {at.claimed[image_id]}", image_id
        image = next((at.known[key] for key in ids if key in at.known), None)
        if image is None:
            return "pending", None, None
        rows = sources.rows_of(self.source.id, [image.id])
        first = at.claimed.get(image.id) or next((r.file_path for r in rows), None)
        if first is not None and first != path:
            return "duplicate", f"the same id as {first}", image.id
        self._report.known_images += 1
        sources.tell([replace(image, url=image.url or self._url(listed))])
        return _state(image), None, image.id

    def _image(self, key: int, listed: Listed, path: str) -> NewImage:
        root_name = (self._prefix.rstrip("/") or self._bucket).rpartition("/")[2]
        name = deployment_of(path, to_text(root_name))
        if name not in self._deployments:
            self._deployments[name] = self._store.images.deployment_id(name)
        return NewImage(
            id=key,
            media_id=self._ids(listed, path)[0],
            source_id=self.source.id,
            file_path=path,
            url=self._url(listed),
            deployment_id=self._deployments[name],
            timestamp=None,
            timestamp_raw=None,
            timestamp_source="none",
            subsecond=None,
            exif_offset=None,
            latitude=None,
            longitude=None,
        )

    def _row(
        self,
        listed: Listed,
        path: str,
        was: TableRow | None,
        state: str,
        reason: str | None,
        image_id: int | None,
    ) -> NewRow:
        return NewRow(
            id=was.id if was else 0,
            row_number=0,
            file_path=path,
            media_id=stem_media_id(path),
            url=self._url(listed),
            state=state,
            reason=reason,
            image_id=image_id,
            content_md5=None,
            file_bytes=listed.size,
            etag=listed.etag,
        )
