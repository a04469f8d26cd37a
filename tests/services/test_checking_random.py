"""Whatever is written into a package's cells, other validators come to the same verdict.

Where they do not, the difference stands here with its reason.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.camtrap_dp_fields import TABLES
from camtrap_tui.services.checking import check_package
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.small_package import HEADINGS, Change, SmallPackage, cell, put

# Cells that are near to what some rule is about.
_NEAR = [
    *(
        "",
        " ",
        "NA",
        "nan",
        "NaN",
        "NAN",
        "null",
        "0",
        "1",
        "-1",
        "1.0",
        "1e3",
        "+2",
        " 3 ",
        "1e-16",
    ),
    *("90", "-90", "90.1", "180", "-180.0001", "360", "361", "inf", "-INF", ".5", "5.", "1,5"),
    *("true", "TRUE", "True", "tRUE", "false", "yes", "0 "),
    *("2024-05-31T02:14:05-06:00", "2024-05-31T02:14:05Z", "2024-05-31T02:14:05z"),
    *("2024-05-31T02:14:05-0600", "2024-5-31T2:14:05+06:00", "2024-05-31T24:00:00Z"),
    *("2024-05-31T02:14:60Z", "2024-05-31T02:14:05+24:00", "2024-05-31T02:14:05+06:00:30"),
    *("2024-05-31T02:14:05", "2024-05-31", "0000-01-01T00:00:00Z", " 2024-05-31T02:14:05Z"),
    *("animal", "blank", "Animal", "media", "event", "human", "machine", "adult", "male", "setup"),
    *("trailGame", "timeLapse", "activityDetection", "A1", "B2", "a1", "m1", "m3", "o1", "o2"),
    *("image/jpeg", "image/", "video/mp4", "text/csv", "a/b.jpg", ".hidden", "~x", "a..b", "/x"),
    *("https://example.org/a.jpg", "a\nb", 'say "so"', "a,b", ";", "\t", "é", "日本", "\ufeff"),
]
_CELLS = st.one_of(
    st.sampled_from(_NEAR),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12),
    st.floats().map(repr),
    st.integers(-400, 400).map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
)
# Python reads `1_000` and digits of other scripts as numbers, and so does frictionless; Table
# Schema writes numbers as XML Schema does, and R and spreadsheets read such cells as text.
_OTHER_NUMBER = re.compile(r"\d_\d|[^\W\d_\x00-\x7f]|[^\x00-\x7f]", re.UNICODE)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, int, int, str]]:
    """A few cells of the small package: table, row from 0 (the headings), column, text."""
    made = []
    package = SmallPackage()
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(TABLES))
        rows = package.tables[table.name]
        # Headings now and then: nearly every change of these is a problem.
        row = draw(st.sampled_from([0, *list(range(1, len(rows))) * 4]))
        made.append((table.name, row, draw(st.integers(0, len(rows[0]) - 1)), draw(_CELLS)))
    return made


def _is_other_number(table: str, column: int, text: str) -> bool:
    field = next(one for one in TABLES if one.name == table).fields[column]
    return field.type in ("number", "integer") and bool(_OTHER_NUMBER.search(text))


@needs_standard
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(made=changes())
def test_the_verdict_on_changed_cells_is_that_of_other_validators(
    made: list[tuple[str, int, int, str]],
) -> None:
    package = SmallPackage()
    for table, row, column, text in made:
        if _is_other_number(table, column, text):
            continue
        package.tables[table][row][column] = text
    with tempfile.TemporaryDirectory() as name:
        folder = package.write(Path(name))
        ours, theirs = check_package(folder), second_opinion(folder)
    assert ours.is_valid == theirs.is_valid, (ours.problems, theirs.complaints)


def _with_semicolons(package: SmallPackage) -> None:
    for name, rows in package.tables.items():
        if name == "media":
            package.tables[name] = [[";".join([*row[:8], "", *row[9:]])] for row in rows]
    package.tables["media"][0] = [";".join(HEADINGS["media"])]


def _with_other_table(package: SmallPackage) -> None:
    package.resource("observations").update(name="animals", profile="data-resource")


# The check says no, other validators yes; why the standard is on its side.
STRICTER: dict[str, tuple[Change, str]] = {
    # Without a dialect the cells of a table are separated by commas; frictionless guesses.
    "semicolons without a dialect": (_with_semicolons, "media.csv"),
    # Numbers are written as in XML Schema: plain digits, no underscores, no other script's.
    "an underscore in a number": (cell("deployments", 2, "latitude", "5_1.5"), "latitude"),
    "Arabic digits": (cell("observations", 2, "count", "٣"), "count"),
    # `format` in a profile: date, date-time. Validators of JSON Schema need not look at it.
    "a date that there is not": (put("temporal.start", "2024-02-30"), "temporal.start"),
    "a date with a time": (put("temporal.end", "2024-07-01T00:00:00Z"), "temporal.end"),
    "a time without offset": (put("created", "2024-08-01T12:00:00"), "created"),
    # A dialect that is not followed leaves a table unread.
    "a dialect with comments": (
        put("resources.1.dialect", {"commentChar": "#"}),
        "resources[1].dialect.commentChar",
    ),
    # The three tables are the standard: a fourth in the place of one is none of them.
    "another table for observations": (_with_other_table, "resources"),
    # A profile of the standard is what makes a package one of the standard.
    "another profile": (put("profile", "https://example.org/profile.json"), "profile"),
    # JSON Schema looks into objects only, and lets everything else pass.
    "an identifier in quotes": (put("relatedIdentifiers", ["10.1/x"]), "relatedIdentifiers[0]"),
    # Rules of Data Package's own profile, which frictionless does not know.
    "no contributors": (put("contributors", []), "contributors"),
    "no keywords": (put("keywords", []), "keywords"),
    "a contributor's path upwards": (put("contributors.0.path", "../ann"), "contributors[0].path"),
}


@pytest.mark.parametrize("name", STRICTER)
def test_where_the_check_is_stricter(name: str, tmp_path: Path) -> None:
    change, named = STRICTER[name]
    package = SmallPackage()
    change(package)
    problem = check_package(package.write(tmp_path / "package")).problems[0]
    assert named in {problem.places[0].field, problem.file}


@needs_standard
@pytest.mark.parametrize("name", STRICTER)
def test_other_validators_do_not_mind(name: str, tmp_path: Path) -> None:
    change, _ = STRICTER[name]
    package = SmallPackage()
    change(package)
    assert second_opinion(package.write(tmp_path / "package")).is_valid


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all that is in a JSON value."""
    if not isinstance(value, dict | list):
        return []
    items: Any = value.items() if isinstance(value, dict) else enumerate(value)
    return [place for key, one in items for place in [(*way, key), *_places(one, (*way, key))]]


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(["", "x", "A b", "data", "media", "event", "2024-01-02", "a.csv", "genus"]),
    st.sampled_from([[], {}, ["x"], {"x": 1}, [[0, 0]], [{"title": "Ann"}]]),
)


@needs_standard
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_other_validators_find_in_a_descriptor_is_found(data: st.DataObject) -> None:
    package = SmallPackage()
    way = data.draw(st.sampled_from(_places(package.descriptor)))
    at: Any = package.descriptor
    for step in way[:-1]:
        at = at[step]
    if data.draw(st.booleans()):
        del at[way[-1]]
    else:
        at[way[-1]] = data.draw(_VALUES)
    with tempfile.TemporaryDirectory() as name:
        folder = package.write(Path(name))
        ours, theirs = check_package(folder), second_opinion(folder)
    # The other way round they may differ: see above.
    assert not (ours.is_valid and not theirs.is_valid), theirs.complaints
