"""The charts screen by its keys: what it shows, and the filter that a bar leaves with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.services.chart_drawing import CURSOR
from camtrap_tui.store.store import Store
from camtrap_tui.tui.charts_screen import ChartsScreen
from camtrap_tui.tui.line import Line, Lines
from tests.builders import Said, add_images
from tests.store.test_reports import MALLARD, RACCOON, grade

NOTHING = object()


class Holder(App[None]):
    """An app that shows the charts and keeps what they leave with."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.settings = Settings()
        self.path = path
        self.left_with: object = NOTHING

    def on_mount(self) -> None:
        """Show the charts."""
        self.push_screen(ChartsScreen(self.path, None), self._left)

    def _left(self, result: str | None) -> None:
        self.left_with = result


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Three pictures of a raccoon, two of mallards, one with a name that is markup; one graded."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        names = [RACCOON] * 3 + [MALLARD] * 2 + ["cam[/]a [bold]"]
        keys = add_images(store, [Said(name, guesses=[(name, 0.9)]) for name in names])
        grade(store, "ann", keys[0], MALLARD)
    return path


def shown(app: Holder) -> str:
    """Return what the panel says."""
    return "\n".join(row.plain for row in app.screen.query_one("#panel", Lines).rows)


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what a thread does."""
    for _ in range(200):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError("it did not happen")


async def press(pilot: Pilot[None], app: Holder, key: str, expect: str) -> None:
    """Press a key and wait for what it shows."""
    await pilot.press(key)
    await until(pilot, lambda: expect in shown(app))


async def test_frequency_scales_and_by(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: f"{CURSOR}{RACCOON}" in shown(app))
        assert "cam[/]a [bold]" in shown(app)
        assert "linear scale" in shown(app)
        assert "truth" not in shown(app)
        await press(pilot, app, "s", "log scale")
        await press(pilot, app, "p", "50 %")
        await press(pilot, app, "b", "classification above 0.3")
        await press(pilot, app, "b", "truth – log scale")
        assert "1 row of 1 picture," in shown(app)
        await press(pilot, app, "b", "prediction")


async def test_hours_and_their_scale(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, app, "h", f"{CURSOR}{RACCOON} n=3, top 3")
        assert "own scales" in shown(app)
        await press(pilot, app, "s", "one scale")
        assert f"{MALLARD} n=2, top 3" in shown(app)
        await press(pilot, app, "p", "one scale")
        message = app.screen.query_one("#message", Line).content.plain
        assert message == "Hours are counts; percent is for frequency."
        await press(pilot, app, "f", "linear scale")


async def test_truth_stands_beside_where_there_is_room(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "truth – linear scale" in shown(app))
        assert "prediction, run 1 – linear scale" in shown(app)
        assert shown(app).count(CURSOR) == 1
        await press(pilot, app, "h", "truth – hours of the day")
        assert shown(app).count(f"{MALLARD} n=") == 2


async def test_a_bar_leaves_with_its_filter(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: CURSOR in shown(app))
        await press(pilot, app, "j", f"{CURSOR}{MALLARD}")
        await press(pilot, app, "k", f"{CURSOR}{RACCOON}")
        await press(pilot, app, "up", f"{CURSOR}{RACCOON}")
        await press(pilot, app, "down", f"{CURSOR}{MALLARD}")
        await pilot.press("enter")
        await until(pilot, lambda: app.left_with is not NOTHING)
        assert app.left_with == f"species:={MALLARD}"


async def test_a_bar_of_truth_leaves_with_the_filter_of_truth(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: CURSOR in shown(app))
        await press(pilot, app, "b", "classification above 0.3")
        await press(pilot, app, "b", f"{CURSOR}{MALLARD}")
        await pilot.press("enter")
        await until(pilot, lambda: app.left_with == f"truth:={MALLARD}")


@pytest.mark.parametrize("key", ["escape", "c", "q"])
async def test_back_leaves_with_nothing(survey: Path, key: str) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.left_with is None)


async def test_a_line_of_several_classes_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    with Store.open(path, create=True) as store:
        add_images(store, [Said(f"class {n:02d}") for n in range(45)])
    app = Holder(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: CURSOR in shown(app))
        for _ in range(20):
            await pilot.press("j")
        assert f"{CURSOR}… 5 classes" in shown(app)
        await pilot.press("enter")
        message = app.screen.query_one("#message", Line).content.plain
        assert message == "This line is no single class: choose a class."
        assert app.left_with is NOTHING


async def test_without_predictions_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    Store.open(path, create=True).close()
    app = Holder(path)
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.screen.query_one("#message", Line)
        await until(pilot, lambda: "nothing has been predicted yet" in line.content.plain)
        await pilot.press("j", "enter", "s", "p", "h", "f")
        assert app.left_with is NOTHING


async def test_the_footer_has_the_keys_of_the_registry(survey: Path) -> None:
    app = Holder(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: CURSOR in shown(app))
        footer = app.screen.query_one("#footer", Line).content.plain
        assert footer.startswith("f frequency  h hours  b by  s scale")
        assert footer.endswith("esc back  ? help")
