"""What a spreadsheet does to cells is no edit; whatever else differs is one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.table_edits import (
    FINAL_GONE,
    UNCLEAR,
    EditedRow,
    EditedWord,
    is_true,
    is_truth,
    means_same,
    read_votes_id,
    told_apart,
    votes_id,
    word_of,
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2", "2.0"),
        ("2", "2,0"),
        ("-87.65432", "-87,65"),
        ("0.87654321", "0.876543"),
        ("1e-05", "0.00001"),
        ("3.0", "3"),
        ("00123", "123"),
        ("true", "TRUE"),
        ("true", "VRAI"),
        ("2024-06-27 02:14:05", "27.06.2024 02:14"),
        ("2024-06-27 02:14:05", "6/27/2024 2:14"),
        ("2024-06-27 02:14:05", "27/06/2024 02:14:05"),
        ("2026-06-01T12:00:00Z", "2026-06-01 12:00:00"),
        ("two  words ", "two words"),
        ("", "NA"),
        ("NA", ""),
        ("", "#N/A"),
    ],
)
def test_a_spreadsheet_writes_in_its_own_way(old: str, new: str) -> None:
    assert means_same(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2", "3"),
        ("2", "2.4"),
        ("2", ""),
        ("", "0"),
        ("", "none"),
        ("2", "NA"),
        ("0.5", "0.6"),
        ("12", "1.2e2"),
        ("true", "false"),
        ("Raccoon", "raccoon"),
        ("2024-06-27 02:14:05", "2024-06-27 03:14:05"),
        ("2024-06-27 02:14:05", "2024-06-27 02:14:06"),
        ("raccoon", "true"),
    ],
)
def test_an_edit_is_an_edit(old: str, new: str) -> None:
    assert not means_same(old, new)


@given(st.text(max_size=12))
def test_what_was_not_touched_means_the_same(text: str) -> None:
    assert means_same(text, text)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_whole_numbers_are_never_taken_for_one_another(one: int, other: int) -> None:
    assert means_same(str(one), str(other)) == (one == other)


def test_yes_is_said_in_several_languages() -> None:
    assert all(map(is_true, ("true", "TRUE", "Wahr", "1", " vero ", "PRAWDA")))
    assert not any(map(is_true, ("false", "", "FALSCH", "0", "FAŁSZ")))
    assert means_same("false", "YANLIŞ")


def test_rows_are_the_truth_where_their_votes_id_says_so_of_all_or_none() -> None:
    assert is_truth(("v", 2, 2)) is True
    assert is_truth(("v", 2, 0)) is False
    assert is_truth(("v", 3, 1)) is None
    assert is_truth(("", 0, 0)) is None


def row(number: int, taxon: str, *, grade: str = "g", is_final: bool = True) -> EditedRow:
    """A row that says one species; one of another grade, or of none, says something new."""
    return EditedRow(number, grade, 1, is_final, grade != taxon, EditedWord(taxon))


def test_of_a_row_and_its_copy_what_was_left_as_it_was_is_the_row() -> None:
    copy, original = row(2, "moose"), row(9, "g")
    assert told_apart([copy, original]) == (
        [replace(copy, grade_uuid="", observation_number=0), original],
        [],
    )
    again = replace(original, number=11)
    assert told_apart([again, original]) == ([original], [again])


def test_a_row_that_was_not_the_truth_is_no_loss_to_it() -> None:
    final, other = row(2, "g"), row(3, "h", grade="h", is_final=False)
    assert word_of([final], 2, 1) == ((), "")
    assert word_of([final, other], 3, 2) == ((EditedWord("g"),), "")
    assert word_of([other], 2, 1) == ((), FINAL_GONE)
    added = row(4, "i", grade="")
    assert word_of([other, added], 2, 1) == ((EditedWord("i"),), "")


def test_of_a_conflict_what_is_left_or_added_counts() -> None:
    one, two = row(2, "g", is_final=False), row(3, "h", grade="h", is_final=False)
    assert word_of([one, two], 2, 0) == ((), "")
    assert word_of([two], 2, 0) == ((EditedWord("h"),), "")
    assert word_of([one, two], 3, 0) == ((), UNCLEAR)
    added = row(4, "i", grade="")
    assert word_of([one, two, added], 2, 0) == ((EditedWord("i"),), "")
    # Two who say the same species: what one of them says more of it is not lost.
    same = replace(two, word=EditedWord("g", 2))
    assert word_of([one, same], 3, 0)[1] == ""


SAID = st.lists(
    st.tuples(st.text(max_size=4), st.text(max_size=4), st.none() | st.text(max_size=4))
)


@given(SAID, st.integers(0, 999), st.integers(0, 999))
def test_a_votes_id_follows_from_what_was_said_in_any_order(
    said: list[tuple[str, str, str | None]], rows: int, final: int
) -> None:
    made = votes_id(said, rows, final)
    assert made == votes_id(said[::-1], rows, final)
    digest, *counts = read_votes_id(f" {made.upper()} ")
    assert made == f"v_{digest}_{rows}_{final}"
    assert counts == [rows, final]
    assert votes_id([*said, ("one more", "ann", None)], rows, final) != made


def test_what_is_no_votes_id_says_nothing() -> None:
    assert read_votes_id("") == read_votes_id("v_12_1_1") == read_votes_id("3") == ("", 0, 0)
