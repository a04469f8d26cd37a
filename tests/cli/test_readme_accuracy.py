"""The README's chapter "Is it accurate enough?" does what it says, typed as it stands there."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.docs import ROOT, blocks, commands
from tests.holdout_builder import Drawn, grade_blind

CHAPTER = "Is it accurate enough?"


def typed(words: list[str], folder: Path) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("camtrap-tui"), *words[1:]],
        cwd=folder,
        env=os.environ | {"COLUMNS": "80", "CAMTRAP_TUI_GRADER": "ann"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def grade(survey: Path, name: str) -> None:
    """Key what the sample's pictures show, blind, as the chapter asks its reader to."""
    with (ROOT / "sample_data" / "truth.csv").open(encoding="utf-8") as file:
        species = {row["mediaID"]: row["species"] for row in csv.DictReader(file)}
    with Store.open(survey) as store:
        holdout = store.holdouts.by_name(name)
        assert holdout is not None
        images = [unit.image_id for unit in store.holdouts.sample(holdout.id)]
        # One file is cut off: nobody can be sure what was on it.
        shown = store.images.by_ids(images)
        truth = {image.id: species.get(image.media_id, "unknown") for image in shown}
        grade_blind(Drawn(store, holdout, holdout.run_id or 0, truth), "ann")


@pytest.mark.model
def test_the_chapter_shows_what_its_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMTRAP_TUI_CONFIG", str(tmp_path / "config.toml"))
    demo, draw, review, evaluate = commands(CHAPTER)
    plan, verdict = blocks(CHAPTER, "text")
    typed(demo, tmp_path)
    assert typed(draw, tmp_path).startswith(plan)
    assert review[1] == "review"
    grade(tmp_path / review[2], review[4])
    assert typed(evaluate, tmp_path).startswith(verdict)
