"""The parts of a report about the survey itself: sources, accounts, runs, how the page was made.

They are of the whole survey, whatever the report's filter.
"""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.quality import FLAGS
from camtrap_tui.domain.text import counted
from camtrap_tui.services.accounts import Ledger, meaning_of
from camtrap_tui.services.report import SurveyReport
from camtrap_tui.services.report_blocks import (
    Cell,
    bullets,
    pairs,
    paragraph,
    section,
    sentences,
    table,
)
from camtrap_tui.services.report_html import Html, join, outside, tag
from camtrap_tui.services.report_places import are_hidden, source_names, without_paths
from camtrap_tui.store.accounts import OUTCOMES, Behind


def sources_part(found: SurveyReport) -> Html:
    """Return where the rows of the survey came from."""
    survey, names = found.survey, source_names(found)
    about = pairs(
        [
            ("Survey", outside(survey.name)),
            ("File", outside(found.path.name)),
            ("Its id", tag("code", survey.survey_uuid)),
            ("Made", _utc(survey.created_at)),
            ("A burst", f"pictures at most {counted(survey.burst_gap_s, 'second')} apart"),
        ]
    )
    rows: list[Sequence[Cell]] = [
        (
            names[one.source.id],
            one.source.kind,
            _utc(one.source.added_at),
            one.source.row_count if one.source.row_count is not None else "not counted",
            _hash(one.source.content_md5),
        )
        for one in found.ledger.sources
    ]
    headings = ("source", "kind", "added", "rows counted there", "md5 of the file")
    told = (
        table("Sources of the survey", headings, rows, right=[3])
        if rows
        else paragraph("Nothing was added yet.")
    )
    hidden = "Of paths only the last name is shown, since the page is made to be sent around."
    return section(
        "sources",
        "Survey and sources",
        about,
        told,
        paragraph(tag("small", hidden)) if are_hidden(found) else None,
    )


def accounts_part(found: SurveyReport) -> Html:
    """Return both accounts: every row of every source, every image of every run."""
    ledger = found.ledger
    wrong = [without_paths(one, found) for one in ledger.discrepancies]
    verdict = sentences(wrong, warn=True) if wrong else paragraph("Everything adds up.")
    flags: list[Sequence[Cell]] = [(FLAGS[flag], n) for flag, n in ledger.flags.items() if n]
    return section(
        "accounts",
        "Ledger: every row, every image",
        paragraph(
            "Every row of every source ends in one state, and every image of the survey in one"
            " outcome of each run."
        ),
        verdict,
        _states(ledger, source_names(found)),
        _outcomes(ledger),
        table("Images to doubt", ("why", "images"), flags) if flags else None,
        sentences([without_paths(ledger.unknown, found)], warn=True) if ledger.unknown else None,
    )


def _states(ledger: Ledger, names: dict[int, str]) -> Html:
    states = ledger.states
    if not ledger.sources:
        return Html("")
    rows: list[Sequence[Cell]] = [
        (names[one.source.id], *(one.states.get(state, 0) for state in states), one.rows)
        for one in ledger.sources
    ]
    headings = ("source", *(_spaced(state) for state in states), "in all")
    foot: list[Cell] = ["in all", *states.values(), sum(states.values())]
    return join(
        [
            table("Rows of each source, by state", headings, rows, foot=foot),
            _meanings(list(states), "row"),
        ]
    )


def _outcomes(ledger: Ledger) -> Html:
    if not ledger.runs:
        return paragraph("No run yet: nothing was predicted or imported.")
    rows: list[Sequence[Cell]] = [
        (
            f"run {one.run.id} ({_run_name(one.run)})",
            *(one.outcomes[outcome] for outcome in OUTCOMES),
            sum(one.outcomes.values()),
        )
        for one in ledger.runs
    ]
    headings = ("run", *map(_spaced, OUTCOMES), "images")
    return join(
        [
            table("Images of each run, by outcome", headings, rows),
            _meanings(OUTCOMES, "image"),
        ]
    )


def _meanings(names: Sequence[str], behind: Behind) -> Html:
    said = "; ".join(f"{_spaced(name)}: {meaning_of(name, behind)}" for name in names)
    return paragraph(tag("small", f"{said}.")) if said else Html("")


def runs_part(found: SurveyReport) -> Html:
    """Return each run with its settings, versions and hashes."""
    if not found.ledger.runs:
        return section("runs", "Runs and their settings", paragraph("No run yet."))
    told = (
        join(
            [
                tag("h3", f"Run {one.run.id}: ", outside(_run_name(one.run))),
                pairs(_settings(one.run)),
            ]
        )
        for one in found.ledger.runs
    )
    return section("runs", "Runs and their settings", *told)


def _settings(run: Run) -> list[tuple[str, Html | str | None]]:
    fence = f"for {run.region or 'no region'}" if run.geofenced else "none"
    hashes = [
        ("Model", run.model_sha256),
        ("Taxonomy", run.taxonomy_sha256),
        ("Geofence", run.geofence_sha256),
    ]
    return [
        ("Made by", outside(run.made_by)),
        ("Model", outside(" ".join(part for part in (run.model_name, run.model_version) if part))),
        ("Software", outside(run.software or "")),
        ("Country and state", outside(run.region)),
        ("Geofence", outside(fence)),
        ("Pictures resized to", outside(run.input_size or "")),
        ("From the file", outside(run.source_file or "")),
        ("Its format", outside(run.source_format or "")),
        ("Began", _utc(run.started_at)),
        ("Finished", _utc(run.finished_at) if run.finished_at else "not finished"),
        ("Its id", tag("code", run.run_uuid)),
        *((f"{what}, SHA-256", tag("code", value)) for what, value in hashes if value),
    ]


def making_part(found: SurveyReport) -> Html:
    """Return how the page was made, and what its figures are about."""
    told = found.filter
    run = "none" if found.run_id is None else f"run {found.run_id}"
    lines: list[Html | str] = [
        "Charts, agreement, votes and conflicts are of the pictures chosen; accounts, deployments,"
        " graders, holdouts and runs are of the whole survey.",
        "Every figure that estimates something has its interval and its n; what cannot be estimated"
        " is said to be so.",
        "Graded pictures alone do not say how accurate a run is, since nobody drew them at random:"
        " a holdout does.",
    ]
    return section(
        "making",
        "How this page was made",
        pairs(
            [
                ("Made", _utc(found.made_at)),
                ("With", found.software),
                ("From", outside(found.path.name)),
                ("Pictures chosen", outside(told.filter or "all")),
                ("In words", outside(told.words) if told.filter else None),
                ("How many", counted(told.pictures or 0, "picture")),
                ("Run that is charted", run),
            ]
        ),
        bullets(lines),
    )


def _run_name(run: Run) -> str:
    return " ".join(part for part in (run.model_version, run.region) if part)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _hash(value: str | None) -> Html | None:
    return tag("code", value) if value else None


def _utc(time: str) -> Html:
    """Return a time of the program's own, which is UTC, as a person reads it."""
    return tag(
        "time", f"{time.replace('T', ' ').removesuffix('Z')[:16]} UTC", datetime=time, class_="keep"
    )
