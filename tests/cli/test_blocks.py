"""`camtrap-tui blocks` and the options of pictures: shown, chosen, remembered."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from camtrap_tui.cli import group
from camtrap_tui.cli.blocks import _somebody_is_there
from camtrap_tui.cli.choices import remember_choices
from camtrap_tui.config import BLOCKS, load_settings
from camtrap_tui.errors import UsageError
from camtrap_tui.services.block_card import COLUMNS, ROWS, card
from camtrap_tui.services.mosaics import DOTS, GLYPHS


def test_without_a_terminal_the_card_is_shown_and_nothing_is_asked() -> None:
    result = CliRunner().invoke(group, ["blocks"])
    assert result.exit_code == 0
    for kind in BLOCKS:
        for line in card(kind):
            assert line in result.stdout
    assert "camtrap-tui blocks half|sextant|octant" in result.stderr
    assert load_settings().blocks == "half"


def test_without_utf8_that_is_said() -> None:
    result = CliRunner(charset="latin-1").invoke(group, ["blocks"])
    assert isinstance(result.exception, UsageError)
    assert "UTF-8" in result.exception.hint
    assert CliRunner(charset="latin-1").invoke(group, ["blocks", "sextant"]).exit_code == 0


def test_nobody_is_asked_about_a_card_that_went_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("stdin", "stderr", "stdout"):
        monkeypatch.setattr(sys, name, Terminal())
    assert _somebody_is_there()
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not _somebody_is_there()


def test_a_kind_that_is_named_is_remembered() -> None:
    assert CliRunner().invoke(group, ["blocks", "octant"]).exit_code == 0
    assert load_settings().blocks == "octant"
    assert CliRunner().invoke(group, ["blocks", "brick"]).exit_code != 0
    assert load_settings().blocks == "octant"


def test_the_answer_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camtrap_tui.cli.blocks._somebody_is_there", lambda: True)
    result = CliRunner().invoke(group, ["blocks"], input="nonsense\nsextant\n")
    assert result.exit_code == 0, result.output
    assert load_settings().blocks == "sextant"


def test_options_are_remembered_and_auto_takes_them_back() -> None:
    remember_choices({"color": "24", "blocks": None})
    assert (load_settings().color, load_settings().blocks) == ("24", "half")
    remember_choices({"color": "auto", "blocks": "octant"})
    assert (load_settings().color, load_settings().blocks) == ("auto", "octant")


def test_a_choice_that_cannot_be_remembered_is_said(
    own_settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_settings.mkdir(parents=True)
    remember_choices({"color": "256"})
    assert "--color 256 holds for this time" in capsys.readouterr().err


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_ring_is_the_same_both_ways_and_round(kind: str) -> None:
    across, down = DOTS.get(kind, (1, 2))
    glyphs = GLYPHS.get(kind, (" ", "▀", "▄", "█"))
    lines = card(kind)
    assert [len(line) for line in lines] == [COLUMNS] * ROWS
    picture = [
        [
            glyphs.index(lines[y // down][x // across]) >> (y % down * across + x % across) & 1
            for x in range(COLUMNS * across)
        ]
        for y in range(ROWS * down)
    ]
    assert picture == picture[::-1]
    assert picture == [row[::-1] for row in picture]
    assert picture[0][COLUMNS * across // 2] == 1
    assert picture[ROWS * down // 2][COLUMNS * across // 2] == 0
