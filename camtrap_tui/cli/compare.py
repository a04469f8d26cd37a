"""`camtrap-tui compare SURVEY RUN OTHER`: which pictures two runs predict differently."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_json_list, echo_table, narrate
from camtrap_tui.config import load_settings
from camtrap_tui.domain.text import counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camtrap_tui.domain.models import Run
    from camtrap_tui.services.comparing import Comparison

_MOST_ROWS = 25


@click.command("compare")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("run", type=int)
@click.argument("other", type=int)
@click.option(
    "--where", default="", metavar="FILTER", help="Only these pictures; its words speak of OTHER."
)
@click.option("--list", "as_list", is_flag=True, help="Name the pictures that changed.")
@click.option("--classes", is_flag=True, help="Count the pictures of each class in both.")
@click.option("--all", "show_all", is_flag=True, help=f"Show more than {_MOST_ROWS} rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare_command(
    survey: Path,
    run: int,
    other: int,
    *,
    where: str,
    as_list: bool,
    classes: bool,
    show_all: bool,
    as_json: bool,
) -> None:
    """Say what changed from RUN to OTHER: from what to what, and how many pictures.

    A change is coarser where OTHER names a group of what RUN named, finer the other way round,
    and other in all other cases. What is printed last opens the pictures. Runs go by their
    numbers in this file (camtrap-tui status lists them): a copy may number its own otherwise.
    """
    from camtrap_tui.services.comparing import changed_pictures, compare, comparison_json
    from camtrap_tui.store.store import Store

    if as_list and classes:
        raise UsageError("--list and --classes:", "give one of them.")
    grader = load_settings().grader
    with Store.open(survey) as store:
        if as_list:
            found = changed_pictures(store, run, other, where=where, grader=grader)
            if as_json:
                echo_json_list(asdict(one) for one in found)
            else:
                rows = ((p.was, p.now, p.relation, p.now_score, p.file_path) for p in found)
                echo_table([f"run {run}", f"run {other}", "it is", "score", "file"], rows)
            return
        comparison = compare(store, run, other, where=where, grader=grader)
    if as_json:
        echo_json(comparison_json(comparison))
    elif classes:
        _show_classes(comparison)
    else:
        most = len(comparison.changes) if show_all else _MOST_ROWS
        _show(survey, comparison, most)


def _show(survey: Path, found: Comparison, most: int) -> None:
    from camtrap_tui.services.comparing import changed_filter

    first, second = found.run.id, found.other.id
    narrate(f"Run {first}: {_about(found.run)}")
    narrate(f"Run {second}: {_about(found.other)}\n")
    rows: list[Sequence[Cell]] = [("the same in both", found.same), ("changed", found.changed)]
    rows += [(f"  {name}", count) for name, count in found.relations.items()]
    rows += [
        (f"predicted in run {first} alone", found.only_in_run),
        (f"predicted in run {second} alone", found.only_in_other),
        ("predicted in neither", found.in_neither),
        ("in all", found.pictures),
    ]
    echo_table(["pictures", "count"], rows)
    for run, failed in ((first, found.failed), (second, found.other_failed)):
        if failed:
            narrate(f"Run {run} failed on {counted(failed, 'picture')}.")
    if not found.changes:
        return
    narrate("")
    shown = found.changes[:most]
    echo_table(
        [f"run {first}", f"run {second}", "it is", "pictures"],
        [(change.was, change.now, change.relation, change.pictures) for change in shown],
    )
    if len(shown) < len(found.changes):
        left = found.changes[most:]
        rest = sum(change.pictures for change in left)
        narrate(f"… and {len(left):,} more with {counted(rest, 'picture')}: --all shows them")
    narrate("\nThe pictures that changed, and those of the first row:")
    for where in (changed_filter(first, found.where), shown[0].where):
        command = f"camtrap-tui review {quoted(str(survey))} --run {second}"
        narrate(f"  {command} --where {quoted(where)}")


def _show_classes(found: Comparison) -> None:
    echo_table(
        ["class", f"run {found.run.id}", f"run {found.other.id}", "difference"],
        [
            (one.name, one.pictures, one.other_pictures, one.other_pictures - one.pictures)
            for one in found.classes
        ],
    )


def _about(run: Run) -> str:
    said = f"{run.made_by}, model {run.model_version}, {run.region or 'no country'}"
    return said if run.finished_at else f"{said}; not finished"
