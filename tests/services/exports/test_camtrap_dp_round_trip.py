"""Packages that come in, go out and come in again: what is in them stays, but for what is named."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from camtrap_tui.domain.models import Deployment
from camtrap_tui.errors import InputError
from camtrap_tui.services.adding import AddRequest, add_source
from camtrap_tui.services.camtrap_dp import package_tables
from camtrap_tui.services.camtrap_dp_taxa import package_taxa
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.exports.camtrap_dp import write
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.grade_imports import GradeImportReport, import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, md5, taxon
from tests.camtrap_dp_oracle import EXAMPLE, needs_standard, second_opinion
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys

# What FORMAT.loses says of another package's observations.
_LOST = frozenset(
    (
        "observationID", "eventID", "cameraSetupType", "observationTags", "bboxX", "bboxY",
        "bboxWidth", "bboxHeight",
    )
)  # fmt: skip
_TIMES = ("eventStart", "eventEnd")


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def take_in(store: Store, package: Path) -> GradeImportReport:
    """Add a package and the words in it, as `add` and `import-grades` do."""
    add_source(store, AddRequest(str(package), "camtrap_dp"))
    descriptor = package / "datapackage.json"
    with ExitStack() as stack:
        found = package_tables(descriptor, stack, ("observations", "media"))
        labels = found["observations"]
        table = label_table(labels, read_head(labels), {})
        taxa = package_taxa(descriptor)
        return import_grades(store, labels, table, media=found["media"], taxa=taxa)


def export(store: Store, out: Path, **options: Any) -> Path:
    write(store, ExportRequest(out, options=Options(**options)), lambda *_: None)
    return out


def observed(file: Path, *, without: frozenset[str] = frozenset(), **only: str) -> Counter[Any]:
    """Return the observations of a table, times as moments."""
    found: Counter[Any] = Counter()
    for row in rows(file):
        if any(row[name] != value for name, value in only.items()):
            continue
        for name in _TIMES:
            row[name] = str(datetime.fromisoformat(row[name]).astimezone(UTC))
        found[tuple((k, v) for k, v in row.items() if v and k not in without)] += 1
    return found


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """The published example package in a survey, and in a package of that survey."""
    folder = tmp_path_factory.mktemp("official")
    with Store.open(folder / "river.db", create=True) as store:
        take_in(store, EXAMPLE)
        yield store, export(store, folder / "dp", metadata=EXAMPLE / "datapackage.json")


@needs_standard
def test_the_examples_deployments_and_media_come_back_cell_by_cell(
    official: tuple[Store, Path],
) -> None:
    _, out = official
    assert (out / "deployments.csv").read_bytes() == (EXAMPLE / "deployments.csv").read_bytes()
    lines = (EXAMPLE / "media.csv").read_text("utf-8").splitlines()
    assert sorted((out / "media.csv").read_text("utf-8").splitlines()) == sorted(lines)
    assert check_package(out).is_valid
    assert second_opinion(out).is_valid


@needs_standard
def test_the_examples_words_of_people_come_back_but_for_what_is_said_to_be_lost(
    official: tuple[Store, Path],
) -> None:
    _, out = official
    human = {"observationLevel": "media", "classificationMethod": "human"}
    before = observed(EXAMPLE / "observations.csv", without=_LOST, **human)
    assert observed(out / "observations.csv", without=_LOST) == before
    assert sum(before.values()) == 493


@needs_standard
def test_the_examples_descriptor_comes_back(official: tuple[Store, Path]) -> None:
    import json

    _, out = official
    before, after = (
        json.loads((folder / "datapackage.json").read_text("utf-8")) for folder in (EXAMPLE, out)
    )
    assert after["sources"][:-1] == before.pop("sources")
    assert after["project"] == before.pop("project") | {"observationLevel": ["media"]}
    before.pop("created")
    described = {one["scientificName"]: one for one in after["taxonomic"]}
    for told in before.pop("taxonomic"):
        # The machine alone names it, and machines' words are not taken in.
        if told["scientificName"] != "Ardea":
            assert described[told["scientificName"]].items() >= told.items()
    assert {name: after[name] for name in before} == before


@needs_standard
def test_events_of_the_example_are_what_its_pictures_say(
    official: tuple[Store, Path], tmp_path: Path
) -> None:
    store, _ = official
    out = export(store, tmp_path / "events", level="event")
    human = {"observationLevel": "event", "classificationMethod": "human"}
    without = _LOST | {"classifiedBy", "classificationTimestamp", "behavior"}
    before = observed(EXAMPLE / "observations.csv", without=without, **human)
    after = observed(out / "observations.csv", without=without, **human)
    # Of 34, two say otherwise than the example's own words on their pictures do: a camera's setup
    # is of no species, and five ducks are never on one picture.
    assert sum((before & after).values()) == 32


@needs_standard
def test_a_package_of_a_package_is_the_same_again(
    official: tuple[Store, Path], tmp_path: Path
) -> None:
    _, out = official
    with Store.open(tmp_path / "again.db", create=True) as store:
        take_in(store, out)
        again = export(store, tmp_path / "again", metadata=out / "datapackage.json")
    for name in ("deployments.csv", "media.csv"):
        assert (again / name).read_bytes() == (out / name).read_bytes()
    ids = frozenset(("observationID",))
    assert observed(again / "observations.csv", without=ids) == observed(
        out / "observations.csv", without=ids
    )


@needs_standard
def test_what_a_survey_wrote_it_does_not_take_for_news(official: tuple[Store, Path]) -> None:
    store, out = official
    report = take_in(store, out)
    assert (report.taken, set(report.skipped)) == (0, {"was exported from a grade that is here"})


def test_who_agrees_is_named_in_one_order_whoever_was_last(store: Store, tmp_path: Path) -> None:
    keys = add_images(store, [Said()])
    with store.db.transaction():
        store.deployments.put(Deployment(0, "UR011", "mill", 41.9, -87.6, -300))
    for number, name in enumerate(("zoe", "ann", "ben"), 1):
        raccoon = NewObservation(taxon(store, "northern raccoon").id, number)
        time = f"2026-06-0{number}T12:00:00Z"
        new = NewGrade(md5(name), keys[0], (raccoon,), "assisted", "species")
        store.grades.append(name, [new], time)
    out = export(store, tmp_path / "dp")
    with Store.open(tmp_path / "again.db", create=True) as other:
        take_in(other, out)
        again = export(other, tmp_path / "again", metadata=out / "datapackage.json")
    (row,), (same,) = rows(out / "observations.csv"), rows(again / "observations.csv")
    assert (row["classifiedBy"], row["count"]) == ("ann | ben | zoe", "3")
    assert same | {"observationID": ""} == row | {"observationID": ""}


@settings(max_examples=25, deadline=None)
@given(plan=surveys(most=5, acts=10))
def test_generated_surveys_come_back(plan: SurveyPlan) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        with built(plan) as store:
            try:
                out = export(store, folder / "dp")
            except InputError:
                # Nothing of it has a place, a time and an offset.
                return
            assert check_package(out).is_valid
            with Store.open(folder / "again.db", create=True) as other:
                take_in(other, out)
                again = export(other, folder / "again", metadata=out / "datapackage.json")
        # A camera without pictures is no less there.
        assert (again / "deployments.csv").read_text("utf-8") == _filled(out / "deployments.csv")
        assert (again / "media.csv").read_bytes() == (out / "media.csv").read_bytes()
        ids = frozenset(("observationID", "eventID"))
        assert observed(again / "observations.csv", without=ids) == observed(
            out / "observations.csv", without=ids
        )
    finally:
        shutil.rmtree(folder)


def _filled(file: Path) -> str:
    return file.read_text("utf-8")
