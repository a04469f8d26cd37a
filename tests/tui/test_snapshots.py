"""A few screens as pictures: a change that nobody meant shows up as a difference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Lines
from camtrap_tui.tui.thumbnails import Thumb

SIZE = (80, 24)


def keys(*pressed: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what waits for the picture, types keys, and waits again."""

    async def settled(pilot: Pilot[None]) -> None:
        for _ in range(200):
            await pilot.pause(0.01)
            views = pilot.app.screen.query(ImageView)
            if not views or all(view.shown or view.problem for view in views):
                return

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await pilot.press(*pressed)
        await settled(pilot)

    return before


@pytest.mark.parametrize(
    "pressed",
    [
        pytest.param((), id="picture"),
        pytest.param(("slash", "r", "a"), id="picker"),
        pytest.param(("question_mark",), id="help"),
        pytest.param(("r",), id="runs"),
    ],
)
def test_screens(
    make_app: Callable[..., CamtrapApp], snap_compare: Any, pressed: tuple[str, ...]
) -> None:
    assert snap_compare(make_app(), terminal_size=SIZE, run_before=keys(*pressed))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80", "120"])
def test_the_sheet(
    make_app: Callable[..., CamtrapApp], snap_compare: Any, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.press("g")
        for key in ("down", "space", "right"):
            while any(thumb.is_waiting for thumb in pilot.app.screen.query(Thumb)):
                await pilot.pause(0.01)
            await pilot.press(key)

    assert snap_compare(make_app(), terminal_size=size, run_before=before)


def test_the_ledger(make_app: Callable[..., CamtrapApp], river: Store, snap_compare: Any) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE source SET location = '/pictures', row_count = 7")

    async def before(pilot: Pilot[None]) -> None:
        await pilot.press("l")
        while not pilot.app.screen.query_one("#panel", Lines).rows:
            await pilot.pause(0.01)
        await pilot.press("down")

    assert snap_compare(make_app(), terminal_size=SIZE, run_before=before)
