"""Every figure of a report's page is the one that was reckoned, in the row and column it names.

The parts are made so that no two figures of a row are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from camtrap_tui.domain.agreement import Estimate
from camtrap_tui.domain.chart_data import percent_text
from camtrap_tui.domain.estimate_text import limits_of, resampled, share_of, with_limits
from camtrap_tui.domain.sessions import Session
from camtrap_tui.services.agreement import (
    Agreement,
    PairAgreement,
    SelfAgreement,
    WordAgreement,
)
from camtrap_tui.services.consensus_report import VotedPicture
from camtrap_tui.services.report import GraderWork, SurveyReport, graders_of
from camtrap_tui.services.report_page import page
from camtrap_tui.store.store import Store
from tests.evaluations import evaluation, number, share
from tests.holdout_builder import grade_blind
from tests.report_pages import Page, graded_survey, reported


@pytest.fixture
def report(store: Store) -> SurveyReport:
    survey = graded_survey(store)
    grade_blind(survey, "cy", survey.images()[:3])
    return reported(store)


def tables(report: SurveyReport) -> dict[str, list[list[str]]]:
    return Page(page(report)).tables


def pairs_of(shown: Page) -> Sequence[tuple[str, str]]:
    names = [text for tag, text in shown.texts if tag == "dt"]
    return list(zip(names, shown.values, strict=True))


def test_facts_count_what_they_are_called(report: SurveyReport) -> None:
    said = dict(pairs_of(Page(page(report)))[:9])
    states = report.votes.rules[0].states
    graded = (report.filter.pictures or 0) - (report.filter.ungraded or 0)
    assert 0 < states["conflict"] < graded < 77
    assert said["Images"] == "77"
    assert said["Pictures graded"] == str(graded)
    assert said["In conflict"] == str(states["conflict"])
    assert said["Graders"] == "3"
    assert said["Holdouts"] == "1"


def test_an_evaluation_is_told_figure_by_figure(report: SurveyReport) -> None:
    told = evaluation()
    accuracy = replace(told.accuracy, bootstrap=(0.81, 0.93))
    cells = (*told.cells, replace(told.cells[1], truth="mink", total=number(500, 9)))
    told = replace(told, accuracy=accuracy, cells=cells)
    drawn = replace(report.holdouts[0], evaluation=told)
    found = tables(replace(report, holdouts=(drawn,)))
    overall = found["Shares of all bursts, weighted by how they were drawn"]
    first = [share_of(accuracy), limits_of(accuracy), "412", resampled(accuracy)]
    assert overall[1][1:5] == first
    assert len(set(first)) == 4
    one = told.classes[0]
    row = found["Classes, in bursts; intervals are at 95 %"][1]
    assert row[2] == with_limits(one.precision)
    assert row[4] == with_limits(one.recall)
    assert row[6] == with_limits(one.prevalence)
    assert row[8] == "needs 41 more"
    wrong = found["What is called something else, bursts in the whole"][1:]
    assert wrong == [
        ["mink", "blank", "500", "400 to 600", "9"],
        ["northern raccoon", "blank", "140", "40 to 240", "4"],
        ["mallard", "duck family", "40", "0 to 140", "1"],
    ]
    assert len(found["Every cell with its interval"]) == 1 + len(cells)
    bands = found["Fifths of the predictions, by score"]
    assert bands[1] == ["0.100 to 0.600", "45.0 %", "40 %", "35 to 45", "60"]


def test_strata_say_how_many_are_graded(report: SurveyReport) -> None:
    (one,) = report.holdouts
    strata = tuple(replace(part, graded=1) for part in one.progress.strata)
    drawn = replace(one, progress=replace(one.progress, strata=strata))
    rows = tables(replace(report, holdouts=(drawn,)))["Strata"]
    part = strata[0].stratum
    assert rows[1][0] == part.name
    assert rows[1][1:4] == [str(part.population), str(part.population_images), str(part.sampled)]
    assert rows[1][5] == "1"
    assert rows[-1][1:4] == ["77", "77", str(one.progress.sampled)]
    assert rows[-1][5] == str(len(strata))


def figure(value: float, pictures: int) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, pictures, pictures - 1)


def test_agreement_is_told_figure_by_figure(report: SurveyReport) -> None:
    words = tuple(WordAgreement(f"class {n}", 40, figure(0.5, 11)) for n in range(102))
    agreed = Agreement(
        *(("ann", "ben"), 90, 0, 0),
        *(figure(0.7, 30), figure(0.8, 31), figure(0.4, 32)),
        *(words, (PairAgreement("ann", "ben", figure(0.6, 12), figure(0.3, 12)),)),
        (SelfAgreement("ann", figure(0.9, 5), figure(0.2, 5)),),
    )
    shown = Page(page(replace(report, agreement=agreed)))
    assert shown.tables["All graders"][1:] == [
        ["say the same", "70.0 %", "60.0 to 80.0", "30", "29"],
        ["contradict each other in nothing", "80.0 %", "70.0 to 90.0", "31", "30"],
        ["Krippendorff's alpha", "0.40", "0.30 to 0.50", "32", "31"],
    ]
    said = shown.tables["By what was said"]
    assert said[1] == ["class 0", "40", "50.0 %", "40.0 to 60.0", "11"]
    assert len(said) == 101
    assert "2 more rows, not shown." in shown.text
    pair = ["12", "60.0 %", "50.0 to 70.0", "0.30", "0.20 to 0.40"]
    assert shown.tables["Each two graders"][1] == ["ann and ben", *pair]
    alone = shown.tables["Each grader with themselves, on pictures that came twice"]
    assert alone[1] == ["ann", "5", "90.0 %", "80.0 to 100.0", "0.20", "0.10 to 0.30"]


def sitting(grader: str, day: int, times: int) -> Session:
    began, ended = (f"2026-06-{day:02}T{hour}:00:00Z" for hour in ("08", "09"))
    pictures = (11 * times, 8 * times, 3 * times)
    return Session(grader, began, ended, 60.0, *pictures, 2 * times, 4, 5 * times, 30.0, None, ())


def test_a_grader_is_the_sum_of_their_sessions() -> None:
    sessions = [sitting("ann", 1, 1), sitting("ben", 2, 3), sitting("ann", 3, 2)]
    ann, ben, cy = graders_of({"ann": 30, "ben": 9, "cy": 1}, sessions)
    acceptable = 3 * 8 - 2 * 4
    days = ("2026-06-01T08:00:00Z", "2026-06-03T09:00:00Z")
    assert ann == GraderWork("ann", 30, 2, 120.0, 24, 9, 6, acceptable, 15, *days)
    assert (ben.grader, ben.sessions, cy.grader, cy.sessions) == ("ben", 1, "cy", 0)


def test_graders_and_sessions_are_told(report: SurveyReport) -> None:
    sessions = (sitting("ann", 1, 1), sitting("ann", 3, 2))
    found = tables(replace(report, sessions=sessions, graders=graders_of({"ann": 30}, sessions)))
    assert found["Graders"][1] == [
        *("ann", "30", "2", "2 h 00", "24", "38 % of 16", "9", "15"),
        *("2026-06-01 08:00", "2026-06-03 09:00"),
    ]
    assert [row[1] for row in found["Sessions"][1:]] == ["2026-06-03 08:00", "2026-06-01 08:00"]
    assert found["Sessions"][1] == [
        "ann",
        "2026-06-03 08:00",
        *["60", "22", "16", "6", "10", "30"],
        "",
    ]


def test_conflicts_are_listed_up_to_a_number(report: SurveyReport) -> None:
    votes = (("ann", "blank"), ("ben", "mallard"))
    many = [VotedPicture(n, f"m{n}", f"{n}.jpg", "conflict", "", "", votes) for n in range(52)]
    shown = Page(page(replace(report, conflicts=tuple(many))))
    rows = shown.tables["Pictures in conflict"]
    assert rows[1] == ["0.jpg", "ann: blank; ben: mallard"]
    assert len(rows) == 51
    assert "2 more pictures in conflict, not shown" in shown.text


def test_shares_of_classes_are_of_their_own_table(report: SurveyReport) -> None:
    machine, people = report.frequency
    rows = {row[0]: row for row in tables(report)["Classes and how often each occurs"]}
    for one, column in ((machine, 3), (people, 5)):
        for row in one.rows:
            assert rows[row.label][column] == percent_text(100 * one.share(row.count))


def test_deployments_say_how_many_images_they_have(report: SurveyReport) -> None:
    rows = tables(report)["Deployments"]
    column = rows[0].index("images")
    assert [row[column] for row in rows[1:]] == [
        f"{one.taken.images:,}" for one in report.deployments
    ]


def test_runs_are_told_with_what_they_were_made_of(report: SurveyReport) -> None:
    (account,) = report.ledger.runs
    run = replace(
        account.run, model_sha256="m" * 64, taxonomy_sha256="t" * 64, geofence_sha256="g" * 64
    )
    run = replace(run, country="USA", admin1_region="IL", geofenced=1, input_size="1280")
    ledger = replace(report.ledger, runs=(replace(account, run=run),))
    found = pairs_of(Page(page(replace(report, ledger=ledger))))
    for pair in (
        *(("Model, SHA-256", "m" * 64), ("Taxonomy, SHA-256", "t" * 64)),
        *(("Geofence, SHA-256", "g" * 64), ("Geofence", "for USA-IL")),
        *(("Country and state", "USA-IL"), ("Pictures resized to", "1280")),
    ):
        assert pair in found


def test_a_long_table_is_folded_and_a_short_one_is_not(report: SurveyReport) -> None:
    sessions = tuple(sitting(f"grader {n:02}", 1, 1) for n in range(30))
    for some, folds in ((sessions, True), (sessions[:29], False)):
        shown = page(replace(report, graders=graders_of({}, some)))
        assert ("Graders: 30 rows</summary>" in shown) is folds
        assert "29 rows</summary>" not in shown


def test_a_share_of_nothing_is_a_dash(report: SurveyReport) -> None:
    nobody = replace(report.frequency[1], rows=(), without_class=0)
    rows = tables(replace(report, frequency=(report.frequency[0], nobody)))
    assert rows["Classes and how often each occurs"][-1][-2:] == ["0", "–"]
    assert share_of(share(0.5)) == "50 %"
