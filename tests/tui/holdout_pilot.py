"""The holdout screen under a pilot: what is drawn and graded, keys, and waiting for threads."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.services.holdouts import find_holdout
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.holdout_screen import HoldoutScreen
from camtrap_tui.tui.line import Line, Lines
from tests.builders import NOW, taxon

RACCOON, MALLARD = "northern raccoon", "mallard"
SIZES = [(80, 24), (120, 40)]


def grade(store: Store, grader: str, wrong: Sequence[int] = (), most: int = 30) -> list[int]:
    """Grade drawn pictures blind as the run has them, the `wrong`th ones as mink; return them."""
    holdout = find_holdout(store, "spring")
    ids = [unit.image_id for unit in store.holdouts.sample(holdout.id)][:most]
    said = dict(store.db.execute("SELECT image_id, taxon_id FROM prediction").fetchall())
    mink = taxon(store, "mink").id
    store.grades.append(
        grader,
        [
            NewGrade(
                str(uuid.uuid4()),
                key,
                (NewObservation(mink if place in wrong else said[key]),),
                "blind",
                "test",
                holdout_uuid=holdout.holdout_uuid,
                viewing=1,
            )
            for place, key in enumerate(ids)
        ],
        NOW,
    )
    return ids


def app_on(store: Store, grader: str = "ann") -> CamtrapApp:
    """Return the app on a survey."""
    session = ReviewSession(store, grader)
    return CamtrapApp(store, session, Settings(grader=grader, color="24"))


def panel(pilot: Pilot[None], name: str = "panel") -> str:
    """Return what a panel of the screen says."""
    return "\n".join(row.plain for row in pilot.app.screen.query_one(f"#{name}", Lines).rows)


def line(pilot: Pilot[None], name: str) -> str:
    """Return what a line of the screen says."""
    return pilot.app.screen.query_one(f"#{name}", Line).content.plain


def told(pilot: Pilot[None]) -> str:
    """Return what the message line says, with what of it had no room there."""
    return f"{panel(pilot, 'detail')} {line(pilot, 'message')}".replace("\n", " ").strip()


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what a thread does."""
    for _ in range(3000):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError("it did not happen")


def is_on(pilot: Pilot[None], screen: type) -> bool:
    """Tell whether a screen is shown, all of it."""
    return isinstance(pilot.app.screen, screen) and pilot.app.screen.is_mounted


async def open_holdout(pilot: Pilot[None]) -> None:
    """Press its key and wait for the figures."""
    await pilot.press("t")
    await until(pilot, lambda: is_on(pilot, HoldoutScreen) and "accuracy " in line(pilot, "status"))
