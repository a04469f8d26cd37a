"""What a blind grader saw or said outside the holdout: told of, and mixed up with nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.consensus import UNANIMOUS
from camtrap_tui.domain.holdouts import HoldoutPhase, HoldoutStratum
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.services.consensus import holdout_truth
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sessions import latest_session, parting_lines
from camtrap_tui.store.store import Store
from tests.blind_builder import Sampled, sampled_survey
from tests.builders import NOW


@pytest.fixture
def sampled(store: Store, tmp_path: Path) -> Sampled:
    """Nine drawn pictures, all of them predicted, that nobody has graded."""
    return sampled_survey(
        store, tmp_path, 1, drawn=9, repeats=0, says="mallard", graded_before=False
    )


def another_holdout(sampled: Sampled) -> Sampled:
    """Return a second holdout of the same pictures."""
    size = len(sampled.images)
    with sampled.store.db.transaction():
        holdout = sampled.store.holdouts.add(
            replace(sampled.holdout, id=0, holdout_uuid="another-holdout", name="autumn"),
            [HoldoutStratum(0, 1, "all", size, size, size)],
            [(key, 1, rank, 1, 1) for rank, key in enumerate(sampled.images, 1)],
            [HoldoutPhase(0, 1, size, "ann", NOW, "")],
        )
    return replace(sampled, holdout=holdout)


def blank(session: BlindSession, image_id: int) -> None:
    session.go_to_place(session.queue.index(image_id))
    assert session.hides_machine
    session.special(taxonomy.BLANK_UUID, "blank")


def test_a_peek_for_one_holdout_is_told_of_in_another(sampled: Sampled) -> None:
    other = another_holdout(sampled)
    spring, autumn = sampled.session(), other.session()
    first, later = sampled.images[:2]
    blank(spring, first)
    spring.peek()
    # What is looked at afterwards was graded blind.
    blank(autumn, later)
    blank(spring, later)
    spring.peek()
    blank(autumn, first)
    told = holdout_truth(sampled.store, other.holdout, UNANIMOUS)
    assert {key: told[key].seen_before for key in (first, later)} == {first: ("ann",), later: ()}
    of_spring = holdout_truth(sampled.store, sampled.holdout, UNANIMOUS)
    assert not any(settled.seen_before for settled in of_spring.values())


def test_what_is_keyed_blind_lowers_no_share_of_what_was_accepted(sampled: Sampled) -> None:
    review = ReviewSession(sampled.store, "eve", run=sampled.store.runs.all()[0])
    review.accept()
    blank(sampled.session("eve"), sampled.images[5])
    found = latest_session(sampled.store, "eve")
    assert found is not None
    assert (found.single, found.blind, found.accepted_share) == (2, 1, 1.0)
    assert "  100% of 1 keyed one by one accepted" in parting_lines(review)
