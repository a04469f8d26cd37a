"""Seeing the picture otherwise: free zoom, panning, the difference with the frame before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region
from textual.pilot import Pilot

from camtrap_tui.config import load_settings
from camtrap_tui.services.block_card import card
from camtrap_tui.services.frame_before import FramesBefore
from camtrap_tui.services.mosaics import GLYPHS
from camtrap_tui.services.picture_views import Picture, zoomed
from camtrap_tui.services.picture_views import Region as Part
from camtrap_tui.services.review_items import Items
from camtrap_tui.store.store import Store
from camtrap_tui.tui import review_views
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.look import FreeZoom
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.picture_files import blobs, jpeg

Make = Callable[..., CamtrapApp]


def _screen(pilot: Pilot[None]) -> ReviewScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


def _said(pilot: Pilot[None]) -> str:
    return _screen(pilot).query_one("#message", Line).content.plain


def _place(pilot: Pilot[None]) -> int:
    return _screen(pilot).session.position


def _seen(pilot: Pilot[None]) -> Picture:
    screen = _screen(pilot)
    assert screen.session.item is not None
    return screen._look.picture(screen.session.item)


async def test_equals_zooms_in_and_the_arrows_move(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("equals_sign", "equals_sign")
        assert "zoom × 2.2" in _said(pilot)
        first = _seen(pilot).zoom
        assert first is not None
        await pilot.press("right", "down")
        moved = _seen(pilot).zoom
        assert moved is not None
        assert moved.x > first.x
        assert moved.y > first.y
        assert _place(pilot) == 0
        await pilot.press("left", "up")
        assert _seen(pilot).zoom == first
        await pilot.press("minus", "minus")
        assert _seen(pilot).zoom is None
        await pilot.press("right")
        assert _place(pilot) == 1


@pytest.mark.parametrize("key", ["z", "escape"])
async def test_z_and_esc_lead_back_to_the_whole(make_app: Make, key: str) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("equals_sign", "equals_sign", "right", key)
        assert _seen(pilot).zoom is None
        assert _place(pilot) == 0


async def test_j_and_k_go_on_and_a_zoom_ends_with_its_picture(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("equals_sign", "j")
        assert _place(pilot) == 1
        assert _seen(pilot).zoom is None
        await pilot.press("equals_sign", "k")
        assert _place(pilot) == 0
        await pilot.press("equals_sign", "b")
        assert _place(pilot) == 1
        assert _seen(pilot).zoom is None


async def test_the_footer_is_that_of_the_next_picture(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        footer = _screen(pilot).query_one("#footer", Line)
        await pilot.press("equals_sign")
        assert "larger" in footer.content.plain
        await pilot.press("j")
        assert "larger" not in footer.content.plain


async def test_a_free_zoom_starts_at_the_box_that_was_zoomed_to(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("z", "equals_sign")
        zoom = _seen(pilot).zoom
        assert zoom is not None
        # The box is 0.2 to 0.5 both ways, its middle 0.35.
        assert zoom.x + zoom.w / 2 == pytest.approx(0.35)
        assert zoom.y + zoom.h / 2 == pytest.approx(0.35)
        assert zoom.w < 0.3
        await pilot.press("z", "equals_sign")
        again = _seen(pilot).zoom
        assert again is not None
        # Now from the whole, but still around the last box, as far as it stays inside.
        assert again.x + again.w / 2 == pytest.approx(0.35, abs=0.02)


async def test_it_works_without_boxes(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("colon", "5", "enter", "up")
        assert "= zooms in" in _said(pilot)
        await pilot.press("equals_sign", "equals_sign", "z")
        assert _seen(pilot).zoom is None
        await pilot.press("z")
        assert "No box" in _said(pilot)


async def test_the_difference_names_the_frame_before_and_toggles(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("d")
        assert _said(pilot).startswith("no frame before this one")
        assert _seen(pilot).before is None
        await pilot.press("j")
        assert _said(pilot).startswith("difference with IMG_0001.JPG, 1 s before")
        before = _seen(pilot).before
        assert before is not None
        assert before.name == "IMG_0001.JPG"
        await pilot.press("equals_sign")
        assert "zoom" in _said(pilot)
        assert "difference with" in _said(pilot)
        await pilot.press("d")
        assert "difference" not in _said(pilot)
        assert _seen(pilot).before is None
        assert _seen(pilot).zoom is not None


async def test_without_a_time_there_is_no_frame_before(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET timestamp = NULL, burst_id = NULL WHERE id = 1")
    async with make_app(where="species:raccoon").run_test() as pilot:
        place = list(_screen(pilot).session.queue).index(1)
        await pilot.press(*("j" for _ in range(place)), "d")
        assert "its time is not known" in _said(pilot)


async def test_the_frame_before_is_not_that_of_the_queue(make_app: Make) -> None:
    async with make_app(where="species:mallard").run_test() as pilot:
        await pilot.press("d")
        assert _said(pilot).startswith("no frame before")
    async with make_app(where="species:blank").run_test() as pilot:
        await pilot.press("d")
        assert _said(pilot).startswith("difference with IMG_0004.JPG, 60 min before")


async def test_a_frame_that_is_away_is_said(make_app: Make, river: Store) -> None:
    (image,) = river.images.by_ids([1])
    folder = Path(river.images.sources()[image.source_id].location)
    (folder / "IMG_0001.JPG").unlink()
    async with make_app().run_test() as pilot:
        await pilot.press("d", "j")
        await pilot.pause(0.2)
        assert "IMG_0001.JPG" in _said(pilot)


def test_frames_of_one_second_stand_in_the_cameras_order(river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET timestamp = '2024-06-28 09:00:00' WHERE id IN (4, 5)")
        river.db.execute("UPDATE image SET subsecond = '9', burst_id = 4 WHERE id = 4")
        river.db.execute("UPDATE image SET subsecond = '1', burst_id = 4 WHERE id = 5")
    items = Items(river, None)
    frames = FramesBefore(river)
    found = {item.image.id: frames.take(item) for item in items.read([4, 5, 6])}
    assert found[5] is None
    assert found[4] is not None
    assert found[4].words == "IMG_0005.JPG, 0 s before"
    assert found[6] is not None
    assert found[6].name == "IMG_0004.JPG"


async def test_blocks_are_chosen_by_the_test_card_and_remembered(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p", *"test card", "enter")
        rows = _screen(pilot).query_one("#panel", Lines).rows
        shown = "\n".join(row.plain for row in rows)
        for kind in ("half", "sextant", "octant"):
            assert all(line in shown for line in card(kind))
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert "octant" in _said(pilot)
        await pilot.pause(0.3)
        glyphs = {
            glyph
            for line in _screen(pilot).query_one(ImageView).render_lines(Region(0, 0, 86, 30))
            for glyph in line.text
        }
        assert glyphs <= {*GLYPHS["octant"], "1"}
    assert load_settings().blocks == "octant"


_STEPS = st.lists(st.sampled_from(("larger", "smaller", (1, 0), (-1, 0), (0, 1), (0, -1))))


@given(st.floats(0, 1), st.floats(0, 1), _STEPS)
def test_a_free_zoom_stays_in_the_picture(
    x: float, y: float, steps: list[str | tuple[int, int]]
) -> None:
    zoom = FreeZoom(x, y, 1.0).scaled(1.5)
    for step in steps:
        if zoom is None:
            return
        if isinstance(step, tuple):
            zoom = zoom.moved(*step)
        else:
            zoom = zoom.scaled(1.5 if step == "larger" else 1 / 1.5)
    if zoom is not None:
        assert 1 < zoom.scale <= 16
        region: Part = zoomed(zoom.region, 2000, 1500, 100, 38)
        assert region.w == pytest.approx(1 / zoom.scale, abs=0.3)
        assert -1e-6 <= region.x <= zoom.x <= region.x + region.w <= 1 + 1e-6
        assert -1e-6 <= region.y <= zoom.y <= region.y + region.h <= 1 + 1e-6


async def test_what_is_seen_otherwise_stays_in_words(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("a", "x", "z")
        for words in ("box 1 of", "boxes hidden", "contrast stretched"):
            assert words in _said(pilot)
        await pilot.press("x", "a")
        assert "boxes hidden" not in _said(pilot)
        assert _said(pilot).startswith("box 1 of 1")
        await pilot.press("escape")
        assert _seen(pilot).zoom is None
        assert "box 1" not in _said(pilot)
        await pilot.press("a", "z", "z")
        assert _said(pilot).startswith("contrast stretched")
        await pilot.press("a")
        assert _said(pilot).startswith("contrast as it is")


async def _until(pilot: Pilot[None], words: str) -> None:
    for _ in range(100):
        if words in _said(pilot):
            return
        await pilot.pause(0.05)


async def test_a_picture_that_is_damaged_is_said_in_a_sentence(
    make_app: Make, river: Store
) -> None:
    (image,) = river.images.by_ids([2])
    path = Path(river.images.sources()[image.source_id].location) / image.file_path
    whole = jpeg(blobs(2))
    path.write_bytes(whole[: len(whole) * 2 // 3])
    (path.parent / "IMG_0003.JPG").write_bytes(whole)
    async with make_app().run_test() as pilot:
        await pilot.press("j")
        await _until(pilot, "cut short")
        assert f"{path.name} is cut short: not all of it can be drawn." in _said(pilot)
        await pilot.press("k", "d", "j", "j")
        await _until(pilot, "The frame before")
        assert f"The frame before: {path.name} is cut short" in _said(pilot)


def test_of_no_box_is_the_category_told_by_colour_alone(river: Store) -> None:
    (item,) = Items(river, river.runs.latest()).read([1])
    (box,) = item.boxes
    boxes = tuple(replace(box, detection_number=n, category="human") for n in range(1, 6))
    seen = review_views.picture(replace(item, boxes=boxes), 0, boxes=True, contrast=False)
    assert [box.label for box in seen.boxes] == ["1", "2", "3", "4 human", "5 human"]
