"""CSV cells: harmless in a spreadsheet, and the same again when read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.cells import read_cell, write_cell

TRICKY = st.text(alphabet=st.sampled_from("=+-@\t\r'ab1 "), max_size=6)


@given(st.one_of(st.text(), TRICKY))
def test_a_cell_reads_back(text: str) -> None:
    assert read_cell(write_cell(text)) == text


@given(st.one_of(st.text(), TRICKY))
def test_no_cell_starts_like_a_formula(text: str) -> None:
    assert not write_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("'tis", "''tis"), ("'", "''"), ("raccoon", "raccoon"), ("", "")],
)
def test_cells_as_they_are_written(text: str, cell: str) -> None:
    assert write_cell(text) == cell


def test_an_apostrophe_that_nobody_added_stays() -> None:
    assert read_cell("'tis") == "'tis"
