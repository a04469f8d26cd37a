"""The review screen, driven by keys: what is recorded, where it goes, what it says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from camtrap_tui.commands import REVIEW
from camtrap_tui.config import load_settings
from camtrap_tui.errors import StoreError
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.review_screen import ReviewScreen

SIZES = [(80, 24), (120, 40)]
Make = Callable[..., CamtrapApp]


def review(pilot: Pilot[None]) -> ReviewScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


def text(pilot: Pilot[None], name: str) -> str:
    """Return what a line of the screen says."""
    return review(pilot).query_one(f"#{name}", Line).content.plain


def panel(pilot: Pilot[None]) -> str:
    return "\n".join(row.plain for row in review(pilot).query_one("#panel", Lines).rows)


def words(store: Store) -> dict[int, str]:
    """What stands in the file, by image: the names in each grader's latest grade."""
    names = {t.id: t.name for t in store.taxa.all()}
    return {
        image: " + ".join(names[o.taxon_id] for o in store.grades.observations(vote.id))
        for image in range(1, 7)
        for vote in store.grades.votes(image)
    }


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the picture that was asked for is up."""
    for _ in range(100):
        await pilot.pause(0.01)
        view = review(pilot).query_one(ImageView)
        if view.shown is not None or view.problem:
            return


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_the_picture_and_what_is_known_of_it(
    make_app: Make, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await settle(pilot)
        assert "1/6" in text(pilot, "status")
        assert text(pilot, "status").endswith("ann")
        assert len(text(pilot, "status")) <= size[0]
        strip = text(pilot, "strip")
        assert strip.startswith("▮ · ·")
        for part in ("2024-06-27 02:14:05", "UR011", "IMG_0001.JPG"):
            assert part in strip
        rows = panel(pilot).splitlines()
        assert any(row.startswith("↵ northern") and row.endswith(".90") for row in rows)
        assert any(row.startswith("2 virginia") and row.endswith(".04") for row in rows)
        assert "accept" in text(pilot, "footer")
        shown = review(pilot).query_one(ImageView).shown
        assert shown is not None
        assert shown.name == "IMG_0001.JPG"


async def test_each_grading_key_records_its_word_and_goes_on(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("enter", "b", "2", "h", "v", "s")
        await pilot.pause()
    assert words(river) == {
        1: "northern raccoon",
        2: "blank",
        3: "virginia opossum",
        4: "human",
        5: "vehicle",
        6: "unknown",
    }


async def test_the_picture_follows_the_status(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        for number in (1, 2, 3):
            await settle(pilot)
            view = review(pilot).query_one(ImageView)
            assert f"{number}/6" in text(pilot, "status")
            assert view.shown is None or view.shown.name == f"IMG_{number:04d}.JPG"
            await pilot.press("j")


async def test_accept_without_a_prediction_does_nothing(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("colon", "6", "enter", "enter")
        assert "no prediction" in text(pilot, "message")
        assert "failed: truncated" in panel(pilot)
    assert words(river) == {}


async def test_a_species_is_chosen_by_name_beside_the_picture(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"opos")
        assert "virginia opossum" in panel(pilot).splitlines()[0]
        shown = review(pilot).query_one(ImageView).shown
        assert shown is not None
        await pilot.press("enter")
        await pilot.pause()
        assert "2/6" in text(pilot, "status")
        assert panel(pilot).startswith("SpeciesNet")
    assert words(river) == {1: "virginia opossum"}


async def test_a_new_species_can_be_typed(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("slash", *"pond slider", "enter")
    assert words(river) == {1: "pond slider"}


async def test_letters_in_a_prompt_are_no_commands(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("slash", "b", "h", "v", "ctrl+r", "escape")
        await pilot.pause()
        assert "1/6" in text(pilot, "status")
        await pilot.press("n", *"b wet", "enter")
        assert "✎ you: b wet" in panel(pilot)
    assert words(river) == {}


async def test_a_second_species_and_a_count(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("number_sign", "3", "enter", "plus", *"mall", "enter")
        assert "mallard ×3" in panel(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "2/6" in text(pilot, "status")
    assert words(river) == {1: "mallard + northern raccoon"}


async def test_a_burst_asks_first(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("e")
        assert "3 pictures of this burst" in text(pilot, "message")
        assert words(river) == {}
        await pilot.press("escape", "e", "b")
        await pilot.pause()
        assert "4/6" in text(pilot, "status")
        assert words(river) == dict.fromkeys((1, 2, 3), "blank")
        await pilot.press("u")
        assert words(river) == {}
        assert "Undone: blank on 3 pictures" in text(pilot, "message")


async def test_a_burst_takes_a_species_from_the_picker(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("e", "slash", *"mallard", "enter")
        await pilot.pause()
    assert words(river) == dict.fromkeys((1, 2, 3), "mallard")


async def test_undo_and_redo_across_a_restart(make_app: Make, river: Store) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("enter", "enter", "enter")
    async with make_app().run_test() as pilot:
        await pilot.pause()
        assert "4/6" in text(pilot, "status")
        await pilot.press("u", "u")
        assert words(river) == {1: "northern raccoon"}
        assert "2/6" in text(pilot, "status")
        await pilot.press("ctrl+r")
        assert set(words(river)) == {1, 2}


async def test_zoom_goes_through_the_boxes_and_back(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("z")
        assert "box 1 of 1" in text(pilot, "message")
        await pilot.press("z")
        assert "box" not in text(pilot, "message")
        await pilot.press("colon", "5", "enter", "z")
        assert "No box" in text(pilot, "message")


async def test_the_filter_line(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("f", *"score:high", "enter")
        assert "column 7" in text(pilot, "message")
        assert review(pilot).prompt.is_open
        await pilot.press(*["backspace"] * 10, *"species:mallard", "enter")
        await pilot.pause()
        assert "1/1" in text(pilot, "status")
        assert "· mallard" in text(pilot, "status")
        await pilot.press("f", *["backspace"] * 20, *"species:lion", "enter")
        await pilot.pause()
        assert "0/0" in text(pilot, "status")
        await pilot.press("enter", "j", "z", "e", "u", "o", "n")
        assert not review(pilot).prompt.is_open


async def test_help_and_palette_hold_every_command_that_works(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(120, 80)) as pilot:
        await pilot.press("question_mark")
        for command in REVIEW:
            # Peeking is for grading blind.
            assert (command.title in panel(pilot)) == (command.id != "peek")
        await pilot.press("escape", "ctrl+p", *"blank", "enter")
        await pilot.pause()
        await pilot.pause()
    assert words(river) == {1: "blank"}


async def test_the_name_is_asked_once_and_remembered(make_app: Make, river: Store) -> None:
    async with make_app(grader="").run_test() as pilot:
        await pilot.press("enter")
        assert "name is needed" in text(pilot, "message")
        await pilot.press(*"ann b", "enter", "enter")
        await pilot.pause()
        assert text(pilot, "status").endswith("ann b")
    assert load_settings().grader == "ann b"
    assert river.grades.graders() == {"ann b": 1}


async def test_a_name_that_cannot_be_remembered_serves_for_this_time(
    make_app: Make, river: Store, own_settings: Path
) -> None:
    own_settings.parent.write_text("a file where the folder should be")
    async with make_app(grader="").run_test() as pilot:
        await pilot.press(*"ann", "enter")
        assert "for this time" in text(pilot, "message")
        await pilot.press("b")
    assert words(river) == {1: "blank"}


async def test_grading_without_a_name_asks_for_it(make_app: Make, river: Store) -> None:
    async with make_app(grader="").run_test() as pilot:
        await pilot.press("escape", "b")
        assert review(pilot).prompt.is_open
    assert words(river) == {}


async def test_marks_and_jumps(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("m")
        assert "⚑ you" in panel(pilot)
        await pilot.press("right_square_bracket")
        assert "4/6" in text(pilot, "status")
        await pilot.press("left_curly_bracket")
        assert "1/6" in text(pilot, "status")
        await pilot.press("enter", "tab")
        assert "3/6" in text(pilot, "status")


async def test_hostile_names_are_harmless_everywhere(make_app: Make, river: Store) -> None:
    nasty = "A[/]B\x1b]52;c;aGk=\x07[@click=app.quit].JPG"
    with river.db.transaction():
        river.db.execute("UPDATE image SET file_path = ? WHERE id = 1", [nasty])
        river.db.execute("UPDATE taxon SET common_name = ? WHERE common_name = 'mallard'", [nasty])
    async with make_app().run_test() as pilot:
        await pilot.press("slash", *"A[", "escape", "colon", *"[/]", "enter", "m", "o")
        await pilot.press("slash", *"A[", "enter", "u")
        await pilot.pause()
        written = pilot.app.export_screenshot()
        assert "\x1b" not in written
        assert "]52;" not in text(pilot, "footer")


async def test_a_missing_picture_is_said_and_can_be_graded(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    (tmp_path / "pictures" / "IMG_0001.JPG").unlink()
    async with make_app().run_test() as pilot:
        await settle(pilot)
        assert review(pilot).query_one(ImageView).problem
        await pilot.press("enter")
    assert words(river) == {1: "northern raccoon"}


async def test_what_was_typed_while_the_survey_was_locked_lands_on_no_other_picture(
    make_app: Make, river: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = river.grades.append

    def locked(*arguments: Any) -> None:
        monkeypatch.setattr(river.grades, "append", append)
        for key in "bh":  # typed while the first key waits for the lock
            app.post_message(events.Key(key, key))
        raise StoreError("river.db: database is locked.", "Close the other program.")

    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(river.grades, "append", locked)
        await pilot.press("v")
        await pilot.pause()
        assert "Nothing was recorded: river.db: database is locked" in text(pilot, "message")
        assert words(river) == {}
        assert "1/6" in text(pilot, "status")
        await pilot.press("v", "b")
    assert words(river) == {1: "vehicle", 2: "blank"}


async def test_huge_numbers_are_no_numbers(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        for key in ("colon", "number_sign"):
            await pilot.press(key)
            pilot.app.post_message(events.Paste("9" * 5_000))
            await pilot.press("enter", "escape")
        assert "1/6" in text(pilot, "status")


async def test_a_bar_of_the_charts_opens_its_pictures(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        for _ in range(200):
            await pilot.pause(0.02)
            if any("raccoon" in row.plain for row in pilot.app.screen.query_one(Lines).rows):
                break
        await pilot.press("enter")
        await pilot.pause()
        assert text(pilot, "message") == "3 pictures."
        assert "1/3" in text(pilot, "status")
        assert "northern raccoon" in text(pilot, "status")


async def test_a_sentence_too_long_for_its_line_stands_whole_in_the_panel(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("o")
        assert "No display" in text(pilot, "message")
        path = str(tmp_path / "pictures" / "IMG_0001.JPG")
        assert path in panel(pilot).replace("\n", "")
        await pilot.press("k")
        assert panel(pilot).startswith("SpeciesNet")


async def test_a_full_disk_is_said_and_the_key_can_be_repeated(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test() as pilot:
        room = river.db.value("PRAGMA max_page_count")
        river.db.execute("PRAGMA max_page_count = 1")
        with contextlib.suppress(StoreError):
            for number in count():  # fills the free pages of the tables that grades lie in
                unsure = NewGrade(str(number), 6, (NewObservation(1),), "assisted", "blank")
                river.grades.append("ben", [unsure], "now")
        await pilot.press("b")
        assert "Make room" in text(pilot, "message")
        river.db.execute(f"PRAGMA max_page_count = {room}")
        await pilot.press("b")
    assert words(river)[1] == "blank"


async def test_keys_can_be_remapped(make_app: Make, river: Store) -> None:
    app = make_app()
    app.settings = load_settings()
    from camtrap_tui.tui.bindings import keymap

    app.set_keymap(keymap({"blank": ("space",)}))
    async with app.run_test() as pilot:
        await pilot.press("b", "space")
    assert words(river) == {1: "blank"}


async def test_resizing_keeps_the_picture_and_the_place(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("j")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "2/6" in text(pilot, "status")
        assert len(text(pilot, "footer")) <= 80
