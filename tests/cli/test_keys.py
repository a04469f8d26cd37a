"""`camtrap-tui keys`: every command of every screen, with a person's own keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from camtrap_tui.cli.keys import keys_command
from camtrap_tui.commands import SCREENS
from camtrap_tui.errors import UsageError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("CAMTRAP_TUI_CONFIG", str(path))
    return path


def lines(*arguments: str) -> str:
    return CliRunner().invoke(keys_command, arguments, catch_exceptions=False).stdout


def test_every_command_is_there(settings: Path) -> None:
    found = {(row["screen"], row["id"]): row["keys"] for row in json.loads(lines("--json"))}
    assert set(found) == {(s, c.id) for s, commands in SCREENS.items() for c in commands}
    assert found["review", "quick_order"] == []
    order = next(line for line in lines().splitlines() if "quick_order" in line)
    assert order.split()[:2] == ["review", "palette"]


def test_own_keys_take_the_place_of_the_usual_ones(settings: Path) -> None:
    settings.write_text('[keys]\nquick_order = "f5"\nblank = ["space", "b"]\n')
    found = {row["id"]: row["keys"] for row in json.loads(lines("--json"))}
    assert (found["quick_order"], found["blank"]) == (["f5"], ["space", "b"])


def test_a_clash_is_refused_by_name(settings: Path) -> None:
    settings.write_text('[keys]\nquick_order = "f"\n')
    with pytest.raises(UsageError, match="both quick_order and filter"):
        lines()
