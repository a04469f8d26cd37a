"""Decides for each file of a folder which image it is, and writes that down.

An image is known by its own file, by its media id, then by its content; a file that is none
of the survey's images becomes a new one, and a second file of an image is a duplicate.
"""

from __future__ import annotations

from dataclasses import replace

from camtrap_tui.domain.models import Image, Source
from camtrap_tui.services.bursting import dated
from camtrap_tui.services.header_facts import with_header
from camtrap_tui.services.pictures_on_disk import Look
from camtrap_tui.services.places import deployment_of, stem_media_id
from camtrap_tui.store.store import Store


class Settler:
    """Writes files of one folder into the survey, inside the caller's transactions."""

    def __init__(self, store: Store, source: Source, root_name: str) -> None:
        self._store = store
        self._source = source
        self._root_name = root_name
        self._deployments: dict[str, int] = {}
        self.new_images = 0

    def settle(self, look: Look) -> None:
        """Write the row of one file, and the image that it is."""
        ledger, path = self._store.ledger, look.file.path
        if look.header is None:
            row, own = ledger.row(self._source.id, path), ledger.image_at(self._source.id, path)
            image_id = own.id if own else row.image_id if row else None
            self._put(look, look.state, look.reason, image_id)
            if own:
                ledger.note_unreadable(own.id, look.reason)
            return
        image = self._image_of(look)
        if image is None:
            self._put(look, "here", None, self._add(look))
        elif self._is_own(image, path) or not ledger.has_file(image):
            ledger.update(self._told_by(look, image))
            self._put(look, "here", None, image.id)
            ledger.note_arrival(image.id)
        else:
            self._put(look, "duplicate", self._why_duplicate(look, image), image.id)

    def _put(self, look: Look, state: str, reason: str | None, image_id: int | None) -> None:
        file = look.file
        self._store.ledger.put_files(
            [
                (
                    self._source.id,
                    file.path,
                    state,
                    reason,
                    image_id,
                    file.size,
                    file.modified_ns,
                )
            ]
        )

    def _is_own(self, image: Image, path: str) -> bool:
        return image.source_id == self._source.id and image.file_path == path

    def _image_of(self, look: Look) -> Image | None:
        """Return the image that a file is, or None; one whose file was replaced is set aside."""
        images, path = self._store.images, look.file.path
        named = stem_media_id(path)
        own = self._store.ledger.image_at(self._source.id, path)
        if own and (own.content_md5 in (None, look.md5) or own.media_id == named):
            return own
        if own:
            self._set_aside(own)
        return images.by_media_id(named or look.md5) or images.by_content(look.md5)

    def _set_aside(self, image: Image) -> None:
        """Keep an image whose file now has other bytes: what was graded is not what is there."""
        path = f"{image.file_path}#{(image.content_md5 or '')[:8]}"
        self._store.ledger.update(replace(image, file_path=path))
        self._store.ledger.put_files(
            [
                (
                    self._source.id,
                    path,
                    "missing",
                    "the file was replaced by another",
                    image.id,
                    None,
                    None,
                )
            ]
        )

    def _add(self, look: Look) -> int:
        self.new_images += 1
        path = look.file.path
        media_id = stem_media_id(path) or look.md5
        empty = Image(0, media_id, look.md5, self._source.id, path)
        return self._store.images.add(self._told_by(look, empty))

    def _told_by(self, look: Look, image: Image) -> Image:
        """Return `image` with this file as its own, and what the file says that it lacks."""
        header, path = look.header, look.file.path
        assert header is not None
        own = replace(image, content_md5=look.md5, source_id=self._source.id, file_path=path)
        told = with_header(own, header)
        if image.deployment_id is None:
            told = replace(told, deployment_id=self._deployment(path))
        # Where nothing moved it keeps its burst; where something did, its deployment is renewed.
        return told if dated(told) == dated(image) else replace(told, burst_id=None)

    def _deployment(self, path: str) -> int:
        name = deployment_of(path, self._root_name)
        if name not in self._deployments:
            self._deployments[name] = self._store.images.deployment_id(name)
        return self._deployments[name]

    def _why_duplicate(self, look: Look, image: Image) -> str:
        where = image.file_path
        if image.source_id != self._source.id:
            where = f"{self._store.images.sources()[image.source_id].location}/{where}"
        if image.content_md5 == look.md5:
            return f"same content as {where}"
        return f"same media id as {where}, other content"
