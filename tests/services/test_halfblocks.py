"""The encoder shows what it was given, within its tolerance, in few bytes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.services.cell_colors import RESET
from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.halfblocks import encode
from tests.ansi import cells, pixels

_PHOTOS = Path(__file__).parents[2].parent / "shared" / "data" / "photos"


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
    shown = pixels(encode(data, columns, rows, tolerance=tolerance))
    assert [len(line) for line in shown] == [columns] * 2 * rows
    flat = [channel for line in shown for pixel in line for channel in pixel or ()]
    assert len(flat) == len(data)
    assert all(abs(a - b) <= tolerance for a, b in zip(flat, data, strict=True))


@given(_pictures(1))
def test_grey_bytes_are_shown_on_the_grey_ramp(picture: tuple[int, int, bytes]) -> None:
    columns, rows, data = picture
    shown = pixels(encode(data, columns, rows, depth="grey", tolerance=0))
    flat = [pixel for line in shown for pixel in line]
    for pixel, level in zip(flat, data, strict=True):
        assert pixel is not None
        assert len(set(pixel)) == 1
        assert abs(pixel[0] - level) <= 9  # 238 to 255 is the widest step


@pytest.mark.parametrize("depth", ["256", "grey"])
def test_box_colours_are_the_same_at_256_colours(depth: str) -> None:
    for color in ((95, 255, 0), (255, 95, 215), (95, 215, 255), (255, 255, 95), (255, 215, 0)):
        assert pixels(encode(bytes(color) * 2, 1, 1, depth=depth)) == [[color], [color]]


def test_256_colours_come_near_enough() -> None:
    for color in ((128, 90, 60), (30, 60, 30), (200, 180, 170), (250, 250, 250), (60, 70, 140)):
        ((shown,), _) = pixels(encode(bytes(color) * 2, 1, 1, depth="256"))
        assert shown is not None
        assert math.dist(shown, color) < 50


def test_a_plain_area_costs_a_byte_a_cell() -> None:
    (row,) = encode(bytes((90, 120, 60)) * 200, 100, 1)
    assert row == f"\x1b[48;2;90;120;60m{' ' * 100}{RESET}"


def test_known_colours_are_swapped_instead_of_sent_again() -> None:
    sky, grass = bytes((90, 120, 250)), bytes((30, 90, 20))
    (row,) = encode((sky + grass) * 2 + (grass + sky) * 2, 4, 1)
    assert row == f"\x1b[38;2;90;120;250;48;2;30;90;20m▀▄▀▄{RESET}"


def test_a_mark_stands_where_it_was_put_and_is_cut_at_the_edge() -> None:
    marks = [
        Mark(1, 0, "ab", (0, 0, 0), (95, 255, 0)),
        Mark(4, 0, "wide", (0, 0, 0), (255, 95, 215)),
    ]
    first, second = encode(bytes(range(6 * 3)) * 4, 6, 2, marks=marks)
    plain, _ = encode(bytes(range(6 * 3)) * 4, 6, 2)
    shown = cells(first)
    assert "".join(glyph for glyph, _, _ in shown)[1:3] == "ab"
    assert shown[1][1:] == ((0, 0, 0), (95, 255, 0))
    assert [glyph for glyph, _, _ in shown[4:]] == ["w", "i"]
    assert len(shown) == len(cells(plain)) == len(cells(second)) == 6


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="7 bytes are not 1 × 2 pixels"):
        encode(bytes(7), 1, 1)


@pytest.mark.skipif(not _PHOTOS.is_dir(), reason="../shared/data/photos is not here")
@pytest.mark.parametrize(("depth", "most"), [("24", 22_000), ("256", 15_000), ("grey", 12_000)])
def test_real_photos_stay_small(depth: str, most: int) -> None:
    from PIL import Image

    for name in ("american_black_bear.jpg", "blank.jpg", "domestic_cattle.jpg"):
        with Image.open(_PHOTOS / name) as image:
            image.draft("RGB", (59, 44))
            small = image.resize((59, 44), Image.Resampling.BOX)
        data = small.convert("L" if depth == "grey" else "RGB").tobytes()
        rows = encode(data, 59, 22, depth=depth)
        assert sum(len(row.encode()) for row in rows) < most
