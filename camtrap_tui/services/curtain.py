"""Items as a session may show them: what is to be hidden is not in them.

A screen cannot give away what it was never given. A picture's own name goes too, since folders
and files may be called after what is on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from camtrap_tui.domain.models import Image, Run
from camtrap_tui.services.policies import Policy
from camtrap_tui.services.review_items import Item, Items
from camtrap_tui.store.store import Store

# What stands in the place of a file's name, also in sentences.
NO_NAME = "this picture"


class CurtainedItems(Items):
    """Reads items for a session of this policy; `run` is dropped where it hides the AI's word."""

    def __init__(self, store: Store, run: Run | None, policy: Policy) -> None:
        super().__init__(store, run if policy.shows_machine else None)
        self._policy = policy

    def read(self, image_ids: Sequence[int]) -> list[Item]:
        """Return the items of these images, in this order, without what is hidden."""
        return [self._hidden(item) for item in super().read(image_ids)]

    def _hidden(self, item: Item) -> Item:
        if not self._policy.shows_votes:
            item = replace(item, votes=(), marks=())
        return item if self._policy.shows_names else nameless(item)


def nameless(item: Item) -> Item:
    """Return the item with nothing but its time and its frames to know the picture by."""
    known = item.image
    image = Image(
        known.id,
        media_id="",
        content_md5=None,
        source_id=known.source_id,
        file_path=NO_NAME,
        deployment_id=known.deployment_id,
        timestamp=known.timestamp,
        burst_id=known.burst_id,
    )
    # That it is to be fetched matters, not from where.
    to_fetch = None if item.to_fetch is None else ""
    return replace(item, image=image, deployment="", to_fetch=to_fetch)
