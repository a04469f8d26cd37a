"""An image's one prediction follows from its boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.taxonomy import BLANK
from camtrap_tui.domain.verdict import Box, Verdict, verdict

RACCOON = Verdict("raccoon", 0.93, "classifier")
DOG = Verdict("dog", 0.99, "classifier")


def test_nothing_at_all_is_surely_blank() -> None:
    assert verdict([]) == Verdict(BLANK.label, 1.0, "detector")


def test_boxes_too_weak_to_classify_lower_the_score_of_blank() -> None:
    said = verdict([Box(0.02), Box(0.07), Box(0.05)])
    assert said.label == BLANK.label
    assert said.source == "detector"
    assert said.score == pytest.approx(0.93)


def test_the_most_confident_classified_box_speaks_for_the_image() -> None:
    # Not the best class score, and not a stronger box that was not classified.
    assert verdict([Box(0.99), Box(0.4, DOG), Box(0.8, RACCOON)]) == RACCOON


def test_of_equally_confident_boxes_the_first_speaks() -> None:
    assert verdict([Box(0.5, RACCOON), Box(0.5, DOG)]) == RACCOON


@given(st.lists(st.floats(0, 1)))
def test_blank_scores_are_probabilities(confidences: list[float]) -> None:
    said = verdict(Box(confidence) for confidence in confidences)
    assert said.score == 1.0 - max(confidences, default=0.0)
    assert 0.0 <= said.score <= 1.0
