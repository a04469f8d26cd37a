"""Splits of a survey: what may be in them, what changed, and that they are stored."""

from __future__ import annotations

import math

import pytest

from camtrap_tui.domain.splitting import PARTS, Part, Shares
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.splitting import (
    SplitPlan,
    SplitRequest,
    changes_in_words,
    checked_shares,
    make_split,
    overlap_note,
    plan_split,
)
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_grades import grade

CAMERAS = 12
RACCOON = "northern raccoon"


@pytest.fixture
def river(store: Store) -> Store:
    """Twelve cameras with two bursts of two pictures each, all graded by ann."""
    said = [
        Said(timestamp=f"2024-06-27 0{burst}:00:0{frame}", deployment=f"UR{camera:02d}")
        for camera in range(CAMERAS)
        for burst in (1, 2)
        for frame in (1, 2)
    ]
    keys = add_images(store, said)
    with store.db.transaction():
        for key in keys:
            burst = (key - 1) // 2 * 2 + 1
            store.db.execute("UPDATE image SET burst_id = ? WHERE id = ?", [burst, key])
    grade(store, keys, RACCOON)
    return store


def plan(store: Store, **values: object) -> SplitPlan:
    """Return the plan of the usual request, or of another."""
    return plan_split(store, SplitRequest(Shares(), **values))  # type: ignore[arg-type]


def hold(store: Store, image_id: int, *, phase: int | None = 1) -> None:
    """Put a picture into the frame of a holdout, and into its sample with a phase."""
    with store.db.transaction():
        store.db.execute(
            "INSERT OR IGNORE INTO holdout"
            " VALUES (1, 'u', 'river', NULL, 1, '', '', 'mixed', 1, 60, 0)"
        )
        row = [image_id, phase]
        store.db.execute("INSERT INTO holdout_unit VALUES (1, ?, 1, 1, 2, ?)", row)


def parts_of_cameras(store: Store, parts: dict[int, Part]) -> dict[int, set[Part]]:
    """Return the parts that the pictures of each deployment are in."""
    found: dict[int, set[Part]] = {}
    for key, deployment in store.db.execute("SELECT id, deployment_id FROM image"):
        if key in parts:
            found.setdefault(deployment, set()).add(parts[key])
    return found


def test_cameras_are_divided_and_what_was_divided_is_stored(river: Store) -> None:
    made = plan(river)
    assert river.splits.parts() == {}
    assert made.by == "deployment"
    assert made.changes is None
    assert made.all_pictures.images == (32, 8, 8)
    assert made.all_pictures.bursts == (16, 4, 4)
    assert made.all_pictures.deployments == (8, 2, 2)
    make_split(river, made, "ann")
    assert river.splits.parts() == made.parts
    kept = river.splits.made()
    assert kept is not None
    assert (kept.val_share, kept.divided_by, kept.made_by) == (0.15, "deployment", "ann")
    assert all(len(p) == 1 for p in parts_of_cameras(river, river.splits.parts()).values())


def test_no_picture_of_a_burst_that_a_holdout_has_is_in_it(river: Store) -> None:
    hold(river, 2)
    hold(river, 5, phase=None)
    made = plan(river)
    assert {1, 2} & made.parts.keys() == set()
    assert {3, 4, 5, 6} <= made.parts.keys()
    assert made.left_out == {"in a burst of a holdout": 2}


def test_what_a_holdout_takes_from_a_split_is_said_until_it_is_made_anew(river: Store) -> None:
    make_split(river, plan(river), "ann")
    assert overlap_note(river) == ""
    hold(river, 2)
    assert overlap_note(river).startswith("2 pictures of bursts drawn for holdouts are in the")
    make_split(river, plan(river), "ann")
    assert overlap_note(river) == ""


def test_what_is_not_settled_is_left_out_and_counted(river: Store) -> None:
    grade(river, [1], "mallard", "ben")
    grade(river, [2], "unknown")
    made = plan(river)
    assert {1, 2} & made.parts.keys() == set()
    assert made.left_out == {"without agreement": 1, "not sure": 1}


def test_a_rule_settles_what_graders_disagree_on(river: Store) -> None:
    grade(river, [1, 3], "mallard", "ben")
    grade(river, [1], "mallard", "eve")
    grade(river, [5], "unknown", "ben")
    made = plan(river, rule="majority:2")
    names = {row.name: sum(row.count.images) for row in made.classes}
    assert names == {"mallard": 1}
    assert made.left_out == {"without agreement": 47}
    assert plan(river, rule="expert:ann").left_out == {}
    assert plan(river, rule="expert:ben").left_out == {"without agreement": 45, "not sure": 1}


def test_a_second_split_says_what_changed(river: Store) -> None:
    first = plan(river)
    make_split(river, first, "ann")
    again = plan(river)
    assert again.changes is not None
    assert changes_in_words(again.changes) == "Nothing changed: 48 pictures as before."
    seeds = (plan(river, seed=seed) for seed in range(2, 10))
    other = next(made for made in seeds if made.parts != first.parts)
    hold(river, 1)
    grade(river, [5], "mallard", "ben")
    changed = plan(river, seed=other.request.seed)
    assert changed.changes is not None
    moved = sum(count for *_, count in changed.changes.moved)
    assert changed.changes.gone == 3
    assert changed.changes.new == 0
    assert changed.changes.same + moved == 45
    assert moved > 0
    assert "3 no longer in it" in changes_in_words(changed.changes)
    assert any("move out of train" in warning for warning in changed.warnings)
    make_split(river, changed, "ben")
    assert river.splits.parts() == changed.parts


def test_few_cameras_are_divided_by_time(river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET deployment_id = deployment_id % 3 + 1")
        river.db.execute("UPDATE image SET timestamp = NULL WHERE id = 48")
    made = plan(river)
    assert made.by == "time"
    assert made.left_out == {"without a time": 1}
    assert "need 7 deployments and 3 have graded pictures" in made.warnings[0]
    assert set(made.parts.values()) == set(PARTS)
    asked = plan(river, by="deployment")
    assert all(len(p) == 1 for p in parts_of_cameras(river, dict(asked.parts)).values())


def test_a_class_with_too_few_pictures_is_named(river: Store) -> None:
    made = plan(river)
    assert [row.is_enough for row in made.classes] == [False]
    assert made.warnings[-1] == (
        f"Too few to train with: {RACCOON} (32). Published fine-tuning levels off at 250 to 500"
        " local images a class."
    )


def test_a_part_far_from_its_share_is_said(river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET deployment_id = 1")
    alone = plan(river, by="deployment")
    assert "test has 0% of the pictures, not 15%" in " ".join(alone.warnings)


def test_without_a_graded_picture_there_is_nothing_to_divide(store: Store) -> None:
    with pytest.raises(InputError, match="Grade some first"):
        plan(store)
    keys = add_images(store, [Said()])
    grade(store, keys, "unknown")
    with pytest.raises(InputError, match="1 not sure"):
        plan(store)


@pytest.mark.parametrize(("val", "test"), [(-0.1, 0.2), (0.5, 0.5), (0.9, 0.2), (math.nan, 0.1)])
def test_shares_leave_something_to_train_with(val: float, test: float) -> None:
    with pytest.raises(UsageError, match="leave nothing to train with"):
        checked_shares(val, test)


@pytest.mark.parametrize("seed", [-1, 10**9, 10**30])
def test_a_seed_that_cannot_be_kept_is_refused(river: Store, seed: int) -> None:
    with pytest.raises(UsageError, match="A seed is a whole number"):
        plan(river, seed=seed)


def same_content(store: Store, image_ids: list[int]) -> None:
    """Give pictures the same content."""
    marks = ", ".join("?" * len(image_ids))
    with store.db.transaction():
        store.db.execute(f"UPDATE image SET content_md5 = 'same' WHERE id IN ({marks})", image_ids)


def test_the_same_picture_in_two_parts_is_said(river: Store) -> None:
    parts = plan(river).parts
    train, test = (
        next(key for key, part in parts.items() if part == wanted) for wanted in ("train", "test")
    )
    alike = next(key for key in parts if key != train and parts[key] == "train")
    same_content(river, [train, alike])
    assert not any("same content" in text for text in plan(river).warnings)
    same_content(river, [test])
    assert plan(river).warnings[0].startswith("1 picture is in more than one part, under other")


def test_a_picture_of_a_holdout_is_kept_out_under_its_other_names(river: Store) -> None:
    hold(river, 1)
    before = plan(river)
    twin = next(iter(before.parts))
    same_content(river, [1, twin])
    after = plan(river)
    assert set(before.parts) - set(after.parts) == {twin}
    assert after.left_out["in a burst of a holdout"] == 3
