"""Frames from decoded pictures: boxes with labels, greys for infrared, no stray escapes."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.picture_draw import draw, encode_span
from camtrap_tui.services.picture_views import (
    MOST_THRIFT,
    BoxMark,
    Frame,
    Region,
    View,
    dots_of,
)
from tests.ansi import Color, cells, pixels

_GREEN = (95, 255, 0)
_BOX = BoxMark(0.25, 0.25, 0.5, 0.5, "animal", "1")
_VIEW = View(Path("a.jpg"), 40, 15)


def _noise(*, color: bool) -> Image.Image:
    if not color:
        return Image.effect_noise((40, 30), 30).convert("RGB")
    return Image.merge("RGB", [Image.effect_noise((40, 30), 60) for _ in range(3)])


def _decoded(image: Image.Image, region: Region | None = None, note: str = "") -> Decoded:
    whole = region or Region(0.0, 0.0, 1.0, 1.0)
    return Decoded(image, image.width, image.height // 2, whole, note, note)


def test_a_box_is_a_line_of_its_category_with_its_label_in_text() -> None:
    frame = draw(replace(_VIEW, boxes=(_BOX,)), _decoded(_noise(color=True)))
    assert (frame.width, len(frame.rows)) == (40, 15)
    shown = pixels(frame.rows)
    # 40 × 30 pixels: the box spans columns 10 to 29, lines 7 to 22.
    assert all(_near(_GREEN, shown[7][x]) for x in range(11, 30))
    assert all(_near(_GREEN, shown[22][x]) for x in range(10, 30))
    assert all(_near(_GREEN, shown[y][29]) for y in range(10, 23))
    assert any(not _near(_GREEN, shown[15][x]) for x in range(12, 28))
    assert cells(frame.rows[3])[10] == ("1", (0, 0, 0), _GREEN)


def test_a_box_falls_where_it_is_in_a_zoom() -> None:
    zoom = Region(0.25, 0.25, 0.5, 0.5)
    frame = draw(replace(_VIEW, boxes=(_BOX,)), _decoded(_noise(color=True), zoom))
    shown = pixels(frame.rows)
    assert all(_near(_GREEN, shown[29][x]) for x in range(40))
    assert all(_near(_GREEN, shown[y][39]) for y in range(2, 30))


def test_labels_do_not_hide_each_other_nor_leave_the_picture() -> None:
    boxes = (
        _BOX,
        replace(_BOX, label="2"),
        replace(_BOX, x=0.99, y=0.99, w=0.01, h=0.01, label="33"),
        replace(_BOX, x=3.0, label="unseen"),
    )
    frame = draw(replace(_VIEW, boxes=boxes), _decoded(_noise(color=True)))
    text = ["".join(glyph for glyph, _, _ in cells(row)) for row in frame.rows]
    assert text[3][10] == "1"
    assert text[3][12] == "2", "not to be read as twelve"
    assert text[14].endswith("33")
    assert "unseen" not in "".join(text)


def test_each_of_many_boxes_has_its_label_also_at_the_edge() -> None:
    labels = [f"{n} vehicle" for n in range(1, 13)]
    boxes = tuple(replace(_BOX, x=0.9, y=0.1, w=0.1, label=label) for label in labels)
    for depth in ("24", "16", "none"):
        view = replace(_VIEW, boxes=boxes, depth=depth)
        across, down = dots_of(view)
        frame = draw(view, Decoded(_scene((40 * across, 15 * down)), 40, 15, note="cut short"))
        text = ["".join(glyph for glyph, _, _ in cells(row)) for row in frame.rows]
        assert all(any(label in line for line in text) for label in labels)
        assert " cut short " in text[-1]


def test_the_sixteen_take_no_paper_for_granted_and_no_bright_one() -> None:
    view = replace(_VIEW, depth="16", boxes=(_BOX, replace(_BOX, y=0.6, category="human")))
    frame = draw(view, _decoded(_scene((40, 30)), note="cut short"))
    assert all(paper is not None for row in frame.rows for _, _, paper in cells(row))
    assert not re.search(r"\b10[0-7]\b", "".join(frame.rows))


def test_labels_are_clean_and_one_cell_a_character() -> None:
    boxes = (replace(_BOX, label="\x1b[31m"), replace(_BOX, y=0.5, label="獾e\u0301"))
    frame = draw(replace(_VIEW, boxes=boxes), _decoded(_noise(color=True)))
    assert all(len(cells(row)) == 40 for row in frame.rows)
    assert "".join(glyph for glyph, _, _ in cells(frame.rows[7]))[10:13] == "?e?"


@pytest.mark.parametrize("depth", ["24", "256"])
def test_infrared_takes_the_grey_ramp_and_its_boxes_stay_coloured(depth: str) -> None:
    view = replace(_VIEW, depth=depth, boxes=(_BOX,))
    frame = draw(view, _decoded(_noise(color=False)))
    assert "8;2;" not in "".join(frame.rows)
    colors = {pixel for line in pixels(frame.rows) for pixel in line}
    assert {c for c in colors if c and len(set(c)) > 1} == {_GREEN}


def test_a_coloured_picture_is_not_taken_for_infrared() -> None:
    frame = draw(_VIEW, _decoded(_noise(color=True)))
    assert "8;2;" in "".join(frame.rows)


def test_a_faint_cast_is_kept_in_truecolour_and_dropped_at_256() -> None:
    blue = _noise(color=False).point(
        [*range(256), *range(256), *(min(v + 24, 255) for v in range(256))]
    )
    assert "8;2;" in "".join(draw(_VIEW, _decoded(blue)).rows)
    colors = {
        pixel
        for line in pixels(draw(replace(_VIEW, depth="256"), _decoded(blue)).rows)
        for pixel in line
    }
    assert all(color and len(set(color)) == 1 for color in colors)


@pytest.mark.parametrize("depth", ["none", "shades"])
def test_without_colour_there_is_no_escape(depth: str) -> None:
    image = _noise(color=True)
    decoded = _decoded(image.resize((80, 60)) if depth == "none" else image)
    decoded = replace(decoded, columns=40, rows=15, note="cut short", problem="x is cut short.")
    frame = draw(replace(_VIEW, depth=depth, boxes=(_BOX,)), decoded)
    assert [len(row) for row in frame.rows] == [40] * 15
    assert "\x1b" not in "".join(frame.rows)
    assert frame.rows[3][10] == "1"
    assert frame.rows[14].startswith(" cut short ")
    assert len(set("".join(frame.rows))) > 4


def test_what_is_missing_is_said_on_the_picture() -> None:
    frame = draw(_VIEW, _decoded(_noise(color=True), note="cut short"))
    last = "".join(glyph for glyph, _, _ in cells(frame.rows[-1]))
    assert last.startswith(" cut short ")
    assert frame.problem == "cut short"


def test_contrast_brightens_a_dark_picture() -> None:
    dark = _noise(color=False).point(lambda level: level // 8)

    def brightest(*, contrast: bool) -> int:
        frame = draw(replace(_VIEW, contrast=contrast), _decoded(dark))
        return max(c[0] for line in pixels(frame.rows) for c in line if c)

    assert brightest(contrast=False) < 40
    assert brightest(contrast=True) > 200


def test_a_detailed_picture_gets_a_higher_tolerance_within_the_budget() -> None:
    image = Image.merge("RGB", [Image.effect_noise((100, 76), 8) for _ in range(3)])
    image = image.point([*range(256), *(max(v - 40, 0) for v in range(256)), *range(256)])
    frame = draw(replace(_VIEW, columns=100, rows=38), _decoded(image))
    assert frame.tolerance > 12
    assert _bytes(frame) <= 8.5 * 100 * 38


def test_a_plain_picture_gets_a_lower_tolerance() -> None:
    image = Image.radial_gradient("L").resize((100, 76)).point(lambda v: v // 4).convert("RGB")
    frame = draw(replace(_VIEW, columns=100, rows=38), _decoded(image))
    assert frame.tolerance < 12
    assert _bytes(frame) <= 8.5 * 100 * 38


def _bytes(frame: Frame) -> int:
    return sum(len(row.encode()) for row in frame.rows)


@pytest.mark.parametrize("blocks", ["half", "sextant", "octant"])
@pytest.mark.parametrize("depth", ["24", "256", "16", "grey", "none", "shades"])
def test_each_level_of_thrift_takes_less_than_the_one_before(depth: str, blocks: str) -> None:
    sizes = []
    for thrift in range(MOST_THRIFT + 1):
        view = replace(_VIEW, columns=80, rows=30, depth=depth, blocks=blocks, thrift=thrift)
        across, down = dots_of(view)
        image = _scene((80 * across, 30 * down))
        frame = draw(view, Decoded(image, 80, 30))
        assert all(len(cells(row)) == 80 for row in frame.rows)
        sizes.append(_bytes(frame))
    assert all(later < earlier or later == 80 * 30 for earlier, later in pairwise(sizes))
    # A cell costs a byte at the least: it is what is above that halves.
    over = [size - 80 * 30 for size in sizes]
    assert over[1] <= 0.6 * over[0]
    assert over[2] <= 0.4 * over[0]
    assert over[MOST_THRIFT] <= 0.12 * over[0]


def _grain(chance: random.Random, size: tuple[int, int], sigma: float) -> Image.Image:
    """Return grey noise that is the same in every run, as Pillow's own is not."""
    values = (min(255, max(0, int(chance.gauss(128, sigma)))) for _ in range(size[0] * size[1]))
    return Image.frombytes("L", size, bytes(values))


def _soft(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    return _grain(chance, (16, 12), 90).resize(size, Image.Resampling.BICUBIC)


def _scene(size: tuple[int, int]) -> Image.Image:
    """Return something as full of detail as a photo of a wood, in colour."""
    chance = random.Random(1)
    light = _soft(chance, size)
    planes = [
        Image.blend(Image.blend(light, _soft(chance, size), 0.25), _grain(chance, size, 60), 0.1)
        for _ in "RGB"
    ]
    return Image.merge("RGB", planes)


@pytest.mark.parametrize("thrift", [0, 1, 2, 4])
@pytest.mark.parametrize("blocks", ["half", "octant"])
@pytest.mark.parametrize("depth", ["24", "16", "none"])
def test_a_span_is_its_part_of_the_frame(depth: str, blocks: str, thrift: int) -> None:
    view = replace(_VIEW, boxes=(_BOX,), depth=depth, blocks=blocks, thrift=thrift)
    across, down = dots_of(view)
    frame = draw(view, Decoded(_scene((40 * across, 15 * down)), 40, 15))
    for row in range(15):
        assert encode_span(frame, row, 0, 40) == frame.rows[row]
        for first, stop in ((0, 7), (9, 12), (10, 11), (33, 40), (5, 5)):
            assert len(cells(encode_span(frame, row, first, stop))) == stop - first
    assert cells(encode_span(frame, 3, 10, 11))[0][0] == "1"


@pytest.mark.parametrize(
    ("depth", "animal", "human"),
    [
        ("24", (95, 255, 0), (255, 95, 215)),
        ("256", (95, 255, 0), (255, 95, 215)),
        ("grey", (95, 255, 0), (255, 95, 215)),
        ("16", (85, 255, 85), (255, 85, 255)),
    ],
)
@pytest.mark.parametrize("blocks", ["half", "sextant", "octant"])
def test_boxes_keep_their_colours(depth: str, animal: Color, human: Color, blocks: str) -> None:
    boxes = (_BOX, replace(_BOX, x=0.8, w=0.1, category="human", label="2"))
    view = replace(_VIEW, boxes=boxes, depth=depth, blocks=blocks)
    across, down = dots_of(view)
    frame = draw(view, Decoded(_scene((40 * across, 15 * down)), 40, 15))
    # A box's line is the same colour wherever it is; here in the middle of its right side.
    shown = cells(frame.rows[7])
    assert any(_near(animal, color) for color in shown[29][1:])
    assert any(_near(human, color) for color in shown[35][1:])


def _near(one: Color, other: Color | None) -> bool:
    # As far as blue may be from what is wanted, at the highest tolerance of a small picture.
    return other is not None and all(
        abs(a - b) <= 28 * 8 // 5 for a, b in zip(one, other, strict=True)
    )


def test_no_picture_is_a_frame_with_the_reason() -> None:
    frame = draw(_VIEW, Decoded(None, problem="a.jpg is gone."))
    assert (frame.rows, frame.width, frame.problem) == ((), 0, "a.jpg is gone.")
