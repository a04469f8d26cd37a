"""Fine-tuning sets: nothing of a burst or a camera on two sides, shares near the wanted ones."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.splitting import (
    PARTS,
    Labelled,
    Part,
    Shares,
    count_classes,
    enough_deployments,
    split_by_deployment,
    split_by_time,
    usual_way,
)

HALVES = Shares(0.25, 0.25)


def picture(number: int, deployment: str, second: int | None, burst: int, name: str) -> Labelled:
    """Return an image with a media id that does not rise with its row id."""
    time = None if second is None else f"2024-06-27 {second // 3600:02d}:00:{second % 60:02d}"
    return Labelled(number, f"{number * 7919 % 10007:05d}", deployment, time, burst, (name,))


@st.composite
def surveys(draw: st.DrawFn, cameras: int = 9) -> list[Labelled]:
    """Bursts of one to five pictures, in order of time at each of some cameras."""
    made: list[Labelled] = []
    for camera in range(draw(st.integers(1, cameras))):
        second = 0
        for _ in range(draw(st.integers(1, 8))):
            burst = len(made) + 1
            name = draw(st.sampled_from(["raccoon", "mallard", "blank"]))
            for _ in range(draw(st.integers(1, 5))):
                second += 3600 if len(made) + 1 == burst else 1
                number = len(made) + 1
                made.append(picture(number, f"UR{camera:02d}", second, burst, name))
    return made


@given(surveys())
def test_copies_with_other_row_ids_are_divided_the_same(images: list[Labelled]) -> None:
    copies = [
        replace(image, image_id=9999 - image.image_id, burst=9999 - image.burst)
        for image in reversed(images)
    ]
    for mine, theirs in (
        (split_by_deployment(images, Shares()), split_by_deployment(copies, Shares())),
        (split_by_time(images, Shares()), split_by_time(copies, Shares())),
    ):
        assert {9999 - key: part for key, part in mine.items()} == theirs


@given(surveys(), st.integers(1, 3), st.randoms())
def test_neither_cameras_nor_bursts_are_divided(
    images: list[Labelled], seed: int, rng: random.Random
) -> None:
    parts = split_by_deployment(images, Shares(), seed)
    by_camera: dict[str, set[Part]] = defaultdict(set)
    for image in images:
        by_camera[image.deployment].add(parts[image.image_id])
    assert all(len(found) == 1 for found in by_camera.values())
    shuffled = rng.sample(images, len(images))
    assert split_by_deployment(shuffled, Shares(), seed) == parts


@given(surveys(), st.randoms())
def test_by_time_bursts_stay_whole_and_the_latest_test(
    images: list[Labelled], rng: random.Random
) -> None:
    parts = split_by_time(images, Shares())
    assert set(parts) == {image.image_id for image in images}
    bursts: dict[int, set[Part]] = defaultdict(set)
    last: dict[str, int] = defaultdict(int)
    for image in images:
        part = parts[image.image_id]
        bursts[image.burst].add(part)
        assert PARTS.index(part) >= last[image.deployment]
        last[image.deployment] = PARTS.index(part)
    assert all(len(found) == 1 for found in bursts.values())
    shuffled = rng.sample(images, len(images))
    assert split_by_time(shuffled, Shares()) == parts


@given(surveys())
def test_by_time_all_cameras_together_are_within_a_burst_of_the_shares(
    images: list[Labelled],
) -> None:
    parts = list(split_by_time(images, HALVES).values())
    longest = 5
    assert abs(parts.count("train") - len(images) / 2) <= longest
    assert abs(parts.count("test") - len(images) / 4) <= longest


def test_every_class_comes_near_the_wanted_shares() -> None:
    rng = random.Random(5)
    images: list[Labelled] = []
    for camera in range(40):
        common = rng.choice(["raccoon", "deer", "coot"])
        for _ in range(rng.randrange(20, 200)):
            name = rng.choices(["blank", common, "mink"], [8, 3, 0.3])[0]
            number = len(images) + 1
            images.append(picture(number, f"UR{camera:02d}", number, number, name))
    parts = split_by_deployment(images, Shares())
    for row in count_classes(images, parts):
        total = sum(row.images)
        near = 0.01 if not row.key else 0.05
        assert row.images[1] / total == pytest.approx(0.15, abs=near), row
        assert row.images[2] / total == pytest.approx(0.15, abs=near), row


def test_another_seed_is_another_split() -> None:
    images = [picture(n, f"UR{n:02d}", n, n, "raccoon") for n in range(1, 21)]
    found = {tuple(split_by_deployment(images, Shares(), seed).values()) for seed in range(1, 6)}
    assert len(found) > 1
    assert {parts.count("test") for parts in found} == {3}


def test_pictures_without_a_deployment_stay_together() -> None:
    images = [picture(n, "", n, n, "raccoon") for n in range(1, 6)]
    images += [picture(n, f"UR{n}", n, n, "raccoon") for n in range(6, 30)]
    parts = split_by_deployment(images, Shares())
    assert len({parts[n] for n in range(1, 6)}) == 1


def test_by_time_a_picture_without_a_time_has_no_part() -> None:
    images = [picture(1, "UR1", 5, 1, "raccoon"), picture(2, "UR1", None, 2, "raccoon")]
    assert split_by_time(images, Shares()) == {1: "train"}


def test_a_share_of_nothing_gets_nothing() -> None:
    images = [picture(n, f"UR{n}", n, n, "raccoon") for n in range(1, 20)]
    shares = Shares(0, 0.2)
    assert shares.parts == ("train", "test")
    assert set(split_by_deployment(images, shares).values()) == {"train", "test"}
    assert set(split_by_time(images, shares).values()) == {"train", "test"}


def test_deployments_are_enough_where_one_can_be_the_least_share() -> None:
    assert [enough_deployments(s) for s in (Shares(), Shares(0.1, 0.2), HALVES)] == [7, 10, 4]
    cameras = [picture(n, f"UR{n}", n, n, "raccoon") for n in range(1, 7)]
    assert usual_way(cameras, Shares()) == "time"
    assert usual_way([*cameras, picture(8, "", 8, 8, "raccoon")], Shares()) == "time"
    assert usual_way([*cameras, picture(8, "UR8", 8, 8, "raccoon")], Shares()) == "deployment"


def test_counts_of_images_bursts_and_deployments() -> None:
    images = [
        picture(1, "UR1", 1, 1, "raccoon"),
        picture(2, "UR1", 2, 1, "raccoon"),
        picture(3, "UR2", 3, 3, "raccoon"),
        Labelled(4, "4", "", None, 4, ("mallard", "raccoon")),
        picture(5, "UR2", 5, 5, "mallard"),
    ]
    parts: dict[int, Part] = {1: "train", 2: "train", 3: "train", 4: "test"}
    rows = count_classes(images, parts)
    assert [row.key for row in rows] == ["", "raccoon", "mallard"]
    assert rows[1].images == (3, 0, 1)
    assert rows[1].bursts == (2, 0, 1)
    assert rows[1].deployments == (2, 0, 0)
    assert rows[2].images == (0, 0, 1)
    assert rows[0].images == (3, 0, 1)
