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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('color = "16"  # the van\'s laptop\n# end', 'color = "24"  # the van\'s laptop\n# end'),
        ("# mine\r\ncolor = 'grey'\r\n", '# mine\r\ncolor = "24"\r\n'),
        ("# mine\r\n", 'color = "24"\r\n# mine\r\n'),
        ('  "color"="16" # x = "y"\n', 'color = "24" # x = "y"\n'),
        ('# \u2028color = "16"\n', None),
        ('grader = "color = \\"16\\""\n[keys]\nblank = "b"', None),
    ],
)
def test_comments_line_ends_and_other_lines_stay(
    own_settings: Path, before: str, after: str | None
) -> None:
    own_settings.parent.mkdir(parents=True, exist_ok=True)
    own_settings.write_bytes(before.encode())
    remember("color", "24")
    assert load_settings().color == "24"
    assert own_settings.read_bytes().decode() == (after or f'color = "24"\n{before}')
    remember("color", "auto")
    assert load_settings().color == "auto"


def test_what_is_there_already_is_not_written_again(own_settings: Path) -> None:
    remember("color", "auto")
    assert not own_settings.exists(), "that is what goes without saying"
    remember("color", "24")
    written = own_settings.stat().st_ino
    remember("color", "24")
    assert own_settings.stat().st_ino == written
    assert [path.name for path in own_settings.parent.iterdir()] == [own_settings.name]


def test_the_environment_is_not_remembered(
    own_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMTRAP_TUI_COLOR", "256")
    remember("blocks", "octant")
    assert own_settings.read_text() == 'blocks = "octant"\n'
    assert load_settings().color == "256"


def test_a_link_to_the_settings_stays_one_and_its_file_as_private(
    own_settings: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "dotfiles.toml"
    write(kept, 'country = "USA"\n')
    kept.chmod(0o600)
    own_settings.parent.mkdir(parents=True, exist_ok=True)
    own_settings.symlink_to(kept)
    remember("color", "24")
    assert own_settings.is_symlink()
    assert 'color = "24"' in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_changed_is_left_and_said(own_settings: Path) -> None:
    text = 'color = """16"""\n'
    write(own_settings, text)
    with pytest.raises(UsageError, match="cannot be changed there"):
        remember("color", "24")
    assert own_settings.read_text() == text


def test_a_name_with_quotes_comes_back(own_settings: Path) -> None:
    remember("grader", 'Ann "the owl" \\ B')
    assert load_settings().grader == 'Ann "the owl" \\ B'


def test_a_name_that_cannot_be_remembered_is_one_sentence(own_settings: Path) -> None:
    own_settings.parent.write_text("a file where the folder should be")
    with pytest.raises(UsageError, match="by an option"):
        remember("grader", "Ann")
