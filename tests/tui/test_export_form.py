"""The form that exports: its lines, the export beside it, its report, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.services import child, events
from camtrap_tui.services.exports.formats import all_formats
from camtrap_tui.services.exports.report import ExportReport, WrittenFile, report_json
from camtrap_tui.services.exports.request import Format
from camtrap_tui.store.store import Store
from camtrap_tui.tui import exporter
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.charts_screen import ChartsScreen
from camtrap_tui.tui.export_fields import FIELDS
from camtrap_tui.tui.export_form import ExportForm
from camtrap_tui.tui.holdout_screen import HoldoutScreen
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.blind_builder import sampled_survey
from tests.services.exports.toy_format import put_toy
from tests.tui.fake_child import ToldChild
from tests.tui.holdout_pilot import app_on, is_on, line, panel, until

Make = Callable[..., CamtrapApp]


class FakeChild(ToldChild):
    """Stands in for the child that exports."""

    lines: list[list[str]] = []  # noqa: RUF012 - emptied by the fixture
    stopped = False

    def __init__(self, command: list[str], *, own_group: bool) -> None:
        self.lines.append(command)
        FakeChild.stopped, self.code = False, -9

    async def wait(self) -> int:
        return self.code

    def stop(self) -> None:
        FakeChild.stopped, self.code = True, 130
        self.told.put_nowait(None)

    def kill(self) -> None:
        pass


@pytest.fixture
def fake_child(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeChild.lines = []
    monkeypatch.setattr(child, "Child", FakeChild)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the form begin with a format that only these tests have."""
    put_toy(monkeypatch)


async def tell(pilot: Pilot[None], *told: events.Event | None) -> None:
    for event in told:
        FakeChild.told.put_nowait(event)
    for _ in range(5):
        await pilot.pause()


async def open_form(pilot: Pilot[None], *keys: str) -> None:
    """Open the form from the review, with the toy chosen."""
    await pilot.press(*(keys or ("ctrl+e",)))
    await until(pilot, lambda: is_on(pilot, ExportForm))
    await pilot.press("enter", *"toy", "enter")
    await until(pilot, lambda: "picture" in line(pilot, "status"))


def finished(out: Path) -> events.Exported:
    """Return that 5 of 6 pictures are in an export."""
    files = (WrittenFile(out.name, 5, 1234),)
    left = {"has no word": 1}
    examples = {"has no word": ("IMG_6.JPG",)}
    report = ExportReport("toy", str(out), files, 5, left_out=left, examples=examples)
    return events.Exported(report_json(report))


def out_of(survey: Store) -> Path:
    return survey.path.with_name("river-toy.csv")


@pytest.mark.parametrize("format", all_formats(), ids=lambda format: format.name)
def test_what_a_format_takes_has_a_line(format: Format) -> None:
    # That training data may have pictures of a holdout is said twice, and on the command line.
    assert format.takes - {"holdouts"} <= {field.name for field in FIELDS}


async def test_it_begins_with_the_filter_and_a_place_beside_the_survey(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app(where="species:raccoon").run_test() as pilot:
        await open_form(pilot)
        assert line(pilot, "status").endswith("3 pictures")
        said = panel(pilot)
        assert f"To             {out_of(river)}" in said
        assert "Pictures       species:raccoon" in said
        assert "With pictures" not in said
        assert "children, and for tests" in panel(pilot, "below")
        await pilot.press("w")
        await pilot.pause()
        assert FakeChild.lines[0][-2:] == [str(river.path), str(out_of(river))]
        assert {"--format=toy", "--where=species:raccoon", "--grader=ann"} <= {*FakeChild.lines[0]}
        await pilot.press("w")
        assert "s stops it" in line(pilot, "message")
        assert len(FakeChild.lines) == 1


async def test_lines_are_changed_and_what_will_not_do_is_said(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        await pilot.press("j", "enter", "ctrl+u", *"/x/list.json", "enter")
        await until(pilot, lambda: "not a .json one" in panel(pilot, "below"))
        await pilot.press("w")
        assert "not a .json one" in line(pilot, "message") + panel(pilot)
        assert not FakeChild.lines
        await pilot.press("enter", "ctrl+u", "enter")
        assert "To where?" in line(pilot, "message")
        await pilot.press("escape", "enter", "ctrl+u", *str(out_of(river)), "enter")
        await pilot.press("j", "enter", *"species:bear", "enter")
        await until(pilot, lambda: line(pilot, "status").endswith("0 pictures"))
        await pilot.press("enter", *"spezies:x", "enter")
        await until(pilot, lambda: "no filter word" in panel(pilot, "below"))
        await pilot.press("enter", *"all", "enter")
        await until(pilot, lambda: line(pilot, "status").endswith("6 pictures"))
        await pilot.press("j", "enter", *"majority:3", "enter")
        await pilot.press("j", "enter", *"9", "enter")
        assert "from 0 to 6" in line(pilot, "message")
        await pilot.press("ctrl+u", "2", "enter")
        await until(pilot, lambda: line(pilot, "status").endswith("6 pictures"))
        await pilot.press("w")
        await pilot.pause()
        assert {"--truth=majority:3", "--decimals=2"} <= {*FakeChild.lines[0]}
        assert not any(word.startswith("--where") for word in FakeChild.lines[0])


async def test_progress_stands_behind_what_undo_takes_back(
    make_app: Make, river: Store, fake_child: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{'0123456789abcdef' * 3}.jpg"
    with river.db.transaction():
        river.db.execute("UPDATE image SET file_path = 'IMG/' || id || ?", [name])
    monkeypatch.setattr(exporter, "_EVERY_S", 0.0)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_form(pilot)
        await pilot.press("w", "escape", "b")
        await tell(pilot, events.Exporting(12_000, 104_937))
        said = line(pilot, "message")
        assert len(said) <= 80
        assert said.startswith("u undoes blank on ")
        assert said.endswith("…  exporting toy 12,000/104,937")


async def test_a_filter_is_taken_as_it_is_typed(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app(where="-species:raccoon").run_test() as pilot:
        await open_form(pilot)
        await pilot.press("j", "j", "enter", *"species:raccoon", "enter")
        await until(pilot, lambda: line(pilot, "status").endswith("3 pictures"))
        assert "Pictures       species:raccoon" in panel(pilot)


async def test_two_keys_at_once_start_one_export(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        form = pilot.app.screen
        assert isinstance(form, ExportForm)
        form.action_export_now()
        form.action_export_now()
        await pilot.pause()
        assert len(FakeChild.lines) == 1


async def test_a_place_that_will_not_do_is_told_before_it_is_written_to(
    make_app: Make, river: Store, fake_child: None
) -> None:
    folder = river.path.with_name("tables")
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        await pilot.press("j", "enter", "ctrl+u", *str(folder / "list.csv"), "enter")
        await until(
            pilot, lambda: "there is no such folder" in panel(pilot, "below").replace("\n", " ")
        )
        await pilot.press("w")
        assert not FakeChild.lines
        folder.mkdir()
        await pilot.press("w")
        await until(pilot, lambda: line(pilot, "status").endswith("6 pictures"))
        await pilot.press("w")
        await pilot.pause()
        assert len(FakeChild.lines) == 1


async def test_what_lies_beside_is_replaced_only_when_asked_twice(
    make_app: Make, river: Store, fake_child: None
) -> None:
    for end in (".excel.csv", ".excel.schema.json"):
        river.path.with_name(f"river-ground-truth{end}").write_text("mine")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+e")
        await until(pilot, lambda: is_on(pilot, ExportForm))
        await pilot.press("enter", *"ground-truth", "enter")
        rows = panel(pilot).splitlines()
        for name in ("Schema", "For Excel"):
            number = next(n for n, row in enumerate(rows) if name in row)
            await pilot.press(*["k"] * 20, *["j"] * number, "enter", *"yes", "enter")
        await until(pilot, lambda: "picture" in line(pilot, "status"))
        await pilot.press("w")
        said = line(pilot, "message")
        assert "river-ground-truth.excel.csv and river-ground-truth.excel.schema.json are" in said
        assert not FakeChild.lines


async def test_grading_goes_on_and_the_report_is_shown(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_form(pilot)
        await pilot.press("w")
        await tell(pilot, events.Exporting(3, 6))
        assert "exporting toy 3/6" in panel(pilot, "below")
        assert "50%" in panel(pilot, "below")
        await pilot.press("escape")
        await until(pilot, lambda: is_on(pilot, ReviewScreen))
        assert "exporting toy 3/6" in line(pilot, "message")
        await pilot.press("b")
        assert river.db.value("SELECT count(*) FROM grade") == 1
        await tell(pilot, finished(out_of(river)), None)
        assert "exported: 5 pictures in river-toy.csv; ctrl+e shows it" in line(pilot, "message")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: is_on(pilot, ExportForm))
        assert "Format         toy" in panel(pilot)
        said = panel(pilot, "below")
        assert f"toy: 5 pictures, in {out_of(river)}" in said.replace("\n", " ")
        assert "1  has no word" in said
        assert "IMG_6.JPG" in said
        await pilot.press("escape", "j")
        assert "exported" not in line(pilot, "message")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (events.Error("No space left.", "Make room."), "No space left. Make room."),
        (None, "it ended with code -9. out of memory"),
    ],
)
async def test_what_goes_wrong_is_said(
    make_app: Make, fake_child: None, told: events.Event | None, says: str
) -> None:
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        await pilot.press("w")
        await tell(pilot, told, None)
        assert f"export failed: {says}" in panel(pilot, "below").replace("\n", " ")


async def test_it_is_stopped(make_app: Make, fake_child: None) -> None:
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        await pilot.press("s")
        assert line(pilot, "message") == "Nothing is being exported."
        await pilot.press("w")
        await tell(pilot, events.Exporting(3, 6))
        await pilot.press("s")
        await tell(pilot)
        assert "export stopped: nothing is left of it" in panel(pilot, "below")
        await pilot.press("w")
        await tell(pilot, events.Exporting(1, 6))
        assert "exporting toy 1/6" in panel(pilot, "below")


async def test_what_is_there_is_replaced_only_when_asked_twice(
    make_app: Make, river: Store, fake_child: None
) -> None:
    out_of(river).write_text("mine")
    async with make_app().run_test() as pilot:
        await open_form(pilot)
        await pilot.press("w")
        assert line(pilot, "message") == "river-toy.csv is there: w replaces what is there."
        assert not FakeChild.lines
        await pilot.press("w")
        await pilot.pause()
        assert len(FakeChild.lines) == 1


async def test_leaving_asks_while_an_export_is_being_written(
    make_app: Make, fake_child: None
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await open_form(pilot)
        await pilot.press("w")
        await tell(pilot, events.Exporting(3, 6))
        await pilot.press("escape", "q")
        assert "q again stops it" in line(pilot, "message")
        await tell(pilot, events.Exporting(4, 6))
        assert "q again stops it" in line(pilot, "message")
        await pilot.press("j", "q")
        assert "q again stops it" in line(pilot, "message")
        assert app.is_running
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running or app._exit)
    assert FakeChild.stopped


async def test_a_real_child_writes_it(
    make_app: Make, river: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+e")
        await until(pilot, lambda: is_on(pilot, ExportForm))
        await pilot.press("enter", *"ground-truth", "enter")
        await until(pilot, lambda: "picture" in line(pilot, "status"))
        out = river.path.with_name("river-ground-truth.csv")
        await pilot.press("w")
        await until(pilot, lambda: f"in {out}" in panel(pilot, "below").replace("\n", " "))
        assert out.read_text(encoding="utf-8").startswith("observation_id,")
        assert "Left out" in panel(pilot, "below")


async def test_a_bar_and_a_holdout_are_exported_from_where_they_are_seen(
    graded: Store, fake_child: None
) -> None:
    async with app_on(graded).run_test() as pilot:
        await pilot.press("c")
        await until(pilot, lambda: is_on(pilot, ChartsScreen) and bool(panel(pilot).strip()))
        await open_form(pilot, "e")
        assert "Pictures       species:" in panel(pilot)
        assert line(pilot, "status").endswith("20 pictures")
        await pilot.press("escape")
        await until(pilot, lambda: is_on(pilot, ChartsScreen))
        await pilot.press("escape", "t")
        await until(
            pilot, lambda: is_on(pilot, HoldoutScreen) and "accuracy " in line(pilot, "status")
        )
        await open_form(pilot, "e")
        assert "Holdout        spring" in panel(pilot)
        assert line(pilot, "status").endswith("30 pictures")
        await pilot.press("w")
        await pilot.pause()
        assert "--holdout=spring" in FakeChild.lines[0]
        await pilot.press("escape", "g")
        assert "An export is being written" in line(pilot, "message")


async def test_nothing_is_exported_while_grading_blind(store: Store, tmp_path: Path) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=6)
    app = CamtrapApp(store, sampled.session(), Settings(grader="ann", color="24"))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+e")
        assert is_on(pilot, ReviewScreen)
        assert "Export is off while you grade blind" in line(pilot, "message")
        await pilot.press("ctrl+p", *"export", "enter")
        await pilot.pause()
        assert is_on(pilot, ReviewScreen)
