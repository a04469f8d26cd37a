"""How a page is cut into thumbnails, and what stands under each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.sheet_items import SheetItem
from camtrap_tui.store.store import Store
from camtrap_tui.tui.grid_views import box_sign, caption, short_name
from camtrap_tui.tui.thumbnails import step_within, tiling
from tests.builders import image, taxon


@pytest.mark.parametrize(
    ("size", "columns", "rows"),
    [((80, 20), 3, 2), ((120, 36), 4, 3), ((200, 56), 7, 5), ((5, 1), 1, 1)],
)
def test_as_many_as_fit(size: tuple[int, int], columns: int, rows: int) -> None:
    found = tiling(*size)
    assert (found.columns, found.rows) == (columns, rows)


@given(st.integers(2, 400), st.integers(2, 120), st.integers(-40, 40))
def test_every_tiling_lies_in_its_pane(width: int, height: int, step: int) -> None:
    found = tiling(width, height, step)
    assert found.columns * found.width <= width
    assert found.rows * found.height <= height
    assert tiling(width, height, step_within(width, step)) == found


@given(st.integers(24, 400), st.integers(4, 120))
def test_each_key_changes_the_size_until_there_is_no_other(width: int, height: int) -> None:
    low, high = step_within(width, -100), step_within(width, 100)
    columns = [tiling(width, height, step).columns for step in range(low, high + 1)]
    assert columns == list(range(1, columns[-1] + 1))


@pytest.fixture
def raccoon(store: Store) -> Taxon:
    return taxon(store, "northern raccoon")


def of(item: SheetItem, width: int = 25, *, chosen: bool = False, marked: bool = False) -> str:
    pieces = caption(item, "ann", width, chosen=chosen, marked=marked)
    return "".join(text for text, _ in pieces)


def test_a_caption_says_what_is_known_as_far_as_it_fits(raccoon: Taxon) -> None:
    item = SheetItem(image("SYFW0478"), None, None, raccoon, 0.9, 0.41)
    assert of(item) == "  SYFW0478 ▣.41 raccoon"
    assert of(item, chosen=True, marked=True) == "›✗SYFW0478 ▣.41 raccoon"
    assert of(item, 19) == "  0478 ▣.41 raccoon"
    assert of(item, 12) == "  ▣.41 racc…"
    graded = SheetItem(image("SYFW0478"), None, None, raccoon, 0.9, 0.03, {"ann": "blank"})
    assert of(graded) == "  478 ·.03 raccoon ✓blank"
    same = SheetItem(image("SYFW0478"), None, None, raccoon, 0.9, None, {"ann": raccoon.name})
    assert of(same) == "  SYFW0478 ✓raccoon"
    others = SheetItem(image("SYFW0478"), None, None, None, None, None, {"ben": "blank"})
    assert of(others) == "  SYFW0478 (blank)"


def test_an_animal_stands_out_among_blanks(raccoon: Taxon, store: Store) -> None:
    for predicted, stands_out in ((raccoon, True), (taxon(store, "blank"), False)):
        pieces = caption(
            SheetItem(image("a"), None, None, predicted), "ann", 25, chosen=False, marked=False
        )
        assert (short_name(predicted.name), stands_out) in pieces


@given(
    st.text(max_size=40),
    st.text(max_size=40),
    st.none() | st.floats(0, 1),
    st.integers(2, 60),
)
def test_no_caption_is_wider_than_its_picture(
    name: str, word: str, confidence: float | None, width: int
) -> None:
    item = SheetItem(image(name), None, confidence=confidence, words={"ann": word, "b": name})
    assert cell_len(of(item, width, chosen=True, marked=True)) <= width


def test_a_box_is_told_however_weak() -> None:
    assert [box_sign(c) for c in (None, 0.004, 0.03, 0.2, 0.41, 1.0)] == [
        "",
        "·.00",
        "·.03",
        "▣.20",
        "▣.41",
        "▣1.0",
    ]


def test_groups_are_told_by_what_comes_before() -> None:
    names = ("northern raccoon", "rattus species", "rabbit and hare family", "animal", "")
    assert [short_name(name) for name in names] == ["raccoon", "rattus", "hare", "animal", ""]
