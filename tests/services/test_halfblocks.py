"""The encoder shows what it was given, within its tolerance, in few bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.services.cell_colors import RESET
from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.halfblocks import channels, encode_span
from tests.ansi import Cell, cells, pixels

_PHOTOS = Path(__file__).parents[2].parent / "shared" / "data" / "photos"


def _encode(
    data: bytes,
    columns: int,
    rows: int,
    *,
    depth: str = "24",
    tolerance: int = 12,
    marks: Sequence[Mark] = (),
) -> list[str]:
    return [
        encode_span(
            data,
            columns,
            row,
            0,
            columns,
            depth=depth,
            tolerance=tolerance,
            marks=[mark for mark in marks if mark.row == row],
        )
        for row in range(rows)
    ]


def _as_pixels(row: Sequence[Cell]) -> list[object]:
    """Return what each cell shows: two colours, or a letter."""
    return [
        (ink if glyph in "▀█" else paper, ink if glyph in "▄█" else paper)
        if glyph in " ▀▄█"
        else (glyph, ink, paper)
        for glyph, ink, paper in row
    ]


def _pictures(channels: int) -> st.SearchStrategy[tuple[int, int, bytes]]:
    def of_size(size: tuple[int, int]) -> st.SearchStrategy[tuple[int, int, bytes]]:
        columns, rows = size
        count = columns * rows * 2 * channels
        # Few levels make neighbours alike, many make them differ: both paths are taken.
        levels = st.one_of(st.integers(0, 255), st.sampled_from((0, 10, 20, 200, 255)))
        data = st.lists(levels, min_size=count, max_size=count).map(bytes)
        return st.tuples(st.just(columns), st.just(rows), data)

    return st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(of_size)


@given(_pictures(3), st.sampled_from((0, 8, 12, 20)))
def test_every_pixel_is_shown_within_the_tolerance(
    picture: tuple[int, int, bytes], tolerance: int
) -> None:
    columns, rows, data = picture
    shown = pixels(_encode(data, columns, rows, tolerance=tolerance))
    assert [len(line) for line in shown] == [columns] * 2 * rows
    flat = [channel for line in shown for pixel in line for channel in pixel or ()]
    assert len(flat) == len(data)
    allowed = channels(tolerance, "24")
    far = [abs(a - b) for a, b in zip(flat, data, strict=True)]
    assert all(far[n] <= allowed[n % 3] for n in range(len(far)))
    assert all(0 <= channel <= 255 for channel in flat)


@given(_pictures(3), st.integers(0, 6), st.integers(0, 6), st.sampled_from((0, 12, 40)))
def test_a_span_shows_its_part_of_the_row(
    picture: tuple[int, int, bytes], first: int, stop: int, tolerance: int
) -> None:
    columns, _, data = picture
    stop = min(stop, columns)
    first = min(first, stop)
    marks = [Mark(1, 0, "ab", (0, 0, 0), (95, 255, 0))] if columns > 3 else []
    span = encode_span(data, columns, 0, first, stop, depth="24", tolerance=tolerance, marks=marks)
    assert len(cells(span)) == stop - first
    if tolerance == 0:
        whole = cells(_encode(data, columns, 1, tolerance=0, marks=marks)[0])
        assert _as_pixels(cells(span)) == _as_pixels(whole[first:stop])


@given(_pictures(1))
def test_greys_are_shown_on_the_grey_ramp(picture: tuple[int, int, bytes]) -> None:
    columns, rows, data = picture
    rgb = bytes(level for level in data for _ in range(3))
    shown = pixels(_encode(rgb, columns, rows, depth="grey", tolerance=0))
    flat = [pixel for line in shown for pixel in line]
    for pixel, level in zip(flat, data, strict=True):
        assert pixel is not None
        assert len(set(pixel)) == 1
        assert abs(pixel[0] - level) <= 9  # 238 to 255 is the widest step


@pytest.mark.parametrize("depth", ["256", "grey"])
def test_box_colours_are_the_same_at_256_colours(depth: str) -> None:
    for color in ((95, 255, 0), (255, 95, 215), (95, 215, 255), (255, 255, 95), (255, 215, 0)):
        assert pixels(_encode(bytes(color) * 2, 1, 1, depth=depth)) == [[color], [color]]


def test_256_colours_come_near_enough() -> None:
    for color in ((128, 90, 60), (30, 60, 30), (200, 180, 170), (250, 250, 250), (60, 70, 140)):
        ((shown,), _) = pixels(_encode(bytes(color) * 2, 1, 1, depth="256"))
        assert shown is not None
        assert math.dist(shown, color) < 50


def test_a_plain_area_costs_a_byte_a_cell() -> None:
    (row,) = _encode(bytes((90, 120, 60)) * 200, 100, 1)
    assert row == f"\x1b[48;2;90;120;60m{' ' * 100}{RESET}"


def test_known_colours_are_swapped_instead_of_sent_again() -> None:
    sky, grass = bytes((90, 120, 250)), bytes((30, 90, 20))
    (row,) = _encode((sky + grass) * 2 + (grass + sky) * 2, 4, 1)
    assert row == f"\x1b[38;2;90;120;250;48;2;30;90;20m▀▄▀▄{RESET}"


def test_a_mark_stands_where_it_was_put_and_is_cut_at_the_edge() -> None:
    marks = [
        Mark(1, 0, "ab", (0, 0, 0), (95, 255, 0)),
        Mark(4, 0, "wide", (0, 0, 0), (255, 95, 215)),
    ]
    first, second = _encode(bytes(range(6 * 3)) * 4, 6, 2, marks=marks)
    plain, _ = _encode(bytes(range(6 * 3)) * 4, 6, 2)
    shown = cells(first)
    assert "".join(glyph for glyph, _, _ in shown)[1:3] == "ab"
    assert shown[1][1:] == ((0, 0, 0), (95, 255, 0))
    assert [glyph for glyph, _, _ in shown[4:]] == ["w", "i"]
    assert len(shown) == len(cells(plain)) == len(cells(second)) == 6


def test_a_slow_change_is_met_in_the_middle() -> None:
    ramp = b"".join(bytes((level,) * 3) for level in range(100, 125))
    (row,) = _encode(ramp * 2, 25, 1, depth="grey")
    assert row.count("\x1b[") == 2 + 1  # two greys stand for 25 levels, then the reset


@pytest.mark.skipif(not _PHOTOS.is_dir(), reason="../shared/data/photos is not here")
@pytest.mark.parametrize(("depth", "most"), [("24", 18_000), ("256", 13_000), ("grey", 10_000)])
def test_real_photos_stay_small(depth: str, most: int) -> None:
    from PIL import Image

    for name in ("american_black_bear.jpg", "blank.jpg", "domestic_cattle.jpg"):
        with Image.open(_PHOTOS / name) as image:
            image.draft("RGB", (59, 44))
            small = image.resize((59, 44), Image.Resampling.BOX)
        if depth == "grey":
            small = small.convert("L").convert("RGB")
        data = small.tobytes()
        rows = _encode(data, 59, 22, depth=depth)
        assert sum(len(row.encode()) for row in rows) < most
