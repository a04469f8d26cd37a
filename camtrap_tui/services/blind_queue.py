"""What of a holdout is dealt to a grader, in their own order, and what of it is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from camtrap_tui.domain.dealing import Share, Showing, dealt, laid_out
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.store.blind import BlindGrades
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Dealt:
    """A grader's queue: images, and for each place the how-manieth time it is shown (1 or 2)."""

    holdout: Holdout
    share: Share
    image_ids: tuple[int, ...]
    viewings: tuple[int, ...]


def find_holdout(store: Store, name: str) -> Holdout:
    """Return the holdout of this name. Raises UsageError where there is none."""
    found = store.holdouts.by_name(name)
    if found is not None:
        return found
    known = ", ".join(holdout.name for holdout in store.holdouts.all())
    path = quoted(str(store.path))
    raise UsageError(
        f"{store.path}: there is no holdout {name!r}.",
        f"There is: {known}." if known else f"Draw one: camtrap-tui holdout {path} draw {name}",
    )


def deal(store: Store, holdout: Holdout, grader: str, share: Share) -> Dealt:
    """Return what is dealt to a grader. Raises UsageError where that is nothing.

    A picture does not come back where the grader has seen the AI's answer since the first time.
    """
    ids = _media_ids(store, holdout)
    blind = BlindGrades(store.db, grader, holdout.holdout_uuid)
    seen, done = blind.seen(), blind.done()
    own = [key for phase in ids for key in dealt(holdout.holdout_uuid, list(phase), share)]
    images = {media_id: key for phase in ids for media_id, key in phase.items()}
    order = [(images[one.media_id], one.viewing) for one in _in_order(holdout, grader, own)]
    shown = [key for key in order if key[1] == 1 or key[0] not in seen or key in done]
    if not shown:
        part = f"{share.number}/{share.of}"
        raise UsageError(f"Nothing of the holdout {holdout.name} is dealt to {part}.")
    return Dealt(holdout, share, *zip(*shown, strict=True))


def _in_order(holdout: Holdout, grader: str, media_ids: Sequence[str]) -> list[Showing]:
    return laid_out(holdout.holdout_uuid, grader, media_ids, holdout.repeat_share)


def _media_ids(store: Store, holdout: Holdout) -> list[dict[str, int]]:
    """Return image ids by media id, a drawing after the other: what an extension adds is dealt
    for itself, so that nobody's share changes by it."""
    drawn = sorted(store.holdouts.sample(holdout.id), key=lambda unit: unit.phase or 0)
    found = []
    for _, phase in groupby(drawn, key=attrgetter("phase")):
        images = store.images.by_ids([unit.image_id for unit in phase])
        found.append({image.media_id: image.id for image in images})
    return found
