"""What an evaluation says in sentences: the answer first, and nothing surer than it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camtrap_tui.domain.evaluation_words import (
    basis_text,
    key_to,
    need_text,
    silent_text,
    threshold_lines,
    verdict,
)
from camtrap_tui.domain.evaluations import Need
from tests.evaluations import NOT_ESTIMABLE, evaluation, of_class, share


def test_the_answer_names_what_is_right_what_can_be_trusted_and_what_is_missed() -> None:
    first, raccoon, missed = verdict(evaluation())
    assert first == "Of 100 bursts, run 1 (demo-1.0) has 91 right (95 % interval 89 to 93, n 412)."
    # The opossum's precision is unstable and the mink's is not known: neither is an answer.
    assert raccoon.startswith("Of 100 bursts that it calls northern raccoon, 91 are (95 %")
    assert missed.startswith("Of 100 bursts that it calls blank, 1 holds an animal (95 %")
    assert missed.endswith("about 140 (40 to 240) are missed in the whole.")


def test_no_animal_among_blanks_is_told_as_a_limit() -> None:
    told = evaluation()
    none = replace(told.missed, rate=replace(share(0.0, 210, 0.014), hits=0))
    *_, said = verdict(replace(told, missed=none))
    assert said == (
        "No animal was found in 210 graded bursts that it calls blank: at most 1.4 in 100 hold one,"
        " 240 in the whole (95 % interval)."
    )
    unknown = replace(told.missed, rate=NOT_ESTIMABLE)
    assert len(list(verdict(replace(told, missed=unknown)))) == 2


def test_two_animals_are_named_at_the_most() -> None:
    some = [of_class(f"animal {n}", n, share(0.9), share(0.9), Need(0.05, 0, 9)) for n in range(3)]
    said = " ".join(verdict(replace(evaluation(), classes=tuple(some))))
    assert "animal 0" in said
    assert "animal 1" in said
    assert "animal 2" not in said


def test_what_it_stands_on_names_who_graded() -> None:
    said = basis_text(evaluation())
    assert "412 of 600 drawn bursts graded, by ann 400, ben 60" in said
    assert "12,000 bursts of 30,000 pictures. Votes by unanimous." in said


@pytest.mark.parametrize(
    ("need", "text"),
    [
        (Need(0.05, None, 9), "nothing graded to tell by"),
        (Need(0.05, 0, 9), "enough"),
        (Need(0.05, 4, 0), "all are drawn"),
        (Need(0.05, 4, 9), "needs 4 more"),
        (Need(0.05, 40, 9), "needs 40 more, only 9 left"),
    ],
)
def test_more_is_asked_for_where_there_is_more(need: Need, text: str) -> None:
    assert need_text(of_class("mink", 1, share(0.9), share(0.9), need)) == text


def test_classes_of_which_nothing_is_graded_are_counted() -> None:
    one = of_class("mink", 1, NOT_ESTIMABLE, NOT_ESTIMABLE, Need(0.05, None, 3))
    silent = replace(one, predicted_ids=(), true_ids=())
    told = replace(evaluation(), classes=(one, silent, silent))
    assert (
        silent_text(told) == "2 classes with no graded picture, not estimable: 2,408 bursts in all."
    )
    assert silent_text(evaluation()) == ""


def test_thresholds_say_where_they_hold() -> None:
    one, few = evaluation().thresholds
    lines = list(threshold_lines(evaluation()))
    assert lines[0].startswith(
        "all classes: from 0.70 on (n 200); in the other half precision 87 %"
    )
    assert lines[1] == "mink: too few are graded."
    lacking = replace(few, n_needed=73)
    (_, said) = threshold_lines(replace(evaluation(), thresholds=(one, lacking)))
    assert said.endswith("take 73 in the half that chooses: mink 2.")


def test_marks_are_explained_where_they_stand() -> None:
    told = " ".join(key_to(evaluation()))
    assert "~ unstable" in told
    assert "not estimable:" in told
    assert "resampled" not in told
    drawn = replace(evaluation().accuracy, bootstrap=(0.9, 0.92))
    assert "resampled" in " ".join(key_to(replace(evaluation(), accuracy=drawn)))
