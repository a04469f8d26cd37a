"""A survey of five pictures for tests of the session: a burst of three, a mallard, a failure."""

from __future__ import annotations

from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run

BOX = ("animal", 0.9, 0.1, 0.1, 0.3, 0.3)
GUESSES = (("northern raccoon", 0.93), ("virginia opossum", 0.04), ("domestic cat", 0.01))
IMAGES = range(1, 6)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fill(store: Store) -> None:
    """Add the pictures, with ids from 1."""
    run = add_run(store)
    times = [f"2024-06-27 02:14:{second:02d}" for second in (5, 7, 9)]
    said = [Said(timestamp=time, boxes=[BOX], guesses=GUESSES) for time in times]
    said += [
        Said("mallard", 0.7, "2024-06-28 09:00:00", "UR012"),
        Said(None, timestamp="2024-06-28 10:00:00", deployment="UR012"),
    ]
    images = add_images(store, said, run=run)
    with store.db.transaction():
        store.db.execute("UPDATE image SET burst_id = ? WHERE id <= 3", [images[0]])


def votes(session: ReviewSession, grader: str = "ann") -> dict[int, str]:
    """What a grader's standing grades say, by image."""
    items = session.items.read(IMAGES)
    return {i.image.id: v.text for i in items if (v := i.vote_of(grader)) is not None}
