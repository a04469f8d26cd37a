"""`camtrap-tui split`: graded images for training, validation and test."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_table, narrate
from camtrap_tui.domain.text import counted

if TYPE_CHECKING:
    from camtrap_tui.domain.splitting import By, ClassCount
    from camtrap_tui.services.splitting import SplitPlan

# The table and what is told have room in 80 columns.
_COLUMNS, _NAME, _LONG = 80, 24, 10_000


@click.command("split")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--val", type=float, default=0.15, show_default=True, help="Share for validation.")
@click.option("--test", type=float, default=0.15, show_default=True, help="Share for the test.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, other cameras.")
@click.option(
    "--by",
    type=click.Choice(["deployment", "time"]),
    help="What is divided; the usual is deployments where there are enough of them, else time.",
)
@click.option(
    "--rule",
    default="",
    metavar="RULE",
    help="Which rule settles several graders' votes: expert:NAME, majority, weighted … Without"
    " one, those pictures count on which all agree, or that an adjudicator settled.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be, and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def split_command(
    survey: Path,
    val: float,
    test: float,
    seed: int,
    by: By | None,
    rule: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Divide the graded pictures of SURVEY into train, val and test, to fine-tune a model with.

    Whole deployments go to one part, so that the test is at cameras that the model has not seen;
    with too few of them, each is divided by time, the latest pictures being the test. No burst
    is ever divided, and no picture of a burst that a holdout was drawn from is in any part.

    The parts are stored in place of those before; --where split:train chooses them. The same
    grades and the same seed give the same parts. In the table, `bursts` and `deployments` are
    those of train/val/test, and `few` marks a class with fewer than 250 pictures to train with:
    published fine-tuning levels off at 250 to 500 local images a class.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.splitting import (
        SplitRequest,
        checked_shares,
        make_split,
        plan_split,
        split_json,
    )
    from camtrap_tui.store.store import Store

    request = SplitRequest(checked_shares(val, test), seed, by, rule)
    with Store.open(survey) as store:
        plan = plan_split(store, request)
        if not dry_run:
            make_split(store, plan, load_settings().grader)
    if as_json:
        echo_json(split_json(plan, is_stored=not dry_run))
    else:
        _print(plan)
    _narrate(plan, dry_run=dry_run)


def _print(plan: SplitPlan) -> None:
    rows = [_row("all pictures", plan.all_pictures, "")]
    rows += [_row(row.name, row.count, "" if row.is_enough else "few") for row in plan.classes]
    echo_table(["class", "train", "val", "test", "bursts", "deployments", ""], rows)


def _row(name: str, count: ClassCount, note: str) -> list[Cell]:
    bursts, deployments = (
        "/".join(_short(number) for number in numbers)
        for numbers in (count.bursts, count.deployments)
    )
    shown = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    return [shown, *count.images, bursts, deployments, note]


def _short(number: int) -> str:
    return f"{number}" if number < _LONG else f"{number / 1000:.0f}k"


def _narrate(plan: SplitPlan, *, dry_run: bool) -> None:
    from camtrap_tui.services.splitting import changes_in_words

    shares = [f"{images / len(plan.parts):.1%}" for images in plan.all_pictures.images]
    whole = "deployments" if plan.by == "deployment" else "bursts"
    said = f"{counted(len(plan.parts), 'picture')}, {whole} kept whole: {' / '.join(shares)}."
    told = [f"{said}{' Nothing was stored.' if dry_run else ''}"]
    if plan.changes is not None:
        told.append(changes_in_words(plan.changes))
    told += [f"Left out, {why}: {counted(n, 'picture')}." for why, n in plan.left_out.items()]
    for sentence in (*told, *plan.warnings):
        # By words: a terminal would break it anywhere.
        narrate(textwrap.fill(sentence, _COLUMNS))
