"""What the README shows: its tables as the code has them, and its chapters' blocks."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from camtrap_tui.commands import SCREENS, keys_sign
from camtrap_tui.domain.filter_words import VALUES, WORDS
from camtrap_tui.services.exports.formats import all_formats
from camtrap_tui.services.exports.ground_truth_columns import EXPORT_COLUMNS

ROOT = Path(__file__).parent.parent

_SCREEN_TITLES = {
    "review": "review",
    "sheet": "sheet (`g`)",
    "charts": "charts (`c`)",
    "runs": "runs (`r`)",
    "ledger": "ledger (`l`)",
    "holdout": "holdout (`t`)",
    "draw": "drawing a holdout",
    "export": "export (`ctrl+e`)",
}


def blocks(chapter: str, language: str) -> list[str]:
    """Return the blocks of one language in a chapter of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {chapter}\n")[2]
    return re.findall(rf"```{language}\n(.*?)```", text.partition("\n## ")[0], re.DOTALL)


def commands(chapter: str) -> list[list[str]]:
    """Return the commands of the first shell block of a chapter of the README, as words."""
    return [shlex.split(line) for line in blocks(chapter, "sh")[0].splitlines()]


def keys_table() -> str:
    """Return the table of all keys, screen by screen."""
    lines = ["| screen | keys | command |", "|---|---|---|"]
    for screen, its_commands in SCREENS.items():
        for command in its_commands:
            keys = " ".join(f"`{key}`" for key in keys_sign(command).split()) or "palette"
            lines.append(f"| {_SCREEN_TITLES[screen]} | {keys} | {command.help} |")
    return "\n".join(lines)


def columns_table() -> str:
    """Return the table of the exported columns."""
    lines = ["| column | holds |", "|---|---|"]
    lines += [f"| `{column.name}` | {column.help} |" for column in EXPORT_COLUMNS]
    return "\n".join(lines)


def formats_table() -> str:
    """Return the table of the formats of `export`."""
    lines = ["| format | made for | what it carries | what it loses |", "|---|---|---|---|"]
    lines += [
        f"| `{format.name}` | {format.made_for} | {format.carries} | {format.loses} |"
        for format in all_formats()
    ]
    return "\n".join(lines)


def filters_table() -> str:
    """Return the tables of the filters' words and of the values that some of them take."""
    lines = ["| word | chooses by | example |", "|---|---|---|"]
    lines += [f"| `{word}:` | {told} | `{example}` |" for word, (told, example) in WORDS.items()]
    lines += ["", "| value | means |", "|---|---|"]
    for word, values in VALUES.items():
        lines += [f"| `{word}:{value}` | {told} |" for value, told in values.items()]
    return "\n".join(lines)
