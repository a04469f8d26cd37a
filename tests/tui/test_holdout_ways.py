"""Ways into the holdout screen and out of it: drawing, choosing, grading blind, adjudicating."""

from __future__ import annotations

import uuid

from camtrap_tui.services.drawing import DrawRequest
from camtrap_tui.services.holdouts import draw, find_holdout
from camtrap_tui.services.leaving import Leaving
from camtrap_tui.services.splitting import SplitRequest, checked_shares, make_split, plan_split
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from camtrap_tui.tui.holdout_form import HoldoutForm
from camtrap_tui.tui.holdout_screen import HoldoutScreen
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.builders import NOW
from tests.tui.holdout_pilot import app_on, grade, is_on, line, open_holdout, panel, told, until


def find_names(store: Store) -> list[str]:
    """Return the names of the holdouts."""
    return [holdout.name for holdout in store.holdouts.all()]


async def test_the_first_holdout_is_drawn_with_a_preview(graded: Store) -> None:
    async with app_on(graded).run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("n")
        await until(pilot, lambda: is_on(pilot, HoldoutForm) and "in all" in panel(pilot, "below"))
        await pilot.press("enter", "ctrl+u", *"autumn", "enter")
        await pilot.press("down", "enter", "ctrl+u", *"10", "enter")
        await until(pilot, lambda: "cannot give" in panel(pilot, "below"))
        await pilot.press("d")
        assert find_names(graded) == ["spring"]
        await pilot.press("down", "down", "down", "enter", "ctrl+u", "2", "enter")
        await until(pilot, lambda: "in all" in panel(pilot, "below"))
        await pilot.press("d")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen))
        assert find_names(graded) == ["autumn", "spring"]
        assert "holdout autumn" in line(pilot, "status")
        holdout = find_holdout(graded, "autumn")
        assert len(graded.holdouts.sample(holdout.id)) == 10
        assert graded.holdouts.phases(holdout.id)[0].drawn_by == "ann"
        await pilot.press("h", *"spri", "enter")
        await until(pilot, lambda: "holdout spring" in line(pilot, "status"))


async def test_a_survey_without_a_holdout_says_what_one_is(river: Store) -> None:
    async with app_on(river).run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen))
        assert "No holdout has been drawn yet." in panel(pilot)
        assert "n draws one." in panel(pilot)
        assert line(pilot, "footer").split()[:2] == ["n", "new"]
        for key in ("x", "g", "v", "r", "a", "b", "c", "m", "enter", "3", "h"):
            pilot.app.screen.query_one("#message", Line).show("")
            await pilot.press(key)
            assert line(pilot, "message") == "There is none yet: n draws one.", key
        await pilot.press("t")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))


async def test_several_holdouts_are_offered_to_choose_from(graded: Store) -> None:
    draw(graded, 1, DrawRequest("autumn", size=30, minimum=5), "ann")
    async with app_on(graded).run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen))
        assert line(pilot, "prompt").startswith("Holdout:")
        assert panel(pilot).splitlines() == ["autumn", "spring"]
        await pilot.press("escape", "x")
        assert line(pilot, "message") == "Which holdout? h lists them."
        assert "No holdout" not in panel(pilot)
        await pilot.press("h")
        await pilot.press("down", "enter")
        await until(pilot, lambda: "holdout spring" in line(pilot, "status"))


async def test_it_is_left_for_grading_blind(drawn: Store) -> None:
    app = app_on(drawn)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen) and "in all" in panel(pilot))
        await pilot.press("g", "ctrl+u", *"3/2", "enter")
        assert "no share" in line(pilot, "message")
        await pilot.press("ctrl+u", *"1/2", "enter")
        await until(pilot, lambda: app.session.leaves_for is not None)
    assert app.session.leaves_for == Leaving("spring", "1/2")


async def test_what_is_drawn_twice_or_trained_with_is_said(graded: Store) -> None:
    drawn = {unit.image_id for unit in graded.holdouts.sample(find_holdout(graded, "spring").id)}
    said = dict(graded.db.execute("SELECT image_id, taxon_id FROM prediction").fetchall())
    words = [
        NewGrade(str(uuid.uuid4()), key, (NewObservation(said[key]),), "assisted", "test")
        for key in sorted(said.keys() - drawn)
    ]
    graded.grades.append("ann", words, NOW)
    request = SplitRequest(checked_shares(0.2, 0.2), by="time")
    make_split(graded, plan_split(graded, request), "ann")
    async with app_on(graded).run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("n")
        await until(pilot, lambda: is_on(pilot, HoldoutForm) and "in all" in panel(pilot, "below"))
        below = panel(pilot, "below").replace("\n", " ")
        assert "30 bursts of these are drawn for spring too" in below
        assert below.index("drawn for spring") < below.index("in all: accuracy")
        assert "40 of 40 bursts, ±0.0" in line(pilot, "status")
        await pilot.press("d")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen))
        assert "Drawn: holdout1. g grades it blind. 10 pictures" in told(pilot)
        assert "in the fine-tuning sets: make them anew with camtrap-tui split" in told(pilot)


async def test_conflicts_are_left_for_an_adjudicator(graded: Store) -> None:
    app = app_on(graded)
    async with app.run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("v")
        assert "in conflict" in line(pilot, "message")
        grade(graded, "ben", most=1)
        await pilot.press("escape")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        await open_holdout(pilot)
        await until(pilot, lambda: "Reckoned anew" in line(pilot, "message"))
        await pilot.press("v")
        await until(pilot, lambda: app.session.leaves_for is not None)
    assert app.session.leaves_for == Leaving("spring", adjudicates=True)


async def test_who_graded_nothing_blind_moves_nothing(graded: Store) -> None:
    async with app_on(graded, "eve").run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        assert line(pilot, "message").startswith("To look at: you graded none of these blind")
