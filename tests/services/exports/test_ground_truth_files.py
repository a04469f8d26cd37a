"""The ground-truth CSV as a file: how it is written, what stays as it was, what reads back."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import fields
from pathlib import Path

import frictionless
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.cells import read_cell
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.exports.formats import export as export_as
from camtrap_tui.services.exports.ground_truth_columns import EXPORT_COLUMNS, Entry, Sampled, cell
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.store import Store
from camtrap_tui.store.truth import Truth, TruthRow
from tests.builders import Said, add_images
from tests.services.exports.test_ground_truth import export, read, vote, write
from tests.store.test_reports import grade


@pytest.fixture
def votes(store: Store) -> Store:
    """The survey with the votes of two."""
    return vote(store)


def test_what_is_written_is_plain(votes: Store) -> None:
    out = votes.path.with_name("truth.csv")
    write(votes, out)
    raw = out.read_bytes()
    assert raw.startswith(b"observation_id,")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert [path.name for path in out.parent.iterdir() if ".tmp" in path.name] == []
    mask = os.umask(0)
    os.umask(mask)
    assert out.stat().st_mode & 0o777 == 0o666 & ~mask
    again = out.with_name("again.csv")
    write(votes, again)
    assert again.read_bytes() == raw


def test_formulas_are_text_and_numbers_are_not_touched(store: Store) -> None:
    (key,) = add_images(store, [Said(deployment="-UR011")])
    with store.db.transaction():
        store.db.execute("UPDATE image SET longitude = -87.7, latitude = -1e-05")
    grade(store, "=cmd|x", key, "@raccoon")
    export(store)
    raw = store.path.with_name("truth.csv").read_text(encoding="utf-8")
    assert ",'=cmd|x," in raw
    assert ",'@raccoon," in raw
    assert ",'-UR011," in raw
    assert ",-1e-05,-87.7," in raw


def test_a_failure_in_the_middle_leaves_the_old_file(
    votes: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = votes.path.with_name("truth.csv")
    out.write_text("old", encoding="utf-8")

    def breaks(*args: object, **kwargs: object) -> dict[int, list[TruthRow]]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Truth, "rows", breaks)
    with pytest.raises(InputError, match="No space left"):
        write(votes, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert [path.name for path in out.parent.iterdir() if ".tmp" in path.name] == []


def test_what_must_not_be_written_over_is_refused(votes: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the survey itself"):
        write(votes, votes.path)
    with pytest.raises(UsageError, match="the survey itself"):
        write(votes, votes.path.with_name("river.db-wal"))
    link = tmp_path / "link.csv"
    link.symlink_to(votes.path)
    with pytest.raises(UsageError, match="the survey itself"):
        write(votes, link)
    other = tmp_path / "other.db"
    Store.open(other, create=True).close()
    with pytest.raises(UsageError, match="is a survey"):
        write(votes, other)
    with pytest.raises(UsageError, match="is a folder"):
        write(votes, tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        write(votes, tmp_path / "nowhere" / "truth.csv")
    with pytest.raises(UsageError, match="no ordinary file"):
        write(votes, Path(os.devnull))
    assert votes.images.count() == 4


def test_a_link_stays_a_link(votes: Store, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "real.csv").write_text("old", encoding="utf-8")
    link = tmp_path / "truth.csv"
    link.symlink_to(folder / "real.csv")
    write(votes, link)
    assert link.is_symlink()
    assert len(read(folder / "real.csv")) == 4


TEXT = st.text(max_size=8).map(clean)
ANY_ROW = st.builds(
    TruthRow,
    **{
        field.name: {
            "int": st.integers(0, 10**9),
            "str": TEXT,
            "int | None": st.none() | st.integers(-(10**9), 10**9),
            "float | None": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "str | None": st.none() | TEXT,
        }[str(field.type)]
        for field in fields(TruthRow)
    },
)


SAMPLED = st.builds(
    Sampled, TEXT, TEXT, st.integers(1), st.integers(1), st.floats(0, allow_infinity=False)
)


@given(
    ANY_ROW,
    st.none() | SAMPLED,
    st.lists(TEXT.map(lambda text: text.replace(";", "")), min_size=1, max_size=3),
)
def test_whole_rows_read_back(row: TruthRow, sampled: Sampled | None, graders: list[str]) -> None:
    entry = Entry(row, tuple(graders), is_final=True, sampled=sampled)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([cell(column, entry) for column in EXPORT_COLUMNS])
    (cells,) = csv.reader(io.StringIO(buffer.getvalue(), newline=""))
    for column, written in zip(EXPORT_COLUMNS, cells, strict=True):
        value = column.value(entry)
        match value:
            case bool():
                assert written == ("true" if value else "false")
            case float():
                assert float(written) == value
            case int():
                assert int(written) == value
            case str():
                assert read_cell(written) == value
            case None:
                assert written == ""


def test_what_excel_reads_best_has_a_name_of_its_own(votes: Store) -> None:
    plain, out = votes.path.with_name("truth.csv"), votes.path.with_name("truth.excel.csv")
    write(votes, plain)
    before = plain.read_bytes()
    report = write(votes, plain, excel=True)
    assert report.out == str(out)
    assert report.files[0].path == out.name
    assert plain.read_bytes() == before
    assert out.read_bytes() == b"\xef\xbb\xbf" + before.replace(b"\n", b"\r\n")
    assert write(votes, out, excel=True).out == str(out)


def test_a_schema_says_what_the_columns_hold(votes: Store) -> None:
    out = votes.path.with_name("truth.csv")
    request = ExportRequest(out, where="state:graded", options=Options(schema=True))
    report = export_as(votes, "ground-truth", request, lambda done, total: None)
    assert [file.path for file in report.files] == ["truth.csv", "truth.schema.json"]
    schema = json.loads(out.with_name("truth.schema.json").read_text())
    assert [field["name"] for field in schema["fields"]] == [c.name for c in EXPORT_COLUMNS]
    told = schema["x-camtrap-tui"]
    assert (told["where"], told["survey_uuid"]) == ("state:graded", votes.survey.survey_uuid)
    checked = frictionless.Resource(path=str(out), schema=str(out.with_name("truth.schema.json")))
    with frictionless.system.use_context(trusted=True):
        found = checked.validate()
    assert found.valid, found.flatten(["rowNumber", "fieldName", "note"])
