"""What is not expected here, on the screens: flagged, with its relatives on keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.services import expecting
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.line import Lines
from tests.expected_lists import LABELS, write_list
from tests.tui.test_grid_screen import captions
from tests.tui.test_grid_screen import settle as settle_sheet
from tests.tui.test_grid_screen import text as sheet_text
from tests.tui.test_review_screen import SIZES, panel, settle, text, words

TURTLE = LABELS[0]


@pytest.fixture
def turtles(river: Store, tmp_path: Path) -> Store:
    """The river, its first picture predicted as a turtle that does not live there."""
    turtle = river.taxa.ensure(parse_label(TURTLE), "model")
    with river.db.transaction():
        river.db.execute("UPDATE prediction SET taxon_id = ? WHERE image_id = 1", [turtle.id])
    expecting.change_list(river, file=write_list(tmp_path))
    expecting.change_list(river, add=["northern raccoon", "mallard"])
    return river


@pytest.mark.parametrize("size", SIZES)
async def test_it_is_flagged_with_its_relatives_and_their_keys(
    turtles: Store, make_app: Callable[..., CamtrapApp], size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await settle(pilot)
        rows = [row.rstrip() for row in panel(pilot).splitlines()]
        at = next(n for n, row in enumerate(rows) if row.startswith("! not expected here"))
        assert rows[at - 1].startswith("↵ western pon")
        assert rows[at + 1 : at + 5] == [
            "w Trachemys scripta",
            "y Apalone spinifera",
            ", Chelydra serpentina",
            "; Chrysemys picta",
        ]
        assert max(map(len, rows[at : at + 5])) <= (27 if size[0] == 80 else 34)
        assert "! lives here" in text(pilot, "footer")
        assert "? help" in text(pilot, "footer")
        await pilot.press("comma")
        await settle(pilot)
        assert words(turtles) == {1: "Chelydra serpentina"}
        assert "not expected" not in panel(pilot)
        assert "lives here" not in text(pilot, "footer")


async def test_one_key_says_that_it_lives_here(
    turtles: Store, make_app: Callable[..., CamtrapApp]
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("exclamation_mark")
        assert text(pilot, "message").startswith("western pond turtle: expected here now")
        assert "not expected" not in panel(pilot)
        await pilot.press("exclamation_mark")
        assert "! not expected here" in panel(pilot)
        assert words(turtles) == {}


async def test_the_contact_sheet_marks_it(
    turtles: Store, make_app: Callable[..., CamtrapApp]
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("g")
        await settle_sheet(pilot)
        first, *others = captions(pilot)
        assert first.endswith("! turtle")
        assert not [caption for caption in others if "!" in caption]
        assert "western pond turtle .90  ! not expected here" in sheet_text(pilot, "strip")
        await pilot.press("right")
        assert "not expected" not in sheet_text(pilot, "strip")


async def test_charts_mark_it(turtles: Store, make_app: Callable[..., CamtrapApp]) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("c")
        for _ in range(100):
            await pilot.pause(0.01)
            rows = [row.plain for row in pilot.app.screen.query_one("#panel", Lines).rows]
            if rows:
                break
        assert any("! western pond turtle" in row for row in rows)
