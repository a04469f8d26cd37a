"""A report as one page of HTML that needs nothing else: no script, no network, no other file.

The same survey gives the same page, but for the time at which it was made.
"""

from __future__ import annotations

from pathlib import Path

from camtrap_tui.domain.text import counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.csv_files import check_out
from camtrap_tui.services.exports.beside import whole_file
from camtrap_tui.services.report import SurveyReport
from camtrap_tui.services.report_blocks import facts, paragraph, section, sentences
from camtrap_tui.services.report_counts import frequency_part, hours_part
from camtrap_tui.services.report_deployments import deployments_part
from camtrap_tui.services.report_holdouts import holdouts_part, verdicts
from camtrap_tui.services.report_html import Html, join, outside, style, tag
from camtrap_tui.services.report_people import agreement_part, conflicts_part, graders_part
from camtrap_tui.services.report_style import policy, style_sheet
from camtrap_tui.services.report_survey import (
    accounts_part,
    making_part,
    runs_part,
    sources_part,
)

_CONTENTS = (
    ("short", "In short"),
    ("holdouts", "How accurate is the run?"),
    ("classes", "What is on the pictures"),
    ("hours", "Hours of the day"),
    ("deployments", "Deployments"),
    ("graders", "Who graded"),
    ("agreement", "How far people agree"),
    ("conflicts", "Conflicts left"),
    ("accounts", "Ledger"),
    ("sources", "Survey and sources"),
    ("runs", "Runs"),
    ("making", "How this page was made"),
)
_DOCTYPE = b"<!DOCTYPE HTML"
_EXAMPLE = "report.html"


def check_page(survey: Path, out: Path) -> None:
    """Refuse a place for a page, before anything is read: it may replace a page, nothing else.

    Raises UsageError and InputError, as `check_out` does, and UsageError for what is no page.
    """
    check_out(survey, out, _EXAMPLE)
    if not out.exists():
        return
    try:
        with out.open("rb") as file:
            begin = file.read(len(_DOCTYPE))
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}.", "Name another file.") from None
    if begin and begin.upper() != _DOCTYPE:
        raise UsageError(f"{out}: is there, and no page.", f"Name another file, as in {_EXAMPLE}.")


def write_page(found: SurveyReport, out: Path) -> int:
    """Write the page, whole or not at all; return its size in bytes.

    Errors are those of `check_page` and `whole_file`.
    """
    content = page(found).encode()
    check_page(found.path, out)
    with whole_file(found.path, out) as beside:
        beside.write_bytes(content)
    return len(content)


def page(found: SurveyReport) -> str:
    """Return the page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=found.software),
        tag("title", found.title),
        style(style_sheet()),
    )
    body = tag(
        "body",
        tag("a", "To the report", href="#main", class_="skip"),
        tag(
            "header",
            tag("h1", outside(found.title)),
            _about(found),
        ),
        _contents(),
        tag("main", *_parts(found), id="main"),
        tag("footer", paragraph(f"Made with {found.software}. This page loads nothing.")),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _parts(found: SurveyReport) -> tuple[Html, ...]:
    return (
        _short_part(found),
        holdouts_part(found),
        frequency_part(found),
        hours_part(found),
        deployments_part(found),
        graders_part(found),
        agreement_part(found),
        conflicts_part(found),
        accounts_part(found),
        sources_part(found),
        runs_part(found),
        making_part(found),
    )


def _about(found: SurveyReport) -> Html:
    made = found.made_at.replace("T", " ").removesuffix("Z")[:16]
    parts: list[Html | str] = [
        "A report on the camera-trap survey ",
        outside(found.survey.name),
        ", made ",
        tag("time", f"{made} UTC", datetime=found.made_at),
        ".",
    ]
    if found.filter.filter:
        count = counted(found.filter.pictures or 0, "picture")
        parts += [
            " Charts, agreement and conflicts are of the filter ",
            tag("code", outside(found.filter.filter)),
            f": {count}.",
        ]
    return paragraph(*parts, class_="muted")


def _contents() -> Html:
    links = (tag("li", tag("a", name, href=f"#{anchor}")) for anchor, name in _CONTENTS)
    return tag("nav", tag("ol", *links), aria_label="Contents")


def _short_part(found: SurveyReport) -> Html:
    told = [
        join([tag("h3", "By the holdout ", outside(name)), sentences(said), _limited(notes)])
        for name, said, notes in verdicts(found)
    ]
    if not found.filter.pictures and found.filter.filter:
        said = f"No picture fits the filter: there is nothing to chart. {found.filter.hint}"
        told.append(sentences([said], warn=True))
    wrong = len(found.ledger.discrepancies)
    if wrong:
        said = f"{counted(wrong, 'thing does', 'things do')} not add up in the ledger."
        told.append(sentences([said], warn=True))
    return section(
        "short",
        "In short",
        _facts(found),
        *told,
        None if found.ledger.runs else paragraph("Nothing has been predicted yet."),
    )


def _limited(notes: int) -> Html | None:
    """Return that an answer does not stand alone, where it has notes."""
    if not notes:
        return None
    link = tag("a", counted(notes, "note"), href="#holdouts")
    return paragraph("How far this holds is in its ", link, ".")


def _facts(found: SurveyReport) -> Html:
    ledger, taken = found.ledger, [one.taken for one in found.deployments]
    first = min((one.first for one in taken if one.first), default="")
    last = max((one.last for one in taken if one.last), default="")
    graded = (found.filter.pictures or 0) - (found.filter.ungraded or 0)
    chosen = f"of {found.filter.pictures or 0:,} chosen" if found.filter.filter else ""
    conflicts = found.votes.rules[0].states["conflict"]
    return facts(
        [
            ("Images", ledger.images, ""),
            ("Deployments", len(found.deployments), ""),
            ("First picture", first[:10] or "not known", ""),
            ("Last picture", last[:10] or "not known", ""),
            ("Runs", len(ledger.runs), f"run {found.run_id} is charted" if found.run_id else ""),
            ("Pictures graded", graded, chosen),
            ("Graders", len(found.graders), ""),
            ("In conflict", conflicts, chosen),
            ("Holdouts", len(found.holdouts), ""),
        ]
    )
