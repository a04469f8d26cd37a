"""The README's chapter "Take it elsewhere" does what it says, typed as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_readme_accuracy import typed
from tests.docs import blocks, commands

CHAPTER = "Take it elsewhere"


@pytest.mark.model
def test_the_chapter_shows_what_its_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMTRAP_TUI_CONFIG", str(tmp_path / "config.toml"))
    printed = [typed(words, tmp_path) for words in commands(CHAPTER)]
    (report,) = blocks(CHAPTER, "text")
    assert printed[3] == report
    assert (tmp_path / "package" / "datapackage.json").is_file()
    assert "<h1" in (tmp_path / "sample.html").read_text(encoding="utf-8")
