"""Strata: every kind is in one of them; what is small is pooled, and what is large is split."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.strata import (
    BY,
    By,
    Kind,
    Stratum,
    band_of,
    class_in,
    of_blanks,
    room_for,
    stratify,
)
from camtrap_tui.domain.taxonomy import BLANK_UUID


def uuid_of(name: str) -> str:
    return BLANK_UUID if name == "blank" else name


KINDS = st.builds(
    lambda name, band, camera: Kind(uuid_of(name), name, band if name else 0, camera),
    st.sampled_from(["", "blank", "mallard", "raccoon", "deer", "coot"]),
    st.integers(0, 2),
    st.sampled_from(["", "UR001", "UR011"]),
)


def kinds(counts: Mapping[str, tuple[int, int, int]], camera: str = "UR001") -> dict[Kind, int]:
    """Return bursts by class and score band."""
    return {
        Kind(uuid_of(name), name, band, camera): n
        for name, bands in counts.items()
        for band, n in enumerate(bands)
        if n
    }


def told(strata: list[Stratum]) -> list[tuple[str, int]]:
    return [(stratum.name, stratum.bursts) for stratum in strata]


SURVEY = {
    "blank": (300, 500, 200),
    "raccoon": (10, 60, 40),
    "mallard": (40, 40, 10),
    "deer": (0, 20, 0),
    "coot": (0, 9, 3),
    "": (5, 0, 0),
}


@given(
    st.dictionaries(KINDS, st.integers(1, 300), min_size=1),
    st.sets(st.sampled_from(BY)),
    st.integers(1, 20),
    st.integers(1, 60),
)
def test_every_kind_is_in_one_stratum(
    bursts: dict[Kind, int], by: set[By], room: int, minimum: int
) -> None:
    strata = stratify(bursts, sorted(by), room, minimum)
    assert sorted(map(repr, (kind for stratum in strata for kind in stratum.kinds))) == sorted(
        map(repr, bursts)
    )
    assert sum(stratum.bursts for stratum in strata) == sum(bursts.values())
    assert all(stratum.bursts == sum(map(bursts.__getitem__, stratum.kinds)) for stratum in strata)
    # What has no prediction is never with what has one, even where there is no room for both.
    assert len(strata) <= max(room, 2)
    for stratum in strata:
        assert len({bool(kind.taxon_uuid) for kind in stratum.kinds}) == 1
    backwards = dict(reversed(bursts.items()))
    assert stratify(backwards, sorted(by), room, minimum) == strata


def test_classes_have_strata_of_their_own_and_rare_ones_share_one() -> None:
    assert told(stratify(kinds(SURVEY), ["species"], 20, 30)) == [
        ("blank", 1000),
        ("raccoon", 110),
        ("mallard", 90),
        ("rare classes", 32),
        ("no prediction", 5),
    ]
    # One class alone is not pooled, and is called by its name.
    assert told(stratify(kinds(SURVEY), ["species"], 20, 15))[3:5] == [("deer", 20), ("coot", 12)]
    assert told(stratify(kinds(SURVEY), ["species"], 4, 15)) == [
        ("blank", 1000),
        ("raccoon", 110),
        ("rare classes", 122),
        ("no prediction", 5),
    ]


def test_what_nothing_stands_beside_is_not_called_rare() -> None:
    whole = [("all predictions", 1232), ("no prediction", 5)]
    assert told(stratify(kinds(SURVEY), ["species"], 2, 30)) == whole
    animals = {name: bands for name, bands in SURVEY.items() if name != "blank"}
    assert told(stratify(kinds(animals), ["species"], 20, 2000)) == [
        ("all predictions", 232),
        ("no prediction", 5),
    ]


def test_blanks_are_a_stratum_of_their_own_however_few() -> None:
    few = SURVEY | {"blank": (2, 1, 0)}
    found = told(stratify(kinds(few), ["species"], 20, 30))
    assert found[0] == ("blank", 3)
    assert found[3] == ("rare classes", 32)
    assert [class_in(name) for name, _ in found][-1] == "no prediction"
    assert told(stratify(kinds(few), ["species"], 3, 30))[:2] == [
        ("blank", 3),
        ("rare classes", 232),
    ]
    by_score = [s.name for s in stratify(kinds(SURVEY), ["species", "score"], 20, 30)]
    assert of_blanks(by_score) == [0, 1, 2]
    assert told(stratify(kinds({"blank": (9, 0, 0)}), ["species"], 1, 30)) == [("blank", 9)]


def test_bands_below_the_minimum_join_and_the_largest_are_split_first() -> None:
    found = told(stratify(kinds(SURVEY), ["species", "score"], 20, 30))
    assert found == [
        ("blank, score below 0.8", 300),
        ("blank, score 0.8 to 0.95", 500),
        ("blank, score from 0.95", 200),
        ("raccoon, score below 0.95", 70),
        ("raccoon, score from 0.95", 40),
        ("mallard, score below 0.8", 40),
        ("mallard, score from 0.8", 50),
        ("rare classes", 32),
        ("no prediction", 5),
    ]
    assert told(stratify(kinds(SURVEY), ["species", "score"], 8, 30)) == [
        *found[:5],
        ("mallard", 90),
        *found[7:],
    ]
    assert told(stratify(kinds(SURVEY), ["score"], 8, 30))[0] == ("score below 0.8", 350)


def test_cameras_divide_what_is_large_enough() -> None:
    bursts = (
        kinds(SURVEY) | kinds({"blank": (0, 0, 400)}, "UR011") | kinds({"blank": (9, 0, 0)}, "")
    )
    bursts |= kinds({"blank": (9, 0, 0)}, "UR012")
    assert told(stratify(bursts, ["species", "deployment"], 20, 30))[:4] == [
        ("blank, UR001", 1000),
        ("blank, UR011", 400),
        ("blank, other cameras", 18),
        # All of them at one camera.
        ("raccoon", 110),
    ]


def test_without_anything_to_stratify_by_there_is_one_stratum() -> None:
    assert told(stratify(kinds(SURVEY), [], 20, 30)) == [
        ("all predictions", 1232),
        ("no prediction", 5),
    ]
    assert told(stratify({Kind("", "", 0, "UR001"): 7}, ["species", "deployment"], 20, 30)) == [
        ("no prediction", 7)
    ]


@pytest.mark.parametrize(
    ("score", "band"), [(None, 0), (0.0, 0), (0.79, 0), (0.8, 1), (0.95, 2), (1.0, 2)]
)
def test_score_bands(score: float | None, band: int) -> None:
    assert band_of(score) == band


def test_strata_leave_a_third_of_the_sample_to_where_most_bursts_are() -> None:
    assert room_for(600, 30) == 13
    assert room_for(10, 30) == 1
