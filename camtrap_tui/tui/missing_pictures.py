"""Pictures that are not on this machine: fetched while a person reviews, the one in view first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual.message import Message

from camtrap_tui.domain.text import clean
from camtrap_tui.services.on_demand import OnDemand
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.review_items import Item


class PictureFetched(Message, bubble=False):
    """A picture was fetched and lies at `path`; else `said` says why there is none."""

    def __init__(self, image_id: int, path: Path | None, said: str) -> None:
        super().__init__()
        self.image_id = image_id
        self.path = path
        self.said = said


class MissingPictures:
    """Fetches one picture at a time, and remembers which cannot be had."""

    def __init__(self, survey: Path, post: Callable[[Message], object]) -> None:
        """`post` is called from a thread."""

        def tell(image_id: int, path: Path | None, said: str) -> None:
            post(PictureFetched(image_id, path, said))

        self._on_demand = OnDemand(survey, tell)
        self._reasons: dict[int, str] = {}

    def word(self, item: Item) -> str:
        """Return what stands in the place of a picture that is not here; empty for one that is."""
        if item.to_fetch is None:
            return ""
        return self._reasons.get(item.image.id) or f"fetching {clean(item.name)} …"

    def fetch_first(self, items: Sequence[Item]) -> None:
        """Fetch the first of these that is not here."""
        for item in items:
            if item.to_fetch is not None and item.image.id not in self._reasons:
                self._on_demand.wish(item.image.id)
                return

    def note(self, message: PictureFetched, session: ReviewSession) -> None:
        """Tell the session where a picture is now, or remember why it cannot be had."""
        if message.path is None:
            self._reasons[message.image_id] = message.said
        else:
            session.note_picture(message.image_id, message.path)

    def close(self) -> None:
        """End the thread."""
        self._on_demand.close()
