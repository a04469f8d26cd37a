"""Writes what came of downloads into the survey: copies, facts of the originals, and reasons.

A copy gets its name and its row together. What is written does not depend on the order in
which pictures arrive: of images with the same content the first of the survey gets its md5
as id, the others keep the one made from their path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from camtrap_tui.domain.models import CachedFile, Image
from camtrap_tui.services.bursting import dated, renew_bursts
from camtrap_tui.services.cache_folder import CacheFolder
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.fetcher import Fetched, Left, NotFetched, Result
from camtrap_tui.services.header_facts import with_header
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.places import path_media_id, stem_media_id
from camtrap_tui.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class Arrived:
    """An image whose picture is here now."""

    image_id: int
    path: Path


@dataclass(frozen=True, slots=True)
class Absent:
    """An image whose picture cannot be had, and why."""

    image_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """An image whose picture is still to be fetched: its host was given up."""

    image_id: int
    reason: str


Settled = Arrived | Absent | Undecided


class Arrivals:
    """Settles results, each call in one transaction of its own."""

    def __init__(self, store: Store, cache: CacheFolder, cache_id: int, size: InputSize) -> None:
        self._store = store
        self._cache = cache
        self._cache_id = cache_id
        self._size = size
        # Deployments whose pictures got other times: a handful, renewed at the end.
        self._touched: set[int | None] = set()

    def settle(self, results: Iterable[Result]) -> list[Settled]:
        """Write what came of downloads, on disk whole or not at all.

        Raises InputError where the cache cannot be written to.
        """
        settled: list[Settled] = []
        with self._store.db.transaction():
            for result in results:
                key = result.wish.image_id
                match result:
                    case Fetched():
                        settled.append(Arrived(key, self._keep(result)))
                    case NotFetched(_, state, reason, tries):
                        self._note_absent(key, state, reason, tries)
                        settled.append(Absent(key, reason))
                    case Left(_, reason):
                        settled.append(Undecided(key, reason))
        return settled

    def _note_absent(self, image_id: int, state: str, reason: str, tries: int) -> None:
        (where,) = self._store.caches.whereabouts([image_id])
        if Locator(self._store).place(where):
            # There is a copy of another size, which is still a picture.
            self._store.caches.note_fetched(image_id, tries)
            return
        self._store.caches.note_not_fetched(image_id, state, reason, tries)
        self._store.caches.forget(image_id)

    def finish(self) -> None:
        """Renew what follows from times; after a crash, also those of the session before."""
        waiting = self._store.ledger.deployments_without_bursts()
        renew_bursts(self._store, [*self._touched, *(set(waiting) - self._touched)])
        self._touched.clear()

    def _keep(self, found: Fetched) -> Path:
        (image,) = self._store.images.by_ids([found.wish.image_id])
        told = with_header(replace(image, content_md5=found.original_md5), found.header)
        if dated(told) != dated(image):
            told = replace(told, burst_id=None)
            self._touched.add(told.deployment_id)
        told = replace(told, media_id=self._media_id(told))
        path = self._cache.path_of(told.media_id, found.ending)
        self._cache.keep(found.part, path)
        self._store.ledger.update(told)
        self._store.caches.put(
            CachedFile(
                told.id,
                self._cache_id,
                path,
                found.copy_md5,
                found.copy_bytes,
                found.width,
                found.height,
                str(self._size),
                utc_now(),
            )
        )
        self._store.caches.note_fetched(told.id, found.tries)
        return self._cache.root / path

    # ── identity ─────────────────────────────────────────────────────────────────────────

    def _media_id(self, image: Image) -> str:
        """Return the id of an image whose content is known now.

        One that stood only until then gives way to the content's md5, unless an image that
        comes before this one, or that was given its id, has it.
        """
        own = provisional_id(self._store, image)
        md5 = str(image.content_md5)
        if own is None or image.media_id == md5:
            return image.media_id
        holder = self._store.images.by_media_id(md5)
        if holder is None:
            return md5
        holders_own = provisional_id(self._store, holder)
        if holders_own is None or holder.id < image.id:
            return own
        self._give_back(holder, holders_own)
        return md5

    def _give_back(self, image: Image, media_id: str) -> None:
        """Give an image the id it had before its content was known, and its copy that name."""
        self._store.ledger.update(replace(image, media_id=media_id))
        copy = self._store.caches.copy_of(image.id)
        if copy is None or copy.cache_id != self._cache_id:
            return
        path = self._cache.path_of(media_id, copy.file_path.rpartition(".")[2])
        if (self._cache.root / copy.file_path).is_file():
            self._cache.keep(self._cache.root / copy.file_path, path)
        self._store.caches.put(replace(copy, file_path=path))


def provisional_id(store: Store, image: Image) -> str | None:
    """Return the id that was made of an image's address or path when nobody gave one; else None.

    Images that predictions named keep the id made of their path, by which others find them.
    """
    row = store.caches.nameless_row(image.id)
    if row is None or row[0] not in ("manifest", "s3"):
        return None
    of_path = path_media_id(image.file_path)
    of_url = path_media_id(image.url) if image.url else of_path
    if image.media_id in (of_path, of_url):
        return image.media_id
    if image.media_id != image.content_md5 or stem_media_id(image.file_path):
        return None
    columns = json.loads(row[1]) if row[1] else {}
    is_named = bool(columns.keys() & {"filePath", "fileName"})
    return of_path if is_named and "/" in image.file_path else of_url


def take_back(store: Store, image_id: int, reason: str) -> None:
    """Record that a copy turned out to be no whole picture; call it in a transaction.

    What was said of its content is forgotten: a whole one would be another.
    """
    (image,) = store.images.by_ids([image_id])
    media_id = provisional_id(store, image) or image.media_id
    store.ledger.update(replace(image, media_id=media_id, content_md5=None))
    store.caches.note_not_fetched(image_id, "unreadable", reason, 0)
    store.caches.forget(image_id)
