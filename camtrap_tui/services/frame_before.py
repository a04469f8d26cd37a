"""The frame before a picture: what a camera took last, in whatever order pictures are reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from camtrap_tui.domain.models import Image
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.review_items import Item
from camtrap_tui.store.store import Store

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class FrameBefore:
    """A frame: `path` is None where it is not on this machine, `seconds` where a time lacks."""

    name: str
    path: Path | None
    seconds: float | None

    @property
    def words(self) -> str:
        """Which one it is: `IMG_0003.JPG, 2 s before`."""
        if self.seconds is None:
            return self.name
        return f"{self.name}, {_spelled(self.seconds)} before"

    @property
    def nameless(self) -> str:
        """Which one it is without its name: `the frame 2 s before`."""
        return f"the frame {_spelled(self.seconds)} before" if self.seconds else "the frame before"


def _spelled(seconds: float) -> str:
    for length, unit in _UNITS:
        if seconds >= 2 * length or length == 1:
            return f"{seconds / length:.0f} {unit}"
    return ""


class FramesBefore:
    """Finds the frames before; nothing is read until the first one is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._locator: Locator | None = None

    def take(self, item: Item) -> FrameBefore | None:
        """Return the frame before an item's: that of its burst, else of its deployment."""
        here = item.burst.index(item.image.id)
        if here:
            image_id: int | None = item.burst[here - 1]
        else:
            image_id = self._store.images.frame_before(item.image)
        if image_id is None:
            return None
        self._locator = self._locator or Locator(self._store)
        (image,) = self._store.images.by_ids([image_id])
        path, to_fetch = self._locator.look(image)
        name = image.file_path.rsplit("/", 1)[-1]
        return FrameBefore(name, None if to_fetch else path, _seconds(image, item.image))


def _seconds(before: Image, after: Image) -> float | None:
    if before.timestamp is None or after.timestamp is None:
        return None
    try:
        passed = datetime.fromisoformat(after.timestamp) - datetime.fromisoformat(before.timestamp)
    except ValueError:
        return None
    return passed.total_seconds()
