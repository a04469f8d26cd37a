"""The page of a report: well formed, self-contained, safe, and with the services' numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from camtrap_tui.domain.estimate_text import limits_of, share_of, with_limits
from camtrap_tui.errors import UsageError
from camtrap_tui.services.report_page import page, write_page
from camtrap_tui.services.report_style import policy
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.evaluations import evaluation
from tests.holdout_builder import Drawn, drawn_survey, grade_blind
from tests.hostile import PAYLOADS, poison, unsafe_in
from tests.report_pages import Page, graded_survey, reported

EVIL = "<script>alert(\"1\")</script><img src='https://example.org/x.png' onerror=alert(1)>"


@pytest.fixture
def survey(store: Store) -> Drawn:
    return graded_survey(store)


def check(found: Page) -> None:
    """Assert what holds for every report."""
    assert found.html.startswith("<!DOCTYPE html>\n")
    assert found.of("html") == [{"lang": "en"}]
    names = [name for name, _ in found.elements]
    assert [names.count(one) for one in ("header", "main", "footer", "h1")] == [1] * 4
    # No script, nothing from elsewhere, no inline style: the policy lets none of it in.
    assert not {"script", "img", "link", "iframe", "object", "base", "form"} & set(names)
    for _, attributes in found.elements:
        assert not any(key.startswith("on") or key in ("src", "style") for key in attributes)
    policies = [m for m in found.of("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert [one["content"] for one in policies] == [policy()]
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in found.elements:
        for reference in attributes.get("aria-labelledby", "").split():
            assert reference in ids
        if "href" in attributes:
            assert attributes["href"].removeprefix("#") in ids
        if attributes.get("fill", "none") != "none":
            assert attributes["fill"].removeprefix("url(#").removesuffix(")") in ids
    levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for cell in found.of("th"):
        assert cell["scope"] in ("col", "row")
    assert len(found.of("table")) == len(found.of("caption"))
    for svg in found.of("svg"):
        assert svg.get("role") == "img" or svg.get("aria-hidden") == "true"
    assert not unsafe_in(found.html)


def test_the_page_is_well_formed_and_needs_nothing_else(survey: Drawn) -> None:
    html = page(reported(survey.store))
    check(Page(html))
    assert "http:" not in html
    assert "https:" not in html


@pytest.mark.parametrize("pictures", [0, 1])
def test_a_survey_of_nothing_has_a_page(store: Store, pictures: int) -> None:
    if pictures:
        add_images(store, [Said()])
    found = Page(page(reported(store)))
    check(found)
    assert "Nobody has graded yet." in found.text
    assert "Not known: no holdout is drawn." in found.text


def test_figures_stand_with_interval_and_n(survey: Drawn) -> None:
    report = reported(survey.store)
    told = report.holdouts[0].evaluation
    assert told is not None
    found = Page(page(report))
    overall = found.tables["Shares of all bursts, weighted by how they were drawn"]
    accuracy = next(row for row in overall if row[0] == "accuracy")
    assert accuracy[1:4] == [
        share_of(told.accuracy),
        limits_of(told.accuracy),
        f"{told.accuracy.n:,}",
    ]
    classes = found.tables["Classes, in bursts; intervals are at 95 %"]
    for one in told.classes:
        if one.predicted_ids or one.true_ids:
            row = next(row for row in classes if row[0] == one.name)
            assert row[2:4] == [with_limits(one.precision), f"{one.precision.n:,}"]
            assert row[4:6] == [with_limits(one.recall), f"{one.recall.n:,}"]


def test_what_cannot_be_estimated_says_so_and_notes_are_told(survey: Drawn) -> None:
    report = reported(survey.store)
    made = replace(report.holdouts[0], evaluation=evaluation())
    found = Page(page(replace(report, holdouts=(made,))))
    check(found)
    classes = {row[0]: row for row in found.tables["Classes, in bursts; intervals are at 95 %"]}
    assert classes["mink"][2] == "not estimable"
    assert classes["virginia opossum"][2] == with_limits(evaluation().classes[1].precision)
    assert "~" in classes["virginia opossum"][2]
    assert "188 of 600 drawn bursts are not graded yet." in found.text
    assert "How far this holds is in its  1 note ." in found.text
    bare = replace(made, evaluation=replace(evaluation(), notes=()))
    assert "How far this holds" not in Page(page(replace(report, holdouts=(bare,)))).text
    assert "one burst is a quarter of it" in found.text
    assert "too few are graded" in found.text


def test_charts_have_their_numbers_in_tables(survey: Drawn) -> None:
    report = reported(survey.store)
    found = Page(page(report))
    machine, people = report.frequency
    rows = {row[0]: row for row in found.tables["Classes and how often each occurs"]}
    for one in machine.rows:
        assert rows[one.label][2] == f"{one.count:,}"
    for one in people.rows:
        assert rows[one.label][4] == f"{one.count:,}"
    for table in report.hours:
        said_by = "People (truth)" if table.by == "truth" else f"AI (run {table.run_id})"
        shown = found.tables[f"Hours of the day: {said_by}"]
        for column, of_class in enumerate(table.rows, 1):
            assert [row[column] for row in shown[1:25]] == [f"{n:,}" for n in of_class.hours]


def test_what_only_people_name_has_its_hours(store: Store) -> None:
    drawn = drawn_survey(store, (("blank", "virginia opossum", 6), ("mallard", "mallard", 6)))
    grade_blind(drawn)
    found = Page(page(reported(store)))
    check(found)
    shown = found.tables["Further classes that people name most: People (truth)"]
    assert shown[0] == ["hour", "virginia opossum"]
    assert sum(int(row[1]) for row in shown[1:25]) == 6
    assert "virginia opossum" not in found.tables["Hours of the day: AI (run 1)"][0]


def test_hours_of_people_where_the_run_has_no_class(store: Store) -> None:
    poison(store, folders=False)
    report = reported(store)
    assert not report.frequency[0].rows
    assert "Classes that people name most: People (truth)" in Page(page(report)).tables


def test_both_accounts_are_in_it(survey: Drawn) -> None:
    report = reported(survey.store)
    found = Page(page(report))
    states = found.tables["Rows of each source, by state"]
    assert states[-1] == ["in all", "77", "77"]
    outcomes = found.tables["Images of each run, by outcome"]
    assert outcomes[1][1:] == ["74", "3", "0", "0", "77"]
    broken = replace(report.ledger, discrepancies=("Run 1: 3 is not 4.",))
    assert "1 thing does not add up" in Page(page(replace(report, ledger=broken))).text


def test_effort_says_how_it_is_known(store: Store) -> None:
    add_images(store, [Said(), Said(deployment="UR012"), Said(deployment="X", timestamp=None)])
    with store.db.transaction():
        store.db.execute(
            "UPDATE deployment SET deployment_start = '2024-06-01 00:00:00',"
            " deployment_end = '2024-06-30 12:00:00' WHERE deployment_id = 'UR011'"
        )
    found = Page(page(reported(store)))
    check(found)
    rows = {row[0]: row for row in found.tables["Deployments"]}
    heading = rows["deployment"]
    known, days = heading.index("known by"), heading.index("days")
    assert (rows["UR011"][known], rows["UR011"][days]) == ("recorded dates", "29.5")
    assert (rows["UR012"][known], rows["UR012"][days]) == ("its pictures", "1.0")
    assert (rows["X"][known], rows["X"][days]) == ("not known", "")
    assert "29.5 camera-days by recorded dates (1 deployment)" in found.text
    assert "nothing is known of 1 deployment" in found.text


def test_what_was_merely_reviewed_is_called_no_accuracy(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    with_holdout = Page(page(reported(store)))
    report = replace(reported(store), holdouts=())
    for word in ("precision", "recall"):
        assert word in with_holdout.text
        assert word not in Page(page(report)).text


@pytest.mark.parametrize("folders", [False, True])
def test_hostile_names_do_nothing(store: Store, *, folders: bool) -> None:
    poison(store, folders=folders)
    report = reported(store)
    for title in (EVIL, *PAYLOADS):
        check(Page(page(replace(report, title=title))))


def test_markup_in_names_is_text(survey: Drawn) -> None:
    with survey.store.db.transaction():
        for column in ("common_name", "scientific_name"):
            survey.store.db.execute(
                f"UPDATE taxon SET {column} = ? || id WHERE origin <> 'builtin'", [EVIL]
            )
        survey.store.db.execute("UPDATE deployment SET deployment_id = ?", [EVIL])
        survey.store.db.execute("UPDATE source SET location = ?", [EVIL])
        survey.store.db.execute("UPDATE run SET model_version = ?, software = ?", [EVIL, EVIL])
        survey.store.db.execute("UPDATE survey SET name = ?, survey_uuid = ?", [EVIL, EVIL])
    report = reported(survey.store)
    (one,) = report.holdouts
    told = one.evaluation
    assert told is not None
    graders = tuple(replace(grader, grader=EVIL) for grader in report.graders)
    basis = replace(told.basis, holdout=EVIL, graders=((EVIL, 3),), also=(EVIL,))
    drawn = replace(one.progress, holdout=replace(one.progress.holdout, name=EVIL, filter=EVIL))
    bad = replace(one, progress=drawn, evaluation=replace(told, basis=basis, notes=(EVIL,)))
    found = Page(page(replace(report, holdouts=(bad,), graders=graders)))
    check(found)
    assert found.said("title")[0] == EVIL
    assert EVIL in found.text


def test_the_same_survey_gives_the_same_page(survey: Drawn) -> None:
    now = "2026-06-01T12:00:00Z"
    first, second = (page(replace(reported(survey.store), made_at=now)) for _ in range(2))
    assert first == second


def test_filter_title_and_versions_are_told(survey: Drawn) -> None:
    report = reported(survey.store, where="species:mallard", title="Spring  by the river")
    found = Page(page(report))
    check(found)
    assert found.said("title")[0] == "Spring by the river"
    assert "species:mallard" in found.text
    for told in (report.software, "speciesnet 5.0.6", "demo-1.0", report.survey.survey_uuid):
        assert told in found.text


def test_a_title_of_nothing_gives_way_to_a_name(survey: Drawn) -> None:
    assert Page(page(reported(survey.store, title=" \n "))).said("title")[0] == "river"
    with survey.store.db.transaction():
        survey.store.db.execute("UPDATE survey SET name = ' '")
    assert Page(page(reported(survey.store))).said("title")[0] == survey.store.path.name


def test_a_page_is_written_whole_and_not_over_the_survey(survey: Drawn, tmp_path: Path) -> None:
    report, store = reported(survey.store), survey.store
    out = tmp_path / "report.html"
    size = write_page(report, out)
    assert out.stat().st_size == size
    assert out.read_text(encoding="utf-8") == page(report)
    with pytest.raises(UsageError, match="is the survey itself"):
        write_page(report, store.path)
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_page_replaces_a_page_and_nothing_else(survey: Drawn, tmp_path: Path) -> None:
    report = reported(survey.store)
    for name, content in (("old.html", b"<!doctype html>\n<title>x"), ("empty", b"")):
        out = tmp_path / name
        out.write_bytes(content)
        assert write_page(report, out) == out.stat().st_size
    table = tmp_path / "metadata.csv"
    table.write_bytes(b"mediaID,timestamp\n")
    with pytest.raises(UsageError, match="is there, and no page"):
        write_page(report, table)
    assert table.read_bytes() == b"mediaID,timestamp\n"
    with pytest.raises(UsageError) as refused:
        write_page(report, tmp_path)
    assert "report.html" in (refused.value.hint or "")


def test_a_filter_that_chooses_nothing_is_told(survey: Drawn) -> None:
    asked = "species:mallard species:blank"
    found = Page(page(reported(survey.store, where=asked)))
    check(found)
    assert "No picture fits the filter: there is nothing to chart. Both species: must" in found.text
    assert "No picture chosen is graded." in found.text
    assert "Nothing is graded yet." not in found.text
    assert "No picture fits" not in Page(page(reported(survey.store))).text


def test_percents_of_agreement_are_written_as_those_of_an_evaluation(survey: Drawn) -> None:
    text = Page(page(reported(survey.store))).text
    assert re.search(r"\d %", text)
    assert not re.search(r"\d%", text)
