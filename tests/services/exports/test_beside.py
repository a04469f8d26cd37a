"""Exports are there whole or not at all, and never in the place of something else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.exports.beside import REPORT_FILE, whole_file, whole_folder

SURVEY = Path("river.db")


class Broken(Exception):
    """Something went wrong while writing."""


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    out.write_text("before")
    with whole_file(tmp_path / SURVEY, out) as beside:
        beside.write_text("after")
        assert out.read_text() == "before"
    assert out.read_text() == "after"
    assert list(tmp_path.iterdir()) == [out]


def test_what_breaks_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    out.write_text("before")
    with suppress(Broken), whole_file(tmp_path / SURVEY, out) as beside:
        beside.write_text("half")
        raise Broken
    assert out.read_text() == "before"
    folder = tmp_path / "package"
    with suppress(Broken), whole_folder(folder) as made:
        (made / "half.csv").write_text("half")
        raise Broken
    assert list(tmp_path.iterdir()) == [out]


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    with pytest.raises(InputError, match="No space left"), whole_file(tmp_path / SURVEY, out):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_taken_away_is_a_sentence_all_the_same(tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    full = pytest.raises(InputError, match="No space left")
    with full, whole_file(tmp_path / SURVEY, out) as beside:
        beside.unlink()
        beside.mkdir()
        raise OSError(28, "No space left on device")


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "loop"
    out.symlink_to(out)
    loops = pytest.raises(InputError, match="a link that leads to itself")
    with loops, whole_file(tmp_path / SURVEY, out):
        raise Broken
    with loops, whole_folder(out):
        raise Broken
    assert out.is_symlink()


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    out = tmp_path / "list.json"
    out.symlink_to(tmp_path / "real" / "list.json")
    with whole_file(tmp_path / SURVEY, out) as beside:
        beside.write_text("after")
    assert out.is_symlink()
    assert (tmp_path / "real" / "list.json").read_text() == "after"


def test_a_folder_takes_the_place_of_an_empty_one(tmp_path: Path) -> None:
    out = tmp_path / "package"
    out.mkdir()
    with whole_folder(out) as made:
        (made / "media.csv").write_text("media")
        (made / "inside").mkdir()
    assert sorted(path.name for path in out.iterdir()) == ["inside", "media.csv"]
    assert list(tmp_path.iterdir()) == [out]


def test_only_what_an_export_made_may_be_replaced(tmp_path: Path) -> None:
    out = tmp_path / "package"
    out.mkdir()
    (out / "thesis.txt").write_text("years")
    with pytest.raises(UsageError, match="something in it"), whole_folder(out):
        raise Broken
    refused = pytest.raises(UsageError, match="was not made by an export")
    with refused, whole_folder(out, replace=True):
        raise Broken
    (out / REPORT_FILE).write_text("{}")
    with whole_folder(out, replace=True) as made:
        (made / "media.csv").write_text("media")
    assert [path.name for path in out.iterdir()] == ["media.csv"]
    assert list(tmp_path.iterdir()) == [out]


def test_what_was_put_there_meanwhile_stays(tmp_path: Path) -> None:
    out = tmp_path / "package"
    refused = pytest.raises(UsageError, match="something in it")
    with refused, whole_folder(out) as made:
        (made / "media.csv").write_text("media")
        out.mkdir()
        (out / "thesis.txt").write_text("years")
    assert (out / "thesis.txt").read_text() == "years"
    assert list(tmp_path.iterdir()) == [out]


def test_what_was_there_is_kept_where_neither_can_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, move = tmp_path / "package", Path.replace
    out.mkdir()
    (out / REPORT_FILE).write_text("{}")

    def replace(self: Path, target: Path) -> Path:
        if target == out:
            raise OSError(5, "Input/output error")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(InputError, match="Input/output"), whole_folder(out, replace=True) as made:
        (made / "media.csv").write_text("media")
    assert len(list(tmp_path.rglob(REPORT_FILE))) == 1


def test_a_place_that_will_not_do_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(UsageError, match="is a file"), whole_folder(tmp_path / "file"):
        raise Broken
    nowhere = pytest.raises(InputError, match="no such folder")
    with nowhere, whole_folder(tmp_path / "none" / "package"):
        raise Broken
    survey = tmp_path / SURVEY
    with pytest.raises(UsageError, match="is the survey itself"), whole_file(survey, survey):
        raise Broken
