"""The difference shows what moved, and nothing that the camera itself changed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.picture_difference import changed, highlighted, share_of
from camtrap_tui.services.picture_draw import draw
from camtrap_tui.services.picture_views import Region, View, dots_of
from camtrap_tui.services.pictures import DecodedCache
from tests.ansi import cells
from tests.picture_files import blobs, jpeg

_SIZE = (80, 60)
_ANIMAL = (30, 20, 50, 34)


def _scene(*, grey: bool) -> Image.Image:
    image = blobs(5, size=(160, 120)).resize(_SIZE)
    return image.convert("L").convert("RGB") if grey else image


def _elsewhere() -> Image.Image:
    return blobs(9, size=(160, 120)).resize(_SIZE).rotate(180)


def _with_animal(image: Image.Image) -> Image.Image:
    image = image.copy()
    ImageDraw.Draw(image).ellipse(_ANIMAL, fill=(15, 12, 10))
    return image


def _noisy(image: Image.Image) -> Image.Image:
    noise = Image.effect_noise(image.size, 3).convert("RGB")
    return ImageChops.add(image, noise, 1, -128)


def _brightness(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    counts = image.crop(box).convert("L").histogram()
    return sum(level * n for level, n in enumerate(counts)) / sum(counts)


def _most_saturated(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    counts = image.crop(box).convert("HSV").getchannel("S").histogram()
    return max(level for level, n in enumerate(counts) if n)


@pytest.mark.parametrize("grey", [False, True])
def test_an_animal_that_left_stands_out_and_all_else_is_dim_and_grey(grey: bool) -> None:
    scene = _scene(grey=grey)
    now = _noisy(scene)
    found = highlighted(now, changed(now, _noisy(_with_animal(scene))), grey=grey)
    inside, outside = (34, 23, 46, 31), (0, 0, 20, 60)
    assert _brightness(found, inside) > 0.6 * _brightness(scene, inside)
    assert _brightness(found, outside) < 0.5 * _brightness(scene, outside)
    assert _most_saturated(found, outside) == 0
    assert _most_saturated(found, inside) > 40


@pytest.mark.parametrize(("gain", "offset"), [(1.0, 0), (0.8, 12), (1.15, -10)])
def test_exposure_noise_and_shaking_are_no_change(gain: float, offset: int) -> None:
    scene = _scene(grey=False).point(lambda v: 40 + v * 0.6)
    before = _noisy(ImageChops.offset(scene, 1, 1).point(lambda v: v * gain + offset))
    part = (2, 2, 78, 58)
    assert changed(_noisy(scene).crop(part), before.crop(part)).getbbox() is None


@pytest.mark.parametrize("grey", [False, True])
def test_what_fills_most_of_the_picture_is_a_change(grey: bool) -> None:
    scene = _scene(grey=grey)
    near = scene.copy()
    near.paste(_elsewhere().crop((0, 0, 60, 60)), (10, 0))
    assert share_of(changed(near, scene)) > 0.4
    assert share_of(changed(scene, near)) > 0.4


def test_a_small_animal_is_a_change_in_a_single_pixel() -> None:
    scene = _scene(grey=False).point(lambda v: 60 + v // 4)
    now = scene.copy()
    now.putpixel((40, 30), (240, 240, 240))
    assert changed(_noisy(now), _noisy(scene)).getbbox() == (39, 29, 42, 32)


def test_noise_in_the_dark_is_no_change() -> None:
    dark = Image.new("RGB", _SIZE, (20, 20, 20))
    noisy = [
        ImageChops.add(dark, Image.effect_noise(_SIZE, 3).convert("RGB"), 1, -128) for _ in "12"
    ]
    assert changed(*noisy).getbbox() is None


def test_in_a_dark_picture_less_is_a_change() -> None:
    dark = _scene(grey=True).point(lambda v: 10 + v // 12)
    before = dark.copy()
    before.paste((40, 40, 40), _ANIMAL)
    assert changed(dark, before).getbbox() is not None


@pytest.mark.parametrize("depth", ["24", "256", "16", "grey", "none", "shades"])
@pytest.mark.parametrize("thrift", [0, 1, 4])
def test_a_difference_is_drawn_in_every_depth(depth: str, thrift: int) -> None:
    view = View(Path("b.jpg"), 40, 15, depth=depth, before=Path("a.jpg"), thrift=thrift)
    across, down = dots_of(view)
    scene = _scene(grey=False).resize((40 * across, 15 * down))
    box = (10 * across, 5 * down, 20 * across, 10 * down)
    moved = scene.copy()
    moved.paste((255, 255, 255), box)
    frame = draw(view, Decoded(moved, 40, 15), Decoded(scene, 40, 15))
    assert [len(cells(row)) for row in frame.rows] == [40] * 15
    plain = draw(replace(view, before=None), Decoded(moved, 40, 15))
    assert frame.rows != plain.rows
    assert cells(frame.rows[7])[14] != cells(frame.rows[7])[2]


@pytest.mark.parametrize(
    ("before", "note", "problem"),
    [
        (Decoded(_scene(grey=False), 80, 30), " no change ", ""),
        (Decoded(None, problem="a.jpg is gone."), " nothing before ", "a.jpg is gone."),
        (Decoded(Image.new("RGB", (40, 60)), 40, 30), " other shape ", "another shape"),
        (
            Decoded(_scene(grey=False), 80, 30, Region(0.1, 0.0, 0.6, 1.0)),
            " other shape ",
            "another shape",
        ),
        (
            Decoded(_scene(grey=False), 80, 30, problem="a.jpg is cut short.", note="cut short"),
            " before: cut short ",
            "The frame before: a.jpg is cut short.",
        ),
        (Decoded(_elsewhere(), 80, 30), " much changed ", ""),
    ],
)
def test_what_stands_in_the_way_of_a_difference_is_said(
    before: Decoded, note: str, problem: str
) -> None:
    view = View(Path("b.jpg"), 80, 30, before=Path("a.jpg"))
    frame = draw(view, Decoded(_scene(grey=False), 80, 30), before)
    assert "".join(glyph for glyph, _, _ in cells(frame.rows[-1])).startswith(note)
    assert problem in frame.problem
    assert bool(problem) == bool(frame.problem)


def test_infrared_without_a_change_takes_the_grey_ramp() -> None:
    view = View(Path("b.jpg"), 80, 30, before=Path("a.jpg"))
    same = Decoded(_scene(grey=True), 80, 30)
    assert draw(view, same, same).depth == "grey"


def test_what_is_dim_stays_so_in_few_colours() -> None:
    view = View(Path("b.jpg"), 80, 30, before=Path("a.jpg"), depth="16")
    scene = _scene(grey=False)
    frame = draw(view, Decoded(_with_animal(scene), 80, 30), Decoded(scene, 80, 30))
    still = Image.frombytes("RGB", (80, 30), frame.pixels).crop((60, 0, 80, 30))
    assert _brightness(still, (0, 0, 20, 30)) < 100


def test_a_picture_cut_short_without_a_change_says_both() -> None:
    view = View(Path("b.jpg"), 80, 30, before=Path("a.jpg"))
    cut = Decoded(_scene(grey=False), 80, 30, problem="b.jpg is cut short.", note="cut short")
    frame = draw(view, cut, Decoded(_scene(grey=False), 80, 30))
    assert "".join(glyph for glyph, _, _ in cells(frame.rows[-1])).startswith(
        " cut short, no change "
    )
    assert frame.problem == "b.jpg is cut short."


@pytest.mark.parametrize("moved", [True, False])
def test_contrast_is_stretched_in_a_difference_too(moved: bool) -> None:
    dark = _scene(grey=True).point(lambda v: 10 + v // 12)
    before = dark.copy()
    if moved:
        before.paste((40, 40, 40), _ANIMAL)

    def brightest(*, contrast: bool) -> int:
        view = View(Path("b.jpg"), 80, 30, before=Path("a.jpg"), contrast=contrast)
        frame = draw(view, Decoded(dark, 80, 30), Decoded(before, 80, 30))
        still = Image.frombytes("RGB", _SIZE, frame.pixels).crop((60, 0, 80, 50))
        return max(high for _, high in still.getextrema())  # type: ignore[misc]

    assert brightest(contrast=True) > 2 * brightest(contrast=False)


def test_a_picture_is_decoded_once_for_what_is_seen_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(blobs(1)))
    kept = DecodedCache()
    view = View(path, 40, 15)
    first = kept.take(view)
    assert kept.take(replace(view, contrast=True, depth="256")) is first
    assert kept.take(replace(view, blocks="octant")) is not first
    path.write_bytes(jpeg(blobs(2)))
    os.utime(path, ns=(1, 1))
    assert kept.take(view) is not first


def test_decoded_pictures_are_kept_within_bounds(tmp_path: Path) -> None:
    kept = DecodedCache()
    paths = [tmp_path / f"{number}.jpg" for number in range(30)]
    for number, path in enumerate(paths):
        path.write_bytes(jpeg(blobs(number)))
        kept.take(View(path, 156, 56, blocks="octant"))
    assert 2 <= len(kept._pictures) < 10
    last = View(paths[-1], 156, 56, blocks="octant")
    assert kept.take(last) is kept.take(replace(last, contrast=True))
