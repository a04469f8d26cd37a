"""The filter bar: completions, counts, mistakes that are pointed at, and saved filters."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from textual.pilot import Pilot

from camtrap_tui.services import filtering
from camtrap_tui.services.previewing import Preview
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.filter_dialog import FilterTold
from tests.store.test_grades import grade
from tests.tui.test_review_screen import Make, review, text

Typing = Pilot[None]


def rows(pilot: Typing) -> list[str]:
    return [row.plain for row in review(pilot).panel.rows]


async def until(pilot: Typing, true: Callable[[], bool]) -> None:
    """Wait for what a thread does."""
    for _ in range(200):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError(f"it did not happen: {text(pilot, 'message')}")


async def test_words_then_values_are_offered_and_taken(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert any(row.startswith("species:") for row in rows(pilot))
        await pilot.press(*"spe", "tab")
        assert text(pilot, "prompt").startswith("Filter: species:")
        await until(pilot, lambda: "northern raccoon  3" in rows(pilot))
        await pilot.press(*"mal", "down", "enter")
        assert text(pilot, "prompt").startswith("Filter: species:mallard")
        assert review(pilot).prompt.is_open
        await until(pilot, lambda: text(pilot, "message") == "1 picture, 1 without a grade")
        await pilot.press("enter")
        await until(pilot, lambda: "1/1" in text(pilot, "status"))
        assert "river.db · mallard" in text(pilot, "status")


async def test_the_newest_line_is_counted(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"species:raccoon")
        assert text(pilot, "message") in ("counting …", "3 pictures, 3 without a grade")
        await pilot.press(*" -species:raccoon")
        await until(pilot, lambda: text(pilot, "message").startswith("No picture"))
        await pilot.press("escape")
        assert not review(pilot).prompt.is_open


async def test_a_word_that_stands_twice_is_explained_where_nothing_fits(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        said = "No picture fits. Both species: must hold; species:raccoon,mallard means or."
        await pilot.press("f", *"species:raccoon species:mallard")
        await until(pilot, lambda: text(pilot, "message") == said)
        await pilot.press("enter")
        await until(pilot, lambda: "0/0" in text(pilot, "status"))
        assert text(pilot, "message") == said
        # From an empty queue there is a way back.
        await pilot.press("f", "ctrl+u", "enter")
        await until(pilot, lambda: "0/0" not in text(pilot, "status"))


async def test_a_mistake_is_underlined_and_told(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"hour:25 state:graded")
        assert text(pilot, "message").startswith("hour:25: hours go from 0 to 23")
        field = review(pilot).prompt.content
        spans = [span for span in field.spans if "underline" in str(span.style)]
        assert [field.plain[span.start] for span in spans] == ["2"]
        told = list(takewhile(lambda row: not row.startswith("graded "), rows(pilot)))
        assert "hour:7" in " ".join(told)
        # None of it is cut off.
        assert max(map(len, told)) <= review(pilot).panel.content_size.width
        # An explanation is no value that could be taken.
        await pilot.press("down", "tab")
        assert "None" not in text(pilot, "prompt")
        await pilot.press("enter")
        assert "column 6" in text(pilot, "message")
        assert review(pilot).prompt.is_open


async def test_while_a_word_is_typed_its_meaning_is_told(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"hour:2", "backspace")
        assert text(pilot, "message") == "hour: hours of camera time, as in hour:20-5"


async def test_a_filter_is_saved_chosen_and_removed(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"species:mallard", "ctrl+s", *"the ducks", "enter")
        await until(pilot, lambda: "river.db · the ducks" in text(pilot, "status"))
        assert river.saved_filters.words("the ducks") == "species:mallard"
        assert river.saved_filters.all()[0].saved_by == "ann"
        await pilot.press("f", "ctrl+u", *"@du")
        await until(pilot, lambda: any("the ducks" in row for row in rows(pilot)))
        await pilot.press("ctrl+u", *"@the", "down", "ctrl+d")
        assert river.saved_filters.all() == []
        assert text(pilot, "prompt").startswith("Filter: species:mallard")


async def test_what_has_no_meaning_is_refused_before_a_name_is_asked(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"species:mallard hour:25", "ctrl+s")
        assert text(pilot, "prompt").startswith("Filter: species:mallard hour:25")
        assert text(pilot, "message").startswith("hour:25: hours go from 0 to 23")
        await pilot.press("backspace", "ctrl+s")
        assert text(pilot, "prompt").startswith("Save this filter as:")


async def test_why_a_saved_filter_cannot_be_removed_is_told(make_app: Make, river: Store) -> None:
    filtering.save_filter(river, "ducks", "species:mallard", "ben")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"@du")
        await until(pilot, lambda: any("ducks" in row for row in rows(pilot)))
        # Another program is quicker.
        river.saved_filters.remove("ducks")
        await pilot.press("down", "ctrl+d")
        assert "there is no saved filter 'ducks'" in text(pilot, "message")
        await pilot.press("backspace")
        assert "there is no saved filter 'ducks'" not in text(pilot, "message")


async def test_keys_behind_the_enter_wait_for_the_queue(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"species:mallard", "enter", "b")
        await pilot.pause()
        (vote,) = river.grades.votes(4)
        assert vote.gesture == "blank"


async def test_nothing_is_counted_after_the_bar_is_left(make_app: Make) -> None:
    app: CamtrapApp = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", *"species:mallard", "escape")
        await pilot.pause(0.3)
        assert "picture" not in text(pilot, "message")


async def test_a_chosen_row_stays_chosen_when_a_count_comes(make_app: Make, river: Store) -> None:
    filtering.save_filter(river, "ducks", "species:mallard", "ben")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: rows(pilot)[0].startswith("@ducks"))
        await pilot.press("down")
        bar = review(pilot).prompt.helper
        assert bar is not None
        review(pilot).post_message(FilterTold(Preview("", "6 pictures, 6 without a grade")))
        await pilot.pause()
        assert review(pilot).panel.chosen == 0
        assert "ctrl+d removes it" in text(pilot, "message")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "river.db · ducks" in text(pilot, "status"))


async def test_days_and_disagreements_have_keys(make_app: Make, river: Store) -> None:
    grade(river, [4], "blank", "ben")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("right_parenthesis")
        assert text(pilot, "status").split("·")[1].split()[-1] == "4/6"
        await pilot.press("left_parenthesis")
        assert text(pilot, "status").split("·")[1].split()[-1] == "1/6"
        await pilot.press("greater_than_sign")
        assert "something else than predicted" in text(pilot, "message")
        await pilot.press("greater_than_sign")
        assert "There is no next picture" in text(pilot, "message")
