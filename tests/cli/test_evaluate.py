"""`camtrap-tui evaluate`: a verdict with intervals, lists of cells, JSON and CSV."""

from __future__ import annotations

import csv
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from camtrap_tui.cli.evaluate import evaluate_command
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.extending import plan_extension
from camtrap_tui.store.store import Store
from tests.holdout_builder import REQUEST, Drawn, drawn_survey, grade_blind


@pytest.fixture
def survey(store: Store) -> Drawn:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    return drawn


def run(drawn: Drawn, *options: str) -> Result:
    arguments = [str(drawn.store.path), "--holdout", "river2024", *options]
    return CliRunner().invoke(evaluate_command, arguments, catch_exceptions=False)


def test_the_verdict_comes_first_with_its_interval_and_n(survey: Drawn) -> None:
    found = run(survey)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].startswith("Of 100 bursts, run 1 (demo-1.0) has ")
    verdict = " ".join(lines[: lines.index("")])
    assert "95 % interval" in verdict
    assert "n 40" in verdict
    assert max(len(line) for line in lines if "camtrap-tui holdout" not in line) <= 80


def test_every_share_stands_beside_an_interval(survey: Drawn) -> None:
    for line in run(survey, "--all").stdout.splitlines():
        if line.startswith(("accuracy", "missed", "blank ", "northern raccoon ")):
            assert " to " in line or "not estimable" in line or "need" in line, line


def test_the_pictures_of_a_cell_are_named(survey: Drawn) -> None:
    found = run(survey, "--list", "virginia opossum>northern raccoon", "--json")
    rows = json.loads(found.stdout)
    assert rows
    for row in rows:
        image = survey.store.images.by_media_id(row["media_id"])
        assert image is not None
        assert survey.truth[image.id] == "virginia opossum"
    some = json.loads(run(survey, "--list", ">northern raccoon", "--json").stdout)
    assert {row["called"] for row in some} == {"northern raccoon"}
    assert len(some) > len(rows)


def test_json_and_csv_say_the_same(survey: Drawn, tmp_path: Path) -> None:
    out = tmp_path / "figures.csv"
    found = run(survey, "--csv", str(out), "--json")
    whole = json.loads(found.stdout)
    with out.open(newline="", encoding="utf-8") as file:
        rows = {(row["figure"], row["class"]): row for row in csv.DictReader(file)}
    assert float(rows["accuracy", ""]["estimate"]) == pytest.approx(
        whole["accuracy"]["value"], abs=1e-5
    )
    assert whole["basis"]["unit"] == "bursts"
    assert "figures" in found.stderr


def test_what_cannot_be_asked_is_refused(survey: Drawn) -> None:
    with pytest.raises(UsageError, match="names no cell"):
        run(survey, "--list", "raccoon")
    with pytest.raises(UsageError, match="no graded picture"):
        run(survey, "--list", "otter>mink")
    with pytest.raises(UsageError, match="no rule"):
        run(survey, "--rule", "loudest")
    arguments = [str(survey.store.path), "--holdout", "nowhere"]
    with pytest.raises(UsageError, match="no holdout"):
        CliRunner().invoke(evaluate_command, arguments, catch_exceptions=False)


def test_nothing_graded_is_a_sentence(store: Store) -> None:
    drawn = drawn_survey(store)
    with pytest.raises(InputError, match="no word counts yet"):
        run(drawn)


def test_what_may_be_typed_next_can_be_typed(survey: Drawn) -> None:
    lines = run(survey).stdout.splitlines()
    words = shlex.split(next(line for line in lines if line.startswith("  camtrap-tui holdout")))
    # Ten that are called raccoon are left, fewer than are needed.
    assert words[4:] == ["river2024", "--by", "10", "--species", "northern raccoon"]
    plan = plan_extension(survey.store, survey.holdout, int(words[6]), species=words[8])
    assert sum(plan.more) == 10


def test_marks_and_columns_are_explained_once_and_below(survey: Drawn) -> None:
    text = run(survey).stdout
    for mark in ("~ unstable: ", "not estimable: ", "resampled: ", "n: the graded"):
        assert text.count(mark) == 1
    assert text.index("resampled: ") > text.index("Brier")


def test_where_nothing_is_wrong_and_all_is_drawn_no_table_is_empty(store: Store) -> None:
    drawn = drawn_survey(
        store, (("blank", "blank", 6), ("mallard", "mallard", 5)), replace(REQUEST, size=11), 2
    )
    grade_blind(drawn)
    text = run(drawn).stdout
    assert "No graded picture is called something that it is not" in " ".join(text.split())
    assert "one picture of each" in " ".join(text.split())
    assert "for its precision" not in text
    assert "\n\n\n" not in text


def test_long_names_leave_the_figures_where_they_can_be_read(store: Store) -> None:
    name = "a duck whose name " * 5
    drawn = drawn_survey(store, (("blank", "blank", 30), (name, name, 9), (name, "mallard", 5)))
    grade_blind(drawn)
    for line in run(drawn, "--all").stdout.splitlines():
        assert len(line) <= 80 or line.startswith("  camtrap-tui"), line


def test_the_matrix_is_square_fits_and_has_every_graded_picture(survey: Drawn) -> None:
    lines = run(survey, "--matrix").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    titles = lines[2].split()
    assert titles[:2] == ["1", "2"]
    rows = [line for line in lines[4:] if line[:3].strip() in titles and line[:3].strip()]
    assert [row[:3].strip() for row in rows] == [sign for sign in titles if sign != "–"]
    below = " ".join(lines[lines.index(rows[0]) + 1 : lines.index("", 4) : 2])
    assert sum(map(int, below.replace("n", "").split())) == 40
    assert "interval" in " ".join(lines)
    every = run(survey, "--matrix", "--all").stdout.splitlines()
    assert "…" not in every[2]


def test_names_of_wide_letters_leave_the_columns_of_the_matrix_where_they_are(
    survey: Drawn,
) -> None:
    wide = "浣熊" * 9
    with survey.store.db.transaction():
        survey.store.db.execute(
            "UPDATE taxon SET common_name = ? WHERE common_name = 'northern raccoon'", [wide]
        )
    lines = run(survey, "--matrix").stdout.splitlines()
    (row,) = (line for line in lines if "浣" in line)
    assert cell_len(row) == cell_len(next(line for line in lines if " blank" in line))
