"""The parts of a report about people: who graded how much, how far they agree, what is in conflict.

Agreement is no accuracy: people who see the AI's word agree with it, and so with each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.domain.agreement import Estimate, estimate_cells
from camtrap_tui.domain.pace import spell_duration
from camtrap_tui.domain.text import counted
from camtrap_tui.services.agreement import Agreement
from camtrap_tui.services.consensus_report import VotedPicture
from camtrap_tui.services.report import GraderWork, SurveyReport
from camtrap_tui.services.report_blocks import (
    Cell,
    folded,
    long_table,
    paragraph,
    section,
    table,
)
from camtrap_tui.services.report_html import Html, join, outside, tag
from camtrap_tui.services.report_places import picture_name
from camtrap_tui.services.sessions import species_text

_MOST_SESSIONS = 200
_MOST_CONFLICTS = 50
_MOST_ROWS = 100


def graders_part(found: SurveyReport) -> Html:
    """Return who graded how much, and in which sessions."""
    if not found.graders:
        return section("graders", "Who graded", paragraph("Nobody has graded yet."))
    rows = [_grader_row(one) for one in found.graders]
    headings = (
        *("grader", "images graded", "sessions", "time", "keyed one by one", "accepted"),
        *("on sheets and in bursts", "taken back", "first (UTC)", "last (UTC)"),
    )
    return section(
        "graders",
        "Who graded",
        paragraph(f"{counted(len(found.graders), 'grader')}; {_graded(found)}."),
        long_table("Graders", headings, rows, right=[3, 5]),
        paragraph(
            tag(
                "small",
                "Images graded: those with a standing word of this person. Of the sessions, a"
                " picture that was graded in two counts twice; labels that came in from elsewhere"
                " have none. Accepted: of those keyed one by one with the AI's word in view.",
            )
        ),
        _sessions(found),
    )


def _graded(found: SurveyReport) -> str:
    pictures = found.filter.pictures or 0
    graded = pictures - (found.filter.ungraded or 0)
    chosen = " chosen" if found.filter.filter else ""
    return (
        f"{graded:,} of {counted(pictures, 'picture')}{chosen} {'has' if graded == 1 else 'have'}"
        " a grade"
    )


def _grader_row(one: GraderWork) -> Sequence[Cell]:
    share = (
        f"{100 * one.accepted / one.acceptable:.0f} % of {one.acceptable:,}"
        if one.acceptable
        else ""
    )
    return (
        one.grader,
        one.images,
        one.sessions,
        tag("span", spell_duration(one.minutes / 60) if one.sessions else "", class_="keep"),
        one.single,
        share,
        one.bulk,
        one.undone,
        _time(one.first),
        _time(one.last),
    )


def _sessions(found: SurveyReport) -> Html:
    if not found.sessions:
        return Html("")
    latest = sorted(found.sessions, key=lambda one: (one.began_at, one.grader), reverse=True)
    rows: list[Sequence[Cell]] = [
        (
            one.grader,
            _time(one.began_at),
            round(one.minutes),
            one.pictures,
            one.single,
            one.bulk,
            one.undone,
            None if one.per_hour is None else round(one.per_hour),
            species_text(one, found.names, 3),
        )
        for one in latest[:_MOST_SESSIONS]
    ]
    headings = (
        *("grader", "began (UTC)", "minutes", "pictures", "single", "bulk"),
        *("undone", "an hour", "most"),
    )
    more = len(latest) - len(rows)
    return folded(
        counted(len(latest), "session") + (", the latest first" if len(latest) > 1 else ""),
        table("Sessions", headings, rows),
        paragraph(f"{counted(more, 'earlier session')} not shown.") if more else None,
    )


def agreement_part(found: SurveyReport) -> Html:
    """Return how far people agree, on the pictures chosen that several graded."""
    return section("agreement", "How far people agree", agreement_blocks(found.agreement))


def agreement_blocks(found: Agreement) -> Html:
    """Return an agreement in tables, its limits and numbers with it."""
    if not found.same.pictures and not found.selves:
        return paragraph("No picture has words of several people.")
    told = (
        f"{counted(found.votes, 'vote')} by {counted(len(found.graders), 'grader')} on"
        f" {counted(found.same.pictures, 'picture')} with several."
    )
    if found.with_ai:
        told += (
            f" {found.with_ai:,} of them {'was' if found.with_ai == 1 else 'were'} keyed with the"
            " AI's word in view, which makes people agree more."
        )
    overall = (
        ("say the same", found.same, False),
        ("contradict each other in nothing", found.compatible, False),
        ("Krippendorff's alpha", found.alpha, True),
    )
    blocks = [
        paragraph(told),
        table(
            "All graders",
            ("what", "figure", "95 % interval", "pictures", "bursts"),
            [
                (what, *_figure(one, is_index=is_index), one.pictures, one.bursts)
                for what, one, is_index in overall
            ],
            right=[1, 2],
        ),
    ]
    if found.words:
        words = [(w.name, w.votes, *_figure(w.same), w.same.pictures) for w in found.words]
        headings = ("what one said", "votes", "another says so", "95 % interval", "pictures")
        blocks.append(_first("By what was said", headings, words, right=[2, 3]))
    if found.pairs:
        pairs = [
            (
                join([outside(p.grader), " and ", outside(p.other)]),
                p.same.pictures,
                *_figure(p.same),
                *_figure(p.kappa, is_index=True),
            )
            for p in found.pairs
        ]
        blocks.append(_first("Each two graders", ("graders", *_OF_TWO), pairs, right=[2, 3, 4, 5]))
    if found.selves:
        selves = [
            (s.grader, s.same.pictures, *_figure(s.same), *_figure(s.kappa, is_index=True))
            for s in found.selves
        ]
        caption = "Each grader with themselves, on pictures that came twice"
        blocks.append(_first(caption, ("grader", *_OF_TWO), selves, right=[2, 3, 4, 5]))
    blocks.append(
        paragraph(
            tag(
                "small",
                "Alpha and kappa set off what chance would give: 1 is perfect, 0 no better than"
                " chance. Frames of a burst are one observation.",
            )
        )
    )
    return join(blocks)


_OF_TWO = ("pictures", "same", "95 % interval", "kappa", "95 % interval of kappa")


def _first(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], right: Sequence[int]
) -> Html:
    shown = long_table(caption, headings, rows[:_MOST_ROWS], right=right)
    more = len(rows) - _MOST_ROWS
    if more <= 0:
        return shown
    return join([shown, paragraph(f"{counted(more, 'more row')}, not shown.")])


def _figure(one: Estimate, *, is_index: bool = False) -> tuple[str, str]:
    figure, interval = estimate_cells(one, is_index=is_index)
    # As the shares of an evaluation stand on the same page.
    return figure.replace("%", " %"), interval.replace("%", "")


def conflicts_part(found: SurveyReport) -> Html:
    """Return what graders' words come to, and the pictures on which they contradict each other."""
    votes = found.votes
    if not votes.pictures:
        none = "No picture chosen is graded." if found.filter.filter else "Nothing is graded yet."
        return section("conflicts", "Conflicts left", paragraph(none))
    states = votes.rules[0].states
    rows: list[Sequence[Cell]] = [(_STATES[name], count) for name, count in states.items() if count]
    return section(
        "conflicts",
        "Conflicts left",
        table(
            "Graded pictures, by what their graders' words come to",
            ("where all must agree", "pictures"),
            rows,
            foot=("in all", votes.pictures),
        ),
        _conflicts(found.conflicts),
    )


_STATES = {
    "agreed": "all who name something agree",
    "settled": "settled",
    "adjudicated": "settled by an adjudicator",
    "conflict": "in conflict",
    "too_few": "too few votes",
    "unsure": "nobody is sure",
}


def _conflicts(found: Sequence[VotedPicture]) -> Html:
    if not found:
        return paragraph("No picture is in conflict.")
    rows: list[Sequence[Cell]] = [
        (
            picture_name(one.file_path) or one.media_id,
            join((join([outside(who), ": ", outside(said)]) for who, said in one.votes), "; "),
        )
        for one in found[:_MOST_CONFLICTS]
    ]
    more = len(found) - len(rows)
    return join(
        [
            long_table("Pictures in conflict", ("picture", "who says what"), rows),
            paragraph(
                f"{counted(more, 'more picture')} in conflict, not shown:"
                " camtrap-tui consensus SURVEY --list conflict --all names them."
            )
            if more
            else None,
        ]
    )


def _time(time: str) -> Html:
    return tag("span", time.replace("T", " ").removesuffix("Z")[:16], class_="keep")
