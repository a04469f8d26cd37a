"""Pictures that are not on this machine: fetched while a person reviews, the one in view first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

from camtrap_tui.domain.models import Image
from camtrap_tui.domain.text import clean
from camtrap_tui.services.review import ReviewSession

if TYPE_CHECKING:
    from camtrap_tui.services.on_demand import OnDemand


_NAMELESS = "This picture is not here, and cannot be fetched now."


class Pictured(Protocol):
    """An image as a screen shows it: `to_fetch` is the address of a picture that is not here."""

    @property
    def image(self) -> Image:
        """The image."""

    @property
    def name(self) -> str:
        """The file's name without its folders."""

    @property
    def to_fetch(self) -> str | None:
        """Where its picture can be fetched."""


class PictureFetched(Message, bubble=False):
    """A picture was fetched and lies at `path`; None where it cannot be had."""

    def __init__(self, image_id: int, path: Path | None) -> None:
        super().__init__()
        self.image_id = image_id
        self.path = path


class MissingPictures:
    """Fetches one picture at a time, and remembers which cannot be had."""

    def __init__(
        self, survey: Path, post: Callable[[Message], object], *, names: bool = True
    ) -> None:
        """`post` is called from a thread, which begins with the first picture that is missing.

        Without `names` it is not said why a picture cannot be had: an address may have one in it.
        """
        self._names = names
        self._survey = survey
        self._post = post
        self._on_demand: OnDemand | None = None
        self._reasons: dict[int, str] = {}

    def word(self, item: Pictured) -> str:
        """Return what stands in the place of a picture that is not here; empty for one that is."""
        if item.to_fetch is None:
            return ""
        return self._reasons.get(item.image.id) or f"fetching {clean(item.name)} …"

    def is_to_come(self, item: Pictured) -> bool:
        """Tell whether a picture is not here, and may still be had."""
        return item.to_fetch is not None and item.image.id not in self._reasons

    def fetch_first(self, items: Sequence[Pictured]) -> None:
        """Fetch the first of these that is not here."""
        for item in items:
            if self.is_to_come(item):
                self._wish(item.image.id)
                return

    def _wish(self, image_id: int) -> None:
        if self._on_demand is None:
            from camtrap_tui.services.on_demand import OnDemand

            self._on_demand = OnDemand(self._survey, self._tell)
        self._on_demand.wish(image_id)

    def _tell(self, image_id: int, path: Path | None, said: str) -> None:
        if path is None:
            # Before the message is read: whatever is shown meanwhile must not ask again.
            self._reasons[image_id] = said if self._names else _NAMELESS
        self._post(PictureFetched(image_id, path))

    def note(self, message: PictureFetched, session: ReviewSession) -> None:
        """Tell the session where a picture is now; why one cannot be had is known already."""
        if message.path is not None:
            session.note_picture(message.image_id, message.path)

    def close(self) -> None:
        """End the thread."""
        if self._on_demand is not None:
            self._on_demand.close()
