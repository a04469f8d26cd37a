"""The README says what is true: its tables, its commands, and the two lines to paste."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from camtrap_tui.cli import group
from camtrap_tui.domain.filters import parse_filter
from tests.docs import columns_table, filters_table, formats_table, keys_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^(camtrap-tui .+)$", README, re.MULTILINE)


def test_the_table_of_keys_is_that_of_the_registry() -> None:
    assert keys_table() in README


def test_the_table_of_columns_is_that_of_the_export() -> None:
    assert columns_table() in README


def test_the_table_of_formats_is_that_of_the_export() -> None:
    assert formats_table() in README


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_is_understood(line: str) -> None:
    words = shlex.split(line)[1:]
    context = click.Context(group)
    name, command, rest = (
        group.resolve_command(context, words)
        if _is_named(words)
        else (
            "review",
            group.get_command(context, "review"),
            words,
        )
    )
    assert command is not None
    parsed = command.make_context(name, list(rest), parent=context)
    where = parsed.params.get("where")
    if where:
        parse_filter(where, saved={"unsure-raccoons": "species:raccoon score:<0.8"}.get)


def _is_named(words: list[str]) -> bool:
    return words[0] in group.list_commands(click.Context(group))


def test_every_command_is_in_the_readme() -> None:
    for name in group.list_commands(click.Context(group)):
        assert f"camtrap-tui {name}" in README


def test_the_tables_of_filters_are_those_of_the_parser() -> None:
    assert filters_table() in README


def test_the_two_lines_to_paste_are_there() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(lines) == 2
    assert lines[0].endswith("/camtrap-tui demo")
    assert lines[1].endswith(" -m pytest")


def test_the_changelog_names_the_version() -> None:
    from camtrap_tui import __version__

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog or f"## [{__version__}]" in changelog
