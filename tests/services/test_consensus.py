"""Votes of a survey settled by rules: which words count, for all pictures and for a holdout."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest

from camtrap_tui.domain.consensus import UNANIMOUS, Settled, parse_rule
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import FilterError, UsageError
from camtrap_tui.services.consensus import conflicts, holdout_truth, skills_of, truth_of
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, taxon

MAJORITY = parse_rule("majority")
HOLDOUT = "h-1"


def say(
    store: Store,
    image: int,
    grader: str,
    *names: str | TaxonName,
    mode: str = "assisted",
    viewing: int = 1,
    count: int | None = None,
    run: int | None = None,
    holdout: str = HOLDOUT,
) -> str:
    """Append a grade; return its uuid. A blind one is for the holdout; `run` was in view."""
    made = str(uuid.uuid4())
    seen = tuple(NewObservation(taxon(store, name).id, count) for name in names)
    drawn = (holdout, viewing) if mode == "blind" else (None, None)
    new = NewGrade(made, image, seen, mode, "test", run, None, None, *drawn)
    store.grades.append(grader, [new], NOW)
    return made


def holdout_of(store: Store, images: Sequence[int]) -> Holdout:
    """Make a holdout of which these images are drawn."""
    with store.db.transaction():
        store.db.execute(
            "INSERT INTO holdout (id, holdout_uuid, name, seed, filter, strata, allocation,"
            " minimum, burst_gap_s, repeat_share)"
            " VALUES (1, ?, 'h', 1, '', 'species', 'mixed', 1, 60, 0)",
            [HOLDOUT],
        )
        store.db.executemany(
            "INSERT INTO holdout_unit (holdout_id, image_id, stratum, rank, burst_images, phase)"
            " VALUES (1, ?, 1, ?, 1, 1)",
            [(image, rank) for rank, image in enumerate(images, 1)],
        )
    found = store.holdouts.by_name("h")
    assert found is not None
    return found


def brief(found: dict[int, Settled]) -> dict[int, tuple[str, str]]:
    """Return state and label by image."""
    return {key: (settled.state, settled.label) for key, settled in found.items()}


def test_votes_of_a_survey_are_settled_and_what_nobody_graded_is_absent(store: Store) -> None:
    one, two, three, four = add_images(store, [Said()] * 4)
    for image, names in ((one, ["mallard"] * 3), (two, ["mallard", "mallard", "coot"])):
        for grader, name in zip(("ann", "ben", "cem"), names, strict=True):
            say(store, image, grader, name)
    say(store, three, "ann", "unknown")
    assert brief(truth_of(store, None, MAJORITY)) == {
        one: ("agreed", "mallard"),
        two: ("settled", "mallard"),
        three: ("unsure", ""),
    }
    assert brief(truth_of(store, [two, four], UNANIMOUS)) == {two: ("conflict", "")}
    assert brief(truth_of(store, [two], parse_rule("expert:cem"))) == {two: ("settled", "coot")}
    assert truth_of(store, [], UNANIMOUS) == {}


def test_an_expert_whom_nobody_knows_is_an_error(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    say(store, image, "ann", "mallard")
    with pytest.raises(UsageError, match=r"zoe has graded nothing here\. Who has: ann\."):
        truth_of(store, None, parse_rule("expert:zoe"))


def test_who_adjudicated_settles_with_their_latest_word_until_that_is_undone(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    say(store, image, "ann", "mallard")
    say(store, image, "ben", "coot")
    say(store, image, "eve", "brown rat")
    ruled = say(store, image, "eve", "coot", mode="adjudicated")
    rules = [UNANIMOUS, MAJORITY, parse_rule("majority:9"), parse_rule("expert:ann")]
    for rule in [*rules, parse_rule("weighted")]:
        assert brief(truth_of(store, None, rule)) == {image: ("adjudicated", "coot")}
    say(store, image, "eve", "mallard")
    assert brief(truth_of(store, None, UNANIMOUS)) == {image: ("adjudicated", "mallard")}
    store.grades.append_reversal("eve", "undo", ruled, str(uuid.uuid4()), NOW)
    assert brief(truth_of(store, None, UNANIMOUS)) == {image: ("conflict", "")}


def test_counts_of_a_grade_are_added_up_and_of_graders_the_median(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    say(store, image, "ann", "mallard", count=1)
    say(store, image, "ben", "mallard", "mallard", count=1)
    say(store, image, "cem", "mallard", count=7)
    say(store, image, "dan", "mallard")
    (settled,) = truth_of(store, None, UNANIMOUS).values()
    (count,) = settled.counts
    assert count is not None
    assert (count.median, count.lowest, count.highest, count.given) == (2, 1, 7, 3)


def test_only_blind_words_count_for_a_holdout(store: Store) -> None:
    one, two, three, four, five = add_images(store, [Said()] * 5)
    holdout = holdout_of(store, [one, two, three, four])
    say(store, one, "ann", "mallard", mode="blind")
    say(store, one, "ben", "coot")
    say(store, two, "ben", "coot")
    say(store, two, "eve", "mallard", mode="adjudicated")
    say(store, three, "vol", "coot", mode="import")
    say(store, five, "ann", "mallard", mode="blind")
    found = holdout_truth(store, holdout, MAJORITY)
    assert brief(found) == {one: ("agreed", "mallard"), two: ("adjudicated", "mallard")}
    assert found[one].graders == ("ann",)
    also = holdout_truth(store, holdout, MAJORITY, also=("import",))
    assert also[three].label == "coot"
    assert set(also) == {one, two, three}
    with pytest.raises(UsageError, match="cannot count for a holdout"):
        holdout_truth(store, holdout, MAJORITY, also=("assisted",))


def test_a_later_word_with_the_ai_in_view_counts_and_is_told_of(store: Store) -> None:
    run = add_run(store, "in view").id
    images = add_images(store, [Said()] * 5)
    changed, same, twice, without_ai, ruled = images
    holdout = holdout_of(store, images)
    for image in images:
        say(store, image, "ann", "mallard", mode="blind")
    say(store, changed, "ann", "coot", run=run)
    say(store, same, "ann", "mallard", run=run)
    say(store, twice, "ann", "coot", mode="blind", viewing=2)
    say(store, without_ai, "ann", "coot")
    say(store, ruled, "eve", "coot", mode="adjudicated", run=run)
    found = holdout_truth(store, holdout, MAJORITY)
    assert [found[key].label for key in images] == ["coot", "mallard", "coot", "coot", "coot"]
    told = [found[key].changed_in_view for key in images]
    assert told == [("ann",), (), (), (), ("eve",)]
    assert not any(settled.seen_before for settled in found.values())


def test_a_blind_grade_after_one_with_the_ai_in_view_is_told_of(store: Store) -> None:
    run = add_run(store, "in view").id
    images = one, two, three, four = add_images(store, [Said()] * 4)
    holdout = holdout_of(store, images)
    undone = say(store, one, "ann", "mallard", run=run)
    store.grades.append_reversal("ann", "undo", undone, str(uuid.uuid4()), NOW)
    say(store, two, "ben", "mallard", mode="bulk", run=run)
    say(store, three, "ann", "mallard", mode="import")
    say(store, four, "ann", "mallard")
    for image in images:
        say(store, image, "ann", "mallard", mode="blind")
    found = holdout_truth(store, holdout, MAJORITY)
    assert [found[key].seen_before for key in images] == [("ann",), (), (), ()]


def test_a_blind_grade_that_was_undone_counts_no_more(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    holdout = holdout_of(store, [image])
    say(store, image, "ann", "coot")
    blind = say(store, image, "ann", "mallard", mode="blind")
    assert set(holdout_truth(store, holdout, MAJORITY)) == {image}
    store.grades.append_reversal("ann", "undo", blind, str(uuid.uuid4()), NOW)
    assert holdout_truth(store, holdout, MAJORITY) == {}


def test_what_was_keyed_blind_for_another_holdout_counts_for_that_one_alone(store: Store) -> None:
    one, two = add_images(store, [Said()] * 2)
    holdout = holdout_of(store, [one, two])
    say(store, one, "ann", "mallard", mode="blind", holdout="h-2")
    say(store, two, "ann", "mallard", mode="blind")
    say(store, two, "ann", "coot", mode="blind", holdout="h-2")
    found = holdout_truth(store, holdout, UNANIMOUS)
    # Once a word counts, it is the person's latest: here a later one, keyed as blind.
    assert brief(found) == {two: ("agreed", "coot")}
    assert found[two].changed_in_view == ()


def test_a_second_viewing_is_the_latest_word_until_it_is_undone(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    holdout = holdout_of(store, [image])
    say(store, image, "ann", "mallard", mode="blind")
    again = say(store, image, "ann", "coot", mode="blind", viewing=2)
    assert brief(holdout_truth(store, holdout, UNANIMOUS)) == {image: ("agreed", "coot")}
    store.grades.append_reversal("ann", "undo", again, str(uuid.uuid4()), NOW)
    assert brief(holdout_truth(store, holdout, UNANIMOUS)) == {image: ("agreed", "mallard")}


def test_labels_from_elsewhere_count_until_their_author_keys_with_the_ai(store: Store) -> None:
    run = add_run(store, "in view").id
    (image,) = add_images(store, [Said()])
    holdout = holdout_of(store, [image])
    say(store, image, "ann", "mallard", mode="import")
    found = holdout_truth(store, holdout, UNANIMOUS, also=("import",))
    assert brief(found) == {image: ("agreed", "mallard")}
    say(store, image, "ann", "coot", run=run)
    assert holdout_truth(store, holdout, UNANIMOUS, also=("import",)) == {}
    assert brief(truth_of(store, None, UNANIMOUS)) == {image: ("agreed", "coot")}


def test_two_adjudicators_who_differ_leave_it_open_until_one_yields(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    say(store, image, "ann", "mallard")
    say(store, image, "ann", "coot", mode="adjudicated")
    other = say(store, image, "ben", "mallard", mode="adjudicated")
    assert conflicts(store, MAJORITY) == [image]
    store.grades.append_reversal("ben", "undo", other, str(uuid.uuid4()), NOW)
    assert brief(truth_of(store, None, MAJORITY)) == {image: ("adjudicated", "coot")}


def test_conflicts_are_a_queue_by_rule_holdout_and_filter(store: Store) -> None:
    one, two, three = add_images(store, [Said(deployment=f"C{n}") for n in range(3)])
    holdout = holdout_of(store, [two, three])
    for image in (one, two, three):
        mode = "blind" if image == two else "assisted"
        say(store, image, "ann", "mallard", mode=mode)
        say(store, image, "ben", "coot", mode=mode)
    say(store, one, "cem", "coot")
    assert conflicts(store, UNANIMOUS) == [one, two, three]
    assert conflicts(store, MAJORITY) == [two, three]
    assert conflicts(store, UNANIMOUS, holdout=holdout) == [two]
    assert conflicts(store, UNANIMOUS, where="-camera:C1") == [one, three]
    assert conflicts(store, parse_rule("expert:ann")) == []
    with pytest.raises(FilterError):
        conflicts(store, UNANIMOUS, where="colour:red")


def test_skill_is_measured_where_others_voted_too(store: Store) -> None:
    images = add_images(store, [Said()] * 30)
    for number, image in enumerate(images):
        for grader in ("ann", "ben"):
            say(store, image, grader, "mallard")
        say(store, image, "cem", "mallard" if number % 3 else "coot")
    alone = add_images(store, [Said(), Said()])[0]
    say(store, alone, "dan", "coot")
    skills = skills_of(store)
    assert set(skills) == {"ann", "ben", "cem"}
    assert skills["cem"].words == skills["ann"].words == 30
    assert skills["cem"].right == pytest.approx(20, abs=0.2)
    assert skills["ann"].right == pytest.approx(30, abs=0.2)
    assert skills["ann"].weight > skills["cem"].weight > 0
