"""`camtrap-tui datasette-metadata`: to a file, or printed."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.store.store import Store


def run(*args: object) -> Result:
    return CliRunner().invoke(group, ["datasette-metadata", *map(str, args)])


def test_the_metadata_is_printed_or_written_and_names_the_file(tmp_path: Path) -> None:
    survey, out = tmp_path / "river.db", tmp_path / "metadata.json"
    Store.open(survey, create=True).close()
    printed = run(survey)
    written = run(survey, out)
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert written.stdout == ""
    assert f"datasette {survey} --metadata {out}" in written.stderr
    metadata = json.loads(out.read_text("utf-8"))
    assert metadata == json.loads(printed.stdout)
    assert list(metadata["databases"]) == ["river"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    survey = tmp_path / "river.db"
    Store.open(survey, create=True).close()
    assert "is a folder" in str(run(survey, tmp_path).exception)
