"""`camtrap-tui holdout SURVEY …`: samples to be graded blind, drawn, extended and followed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from camtrap_tui.cli.holdout_text import show_plan, show_progress
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.config import load_settings
from camtrap_tui.domain.filter_lexing import quoted_part
from camtrap_tui.domain.sampling import ALLOCATIONS
from camtrap_tui.domain.strata import BY
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import EXIT_FAILURE, UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.sampling import Allocation
    from camtrap_tui.domain.strata import By

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_GRADER = click.option("--grader", help="Who draws; remembered by the review screen.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be drawn; draw nothing.")


class _Actions(click.Group):
    """Takes the survey first, then an action; without one it lists."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and (len(args) == 1 or args[1].startswith("-")):
            is_help = any(arg in context.help_option_names for arg in args[1:])
            args = args[1:] if is_help else [args[0], "list", *args[1:]]
        return super().parse_args(context, args)


@click.group(
    "holdout",
    cls=_Actions,
    subcommand_metavar="[draw|list|show|extend|discard] …",
    epilog="camtrap-tui holdout SURVEY draw --help tells more of an action.",
)
@click.argument("survey", type=click.Path(path_type=Path))
@click.pass_context
def holdout_command(context: click.Context, survey: Path) -> None:
    """Draw samples of SURVEY that are graded blind, to say how accurate a run is.

    A holdout is a random sample of bursts, in strata, one random frame of each burst; what is
    drawn follows from the seed, so that copies of a survey draw the same. It is frozen when it
    is drawn, and can be extended. Grade it with camtrap-tui review SURVEY --holdout NAME.
    Without an action the holdouts are listed.
    """
    context.obj = survey


@holdout_command.command("list")
@_JSON
@click.pass_obj
def list_action(survey: Path, *, as_json: bool) -> None:
    """List the holdouts, and how far they are graded."""
    from camtrap_tui.services.holdouts import progress, progress_json
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        found = [progress(store, holdout) for holdout in store.holdouts.all()]
    if as_json:
        echo_json([progress_json(one) for one in found])
    elif found:
        echo_table(
            ["holdout", "run", "bursts", "drawn", "graded", "strata", "where", "drawn by", "at"],
            [
                (
                    *(one.holdout.name, one.holdout.run_id, one.population, one.sampled),
                    *(one.graded, len(one.strata), one.holdout.filter),
                    *(one.phases[0].drawn_by, one.phases[0].drawn_at),
                )
                for one in found
            ],
        )
    else:
        narrate(
            "No holdout is drawn yet:"
            f" camtrap-tui holdout {quoted(str(survey))} draw NAME --dry-run shows one."
        )


@holdout_command.command("draw")
@click.argument("name")
@click.option("--size", default=600, show_default=True, help="How many bursts to draw.")
@click.option(
    "--strata",
    default="species,score",
    show_default=True,
    metavar="BY",
    help=f"What to stratify by: {', '.join(BY)}, with commas.",
)
@click.option(
    "--allocation",
    type=click.Choice(ALLOCATIONS),
    default="mixed",
    show_default=True,
    help="How strata share the sample: by their bursts, all the same, or (mixed) half of each,"
    " and a quarter at least for blanks.",
)
@click.option(
    "--min", "minimum", default=30, show_default=True, help="The least of a stratum, if it has it."
)
@click.option("--seed", default=1, show_default=True, help="Another seed draws other bursts.")
@click.option("--where", default="", help="Draw from the pictures of this filter only.")
@click.option("--run", "run_id", type=int, help="The run to be judged; the newest finished.")
@click.option(
    "--repeat",
    "repeat_share",
    default=0.05,
    show_default=True,
    help="The share that comes back to each grader a second time.",
)
@_DRY_RUN
@_GRADER
@_JSON
@click.pass_obj
def draw_action(
    survey: Path,
    *,
    name: str,
    size: int,
    strata: str,
    allocation: Allocation,
    minimum: int,
    seed: int,
    where: str,
    run_id: int | None,
    repeat_share: float,
    dry_run: bool,
    grader: str | None,
    as_json: bool,
) -> None:
    """Draw a holdout called NAME.

    Bursts are stratified by what the run says of the frame that stands for each: its class,
    then its score, then its camera. There is room for as many strata as two thirds of the sample
    fill with the least of each; classes too small for that share one, called rare classes.
    Blanks, however few, and pictures without a prediction are strata of their own.
    """
    from camtrap_tui.domain.drawing_plans import DrawRequest
    from camtrap_tui.services.charts import choose_run
    from camtrap_tui.services.holdouts import (
        freeze,
        plan_json,
        prepare,
        progress,
        progress_json,
    )
    from camtrap_tui.services.splitting import overlap_note
    from camtrap_tui.store.store import Store

    by = cast("tuple[By, ...]", tuple(part.strip() for part in strata.split(",") if part.strip()))
    request = DrawRequest(name, size, by, allocation, minimum, seed, where, repeat_share)
    who = _grader(grader, needed=not dry_run)
    with Store.open(survey) as store:
        drawing = prepare(store, choose_run(store, run_id), request)
        plan = drawing.plan
        if not as_json:
            show_plan(plan)
        if dry_run:
            if as_json:
                echo_json(plan_json(plan))
            narrate("Nothing was drawn (--dry-run).")
            return
        holdout = freeze(store, drawing, who)
        overlap = overlap_note(store)
        if as_json:
            echo_json(progress_json(progress(store, holdout)) | {"notes": list(plan.notes)})
    narrate(
        f"Drawn: grade it with camtrap-tui review {quoted(str(survey))}"
        f" --holdout {quoted(holdout.name)}"
    )
    if overlap:
        narrate(overlap)


@holdout_command.command("show")
@click.argument("name")
@_JSON
@click.pass_obj
def show_action(survey: Path, *, name: str, as_json: bool) -> None:
    """Show the strata of the holdout NAME, how far they are graded, by whom, and its phases.

    A weight is how many bursts one that was drawn stands for; times the pictures of its burst,
    how many pictures. Graded is what counts: by somebody who did not see the AI's word.
    """
    from camtrap_tui.services.holdouts import find_holdout, progress, progress_json
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        found = progress(store, find_holdout(store, name))
    if as_json:
        echo_json(progress_json(found))
    else:
        show_progress(found)


@holdout_command.command("extend")
@click.argument("name")
@click.option("--by", "more", type=int, required=True, help="How many bursts to draw in addition.")
@click.option("--species", default="", help="Draw where this is predicted, as in filters.")
@click.option(
    "--stratum", default="", help="Draw in this stratum: its number, or part of its name."
)
@_DRY_RUN
@_GRADER
@_JSON
@click.pass_obj
def extend_action(
    survey: Path,
    *,
    name: str,
    more: int,
    species: str,
    stratum: str,
    dry_run: bool,
    grader: str | None,
    as_json: bool,
) -> None:
    """Draw further bursts for the holdout NAME: it stays valid, and what was graded counts.

    In each stratum the next bursts of the same shuffle are drawn, from what the survey held at
    the first drawing. Weights follow, and the extension is recorded.
    """
    from camtrap_tui.services.holdouts import extend, find_holdout, plan_extension
    from camtrap_tui.services.splitting import overlap_note
    from camtrap_tui.store.store import Store

    who = _grader(grader, needed=not dry_run)
    with Store.open(survey) as store:
        holdout = find_holdout(store, name)
        before = store.holdouts.strata(holdout.id)
        planned = plan_extension(store, holdout, more, stratum=stratum, species=species)
        phase = None
        if not dry_run:
            phase = extend(store, holdout, more, who, stratum=stratum, species=species)
        overlap = overlap_note(store)
    rows = [
        (old.stratum, old.name, old.population, old.sampled, added, new.sampled, new.weight)
        for old, new, added in zip(before, planned.strata, planned.more, strict=True)
    ]
    headings = ("stratum", "name", "population", "before", "more", "sampled", "weight")
    if as_json:
        echo_json(
            {
                "holdout": holdout.name,
                "phase": phase.phase if phase else None,
                "aim": planned.aim,
                "expected": planned.expected,
                "strata": [dict(zip(headings, row, strict=True)) for row in rows],
            }
        )
    else:
        echo_table(
            ("", "stratum", "bursts", "before", "more", "drawn", "weight"),
            [row for row in rows if row[4]],
        )
    if planned.expected is not None and planned.expected < more - 0.5:
        narrate(
            f"About {planned.expected:.0f} of {counted(more, 'burst')} will be {species}, which"
            " shares a stratum with others.\nA holdout for it alone is drawn with"
            f" --where {quoted(f'species:{quoted_part(species)}')}."
        )
    if phase is None:
        narrate("Nothing was drawn (--dry-run).")
    else:
        narrate(f"Phase {phase.phase} of {holdout.name}: {counted(more, 'burst')} drawn.")
    if overlap:
        narrate(overlap)


@holdout_command.command("discard")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def discard_action(survey: Path, *, name: str, yes: bool) -> None:
    """Remove the holdout NAME, as long as nobody has graded for it."""
    from camtrap_tui.services.holdouts import discard, find_holdout
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        holdout = find_holdout(store, name)
        if not (yes or _agreed(holdout.name)):
            raise click.exceptions.Exit(EXIT_FAILURE)
        discard(store, holdout)
    narrate(f"Discarded: {holdout.name}.")


def _agreed(name: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        narrate("Nothing was discarded: give --yes where nobody can be asked.")
        return False
    if click.confirm(f"Discard the holdout {clean(name)}?", default=False, err=True):
        return True
    narrate("Nothing was discarded.")
    return False


def _grader(option: str | None, *, needed: bool) -> str:
    who = clean_name(load_settings({"grader": option}).grader)
    if needed and not who:
        raise UsageError("Who draws?", "Give your name: --grader NAME.")
    return who
