"""Countries and states are checked, and a slip is answered with what was likely meant."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.countries import (
    COUNTRIES,
    US_STATES,
    checked_admin1_region,
    checked_country,
)
from camtrap_tui.errors import UsageError


def test_the_list_is_the_standard_s() -> None:
    assert len(COUNTRIES) == 249
    assert len({country.alpha2 for country in COUNTRIES.values()}) == 249
    assert all(len(code) == 3 and code.isupper() for code in COUNTRIES)
    assert all(country.alpha3 == code and country.name for code, country in COUNTRIES.items())
    assert COUNTRIES["DEU"].name == "Germany"
    assert len(US_STATES) == 50 + 1 + 5


@pytest.mark.parametrize(("text", "code"), [("USA", "USA"), (" usa ", "USA"), ("", None)])
def test_codes_are_taken_in_any_case(text: str, code: str | None) -> None:
    assert checked_country(text) == code


@pytest.mark.parametrize(
    ("text", "meant"),
    [("US", "USA"), ("uk", "GBR"), ("Kenia", "KEN"), ("GER", "DEU"), ("canada", "CAN")],
)
def test_a_slip_is_answered_with_the_code(text: str, meant: str) -> None:
    with pytest.raises(UsageError, match=meant):
        checked_country(text)


def test_three_letters_that_are_no_country_are_refused() -> None:
    with pytest.raises(UsageError, match="ZZZ"):
        checked_country("ZZZ")


def test_states_need_the_united_states() -> None:
    assert checked_admin1_region("USA", "il") == "IL"
    assert checked_admin1_region(None, "") is None
    with pytest.raises(UsageError, match="needs the country USA"):
        checked_admin1_region("CAN", "IL")
    with pytest.raises(UsageError, match="IL"):
        checked_admin1_region("USA", "Illinois")
    with pytest.raises(UsageError, match="XX"):
        checked_admin1_region("USA", "XX")
