"""`camtrap-tui consensus SURVEY`: what a rule makes of several graders' votes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_json_list, echo_table, narrate
from camtrap_tui.domain.text import clean, counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.consensus import State
    from camtrap_tui.services.consensus_report import (
        ConsensusReport,
        GraderSkill,
        Scope,
        VotedPicture,
    )
    from camtrap_tui.store.store import Store

_MOST_ROWS = 25
_STATES = ("agreed", "settled", "adjudicated", "conflict", "too_few", "unsure")


@click.command("consensus")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option(
    "--rule",
    "rule_text",
    metavar="RULE",
    help="One of unanimous, majority, majority:K, weighted, expert:NAME; several side by side "
    "unless given.",
)
@click.option("--where", default="", metavar="FILTER", help="Only these pictures, as in review.")
@click.option("--run", "run_id", type=int, help="The run that the filter asks about.")
@click.option("--holdout", "name", metavar="NAME", help="Only the words that count for a holdout.")
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(["import"]),
    help="With --holdout: let labels count that came in with import-grades.",
)
@click.option(
    "--list",
    "state",
    type=click.Choice(_STATES),
    help="Name the pictures that the rule (unanimous unless given) leaves so, with their votes.",
)
@click.option("--all", "show_all", is_flag=True, help=f"Show more than {_MOST_ROWS} rows.")
@click.option("--json", "as_json", is_flag=True, help="Print every number as JSON.")
def consensus_command(
    survey: Path,
    *,
    rule_text: str | None,
    where: str,
    run_id: int | None,
    name: str | None,
    also: tuple[str, ...],
    state: State | None,
    show_all: bool,
    as_json: bool,
) -> None:
    """Say what a rule makes of the votes in SURVEY: each grader's latest standing word.

    unanimous: all who name something agree. majority: more than half of them do, of at least K
    persons. weighted: more than half of their weights, by skill that is measured where several
    voted (Dawid and Skene's way). expert: what this person says. What was adjudicated is settled
    under any rule; who is not sure abstains; a group (mammal) contradicts nothing in it; counts
    play no part. Species are settled each for itself.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.domain.consensus import UNANIMOUS, parse_rule
    from camtrap_tui.services.blind_queue import find_holdout
    from camtrap_tui.services.consensus_report import COMPARED, Scope, listed, report, report_json
    from camtrap_tui.store.store import Store

    if also and not name:
        raise UsageError("--also is about what counts for a holdout:", "give --holdout NAME.")
    rule = parse_rule(rule_text) if rule_text else None
    with Store.open(survey) as store:
        holdout = find_holdout(store, name) if name else None
        scope = Scope(where, run_id, load_settings().grader, holdout, also)
        if state:
            _list(
                listed(store, scope, rule or UNANIMOUS, state), show_all=show_all, as_json=as_json
            )
            return
        found = report(store, scope, [rule] if rule else COMPARED)
        if as_json:
            echo_json(report_json(found))
            return
        _show(store, found, scope, show_all=show_all)


def _show(store: Store, found: ConsensusReport, scope: Scope, *, show_all: bool) -> None:
    votes = f"{counted(found.votes, 'vote')} on {counted(found.pictures, 'picture')}"
    narrate(f"{votes} by {counted(found.graders, 'grader')}.")
    if not found.votes:
        return
    by_voters = ", ".join(f"{n} on {pictures:,}" for n, pictures in found.by_voters.items())
    narrate(f"Persons who named something, a picture: {by_voters}.\n")
    echo_table(
        ["pictures", *(state.replace("_", " ") for state in _STATES)],
        [[one.rule, *one.states.values()] for one in found.rules],
    )
    if any(one.classes for one in found.rules):
        click.echo("")
        _show_classes(found, show_all=show_all)
    if len(found.rules) == 1 and found.rules[0].skills:
        click.echo("")
        _show_skills(found.rules[0].skills)
    if len(found.rules) > 1:
        narrate("\nFor one rule, of `weighted` with each grader's skill: give --rule.")
    rule = found.rules[0]
    if rule.states["conflict"]:
        command = ["camtrap-tui review", quoted(str(store.path)), "--adjudicate"]
        command += [f"--rule {quoted(rule.rule)}"] if rule.rule != "unanimous" else []
        command += [f"--holdout {quoted(scope.holdout.name)}"] if scope.holdout else []
        command += [f"--where {quoted(scope.where)}"] if scope.where else []
        pictures = counted(rule.states["conflict"], "picture")
        narrate(f"\nTo settle the {pictures} in conflict ({rule.rule}): {' '.join(command)}")


def _show_classes(found: ConsensusReport, *, show_all: bool) -> None:
    names = list(dict.fromkeys(name for one in found.rules for name in one.classes))
    names.sort(key=lambda name: (-max(one.classes.get(name, 0) for one in found.rules), name))
    shown = names if show_all else names[:_MOST_ROWS]
    rows: list[list[Cell]] = [
        [name, *(one.classes.get(name, 0) for one in found.rules)] for name in shown
    ]
    echo_table(["class", *(one.rule for one in found.rules)], rows)
    _say_more(len(names) - len(shown), "class", "classes")


def _show_skills(skills: tuple[GraderSkill, ...]) -> None:
    """Print how often each grader is right, and what that makes their vote weigh."""
    rows: list[list[Cell]] = [
        [
            one.skill.grader,
            one.skill.words,
            f"{one.skill.right / one.skill.words:.1%}",
            f"{one.low:.1%} to {one.high:.1%}",
            f"{one.skill.share:.1%}",
            round(one.skill.weight, 2),
        ]
        for one in skills
    ]
    echo_table(["grader", "words", "right", "95 %", "taken as", "weight"], rows)
    narrate("The limits take each picture for itself: where bursts are long, they are too narrow.")


def _list(found: list[VotedPicture], *, show_all: bool, as_json: bool) -> None:
    if as_json:
        echo_json_list(
            asdict(one) | {"votes": [{"grader": g, "words": w} for g, w in one.votes]}
            for one in found
        )
        return
    if not found:
        narrate("There is no such picture.")
    shown = found if show_all else found[:_MOST_ROWS]
    for one in shown:
        more = f"   all agree: {one.common}" if one.common else ""
        click.echo(clean(f"{one.file_path}   {one.label}{more}".rstrip()))
        said: dict[str, list[str]] = {}
        for grader, words in one.votes:
            said.setdefault(words, []).append(grader)
        for words, graders in sorted(said.items(), key=lambda each: -len(each[1])):
            click.echo(clean(f"  {words}: {', '.join(graders)}"))
    _say_more(len(found) - len(shown), "picture", "pictures")


def _say_more(more: int, one: str, many: str) -> None:
    if more > 0:
        narrate(f"{counted(more, one, many)} more: --all shows them.")
