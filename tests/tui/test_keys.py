"""Keys for what is going on: the footer, the message line, `i`, and the day."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from camtrap_tui.domain.models import Observation
from camtrap_tui.store.store import Store
from camtrap_tui.tui import bindings
from camtrap_tui.tui.app import CamtrapApp
from tests.terminal import Terminal
from tests.tui.test_review_screen import panel, review, settle, text, words

Make = Callable[..., CamtrapApp]


def observations(store: Store, image_id: int) -> list[Observation]:
    (vote,) = store.grades.votes(image_id)
    return store.grades.observations(vote.id)


# ── undo is said before and after ────────────────────────────────────────────────────────


async def test_the_line_says_what_will_be_undone_and_what_was(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        assert "undoes" not in text(pilot, "message")
        await pilot.press("b", "enter")
        assert text(pilot, "message") == "u undoes northern raccoon on IMG_0002.JPG"
        await pilot.press("right")
        assert text(pilot, "message") == "u undoes northern raccoon on IMG_0002.JPG"
        await pilot.press("u")
        assert text(pilot, "message").startswith("Undone: northern raccoon on IMG_0002.JPG.")
        assert "2/6" in text(pilot, "status")
        await pilot.press("left")
        assert text(pilot, "message") == "u undoes blank on IMG_0001.JPG"
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert text(pilot, "message") == "u undoes blank on IMG_0001.JPG"
        await pilot.press("e", "v")
        assert text(pilot, "message").endswith("u undoes vehicle on 2 pictures of a burst")


async def test_another_key_for_undo_is_the_one_that_is_named(make_app: Make) -> None:
    app = make_app()
    app.settings = replace(app.settings, keys={"undo": ("f5",)})
    app.set_keymap(bindings.keymap(app.settings.keys))
    async with app.run_test() as pilot:
        await pilot.press("b")
        assert text(pilot, "message").startswith("f5 undoes blank")


async def test_the_panel_names_the_keys_that_a_person_chose(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("2")
    keys = {"accept": ("space",), "guess_2": ("f6",), "quick_1": ("f8",)}
    app = make_app()
    app.settings = replace(app.settings, keys=keys)
    app.set_keymap(bindings.keymap(keys))
    async with app.run_test() as pilot:
        await settle(pilot)
        rows = panel(pilot).splitlines()
        for start in ("space north", "f6 virginia", "f8 virginia opossum"):
            assert any(row.startswith(start) for row in rows), (start, rows)


async def test_a_long_name_leaves_the_panel_alone(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET file_path = ? WHERE id = 1", [f"{'long' * 50}.JPG"])
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("b")
        assert text(pilot, "message").startswith("u undoes blank on longlong")
        assert len(text(pilot, "message")) <= 80
        assert "↵ northern" in panel(pilot)
        assert "longlong" not in panel(pilot)


async def test_the_sheet_says_it_too(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("b", "g")
        await pilot.pause()
        said = pilot.app.screen.query_one("#message").render()
        assert "u undoes blank on IMG_0001.JPG" in str(said)
        await pilot.press("escape")
        await pilot.pause()
        assert text(pilot, "message") == "u undoes blank on IMG_0001.JPG"


# ── the footer ───────────────────────────────────────────────────────────────────────────


async def test_the_footer_shows_what_matters_now(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        usual = text(pilot, "footer")
        assert usual.startswith("↵ accept  b blank  / species")
        await pilot.press("e")
        assert "esc cancel" in text(pilot, "footer")
        assert "h human" in text(pilot, "footer")
        await pilot.press("escape")
        assert text(pilot, "footer") == usual
        await pilot.press("equals_sign")
        assert text(pilot, "footer").startswith("= larger  - smaller  ↑ move up  ↓ move down  esc")
        await pilot.press("escape")
        assert text(pilot, "footer") == usual
        await pilot.press("plus", *"mallard", "enter")
        assert text(pilot, "footer").startswith("+ add species")
        await pilot.press("colon", "6", "enter")
        assert text(pilot, "footer").startswith("/ species  b blank  h human")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_the_footer_shows_fits(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await settle(pilot)
        for pressed in ("e", "escape", "j"):
            await pilot.press(pressed)
            assert len(text(pilot, "footer")) <= size[0]
            assert len(text(pilot, "message")) <= size[0]


# ── life stage, sex, behaviour ───────────────────────────────────────────────────────────


async def test_letters_behind_one_key(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("i")
        assert "a adult" in panel(pilot)
        await pilot.press("j", "f")
        assert "→ juvenile female" in panel(pilot)
        await pilot.press("enter")
        assert "juvenile female" in panel(pilot)
        assert words(river) == {}
        await pilot.press("enter", "full_stop")
        await pilot.pause()
    for image in (1, 2):
        (said,) = observations(river, image)
        assert (said.life_stage, said.sex, said.behavior) == ("juvenile", "female", None)


async def test_a_behaviour_is_chosen_from_those_of_the_survey_or_typed(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("i", "a", "space", *"Eating", "enter", "enter")
        await pilot.press("i", "space", "e")
        await pilot.pause()
        assert "eating" in panel(pilot)
        await pilot.press("enter", "enter")
        await pilot.press("i", "space", "e", "down", "enter", "enter")
    assert [o.behavior for n in (1, 2, 3) for o in observations(river, n)] == [
        "eating",
        "eating",
        "e",
    ]


async def test_a_letter_that_means_nothing_keeps_the_question_open(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("enter", "left", "i", "q", "enter")
        assert "'q' means nothing" in text(pilot, "message")
        assert review(pilot).prompt.is_open
        await pilot.press("backspace", "m", "enter")
        assert "you: northern raccoon\n  (male)" in panel(pilot)
        await pilot.press("i", "escape", "u")
    assert observations(river, 1)[0].sex is None


async def test_of_two_species_it_asks_which(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("plus", *"mallard", "enter", "enter", "left", "i")
        assert "1 mallard" in panel(pilot)
        assert "2 northern raccoon" in panel(pilot)
        await pilot.press("j", "enter")
        assert "Which of them" in text(pilot, "message")
        await pilot.press("2", "enter")
    assert [o.life_stage for o in observations(river, 1)] == [None, "juvenile"]


# ── the grader's day ─────────────────────────────────────────────────────────────────────


async def test_a_rest_is_proposed_once_and_never_over_a_question(make_app: Make) -> None:
    app = make_app()
    now = [0.0]
    app.session._clock = lambda: now[0]
    async with app.run_test() as pilot:
        for _ in range(13):
            await pilot.press("colon", "1", "enter", "v")
            assert "minutes without" not in text(pilot, "message")
            now[0] += 240
        await pilot.press("colon", "1", "enter", "slash")
        now[0] += 1
        assert "minutes without" not in text(pilot, "message")
        await pilot.press("escape", "h")
        assert text(pilot, "message").startswith("50 minutes without a rest: look up for five.")
        await pilot.press("right")
        assert "minutes without" not in text(pilot, "message")


async def test_nobody_who_turned_it_off_is_told_to_rest(make_app: Make) -> None:
    app = make_app()
    app.settings = replace(app.settings, nudge="off")
    now = [0.0]
    app.session._clock = lambda: now[0]
    async with app.run_test() as pilot:
        for _ in range(16):
            await pilot.press("colon", "1", "enter", "v")
            now[0] += 240
            assert "minutes without" not in text(pilot, "message")


@pytest.mark.parametrize(
    ("size", "pace"),
    [
        ((80, 24), "1,200/h · under 1 min left"),
        ((120, 40), "1,200/h · 3.0 s · 50% accepted · under 1 min left"),
    ],
)
async def test_the_status_line_says_how_it_goes(
    make_app: Make, size: tuple[int, int], pace: str
) -> None:
    app = make_app()
    now = [0.0]
    app.session.pace.start(0)
    app.session._clock = lambda: now[0]
    async with app.run_test(size=size) as pilot:
        for key in ("enter", "b"):
            now[0] += 3
            await pilot.press(key)
        assert pace in text(pilot, "status")
        assert len(text(pilot, "status")) <= size[0]


def test_what_was_done_is_said_on_the_normal_screen(river: Store) -> None:
    terminal = Terminal("review", river.path, "--grader", "ann", size=(120, 40))
    try:
        terminal.wait_for("1/6")
        terminal.type("\rb")
        terminal.wait_for("3/6")
        terminal.type("q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
        terminal.wait_for("To go on: camtrap-tui review")
        assert "ann: 2 pictures" in terminal.text()
        assert "4 without a grade in this queue" in terminal.text()
    finally:
        terminal.close()


async def test_a_question_for_the_burst_stays_in_view_until_it_is_answered(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        for keys in (
            ["e"],
            ["m"],
            ["z"],
            ["x"],
            ["o"],
            ["n", "escape"],
            ["9"],
            ["#", "3", "enter"],
        ):
            await pilot.press(*keys)
            assert "Which grade for 3 pictures of this burst?" in text(pilot, "message"), keys
        await pilot.press("b")
        assert text(pilot, "message").startswith("3 pictures of the burst: blank.")


async def test_what_people_said_is_not_cut_short(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("n", *"two_kits_by_the_fence, not_sure_of_the_third", "enter")
        rows = [row for row in panel(pilot).splitlines() if "kits" in row or "third" in row]
        assert len(rows) == 2
        assert all(len(row) <= 27 for row in panel(pilot).splitlines())
        await pilot.press("n", *("_a" * 90), "enter")
        assert panel(pilot).endswith("…")
        assert len(panel(pilot).splitlines()) < 12


async def test_an_empty_queue_says_so_to_every_grade(make_app: Make) -> None:
    async with make_app(where="species:zebra").run_test() as pilot:
        for key in ("enter", "b", "1", "slash", "e"):
            await pilot.press(key)
            assert text(pilot, "message") == "There is no picture here to grade.", key
