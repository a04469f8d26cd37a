"""What `camtrap-tui holdout` prints of a plan and of a holdout: tables, and what to know."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_table, narrate
from camtrap_tui.domain.text import counted

if TYPE_CHECKING:
    from camtrap_tui.services.holdouts import Plan, Progress

# The narrowest terminal that works well.
_COLUMNS = 80


def show_plan(plan: Plan) -> None:
    rows: list[Sequence[Cell]] = [
        (s.name, s.population, s.population_images, s.sampled, s.weight, _points(s.half_width))
        for s in plan.strata
    ]
    drawn = (plan.population, plan.population_images, plan.sampled)
    rows.append(("in all", *drawn, None, _points(plan.half_width)))
    echo_table(("stratum", "bursts", "pictures", "drawn", "weight", "points"), rows)
    narrate("")
    _tell("Points: the half-width to expect of a 95 % interval of accuracy, were 9 in 10 right.")
    for note in plan.notes:
        _tell(note)
    _tell_graded(plan.graded_before)


def _tell(note: str) -> None:
    # By words: a terminal would break it anywhere.
    narrate(textwrap.fill(note, _COLUMNS))


def _points(half_width: float) -> str:
    return f"±{100 * half_width:.1f}"


def _tell_graded(before: Mapping[str, int]) -> None:
    """Say which of the drawn pictures were graded with the AI's word in view."""
    for grader, pictures in before.items():
        _tell(
            f"{grader} has graded {counted(pictures, 'picture')} of these with the AI's word in"
            " view: that does not count here."
        )


def show_progress(found: Progress) -> None:
    holdout = found.holdout
    run = "without a run" if holdout.run_id is None else f"run {holdout.run_id}"
    where = f", {holdout.filter}" if holdout.filter else ""
    narrate(
        f"{holdout.name}: {run}{where}, seed {holdout.seed}, by {holdout.strata or 'nothing'},"
        f" {holdout.allocation}, at least {holdout.minimum} a stratum."
    )
    rows: list[Sequence[Cell]] = [
        (
            *(one.stratum.stratum, one.stratum.name, one.stratum.population),
            *(one.stratum.population_images, one.stratum.sampled, one.stratum.weight, one.graded),
        )
        for one in found.strata
    ]
    pictures = sum(one.stratum.population_images for one in found.strata)
    rows.append((None, "in all", found.population, pictures, found.sampled, None, found.graded))
    echo_table(("", "stratum", "bursts", "pictures", "drawn", "weight", "graded"), rows)
    click.echo("")
    echo_table(
        ("phase", "drawn", "aimed at", "by", "at"),
        [(p.phase, p.size, p.aim or "all strata", p.drawn_by, p.drawn_at) for p in found.phases],
    )
    if found.graders:
        click.echo("")
        echo_table(
            ("grader", "graded", "twice"), [(g.grader, g.pictures, g.again) for g in found.graders]
        )
    _tell_graded(found.graded_before)
