"""The report of an export, and what a format is, as lines to read: the same on every screen.

Reasons stand as they were given; paths are cleaned, and cut where they are longer than a line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.exports.formats import flag
from camtrap_tui.services.exports.report import ExportReport, WrittenFile
from camtrap_tui.services.exports.request import Format

# Files that are named one by one; of more, as of pictures that went along, their sum is told.
_MOST_FILES = 12
_EXAMPLES = 3
_LABEL = 10
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def report_lines(report: ExportReport, width: int) -> list[str]:
    """Return what an export wrote, what it left out and why, in lines of `width` cells."""
    width = max(width, 30)
    words = f", {report.unlabeled:,} of them without a label" if report.unlabeled else ""
    said = f"{report.format}: {counted(report.pictures, 'picture')}{words}, in {clean(report.out)}"
    lines = [*_wrapped(said, width), *_file_lines(report.files, width)]
    if report.left_out:
        left = report.chosen - report.pictures
        of = f"{left:,} of {counted(report.chosen, 'picture')}"
        lines += ["", f"Left out: {of}", *_reasons(report.left_out, report.examples, width)]
    if report.omitted:
        lines += ["", "Left out of pictures that are in it:"]
        lines += _reasons(report.omitted, report.examples, width)
    if report.notes:
        lines += [""]
    for note in report.notes:
        lines += _wrapped(f"- {note}", width, "  ")
    return lines


def format_lines(format: Format, width: int) -> list[str]:
    """Return what a format is made for, carries, loses and takes, without its name."""
    takes = ", ".join(f"--{flag(name)}" for name in sorted(format.takes, key=flag))
    told = {
        "made for": format.made_for,
        "carries": format.carries,
        "loses": format.loses,
        "takes": takes or "nothing but --where",
    }
    return labelled_lines(told, width)


def labelled_lines(told: Mapping[str, str], width: int) -> list[str]:
    """Return each text behind its label, in lines of `width` cells."""
    indent = " " * (_LABEL + 2)
    lines = []
    for label, text in told.items():
        lines += _wrapped(f"  {label:<{_LABEL}}{clean(text)}", width, indent)
    return lines


def size_text(size: int) -> str:
    """Return a number of bytes as `12.3 MB`, in thousands."""
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else counted(size, "byte")


def _file_lines(files: Sequence[WrittenFile], width: int) -> list[str]:
    if not files:
        return []
    named = (
        files if len(files) <= _MOST_FILES else [file for file in files if file.rows is not None]
    )
    named = named[:_MOST_FILES]
    rest = [file for file in files if file not in named]
    cells = [(clean(f.path), _rows(f.rows), size_text(f.bytes)) for f in named]
    if rest:
        known = [file.rows for file in rest if file.rows is not None]
        total = size_text(sum(file.bytes for file in rest))
        more = counted(len(rest), "more file" if named else "file")
        cells.append((more, _rows(sum(known) if known else None), total))
    ends = [max(len(row[k]) for row in cells) for k in (1, 2)]
    room = max(width - sum(ends) - 6, 10)
    first = min(max(len(row[0]) for row in cells), room)
    return [
        f"  {_cut(name, first):<{first}}  {rows:>{ends[0]}}  {size:>{ends[1]}}".rstrip()
        for name, rows, size in cells
    ]


def _rows(rows: int | None) -> str:
    return "" if rows is None else counted(rows, "row")


def _reasons(
    counts: Mapping[str, int], examples: Mapping[str, Sequence[str]], width: int
) -> list[str]:
    numbers = max(len(f"{count:,}") for count in counts.values())
    indent = " " * (numbers + 4)
    lines = []
    for reason, count in counts.items():
        lines += _wrapped(f"  {count:>{numbers},}  {clean(reason)}", width, indent)
        found = examples.get(reason, ())
        if found:
            shown = [_cut(clean(path), width - len(indent) - 4) for path in found[:_EXAMPLES]]
            shown += ["…"] if len(found) > _EXAMPLES else []
            lines += _wrapped(f"{indent}{', '.join(shown)}", width, indent)
    return lines


def _cut(text: str, cells: int) -> str:
    return text if len(text) <= cells else f"…{text[1 - cells :]}"


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    begin = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.lstrip(),
        width,
        initial_indent=begin,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
