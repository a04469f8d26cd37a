"""Life stage, sex and behaviour, as they are typed."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.individuals import NOBODY, Individual, parse_individual
from camtrap_tui.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", NOBODY),
        ("a", Individual("adult")),
        ("S", Individual("subadult")),
        ("jf", Individual("juvenile", "female")),
        ("fj", Individual("juvenile", "female")),
        ("ajm", Individual("juvenile", "male")),
        ("m  eating   grass ", Individual(None, "male", "eating grass")),
    ],
)
def test_letters_and_words(typed: str, expected: Individual) -> None:
    assert parse_individual(typed).individual == expected


def test_a_digit_says_which_species_is_meant() -> None:
    read = parse_individual("2a")
    assert (read.which, read.individual) == (2, Individual("adult"))
    assert parse_individual("a").which is None


def test_a_chosen_behaviour_takes_the_place_of_the_typed_one() -> None:
    assert parse_individual("a ea", "eating").individual == Individual("adult", None, "eating")


def test_what_was_said_before_stays_unless_it_is_cleared() -> None:
    before = Individual("adult", "male", "eating")
    assert parse_individual("j").applied(before) == Individual("juvenile", "male", "eating")
    assert parse_individual("x").applied(before) == NOBODY
    assert parse_individual("xf").applied(before) == Individual(None, "female")


@pytest.mark.parametrize(("typed", "sign"), [("q", "'q'"), ("eating", "'e'"), ("a0", "'0'")])
def test_a_sign_that_means_nothing_is_named(typed: str, sign: str) -> None:
    with pytest.raises(UsageError, match=sign):
        parse_individual(typed)


def test_a_behaviour_is_cleaned() -> None:
    said = parse_individual("a \x1b[31meating").individual.behavior
    assert said is not None
    assert "\x1b" not in said


def test_it_reads_well() -> None:
    assert Individual("juvenile", "female", "eating").text == "juvenile female, eating"
    assert Individual(behavior="eating").text == "eating"
    assert NOBODY.text == ""
