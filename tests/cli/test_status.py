"""`camtrap-tui status`: tables, lists as text, CSV and JSON, and the exit code of a bad sum."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.cli import main
from camtrap_tui.services.listing import LIST_COLUMNS
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images


@pytest.fixture
def survey(store: Store) -> Path:
    add_images(store, [Said(), Said("blank"), Said(None), Said(None)])
    with store.db.transaction():
        store.ledger.put_files([(1, "=a,b.mp4", "not_a_picture", "a video", None, 9, 9)])
        store.db.execute("UPDATE source SET row_count = 5")
        store.db.execute("UPDATE prediction SET attempts = 3 WHERE image_id = 4")
    return store.path


class Run:
    """Runs a command line as the shell does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str | Path) -> int:
        self._monkeypatch.setattr("sys.argv", ["camtrap-tui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        self.out, self.err = self._capsys.readouterr()
        return int(ended.value.code or 0)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_both_accounts_are_printed(run: Run, survey: Path) -> None:
    assert run("status", survey) == 0
    assert ["/pictures", "folder", "5", "4", "1", "5"] in words(run.out)
    assert ["1", "predict", "demo-1.0", "2", "2", "0", "0", "4"] in words(run.out)
    assert "Everything adds up." in run.err
    assert run("status", survey, "--check") == 0
    assert "Checked each row" in run.err


def test_the_same_as_json(run: Run, survey: Path) -> None:
    assert run("status", survey, "--json") == 0
    found = json.loads(run.out)
    assert found["rows"] == {"here": 4, "not_a_picture": 1}
    assert found["images"] == 4
    assert found["sources"][0]["states"] == found["rows"]
    assert found["runs"][0]["failed"] == 2
    assert found["discrepancies"] == []
    assert found["graded_by"] == {}


def test_a_bad_sum_is_told_with_numbers_and_ends_in_1(run: Run, survey: Path) -> None:
    with closing(sqlite3.connect(survey, isolation_level=None)) as raw:
        raw.execute("DELETE FROM source_row WHERE state = 'not_a_picture'")
        raw.execute("DELETE FROM image WHERE id = 2")
    assert run("status", survey) == 1
    assert ["/pictures", "folder", "5", "4", "4"] in words(run.out)
    assert "camtrap-tui: /pictures: files counted there: 5; rows that the ledger has" in run.err
    assert "3 things do not add up." in run.err
    assert run("status", survey, "--json") == 1
    assert len(json.loads(run.out)["discrepancies"]) == 3


def test_failures_are_named_with_reason_tries_and_what_to_do(run: Run, survey: Path) -> None:
    assert run("status", survey, "--list", "failed") == 0
    assert ["IMG_0004.JPG", "3", "truncated"] in words(run.out)
    assert "2 images of run 1 (demo-1.0): failed." in run.err
    assert f"camtrap-tui predict {survey} --model FOLDER/demo" in run.err
    assert run.err.rstrip().endswith("--retry")


def test_what_is_amiss_with_a_picture_is_of_no_run(run: Run, store: Store) -> None:
    add_images(store, [Said(timestamp=None)])
    assert run("status", store.path, "--list", "no_time") == 0
    assert "1 image: no time." in run.err
    assert run("status", store.path, "--list", "no_time", "--json") == 0
    (found,) = json.loads(run.out)
    assert (found["run"], found["tries"]) == (None, 0)


def test_a_list_as_json(run: Run, survey: Path) -> None:
    assert run("status", survey, "--list", "failed", "--run", "1", "--json") == 0
    first, second = json.loads(run.out)
    assert tuple(first) == LIST_COLUMNS
    assert (second["file_path"], second["reason"], second["tries"]) == (
        "IMG_0004.JPG",
        "truncated",
        3,
    )
    assert run("status", survey, "--list", "missing", "--json") == 0
    assert json.loads(run.out) == []


def test_a_list_as_csv_reads_back_and_holds_no_formula(
    run: Run, survey: Path, tmp_path: Path
) -> None:
    assert run("status", survey, "--list", "not_a_picture", "--csv", "-") == 0
    (row,) = csv.DictReader(io.StringIO(run.out))
    assert (row["file_path"], row["state"], row["reason"]) == (
        "'=a,b.mp4",
        "not_a_picture",
        "a video",
    )
    out = tmp_path / "list.csv"
    assert run("status", survey, "--list", "not_a_picture", "--csv", out) == 0
    assert list(csv.DictReader(out.open(newline=""))) == [row]
    assert run("status", survey, "--list", "failed", "--csv", survey) == 2
    assert "is the survey itself" in run.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--list", "nonsense"], "choose from pending"),
        (["--list", "failed", "--run", "7"], "no run 7"),
        (["--run", "1"], "give --list too"),
        (["--csv", "-"], "give --list too"),
        (["--list", "here", "--csv", "-", "--json"], "give one of them"),
        (["--list", "here", "--check"], "leave --list out"),
        (["--list", "missing", "--run", "1"], "leave --run out"),
        (["--list", "no_time", "--run", "1"], "leave --run out"),
    ],
)
def test_what_has_no_meaning_is_refused(
    run: Run, survey: Path, arguments: list[str], says: str
) -> None:
    assert run("status", survey, *arguments) == 2
    assert says in run.err


def test_an_outcome_needs_a_run(run: Run, store: Store) -> None:
    assert run("status", store.path, "--list", "failed") == 2
    assert "nothing has been predicted yet" in run.err
    assert run("status", store.path, "--list", "missing") == 0


def test_a_long_list_is_printed_whole(run: Run, store: Store) -> None:
    add_images(store, [Said(None) for _ in range(2300)])
    assert run("status", store.path, "--list", "failed") == 0
    listed = [line[0] for line in words(run.out)[2:] if line]
    assert listed == [f"IMG_{number:04d}.JPG" for number in range(1, 2301)]


def test_what_was_never_worked_out_is_said(run: Run, survey: Path) -> None:
    with closing(sqlite3.connect(survey)) as raw:
        raw.execute("PRAGMA user_version = 1")
    assert run("status", survey) == 0
    assert "have not been worked out" in run.err
    assert run("status", survey, "--json") == 0
    assert "have not been worked out" in json.loads(run.out)["unknown"]
    assert run("status", survey, "--list", "before_2010") == 0
    assert "have not been worked out" in run.err
    assert run("bursts", survey, "--gap", "60") == 0
    assert run("status", survey) == 0
    assert "have not been worked out" not in run.err
