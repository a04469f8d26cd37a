"""Settings: defaults < TOML < environment < options; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.config import load_settings, remember
from camtrap_tui.errors import UsageError


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_each_layer_overrules_the_one_before(
    own_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().grader == ""
    write(own_settings, 'grader = "ann"\ncountry = "USA"\n[keys]\nblank = "space"\n')
    assert load_settings().grader == "ann"
    assert load_settings().keys == {"blank": ("space",)}
    monkeypatch.setenv("CAMTRAP_TUI_GRADER", "ben")
    assert load_settings().grader == "ben"
    assert load_settings({"grader": "eve", "color": None}).grader == "eve"
    assert load_settings().country == "USA"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('colour = "24"', "colour"),
        ("grader = 3", "grader"),
        ('color = "mauve"', "mauve"),
        ("[keys]\nblank = 3", "keys.blank"),
        ("grader = ", "config.toml"),
    ],
)
def test_mistakes_are_named(own_settings: Path, text: str, says: str) -> None:
    write(own_settings, text)
    with pytest.raises(UsageError, match=says):
        load_settings()


def test_the_name_is_remembered_and_the_rest_of_the_file_stays(own_settings: Path) -> None:
    write(own_settings, '# mine\ncountry = "USA"\n[keys]\nblank = "space"\n')
    remember("grader", 'Ann "the owl" \\ B')
    remember("grader", "Ann")
    assert own_settings.read_text().startswith("grader = ")
    assert "# mine" in own_settings.read_text()
    settings = load_settings()
    assert (settings.grader, settings.country) == ("Ann", "USA")
    assert settings.keys == {"blank": ("space",)}


def test_a_name_with_quotes_comes_back(own_settings: Path) -> None:
    remember("grader", 'Ann "the owl" \\ B')
    assert load_settings().grader == 'Ann "the owl" \\ B'


def test_a_name_that_cannot_be_remembered_is_one_sentence(own_settings: Path) -> None:
    own_settings.parent.write_text("a file where the folder should be")
    with pytest.raises(UsageError, match="by an option"):
        remember("grader", "Ann")
