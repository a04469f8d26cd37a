"""`camtrap-tui evaluate SURVEY --holdout NAME`: how accurate a run is, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.evaluations import Evaluation
    from camtrap_tui.store.store import Store


@click.command("evaluate")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--holdout", "name", required=True, help="The holdout whose grades are the measure.")
@click.option("--run", "run_id", type=int, help="The run to judge; the one the holdout is from.")
@click.option(
    "--against", "against_id", type=int, help="Another run: say by how much this one is better."
)
@click.option(
    "--rule",
    "rule_text",
    default="majority",
    show_default=True,
    help="How votes are settled: unanimous, majority, majority:K, weighted or expert:NAME.",
)
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(["import"]),
    help="Let labels count that came in with import-grades.",
)
@click.option("--pictures", is_flag=True, help="Figures about pictures instead of bursts.")
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    help="What a score threshold is to keep, for certain.",
)
@click.option(
    "--half-width",
    type=click.FloatRange(0.5, 49),
    default=5.0,
    show_default=True,
    help="To how many points ± each class's precision is to be known.",
)
@click.option("--all", "show_all", is_flag=True, help="Every class and every cell.")
@click.option(
    "--matrix",
    "as_matrix",
    is_flag=True,
    help="Print the confusion matrix alone, as many classes as fit; with --all, every class.",
)
@click.option(
    "--list",
    "cell",
    metavar="TRUTH>CALLED",
    help="Name the graded pictures of a cell, as in 'blank>bird'; either side may be left out.",
)
@click.option("--csv", "out", type=click.Path(path_type=Path), help="Write every figure as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def evaluate_command(
    survey: Path,
    *,
    name: str,
    run_id: int | None,
    against_id: int | None,
    rule_text: str,
    also: tuple[str, ...],
    pictures: bool,
    precision: float,
    half_width: float,
    show_all: bool,
    as_matrix: bool,
    cell: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Say how accurate a run of SURVEY is, by a holdout that was graded blind.

    Accuracy, precision, recall and prevalence of each class, animals missed among blanks, what
    is taken for what, which scores can be trusted: each weighted by how the sample was drawn,
    with a 95 % interval and n. What cannot be estimated is said to be so.
    """
    from camtrap_tui.cli.evaluation_text import echo_evaluation
    from camtrap_tui.cli.matrix_text import echo_matrix
    from camtrap_tui.domain.consensus import parse_rule
    from camtrap_tui.services.evaluation import evaluate
    from camtrap_tui.services.evaluation_tables import evaluation_json, write_evaluation
    from camtrap_tui.services.holdouts import find_holdout
    from camtrap_tui.store.store import Store

    if cell is not None and ">" not in cell:
        raise UsageError(f"--list {cell!r}: names no cell:", "write TRUTH>CALLED, in quotes.")
    with Store.open(survey) as store:
        found = evaluate(
            store,
            find_holdout(store, name),
            run_id=run_id,
            against_id=against_id,
            rule=parse_rule(rule_text),
            also=also,
            unit="pictures" if pictures else "bursts",
            precision=precision,
            half_width=half_width / 100,
        )
        if out is not None:
            rows = write_evaluation(found, survey, out)
            narrate(f"{out}: {counted(rows, 'figure')}.")
        if cell is not None:
            _list(store, found, cell, as_json=as_json)
            return
    if as_json:
        echo_json(evaluation_json(found))
    elif as_matrix:
        echo_matrix(found, show_all=show_all)
    elif out is None:
        echo_evaluation(found, survey, show_all=show_all)


def _list(store: Store, found: Evaluation, cell: str, *, as_json: bool) -> None:
    """Print the graded pictures of the cells that a text names."""
    truth, _, called = (part.strip().casefold() for part in cell.partition(">"))
    chosen = [
        one
        for one in found.cells
        if _is_named(truth, one.truth) and _is_named(called, one.predicted)
    ]
    if not chosen:
        raise UsageError(
            f"--list {cell!r}: no graded picture is in such a cell.",
            f"See them with: camtrap-tui evaluate {quoted(str(store.path))} --holdout"
            f" {quoted(found.basis.holdout)} --all",
        )
    rows = []
    for one in chosen:
        for image in store.images.by_ids(one.image_ids):
            rows.append((one.truth, one.predicted, image.media_id, image.file_path))
    headings = ("truth", "called", "media_id", "file")
    if as_json:
        echo_json([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        echo_table(headings, rows)


def _is_named(wanted: str, name: str) -> bool:
    """Tell whether a side is named: by nothing, its name, or what it shares with other classes."""
    name = name.casefold()
    return wanted in ("", name) or name.startswith(f"{wanted} (")
