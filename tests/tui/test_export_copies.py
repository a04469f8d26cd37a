"""The form that exports, asked for the pictures themselves: they are copied beside."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from camtrap_tui.services import events
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.export_form import ExportForm
from tests.tui.holdout_pilot import is_on, line, panel, until
from tests.tui.test_export_form import FakeChild, fake_child, tell

__all__ = ["fake_child"]
Make = Callable[..., CamtrapApp]


async def ask_for_pictures(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+e")
    await until(pilot, lambda: is_on(pilot, ExportForm))
    await pilot.press("enter", *"pictures", "enter")
    await until(pilot, lambda: line(pilot, "status").endswith("pictures"))


async def test_what_is_asked_for_goes_to_the_child(
    make_app: Make, river: Store, fake_child: None
) -> None:
    async with make_app(where="species:raccoon").run_test(size=(120, 40)) as pilot:
        await ask_for_pictures(pilot)
        assert line(pilot, "status").endswith("3 pictures")
        assert "Class by" not in panel(pilot)
        await pilot.press("j", "j", "j", "enter", *"class", "enter")
        await pilot.press("j", "enter", *"run", "enter")
        await pilot.press("j", "enter", *"links", "enter")
        await until(pilot, lambda: line(pilot, "status").endswith("3 pictures"))
        await pilot.press("w")
        await pilot.pause()
        words = FakeChild.lines[0]
        assert words[4:6] == ["copy", "--events"]
        assert {"--where=species:raccoon", "--by=class", "--class-by=run", "--link"} <= {*words}
        out = river.path.with_name("river-pictures")
        assert words[-2:] == [str(river.path), str(out)]
        await tell(pilot, events.Exporting(1, 3))
        assert "copying pictures 1/3" in panel(pilot, "below")
        await pilot.press("escape", "q")
        assert "Pictures are being copied: q again" in line(pilot, "message")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: is_on(pilot, ExportForm))
        await pilot.press("s")
        await tell(pilot)
        assert "copy stopped: what is there stays" in panel(pilot, "below")


async def test_a_real_child_copies_them_and_goes_on(make_app: Make, river: Store) -> None:
    out = river.path.with_name("river-pictures")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ask_for_pictures(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "6 files copied" in panel(pilot, "below"))
        assert len(list(out.rglob("*.JPG"))) == 6
        next(out.rglob("*.JPG")).unlink()
        await pilot.press("w")
        await until(pilot, lambda: "5 of them from before" in panel(pilot, "below"))
        assert len(list(out.rglob("*.JPG"))) == 6


async def test_a_folder_with_something_else_in_it_is_refused(
    make_app: Make, river: Store, fake_child: None
) -> None:
    out = river.path.with_name("river-pictures")
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+e")
        await until(pilot, lambda: is_on(pilot, ExportForm))
        await pilot.press("enter", *"pictures", "enter")
        await until(pilot, lambda: "something in it" in panel(pilot, "below"))
        await pilot.press("w")
        assert not FakeChild.lines
