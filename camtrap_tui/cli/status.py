"""`camtrap-tui status` and `camtrap-tui backup`: does every row add up, and a safe copy."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_json_list, echo_table, narrate
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import EXIT_FAILURE, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camtrap_tui.services.accounts import Ledger
    from camtrap_tui.services.listing import Wanted
    from camtrap_tui.store.store import Store

_CHECKED = "Checked each row and the file itself."


@click.command("status")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option(
    "--list",
    "what",
    metavar="WHAT",
    help="Name the files behind a number, with reasons: failed, missing, unreadable, duplicate, "
    "not_a_picture, pending, excluded, here, predicted, never_asked, or a flag such as no_time.",
)
@click.option(
    "--run",
    "run_id",
    type=int,
    help="With --list: the run whose failed, predicted, pending … are meant; the newest unless "
    "given.",
)
@click.option(
    "--csv",
    "out",
    metavar="OUT|-",
    type=click.Path(path_type=Path, allow_dash=True),
    help="With --list: write a CSV file, or - for stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--check", is_flag=True, help="Also check each row and the file itself; reads all of it."
)
def status_command(
    survey: Path,
    *,
    what: str | None,
    run_id: int | None,
    out: Path | None,
    as_json: bool,
    check: bool,
) -> None:
    """Count how every source row and every image of each run ended.

    Two accounts: the rows of each source by state, and the images of each run by outcome. Where
    one does not add up, each difference is a sentence on stderr and the exit code is 1.
    """
    from camtrap_tui.store.store import Store

    if what is None and (out is not None or run_id is not None):
        raise UsageError("--csv and --run are for lists:", "give --list too, as in --list failed.")
    if out is not None and as_json:
        raise UsageError("--csv and --json:", "give one of them.")
    if what is not None and check:
        raise UsageError("--check is for the accounts:", "leave --list out.")
    with Store.open(survey) as store:
        if what is not None:
            _list(store, what, run_id, out, as_json=as_json)
            return
        _accounts(store, as_json=as_json, deep=check)


def _accounts(store: Store, *, as_json: bool, deep: bool) -> None:
    from camtrap_tui.services.accounts import ledger_json, take_ledger

    ledger = take_ledger(store, deep=deep)
    if as_json:
        echo_json(ledger_json(ledger))
    else:
        _show(ledger)
        if ledger.unknown:
            narrate(f"\n{ledger.unknown}")
    for said in ledger.discrepancies:
        click.echo(f"camtrap-tui: {clean(said)}", err=True)
    if ledger.discrepancies:
        count = counted(len(ledger.discrepancies), "thing does", "things do")
        narrate(f"{clean(str(store.path))}: {count} not add up.")
        raise click.exceptions.Exit(EXIT_FAILURE)
    if not as_json:
        narrate(f"\nEverything adds up.{f' {_CHECKED}' if deep else ''}")


def _show(ledger: Ledger) -> None:
    from camtrap_tui.store.accounts import OUTCOMES

    states = ledger.states
    echo_table(
        ["source", "kind", "counted", *states, "in all"],
        [
            *(
                (
                    account.source.location,
                    account.source.kind,
                    "–" if account.source.row_count is None else account.source.row_count,
                    *(account.states.get(state, 0) for state in states),
                    account.rows,
                )
                for account in ledger.sources
            ),
            ("in all", "", "", *states.values(), sum(states.values())),
        ],
    )
    narrate("")
    echo_table(
        [
            "run",
            "kind",
            "model",
            "region",
            *(name.replace("_", " ") for name in OUTCOMES),
            "images",
        ],
        [
            (
                str(account.run.id),
                account.run.made_by,
                account.run.model_version,
                account.run.region,
                *account.outcomes.values(),
                sum(account.outcomes.values()),
            )
            for account in ledger.runs
        ],
    )
    flags: list[Sequence[Cell]] = [(flag, n) for flag, n in ledger.flags.items() if n]
    if flags:
        narrate("")
        echo_table(["flag", "images"], flags)
    narrate("")
    echo_table(["grader", "images graded"], list(ledger.graders.items()))


def _list(store: Store, what: str, run_id: int | None, out: Path | None, *, as_json: bool) -> None:
    from camtrap_tui.domain.quality import KEPT_FLAGS
    from camtrap_tui.services import listing
    from camtrap_tui.services.csv_files import check_out, write_csv

    asked = listing.wanted(store, what, run_id)
    is_stdout = out is not None and str(out) == "-"
    if out is not None and not is_stdout:
        check_out(store.path, out)
    with store.db.snapshot():
        ids = listing.ids(store, asked)
        lines = listing.walk(store, asked, ids)
        if as_json:
            echo_json_list(listing.as_json(asked, line) for line in lines)
        elif out is None:
            _show_list(store, asked, ids)
        elif is_stdout:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(listing.LIST_COLUMNS)
            writer.writerows(listing.cells(asked, line) for line in lines)
        else:
            write_csv(out, listing.LIST_COLUMNS, (listing.cells(asked, line) for line in lines))
    narrate(_summary(asked, len(ids)) + (f" Written to {clean(str(out))}." if out else ""))
    if (ids or asked.what in KEPT_FLAGS) and (hint := listing.how_to_go_on(store, asked)):
        narrate(hint)


def _summary(asked: Wanted, count: int) -> str:
    name = asked.what.replace("_", " ")
    if asked.behind == "row":
        return f"{counted(count, 'source row')}: {name}."
    of = f" of run {asked.run.id} ({clean(asked.run.model_version)})" if asked.run else ""
    return f"{counted(count, 'image')}{of}: {name}."


def _show_list(store: Store, asked: Wanted, ids: Sequence[int]) -> None:
    from camtrap_tui.services import listing

    first = listing.page(store, asked, ids[:200])
    numbered = any(line.row_number for line in first)
    tried = any(line.tries for line in first)
    several = asked.behind == "row" and len({line.source for line in first}) > 1
    reasoned = any(listing.reason_of(asked, line) for line in first)
    headings = ["file"]
    headings += ["row"] * numbered + ["tries"] * tried + ["reason"] * reasoned
    headings += ["source"] * several
    rows = (
        [
            listing.name_of(line),
            *([line.row_number or None] * numbered),
            *([line.tries] * tried),
            *([listing.reason_of(asked, line)] * reasoned),
            *([line.source] * several),
        ]
        for line in listing.walk(store, asked, ids)
    )
    echo_table(headings, rows)
    narrate("")


@click.command("backup")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def backup_command(survey: Path, out: Path) -> None:
    """Copy SURVEY to OUT safely, also while people grade; never over a file."""
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        store.backup(out)
    narrate(f"{clean(str(survey))} copied to {clean(str(out))}.")
