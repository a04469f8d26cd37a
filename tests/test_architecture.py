"""The layers, and what each way of starting may import; looked at in fresh interpreters."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import camtrap_tui

PACKAGE = Path(camtrap_tui.__file__).parent
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")
# A file much longer than this is two files.
MOST_LINES = 400


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(list(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def test_sql_stands_in_the_store_alone() -> None:
    found = [
        path.name
        for path in sources(PACKAGE)
        if PACKAGE / "store" not in path.parents and SQL.search(path.read_text())
    ]
    assert found == []


def test_textual_is_imported_in_tui_alone_and_click_in_cli_alone() -> None:
    for name, home in (("textual", "tui"), ("click", "cli")):
        importing = re.compile(rf"^\s*(from|import) {name}\b", re.MULTILINE)
        found = [
            path.name
            for path in sources(PACKAGE)
            if PACKAGE / home not in path.parents and importing.search(path.read_text())
        ]
        assert found == []


def test_no_file_is_too_long_to_hold_in_the_head() -> None:
    tests = PACKAGE.parent / "tests"
    long = [
        path.name
        for path in [*sources(PACKAGE), *(sources(tests) if tests.is_dir() else [])]
        if len(path.read_text().splitlines()) > MOST_LINES
    ]
    assert long == []


HEAVY = {
    *("torch", "speciesnet", "yolov5", "plotext", "PIL", "textual", "sqlite_utils", "numpy"),
    *("aiohttp", "obstore"),
}


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import camtrap_tui.cli", HEAVY | {"rich"}),
        ("import camtrap_tui.store.store, camtrap_tui.domain.filters", HEAVY | {"click", "rich"}),
        ("import camtrap_tui.services.review", HEAVY | {"click"}),
        ("import camtrap_tui.services.adding, camtrap_tui.services.relink", HEAVY | {"click"}),
        ("import camtrap_tui.services.inference", {"torch", "speciesnet", "textual", "aiohttp"}),
        ("import camtrap_tui.tui.app", HEAVY - {"PIL", "textual"}),
    ],
)
def test_what_costs_is_imported_only_where_it_is_needed(code: str, forbidden: set[str]) -> None:
    assert modules_after(code) & forbidden == set()
