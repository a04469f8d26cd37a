"""Fitting, zooming and turning: pure geometry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.services.picture_views import Region, fitted, unturned, zoomed


@pytest.mark.parametrize(
    ("size", "pane", "cells"),
    [
        ((2048, 1536), (80, 22), (59, 22)),
        ((2048, 1536), (120, 38), (101, 38)),
        ((2048, 1536), (60, 58), (60, 22)),
        ((1536, 2048), (120, 38), (57, 38)),
        ((20, 10), (80, 20), (80, 20)),
        ((10_000, 10), (80, 22), (80, 1)),
    ],
)
def test_the_whole_picture_fits(
    size: tuple[int, int], pane: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert fitted(*size, *pane) == cells


_PART = st.floats(0.0, 1.0)


@given(
    st.tuples(_PART, _PART, st.floats(0.001, 1.0), st.floats(0.001, 1.0)),
    st.integers(100, 6000),
    st.integers(100, 6000),
    st.integers(10, 200),
    st.integers(5, 60),
)
def test_zoom_shows_the_box_and_stays_in_the_picture(
    box: tuple[float, float, float, float], width: int, height: int, columns: int, rows: int
) -> None:
    x, y, w, h = box
    region = Region(x * (1 - w), y * (1 - h), w, h)
    seen = zoomed(region, width, height, columns, rows)
    assert seen.x >= 0
    assert seen.y >= 0
    assert seen.x + seen.w <= 1 + 1e-9
    assert seen.y + seen.h <= 1 + 1e-9
    assert seen.x <= region.x + 1e-9
    assert seen.y <= region.y + 1e-9
    assert seen.x + seen.w >= region.x + region.w - 1e-9
    assert seen.y + seen.h >= region.y + region.h - 1e-9


def test_zoom_has_a_margin_and_the_shape_of_the_pane() -> None:
    seen = zoomed(Region(0.4, 0.4, 0.2, 0.1), 2000, 1000, 100, 25)
    assert seen.w == pytest.approx(0.24)
    assert seen.w * 2000 / (seen.h * 1000) == pytest.approx(100 / 50)
    assert seen.x + seen.w / 2 == pytest.approx(0.5)


def test_a_zoom_at_the_corner_is_moved_into_the_picture() -> None:
    seen = zoomed(Region(0.0, 0.9, 0.1, 0.1), 1000, 1000, 50, 25)
    assert (seen.x, seen.y + seen.h) == (0.0, 1.0)
    assert seen.w == pytest.approx(0.12)


def test_a_speck_is_not_blown_up_without_end() -> None:
    assert zoomed(Region(0.5, 0.5, 0.001, 0.001), 1000, 1000, 50, 25).w == pytest.approx(0.04)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_is_found_in_the_picture_as_stored(orientation: int) -> None:
    from PIL import Image, ImageOps

    stored = Image.new("L", (40, 20))
    stored.putdata([x + 40 * y % 256 for y in range(20) for x in range(40)])
    exif = stored.getexif()
    exif[274] = orientation
    turned = ImageOps.exif_transpose(stored)
    region = Region(0.5, 0.25, 0.25, 0.5)
    w, h = turned.size
    seen = turned.crop((w // 2, h // 4, w * 3 // 4, h * 3 // 4))
    part = unturned(region, orientation)
    left, top = part.x * 40, part.y * 20
    found = stored.crop(
        (round(left), round(top), round(left + part.w * 40), round(top + part.h * 20))
    )
    assert sorted(found.tobytes()) == sorted(seen.tobytes())
