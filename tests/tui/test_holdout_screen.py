"""The holdout screen by its keys: pages, pictures behind lines, figures reckoned anew."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from camtrap_tui.services.holdouts import find_holdout
from camtrap_tui.store.store import Store
from camtrap_tui.tui.holdout_form import HoldoutForm
from camtrap_tui.tui.holdout_screen import HoldoutScreen
from camtrap_tui.tui.line import Lines
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.builders import add_run
from tests.tui.holdout_pilot import (
    RACCOON,
    SIZES,
    app_on,
    grade,
    is_on,
    line,
    open_holdout,
    panel,
    told,
    until,
)


@pytest.mark.parametrize("size", SIZES, ids=["80", "120"])
async def test_every_page_is_filled_and_fits(graded: Store, size: tuple[int, int]) -> None:
    async with app_on(graded).run_test(size=size) as pilot:
        await open_holdout(pilot)
        assert "holdout spring" in line(pilot, "status")
        assert line(pilot, "pages").startswith("[1 strata] 2 accuracy")
        for key, said in zip(
            "1234567",
            ("stands for", "missed", "mink", f"mink{'':>9}", "all classes", "promises", "No other"),
            strict=True,
        ):
            await pilot.press(key)
            await until(pilot, lambda said=said: said.strip() in panel(pilot))  # type: ignore[misc]
            rows = pilot.app.screen.query_one("#panel", Lines).rows
            assert max(len(row.plain) for row in rows) <= size[0] - 3
        await pilot.press("tab")
        assert line(pilot, "pages").startswith("[1 strata]")


async def test_strata_say_how_far_they_are_graded(drawn: Store) -> None:
    grade(drawn, "ann", most=7)
    grade(drawn, "ben", most=3)
    async with app_on(drawn).run_test() as pilot:
        await open_holdout(pilot)
        rows = panel(pilot).splitlines()
        assert "in all" in rows[4]
        assert rows[4].split()[-3:] == ["40", "30", "7"]
        assert {"ann: 7 of 30", "ben: 3 of 30"} <= set(rows)
        assert "by species, mixed allocation, at least 5 a stratum, seed 1" in panel(pilot)


async def test_a_figure_opens_its_pictures_and_moves_when_they_are_graded_anew(
    graded: Store,
) -> None:
    app = app_on(graded)
    async with app.run_test(size=(120, 40)) as pilot:
        queue = list(app.session.queue)
        await open_holdout(pilot)
        await pilot.press("2")
        before = app.holdouts._place.found
        assert before is not None
        assert before.accuracy.hits == 28
        await pilot.press("enter")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        assert len(app.session.queue) == 2
        assert app.session.title == "not right"
        assert "t goes back" in line(pilot, "message")
        await pilot.press("enter", "t")
        await until(pilot, lambda: "Reckoned anew" in line(pilot, "message"))
        found = app.holdouts._place.found
        assert found is not None
        assert found.accuracy.hits == 29
        assert "[2 accuracy]" in line(pilot, "pages")
        assert "  was " in panel(pilot).splitlines()[1]
        assert "→" in line(pilot, "message")
        await pilot.press("escape")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        assert list(app.session.queue) == queue


async def test_cells_thresholds_and_bands_open_theirs(graded: Store) -> None:
    app = app_on(graded)
    async with app.run_test() as pilot:
        for page in "13456":
            await open_holdout(pilot)
            await pilot.press(page)
            await pilot.pause()
            chosen = pilot.app.screen.query_one("#panel", Lines).chosen
            assert chosen is not None
            wanted = pilot.app.screen._rows[chosen].image_ids  # type: ignore[attr-defined]
            assert wanted
            await pilot.press("enter")
            await until(pilot, lambda: is_on(pilot, ReviewScreen))
            assert sorted(app.session.queue) == sorted(wanted)


async def test_a_cell_of_the_matrix_opens_its_pictures_and_says_what_it_was(graded: Store) -> None:
    app = app_on(graded)
    async with app.run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("m")
        assert "[4 confusion]" in line(pilot, "pages")
        titles = panel(pilot).splitlines()[0].split()
        assert titles[:3] == ["is", "↓", "called"]
        await pilot.press("down", "down", "down")
        for _ in range(4):
            said = line(pilot, "message")
            assert "mink, called" in said
            if said.startswith("↵"):
                break
            await pilot.press("right")
        await pilot.press("enter")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        assert said.endswith(f": {app.session.title}")
        wrong = len(app.session.queue)
        await pilot.press("enter", "t")
        await until(pilot, lambda: "Reckoned anew" in line(pilot, "message"))
        assert f"{wrong}→{wrong - 1}" in panel(pilot)
        await pilot.press("left", "left", "left", "left", "left")
        assert app.holdouts._place.column == 0
        await pilot.press(*["right"] * 9)
        assert app.holdouts._place.column == 3
        await pilot.press("m")
        assert "shows it as a matrix" in panel(pilot)
        await pilot.press("m", "1", "m")
        assert titles == panel(pilot).splitlines()[0].split()


async def test_pictures_that_are_still_to_be_graded_blind_are_asked_about(graded: Store) -> None:
    grade(graded, "ben", most=3)
    async with app_on(graded, "ben").run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("6", "enter")
        assert "of these you have not graded blind" in told(pilot)
        assert is_on(pilot, HoldoutScreen)
        await pilot.press("enter")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))


async def test_without_a_grade_it_says_how_to_go_on(drawn: Store) -> None:
    async with app_on(drawn).run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: is_on(pilot, HoldoutScreen) and "in all" in panel(pilot))
        await pilot.press("2")
        await until(pilot, lambda: "Nobody has graded this holdout blind yet" in panel(pilot))
        assert "g begins." in panel(pilot)
        await pilot.press("1", "enter")
        assert "No graded picture" in line(pilot, "message")


async def test_a_page_begins_with_its_headings_however_far_the_one_before_was_turned(
    graded: Store,
) -> None:
    async with app_on(graded).run_test(size=(80, 12)) as pilot:
        await open_holdout(pilot)
        await pilot.press("2", "space", "space", "3")
        shown = pilot.app.screen.query_one("#panel", Lines).render().plain.splitlines()
        assert shown[0].split()[0] == "class"


async def test_the_holdout_grows_by_what_a_class_needs(graded: Store) -> None:
    app = app_on(graded)
    async with app.run_test() as pilot:
        await open_holdout(pilot)
        await pilot.press("3")
        await until(pilot, lambda: "precision" in panel(pilot))
        rows = pilot.app.screen._rows  # type: ignore[attr-defined]
        at = next(n for n, row in enumerate(rows) if row.taxon and row.taxon.name == RACCOON)
        while pilot.app.screen.query_one("#panel", Lines).chosen != at:
            await pilot.press("down")
        await pilot.press("x")
        assert line(pilot, "prompt").startswith("Draw how many more?")
        await pilot.press("ctrl+u", "2", "enter")
        await until(pilot, lambda: "2 more bursts drawn, some" in line(pilot, "message"))
        holdout = find_holdout(graded, "spring")
        assert len(graded.holdouts.sample(holdout.id)) == 32
        assert graded.holdouts.phases(holdout.id)[1].aim == f"predicted {RACCOON}"
        await pilot.press("1", "x", "1", "enter")
        await until(pilot, lambda: "1 more burst drawn." in line(pilot, "message"))
        (stratum,) = (s for s in graded.holdouts.strata(holdout.id) if s.stratum == 1)
        assert graded.holdouts.phases(holdout.id)[2].aim == stratum.name
        await pilot.press("x", "ctrl+u", *"none", "enter")
        assert "no number" in line(pilot, "message")


async def test_unit_rule_and_run_are_chosen(graded: Store) -> None:
    add_run(graded, "other")
    async with app_on(graded).run_test(size=(120, 40)) as pilot:
        await open_holdout(pilot)
        place = pilot.app.holdouts._place  # type: ignore[attr-defined]
        await pilot.press("b")
        await until(pilot, lambda: place.found is not None and place.found.basis.unit == "pictures")
        await pilot.press("c", *"majority:2", "enter")
        await until(pilot, lambda: bool(pilot.app.screen.failure))  # type: ignore[attr-defined]
        await pilot.press("c", "ctrl+u", *"nonsense", "enter")
        assert "no rule" in line(pilot, "message")
        await pilot.press("ctrl+u", "enter")
        await until(pilot, lambda: place.found is not None)
        await pilot.press("a", "2", "enter")
        await until(pilot, lambda: place.found is not None and place.found.comparison is not None)
        await pilot.press("7")
        assert "run 1 against run 2" in panel(pilot)


def test_how_the_matrix_looks(graded: Store, snap_compare: Any) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await open_holdout(pilot)
        await pilot.press("m", "right")

    assert snap_compare(app_on(graded), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=["80", "120"])
def test_how_it_looks(graded: Store, snap_compare: Any, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await open_holdout(pilot)
        await pilot.press("2")

    assert snap_compare(app_on(graded), terminal_size=size, run_before=before)


def test_how_the_form_looks(graded: Store, snap_compare: Any) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await open_holdout(pilot)
        await pilot.press("n")
        await until(pilot, lambda: is_on(pilot, HoldoutForm) and "in all" in panel(pilot, "below"))

    assert snap_compare(app_on(graded), terminal_size=(80, 24), run_before=before)
