"""Holdouts: drawn the same everywhere, extended without a loss, followed, discarded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.drawing_plans import DrawRequest
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.errors import FilterError, InputError, UsageError
from camtrap_tui.services.holdouts import (
    discard,
    draw,
    extend,
    find_holdout,
    plan_json,
    preview,
    progress,
    progress_json,
)
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.holdout_builder import REQUEST, another_holdout, drawn_survey, grade_blind
from tests.store.test_grades import grade, undo

RACCOON, MALLARD, BLANK = "northern raccoon", "mallard", "blank"


def survey(store: Store, order: Sequence[int], names: Sequence[str | None]) -> None:
    """Fill a survey with pictures whose rows are in this order: bursts of two, of one word each.

    What a picture is called and shows depends on its number alone, as in copies of one survey.
    """
    run = add_run(store)
    made = add_images(store, [Said(names[n // 2], 0.5 + n % 50 / 100) for n in order], run=run)
    row = dict(zip(order, made, strict=True))
    with store.db.transaction():
        for n, key in row.items():
            other = row.get(n ^ 1, key)
            store.db.execute(
                "UPDATE image SET media_id = ?, file_path = ?, burst_id = ? WHERE id = ?",
                [f"media {n}", f"{n}.JPG", min(key, other), key],
            )


def sample(store: Store, holdout: Holdout) -> list[tuple[str, str, int, int]]:
    """Return (stratum, media id, rank, pictures of the burst) of what is drawn."""
    names = {s.stratum: s.name for s in store.holdouts.strata(holdout.id)}
    units = store.holdouts.sample(holdout.id)
    media = {i.id: i.media_id for i in store.images.by_ids([u.image_id for u in units])}
    return [(names[u.stratum], media[u.image_id], u.rank, u.burst_images) for u in units]


@settings(max_examples=15)
@given(st.data())
def test_two_machines_draw_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("two")
    names = data.draw(
        st.lists(st.sampled_from([BLANK, RACCOON, MALLARD, None]), min_size=8, max_size=30)
    )
    request = DrawRequest(
        "same", data.draw(st.integers(6, 20)), minimum=2, seed=data.draw(st.integers(0, 9))
    )
    found = []
    for number in range(2):
        order = data.draw(st.permutations(range(2 * len(names))))
        with Store.open(folder / f"{number}.db", create=True) as store:
            survey(store, order, names)
            holdout = draw(store, 1, request, "ann")
            assert len(sample(store, holdout)) == min(request.size, len(names))
            extended = min(3, len(names) - min(request.size, len(names)))
            if extended:
                extend(store, holdout, extended, "ben")
            found.append((holdout.holdout_uuid, sample(store, holdout)))
            units = list(store.holdouts.frame(holdout.id))
            assert len(units) == len(names)
            assert Counter(u.stratum for u in units) == {
                s.stratum: s.population for s in store.holdouts.strata(holdout.id)
            }
            for s in store.holdouts.strata(holdout.id):
                ranks = sorted(u.rank for u in units if u.stratum == s.stratum)
                assert ranks == list(range(1, s.population + 1))
                taken = [u for u in units if u.stratum == s.stratum and u.phase is not None]
                assert sorted(u.rank for u in taken) == list(range(1, s.sampled + 1))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"seed": 2},
        {"size": 41},
        {"minimum": 5},
        {"strata": ("species", "score")},
        {"allocation": "equal"},
        {"where": "-species:mallard"},
        {"repeat_share": 0.2},
    ],
)
def test_what_determines_a_drawing_is_in_its_uuid(store: Store, change: dict[str, object]) -> None:
    drawn = drawn_survey(store)
    request = replace(REQUEST, **change)  # type: ignore[arg-type]
    discard(store, drawn.holdout)
    other = draw(store, drawn.run_id, request, "ben")
    assert other.holdout_uuid != drawn.holdout.holdout_uuid
    discard(store, other)
    again = draw(store, drawn.run_id, REQUEST, "cid")
    assert again.holdout_uuid == drawn.holdout.holdout_uuid


def test_what_a_preview_says_is_drawn(store: Store) -> None:
    drawn = drawn_survey(store, frames=3)
    plan = preview(store, drawn.run_id, replace(REQUEST, name="b"))
    strata = store.holdouts.strata(drawn.holdout.id)
    assert [asdict(s) for s in plan.strata] == [
        {name: getattr(s, name) for name in asdict(plan.strata[0])} for s in strata
    ]
    assert (plan.population, plan.population_images, plan.sampled) == (77, 231, 40)
    assert [s.name for s in strata] == [BLANK, RACCOON, MALLARD, "no prediction"]
    assert [(s.population, s.population_images) for s in strata] == [
        *((42, 126), (22, 66), (10, 30)),
        (3, 9),
    ]
    # 3 of 3 are all there are: nothing is left to chance.
    assert strata[3].sampled == 3
    assert plan.strata[3].half_width == 0
    assert 0 < plan.half_width < plan.strata[0].half_width
    assert plan_json(plan)["strata"][0]["weight"] == pytest.approx(42 / strata[0].sampled)
    assert {u.burst_images for u in store.holdouts.sample(drawn.holdout.id)} == {3}


def test_frames_of_a_burst_outside_of_the_filter_are_not_of_the_population(store: Store) -> None:
    drawn = drawn_survey(store, frames=3)
    # The media id of one frame of a burst of three.
    (image,) = store.images.by_ids(drawn.images()[:1])
    request = DrawRequest("b", 1, (), minimum=1, where=f"name:{image.media_id}")
    plan = preview(store, drawn.run_id, request)
    assert (plan.population, plan.population_images) == (1, 1)


def test_all_bursts_are_drawn_where_there_are_fewer(store: Store) -> None:
    drawn = drawn_survey(store)
    plan = preview(store, drawn.run_id, DrawRequest("all"))
    assert plan.sampled == plan.population == 77
    assert any("every one is drawn" in note for note in plan.notes)
    assert plan.half_width == 0


def test_rare_classes_are_pooled_and_that_is_said(store: Store) -> None:
    drawn = drawn_survey(store)
    plan = preview(store, drawn.run_id, replace(REQUEST, name="b", minimum=10, size=45))
    assert [s.name for s in plan.strata] == [BLANK, "rare classes", "no prediction"]
    assert plan.notes[0].startswith("2 classes with 32 bursts in all share rare classes")


def test_what_may_still_be_missed_is_said(store: Store) -> None:
    drawn = drawn_survey(store)
    notes = preview(store, drawn.run_id, replace(REQUEST, name="b")).notes
    # Wilson's upper limit at 0 of 17: 3.84 / 20.84.
    assert notes[0] == (
        "Were no animal among the 17 blanks drawn, about 18.4 % of all blanks might still hold one."
    )


def test_a_second_drawing_says_what_it_shares_with_the_first(store: Store) -> None:
    drawn = drawn_survey(store, frames=3)
    again = replace(REQUEST, name="b", size=12, minimum=2)
    assert preview(store, drawn.run_id, again).notes[-1] == (
        "12 bursts of these are drawn for river2024 too, and known to whoever grades both: another"
        " seed draws others."
    )
    # Without the frames that are drawn, the others of their bursts are left.
    beside = preview(store, drawn.run_id, replace(again, seed=2, where="-holdout:river2024"))
    assert beside.population_images == 3 * 77 - 40
    assert "drawn for river2024 too" in beside.notes[-1]
    discard(store, drawn.holdout)
    assert "too" not in " ".join(preview(store, drawn.run_id, again).notes)


def test_a_run_that_has_not_ended_is_told_of(store: Store) -> None:
    drawn_survey(store)
    begun = add_run(store, "begun", finished_at=None)
    plan = preview(store, begun.id, replace(REQUEST, name="b"))
    assert plan.notes[0] == (
        "Run 2 has not ended: what it has yet to predict is drawn as no prediction."
    )


def test_pictures_that_no_burst_can_be_made_of_are_told_of(store: Store) -> None:
    run = add_run(store)
    add_images(store, [Said(BLANK, timestamp=None)] * 5 + [Said(BLANK)] * 2, run=run)
    store.db.execute("UPDATE image SET deployment_id = NULL WHERE id = 6")
    assert preview(store, run.id, DrawRequest("b")).notes[0] == (
        "6 pictures without a time or a camera count as bursts of their own: if they belong"
        " together, intervals come out too narrow."
    )


def test_what_there_is_no_room_to_stratify_by_is_said(store: Store) -> None:
    drawn = drawn_survey(store)
    by = replace(REQUEST, name="b", strata=("species", "deployment"))
    # All pictures are of one camera.
    assert preview(store, drawn.run_id, by).notes[-1] == (
        "Nothing is parted by deployment: there is room for 6 strata, of 4 bursts or more."
    )


def test_blanks_are_drawn_more_than_their_part_and_so_are_later_ones(store: Store) -> None:
    pictures = (
        (BLANK, BLANK, 12),
        (RACCOON, RACCOON, 90),
        (MALLARD, MALLARD, 60),
        ("bird", "bird", 50),
        ("virginia opossum", "virginia opossum", 50),
    )
    request = replace(REQUEST, size=36, strata=("species",), minimum=3)
    drawn = drawn_survey(store, pictures, request)
    found = {s.name: s.sampled for s in store.holdouts.strata(drawn.holdout.id)}
    assert found[BLANK] == 9
    extend(store, drawn.holdout, 8, "ann")
    found = {s.name: s.sampled for s in store.holdouts.strata(drawn.holdout.id)}
    assert found[BLANK] == 11
    other = another_holdout(drawn, "b", size=36, minimum=3, allocation="equal").holdout
    assert store.holdouts.strata(other.id)[0].sampled == 8


def test_without_a_run_there_is_one_stratum(store: Store) -> None:
    drawn_survey(store)
    plan = preview(store, None, replace(REQUEST, name="b"))
    assert [s.name for s in plan.strata] == ["no prediction"]
    assert "Nothing has been predicted" in plan.notes[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " = "}, "needs a name"),
        ({"name": "RIVER2024"}, "drawn already"),
        ({"strata": ("colour",)}, "by 'colour'"),
        ({"allocation": "fair"}, "no allocation 'fair'"),
        ({"size": 0}, "at least one burst"),
        ({"minimum": 0}, "at least one burst"),
        ({"seed": -1}, "whole number"),
        ({"repeat_share": 2.0}, "between 0 and 1"),
        ({"size": 3}, "cannot give 2 strata 4 each: ask for --size 7, or --min 1"),
        ({"size": 1, "minimum": 1}, r"1 each: ask for --size 2\.$"),
        ({"size": 10**9}, "as large as that"),
        ({"minimum": 10**30}, "as large as that"),
        ({"name": " --size"}, "does not begin as an option does"),
        ({"name": "x" * 61}, "60 letters"),
    ],
)
def test_what_has_no_meaning_is_refused(store: Store, change: dict[str, object], said: str) -> None:
    drawn = drawn_survey(store)
    request = replace(REQUEST, **({"name": "b"} | change))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=said):
        preview(store, drawn.run_id, request)
    with pytest.raises(UsageError, match=said):
        draw(store, drawn.run_id, request, "ann")
    assert [h.name for h in store.holdouts.all()] == ["river2024"]


def test_a_filter_that_chooses_nothing_or_says_nothing_is_refused(store: Store) -> None:
    drawn = drawn_survey(store)
    with pytest.raises(InputError, match="no picture to draw from"):
        preview(store, drawn.run_id, replace(REQUEST, name="b", where="camera:nowhere"))
    # A name that is mistyped would leave out nothing.
    with pytest.raises(FilterError, match=r"column 10: there is no holdout 'rivr'.*river2024"):
        preview(store, drawn.run_id, replace(REQUEST, name="b", where="-holdout:rivr"))
    # Whoever draws, the sample is the same: nobody's own pictures can be asked for.
    with pytest.raises(FilterError, match="mine"):
        preview(store, drawn.run_id, replace(REQUEST, name="b", where="state:mine"))


def test_a_second_holdout_may_leave_out_the_first(store: Store) -> None:
    drawn = drawn_survey(store)
    other = another_holdout(drawn, "b", where="-holdout:river2024", size=20)
    assert other.holdout.filter == "-holdout:river2024"
    assert not set(other.images()) & set(drawn.images())


def test_what_was_graded_with_the_ai_in_view_does_not_count(store: Store) -> None:
    drawn = drawn_survey(store)
    images = drawn.images()
    grade(store, images[:7], RACCOON, "ben")
    assert another_holdout(drawn, "b", seed=3)
    found = progress(store, drawn.holdout)
    assert (found.graded, found.graded_before, found.graders) == (0, {"ben": 7}, ())
    discard(store, find_holdout(store, "b"))
    plan = preview(store, drawn.run_id, replace(REQUEST, name="c"))
    assert plan.graded_before == {"ben": 7}


def test_progress_counts_what_stands_of_the_blind_grades(store: Store) -> None:
    drawn = drawn_survey(store)
    images = drawn.images()
    grade_blind(drawn, "ann", images[:10])
    grade_blind(drawn, "ann", images[:3], viewing=2)
    grade_blind(drawn, "ben", images[8:12], says=MALLARD)
    other = another_holdout(drawn, "b")
    assert progress(store, other.holdout).graded == 0
    assert undo(store, "ben")
    found = progress(store, drawn.holdout)
    assert found.graded == 11
    assert [(g.grader, g.pictures, g.again) for g in found.graders] == [
        ("ann", 10, 3),
        ("ben", 3, 0),
    ]
    assert [one.graded for one in found.strata] == [11, 0, 0, 0]
    told = progress_json(found)
    assert (told["sampled"], told["graded"], told["by"]) == (40, 11, ["species"])


def test_a_holdout_goes_only_while_nobody_has_graded_for_it(store: Store) -> None:
    drawn = drawn_survey(store)
    other = another_holdout(drawn, "b")
    grade_blind(drawn, images=drawn.images()[:1])
    assert undo(store)
    with pytest.raises(UsageError, match="it stays"):
        discard(store, drawn.holdout)
    discard(store, other.holdout)
    assert [h.name for h in store.holdouts.all()] == ["river2024"]
    assert store.db.value("SELECT count(DISTINCT holdout_id) FROM holdout_unit") == 1


def test_a_holdout_is_found_by_its_name(store: Store) -> None:
    drawn = drawn_survey(store)
    assert find_holdout(store, " River2024 ") == drawn.holdout
    with pytest.raises(UsageError, match="Its holdouts: river2024"):
        find_holdout(store, "sea")
    # As a merged file may bring one.
    other = another_holdout(drawn, "b").holdout
    with store.db.transaction():
        store.db.execute("DROP TRIGGER holdout_is_frozen")
        store.db.execute("UPDATE holdout SET name = 'RIVER2024' WHERE id = ?", [other.id])
    assert find_holdout(store, "RIVER2024").id == other.id
    assert find_holdout(store, "river2024") == drawn.holdout


def test_estimates_by_the_weights_are_right_on_average(store: Store) -> None:
    """Over 150 seeds, the share of pictures that are right, of bursts of one to five pictures."""
    chance = random.Random(5)
    bursts = [(chance.choice([BLANK, RACCOON]), chance.randint(1, 5)) for _ in range(60)]
    run = add_run(store)
    right: set[int] = set()
    for said, size in bursts:
        made = add_images(store, [Said(said)] * size, run=run)
        with store.db.transaction():
            for key in made:
                store.db.execute("UPDATE image SET burst_id = ? WHERE id = ?", [made[0], key])
        right |= {key for key in made if chance.random() < (0.9 if size > 2 else 0.3)}
    total = sum(size for _, size in bursts)
    estimates = []
    for seed in range(150):
        holdout = draw(store, run.id, DrawRequest("a", 20, minimum=4, seed=seed), "ann")
        strata = {s.stratum: s for s in store.holdouts.strata(holdout.id)}
        units = store.holdouts.sample(holdout.id)
        estimates.append(
            sum(strata[u.stratum].weight * u.burst_images * (u.image_id in right) for u in units)
        )
        discard(store, holdout)
    mean = sum(estimates) / len(estimates)
    spread = (sum((e - mean) ** 2 for e in estimates) / len(estimates)) ** 0.5
    assert abs(mean - len(right)) < 3 * spread / len(estimates) ** 0.5
    assert 0.3 * total < len(right) < total


def test_a_copy_of_a_survey_draws_the_same_holdout(store: Store, tmp_path: Path) -> None:
    drawn = drawn_survey(store)
    discard(store, drawn.holdout)
    store.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy:
        assert draw(copy, 1, REQUEST, "ben").holdout_uuid == drawn.holdout.holdout_uuid
