"""Drawing: one random frame a burst, ranks that depend on ids alone, sizes that add up."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.sampling import (
    ALLOCATIONS,
    Allocation,
    Frame,
    Pictured,
    allocate,
    fingerprint,
    floors,
    frame_of,
    ranked,
    share_out,
)

POPULATIONS = st.lists(st.integers(1, 5000), min_size=1, max_size=12)
# Bursts as (kind of each of its pictures).
BURSTS = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=4), min_size=1, max_size=25)


def pictures(bursts: Sequence[Sequence[int]], ids: Sequence[int]) -> list[list[Pictured]]:
    """Return bursts of pictures whose media ids say where they are, and row ids do not."""
    taken = iter(ids)
    made = []
    for n, kinds in enumerate(bursts):
        rows = [Pictured(next(taken), f"m{n}.{k}", n, kind) for k, kind in enumerate(kinds)]
        # Alone and in no burst is the same as alone in one.
        alone = len(rows) == 1 and n % 2
        made.append([rows[0]._replace(burst_id=None)] if alone else rows)
    return made


def flat(bursts: Sequence[Sequence[Pictured]]) -> list[Pictured]:
    return [picture for burst in bursts for picture in burst]


def media(bursts: Sequence[Sequence[Pictured]], frame: Frame) -> list[list[str]]:
    """Return the media ids of the frames of each kind, in the order of being drawn."""
    by_id = {picture.image_id: picture.media_id for picture in flat(bursts)}
    return [
        [by_id[frame.images[place]] for place in inside] for inside in ranked(frame, [0, 1, 2], 3)
    ]


@given(BURSTS, st.integers(0, 99))
def test_every_burst_is_in_one_stratum_once(bursts: list[list[int]], seed: int) -> None:
    made = pictures(bursts, range(1, 200))
    frame = frame_of(flat(made), seed)
    assert len(frame) == len(bursts)
    places = ranked(frame, [0, 1, 2], 3)
    assert sorted(place for inside in places for place in inside) == list(range(len(bursts)))
    for n, (image, size, kind) in enumerate(
        zip(frame.images, frame.sizes, frame.kinds, strict=True)
    ):
        assert image in [picture.image_id for picture in made[n]]
        assert size == len(bursts[n])
        assert kind == next(p.kind for p in made[n] if p.image_id == image)


@given(BURSTS, st.integers(0, 99), st.randoms(use_true_random=False))
def test_neither_row_ids_nor_their_order_matter(
    bursts: list[list[int]], seed: int, chance: random.Random
) -> None:
    made = pictures(bursts, range(1, 200))
    frame = frame_of(flat(made), seed)
    other = pictures(bursts, chance.sample(range(1000), 100))
    for burst in other:
        chance.shuffle(burst)
    chance.shuffle(other)
    moved = frame_of(flat(other), seed)
    assert media(made, frame) == media(other, moved)
    names = ["a", "b", "c"]
    prints = [fingerprint(one, names, ranked(one, [0, 1, 2], 3)) for one in (frame, moved)]
    assert prints[0] == prints[1]


def test_another_seed_and_another_frame_are_another_drawing() -> None:
    made = pictures([[0, 0, 0]] * 40, range(1, 200))
    one, other = frame_of(flat(made), 1), frame_of(flat(made), 2)
    assert media(made, one) != media(made, other)
    assert one.images != other.images
    names, places = ["a"], ranked(one, [0, 0, 0], 1)
    first = fingerprint(one, names, places)
    assert first != fingerprint(one, ["b"], places)
    assert first != fingerprint(other, names, ranked(other, [0, 0, 0], 1))
    one.sizes[3] += 1
    assert first != fingerprint(one, names, places)


def test_bursts_are_drawn_as_often_whatever_their_size() -> None:
    """Over a fixed set of seeds: 5 of 20 bursts, so each in a quarter of 2,000 drawings."""
    bursts = [[0]] * 10 + [[0] * 9] * 10
    made = pictures(bursts, range(1, 200))
    drawn: Counter[int] = Counter()
    frames: Counter[int] = Counter()
    for seed in range(2000):
        frame = frame_of(flat(made), seed)
        drawn.update(ranked(frame, [0, 0, 0], 1)[0][:5])
        frames.update(frame.images[10:])
    # Four standard errors of 500 are 77; of a ninth of 2,000, 56.
    assert set(drawn) == set(range(20))
    assert all(abs(count - 500) < 77 for count in drawn.values())
    assert abs(sum(drawn[n] for n in range(10)) - 5000) < 200
    assert len(frames) == 90
    assert all(abs(count - 2000 / 9) < 60 for count in frames.values())


@given(POPULATIONS, st.integers(1, 3000), st.integers(1, 60), st.sampled_from(ALLOCATIONS))
def test_sizes_add_up_and_never_exceed_what_there_is(
    populations: list[int], size: int, minimum: int, allocation: Allocation
) -> None:
    least = floors(populations, minimum)
    size = max(min(size, sum(populations)), sum(least))
    sizes = allocate(populations, size, allocation, least, range(len(populations) // 3))
    assert sum(sizes) == size
    for n, population in zip(sizes, populations, strict=True):
        assert min(minimum, population) <= n <= population


@given(POPULATIONS, st.data(), st.sampled_from(ALLOCATIONS))
def test_an_extension_takes_nothing_back(
    populations: list[int], data: st.DataObject, allocation: Allocation
) -> None:
    drawn = [data.draw(st.integers(0, population)) for population in populations]
    more = data.draw(st.integers(0, sum(populations) - sum(drawn)))
    sizes = allocate(populations, sum(drawn) + more, allocation, drawn)
    assert sum(sizes) == sum(drawn) + more
    assert all(a <= b <= c for a, b, c in zip(drawn, sizes, populations, strict=True))


@pytest.mark.parametrize(
    ("allocation", "populations", "sizes"),
    [
        ("proportional", [9500, 400, 100], [540, 30, 30]),
        ("equal", [9500, 400, 150], [225, 225, 150]),
        # Half of 600 by population, half the same for each: 282 + 100, 12 + 100, 6 + 100.
        ("mixed", [9500, 400, 200], [382, 112, 106]),
        ("mixed", [9500, 400, 100], [387, 113, 100]),
    ],
)
def test_what_the_allocations_are(
    allocation: Allocation, populations: list[int], sizes: list[int]
) -> None:
    assert allocate(populations, 600, allocation, floors(populations, 30)) == sizes


def test_blanks_have_a_quarter_of_a_mixed_sample_at_least() -> None:
    populations = [1000, 4000, 5000]
    least = floors(populations, 30)
    mixed = allocate(populations, 600, "mixed", least, [0])
    # 30 + 100 without the quarter; what is left keeps its proportions, 220 to 250.
    assert mixed == [150, 211, 239]
    # What has more than a quarter keeps it.
    assert allocate(populations, 600, "mixed", least, [0, 1]) == [130, 220, 250]
    assert allocate(populations[::-1], 600, "mixed", least, [1, 2]) == [250, 220, 130]
    assert allocate([40, 5000], 600, "mixed", [30, 30], [0]) == [40, 560]
    for other in ALLOCATIONS[1:]:
        plain = allocate(populations, 600, other, least)
        assert allocate(populations, 600, other, least, [0]) == plain


def test_equal_remainders_go_to_the_first() -> None:
    assert share_out([Fraction(1)] * 4, 6, [0] * 4, [9] * 4) == [2, 2, 1, 1]
    assert share_out([Fraction(3), Fraction(1)], 8, [0, 0], [2, 9]) == [2, 6]
