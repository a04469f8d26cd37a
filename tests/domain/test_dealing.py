"""Dealing: every picture to somebody, the overlap to everybody, repeats well apart."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.dealing import APART, Share, Showing, dealt, laid_out, parse_share
from camtrap_tui.errors import UsageError

ids = st.lists(st.uuids().map(str), unique=True, max_size=60)
shares = st.integers(1, 6)
parts = st.floats(0, 1)

PINNED_HAND = [1, 6, 11, 0, 10, 2]
PINNED_ORDER = [
    (6, 1),
    (0, 1),
    (11, 1),
    (5, 1),
    (2, 1),
    (3, 1),
    (8, 1),
    (1, 1),
    (10, 1),
    (4, 1),
    (0, 2),
    (3, 2),
    (9, 1),
    (7, 1),
]


@given(ids, shares, parts)
def test_shares_cover_everything_and_overlap_as_asked(
    media_ids: list[str], of: int, overlap: float
) -> None:
    hands = [dealt("h", media_ids, Share(n, of, overlap)) for n in range(1, of + 1)]
    assert set().union(*hands) == set(media_ids)
    everybodys = set(media_ids).intersection(*hands)
    common = math.ceil(round(overlap * len(media_ids), 6))
    assert len(everybodys) == (common if of > 1 else len(media_ids))
    # All others are dealt once, and evenly.
    own = [len(set(hand) - everybodys) for hand in hands]
    assert sum(own) == len(media_ids) - len(everybodys)
    assert max(own) - min(own) <= 1


@given(ids, shares, parts, parts)
def test_a_larger_overlap_takes_no_picture_from_anybody(
    media_ids: list[str], of: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    for number in range(1, of + 1):
        few = dealt("h", media_ids, Share(number, of, low))
        assert set(few) <= set(dealt("h", media_ids, Share(number, of, high)))


@given(ids, parts)
def test_repeats_are_as_many_as_asked_and_well_apart(media_ids: list[str], share: float) -> None:
    shown = laid_out("h", "ann", media_ids, share)
    places = {showing: place for place, showing in enumerate(shown)}
    assert len(places) == len(shown)
    assert {s.media_id for s in shown if s.viewing == 1} == set(media_ids)
    again = [s for s in shown if s.viewing == 2]
    assert len(again) == round(share * len(media_ids))
    for showing in again:
        apart = places[showing] - places[Showing(showing.media_id)]
        assert apart >= math.floor(APART * len(media_ids))


@given(ids, parts, st.randoms())
def test_neither_depends_on_the_order_in_which_the_sample_is_read(
    media_ids: list[str], share: float, chance: object
) -> None:
    mixed = list(media_ids)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    third = Share(2, 3, share)
    assert dealt("h", media_ids, third) == dealt("h", mixed, third)
    assert laid_out("h", "ann", media_ids, share) == laid_out("h", "ann", mixed, share)


def test_each_grader_and_each_holdout_has_an_order_of_its_own() -> None:
    media_ids = [f"{n:032x}" for n in range(200)]
    orders = {
        tuple(laid_out(holdout, grader, media_ids, 0.1))
        for holdout in ("h", "i")
        for grader in ("ann", "ben")
    }
    assert len(orders) == 4
    assert len({frozenset(s for s in order if s.viewing == 2) for order in orders}) == 4


def test_it_is_the_same_on_every_machine() -> None:
    media_ids = [f"{n:032x}" for n in range(12)]
    assert [int(key, 16) for key in dealt("h", media_ids, Share(1, 3, 0.25))] == PINNED_HAND
    shown = laid_out("h", "ann", media_ids, 0.2)
    assert [(int(s.media_id, 16), s.viewing) for s in shown] == PINNED_ORDER


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "a/b", "1/0", "-1/2", "1/2/3", "1/9999"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no share"):
        parse_share(text)


def test_a_share_is_read() -> None:
    assert parse_share(" 2/3 ", 0.2) == Share(2, 3, 0.2)
    with pytest.raises(UsageError, match="overlap"):
        parse_share("1/2", 1.5)
