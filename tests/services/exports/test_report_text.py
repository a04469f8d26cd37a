"""The report of an export reads well, however long its names and however many its files are."""

from __future__ import annotations

import pytest

from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.report_text import report_lines, size_text

LONG = "UR001/DCIM/" + "x" * 90 + "/IMG_0001.JPG"


def report(**values: object) -> ExportReport:
    usual: dict[str, object] = {"format": "toy", "out": "out", "files": (), "pictures": 1}
    return ExportReport(**(usual | values))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    found = report(
        files=(WrittenFile(LONG, 12_345, 10**9), WrittenFile("b.csv", None, 1)),
        left_out={"has no time, and nobody wrote it down anywhere at all": 12_345},
        examples={"has no time, and nobody wrote it down anywhere at all": (LONG, LONG)},
        notes=("A sentence that is longer than any screen is wide, " * 4,),
    )
    lines = report_lines(found, width)
    assert max(map(len, lines)) <= width
    assert any(line.strip().startswith("12,345  has no time") for line in lines)
    assert any("/IMG_0001.JPG" in line for line in lines)


def test_of_many_files_those_with_rows_are_named_and_the_others_summed() -> None:
    files = [WrittenFile("index.csv", 3, 500)]
    files += [WrittenFile(f"{n}.jpg", None, 1_000_000) for n in range(20)]
    assert report_lines(report(files=tuple(files)), 80)[1:] == [
        "  index.csv      3 rows  500 bytes",
        "  20 more files            20.0 MB",
    ]


def test_what_was_written_on_a_name_is_not_done() -> None:
    lines = report_lines(report(out="a\x1b]0;b\x07\nc", left_out={"x\u202ey": 1}), 80)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def test_a_tally_keeps_the_first_examples_and_every_count() -> None:
    tally = Tally()
    tally.pictures = 7
    for number in range(1000):
        tally.leave_out("has no time", f"{number}.jpg")
    tally.omit("a box", "1.jpg")
    found = tally.report("toy", "out", ())
    assert found.chosen == 1007
    assert found.left_out == {"has no time": 1000}
    assert found.examples["has no time"] == ("0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg")
    said = "\n".join(report_lines(found, 80))
    assert "Left out: 1,000 of 1,007 pictures" in said
    assert "0.jpg, 1.jpg, 2.jpg, …" in said
    assert "Left out of pictures that are in it:" in said


def test_examples_are_different_ones() -> None:
    tally = Tally()
    for name in ("mallard", "mallard", "mink", "mallard"):
        tally.omit("has no scientific name", name)
    lines = report_lines(tally.report("toy", "out", ()), 80)
    assert lines[-2:] == ["  4  has no scientific name", "     mallard, mink"]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (999_500, "1.0 MB"),
        (10**13, "10.0 TB"),
    ],
)
def test_sizes_are_told_in_thousands(size: int, text: str) -> None:
    assert size_text(size) == text
