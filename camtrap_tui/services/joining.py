"""Joins an image that a table or predictions name with the one that a folder had of it already.

The folder's image stays, with its grades; it gets the id, the time and the place that the other
was told. Where both are known by ids, or the other was graded, they are two pictures.
"""

from __future__ import annotations

from dataclasses import replace

from camtrap_tui.domain.models import Image
from camtrap_tui.store.store import Store


def join(store: Store, source_id: int, file_path: str, image_id: int) -> bool:
    """Let the image whose file this is be the one that is named; False where it is another.

    Call it in a transaction, then renew the bursts of those that are in none.
    """
    joining = store.joining
    into = joining.known_by_content(source_id, file_path)
    if into is None or into == image_id or not joining.may_join(image_id, into):
        return False
    named, has_file = store.images.by_ids([image_id, into])
    media_id = joining.told_id(image_id)
    joining.move(image_id, into)
    store.ledger.update(_told(has_file, named, media_id))
    store.ledger.note_arrival(into)
    return True


def _told(image: Image, named: Image, media_id: str | None) -> Image:
    told = replace(
        image,
        media_id=media_id or image.media_id,
        url=named.url or image.url,
        deployment_id=named.deployment_id or image.deployment_id,
        burst_id=None,
    )
    if named.latitude is not None:
        told = replace(told, latitude=named.latitude, longitude=named.longitude)
    if named.timestamp_source != "metadata":
        return told
    return replace(
        told,
        timestamp=named.timestamp,
        timestamp_raw=named.timestamp_raw,
        timestamp_source=named.timestamp_source,
        subsecond=named.subsecond,
        exif_offset=named.exif_offset,
        clock_shift_s=named.clock_shift_s,
    )
