"""`camtrap-tui agreement SURVEY`: how far graders agree, with each other and with themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_table, narrate
from camtrap_tui.domain.agreement import estimate_cells
from camtrap_tui.domain.text import counted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.agreement import Agreement

_MOST_ROWS = 25


@click.command("agreement")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--where", default="", metavar="FILTER", help="Only these pictures, as in review.")
@click.option("--run", "run_id", type=int, help="The run that the filter asks about.")
@click.option(
    "--holdout",
    "name",
    metavar="NAME",
    help="Only what was keyed blind for a holdout; second viewings give self-agreement.",
)
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(["import"]),
    help="With --holdout: compare labels too that came in with import-grades.",
)
@click.option("--all", "show_all", is_flag=True, help=f"Show more than {_MOST_ROWS} rows.")
@click.option("--json", "as_json", is_flag=True, help="Print every number as JSON.")
def agreement_command(
    survey: Path,
    *,
    where: str,
    run_id: int | None,
    name: str | None,
    also: tuple[str, ...],
    show_all: bool,
    as_json: bool,
) -> None:
    """Say how far the graders of SURVEY agree, on pictures with several votes.

    same: how often two say the same; a family is not its species here. compatible: how often
    neither contradicts the other. alpha (Krippendorff's, for all graders) and kappa (Cohen's, for
    two) set off what chance would give: 1 is perfect, 0 no better than chance. Who is not sure has
    said nothing; an adjudicator's word is left out. The limits are for 95 %, frames of a burst
    being one observation.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.agreement import agreement, agreement_json
    from camtrap_tui.services.blind_queue import find_holdout
    from camtrap_tui.services.consensus_report import Scope
    from camtrap_tui.store.store import Store

    if also and not name:
        raise UsageError("--also is about what counts for a holdout:", "give --holdout NAME.")
    with Store.open(survey) as store:
        holdout = find_holdout(store, name) if name else None
        scope = Scope(where, run_id, load_settings().grader, holdout, also)
        found = agreement(store, scope)
    if as_json:
        echo_json(agreement_json(found))
    else:
        _show(found, show_all=show_all)


def _show(found: Agreement, *, show_all: bool) -> None:
    graders = counted(len(found.graders), "grader")
    pictures = counted(found.same.pictures, "picture")
    narrate(f"{counted(found.votes, 'vote')} by {graders} on {pictures} with several.")
    if found.with_ai:
        of = f"{found.with_ai:,} of them were" if found.with_ai > 1 else "1 of them was"
        narrate(f"{of} keyed with the AI's word in view, which makes people agree more.")
    overall = (
        ("same", found.same, False),
        ("compatible", found.compatible, False),
        ("Krippendorff's alpha", found.alpha, True),
    )
    rows: list[list[Cell]] = [
        [what, *estimate_cells(one, is_index=is_index), one.pictures, one.bursts]
        for what, one, is_index in overall
    ]
    echo_table(["all graders", "", "95 %", "pictures", "bursts"], rows)
    if found.words:
        rows = [[w.name, w.votes, *estimate_cells(w.same), w.same.pictures] for w in found.words]
        _table(["what one said", "votes", "same", "95 %", "pictures"], rows, show_all=show_all)
    if found.pairs:
        rows = [
            [
                p.grader,
                p.other,
                p.same.pictures,
                *estimate_cells(p.same),
                *estimate_cells(p.kappa, is_index=True),
            ]
            for p in found.pairs
        ]
        headings = ["grader", "and", "pictures", "same", "95 %", "kappa", "95 %"]
        _table(headings, rows, show_all=show_all)
    if found.selves:
        rows = [
            [
                s.grader,
                s.same.pictures,
                *estimate_cells(s.same),
                *estimate_cells(s.kappa, is_index=True),
            ]
            for s in found.selves
        ]
        headings = ["with themselves", "twice", "same", "95 %", "kappa", "95 %"]
        _table(headings, rows, show_all=show_all)


def _table(headings: list[str], rows: list[list[Cell]], *, show_all: bool) -> None:
    click.echo("")
    shown = rows if show_all else rows[:_MOST_ROWS]
    echo_table(headings, shown)
    if len(shown) < len(rows):
        narrate(f"{counted(len(rows) - len(shown), 'row')} more: --all shows them.")
