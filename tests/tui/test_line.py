"""Lines of words: only what is drawn otherwise is sent again."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region

from camtrap_tui.tui.line import Lines


class Sent(Lines):
    """Notes the rows that it has sent."""

    sent: list[int]

    def refresh(self, *regions: Region, **options: bool) -> Sent:
        self.sent = [region.y for region in regions]
        return super().refresh(*regions, **options)


class OneList(App[None]):
    """A list of ten rows' height."""

    def compose(self) -> ComposeResult:
        yield Sent()


def rows(*words: str) -> list[Content]:
    return [Content(word) for word in words]


async def test_only_rows_that_are_drawn_otherwise_are_sent() -> None:
    async with OneList().run_test(size=(20, 10)) as pilot:
        lines = pilot.app.query_one(Sent)
        lines.show(rows("a", "b", "", "d"))
        lines.sent = []
        lines.show(rows("a", "b", "", "d"))
        assert lines.sent == []
        lines.show(rows("a", "B", "", "d", "e"))
        assert lines.sent == [1, 4]
        # Nothing was to be chosen before; blank rows stay blank.
        lines.show(rows("a"), 0)
        assert lines.sent == [0, 1, 3, 4]
        lines.show(rows("a"))
        assert lines.sent == [0]


async def test_a_list_that_scrolls_sends_what_has_moved() -> None:
    async with OneList().run_test(size=(20, 3)) as pilot:
        lines = pilot.app.query_one(Sent)
        lines.show(rows("a", "a", "a", "b"), 0)
        lines.choose(3)
        assert lines.sent == [0, 2]
        lines.show(rows("a", "a", "a", "b"))
        lines.turn(-1)
        assert lines.sent == [2]


async def test_a_list_that_was_shown_before_it_had_a_size_begins_at_its_top() -> None:
    async with OneList().run_test(size=(20, 1)) as pilot:
        lines = pilot.app.query_one(Sent)
        lines.show(rows("Grade", "b", "h"), 1)
        lines.sent = []
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert 0 in lines.sent
        assert lines.render().plain.splitlines()[0].strip() == "Grade"
        await pilot.resize_terminal(20, 1)
        await pilot.pause()
        assert lines.render().plain.strip() == "›b"
