"""A survey that cannot be written to: it is shown, and says at once what cannot be done."""

from __future__ import annotations

from pathlib import Path

from camtrap_tui.store.store import Store
from tests.read_only import obey_rights, read_only
from tests.terminal import Terminal


def test_it_is_shown_and_every_grading_key_says_why_not(river: Store, tmp_path: Path) -> None:
    river.close()
    folder = tmp_path / "stick"
    folder.mkdir()
    survey = river.path.rename(folder / river.path.name)
    before = survey.read_bytes()
    with read_only(folder):
        terminal = Terminal("review", survey, before_exec=obey_rights, size=(120, 40))
        try:
            terminal.wait_for("nothing can be graded")
            terminal.wait_for("read-only")
            terminal.wait_for("1/6")
            for key in ("\r", "b", "1", "/", "+", "#", "i", "s", ".", "e", "u", "\x12", "m", "n"):
                # What stands there is wiped first, so that each key must say it anew.
                terminal.type("j")
                terminal.wait_until(lambda: "nothing can be" not in terminal.text(), "another one")
                terminal.type(key)
                terminal.wait_for("nothing can be graded")
                terminal.type("k")
                terminal.wait_until(lambda: "nothing can be" not in terminal.text(), "the first")
            assert "1/6" in terminal.text()
            terminal.type("l")
            terminal.wait_for("adds up")
            terminal.type("qq")
            terminal.wait()
        finally:
            terminal.close()
    assert survey.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == [survey.name]
