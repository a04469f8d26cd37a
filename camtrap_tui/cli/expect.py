"""`camtrap-tui expect`: the list of species that live here, and which predictions it leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.cli.output import Cell, echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camtrap_tui.domain.expected import ExpectedTaxon
    from camtrap_tui.services.expecting import Change, Unexpected, UnexpectedClass
    from camtrap_tui.store.store import Store

# Relatives are wrapped into what a screen of 80 columns leaves beside name and pictures.
_WIDTH = 80
_LEAST_WRAPPED = 24
_MOST_NAMED = 4
_MOST_UNKNOWN = 6


@click.command("expect")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@map_option("Another heading in FILE, as in --map species=Taxon.")
@click.option("--add", multiple=True, metavar="NAME", help="Put a species on the list.")
@click.option("--remove", multiple=True, metavar="NAME", help="Take a species off the list.")
@click.option("--clear", is_flag=True, help="Take all species off the list, before all else.")
@click.option("--list", "as_list", is_flag=True, help="Print the list itself.")
@click.option(
    "--run", "run_id", type=int, help="The run whose predictions to look at; the newest finished."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def expect_command(
    survey: Path,
    file: Path | None,
    *,
    mapped: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    clear: bool,
    as_list: bool,
    run_id: int | None,
    as_json: bool,
) -> None:
    """List the species that live around SURVEY's cameras; flag predictions of others.

    FILE is an occurrence download or species list of GBIF, another table with a column of
    species (species, scientificName or vernacularName; class, order, family and genus where
    it has them), or a file with one name a line, common or scientific; # begins a comment.
    What it names comes to what is on the list already.

    Printed is which predicted classes the list leaves out, and their nearest relatives on it.
    A group (a genus, a family …) is expected where a member of it is; a group's name alone, on
    a line of its own or with --add, stands for all its members. Predictions are flagged in
    review and charts, and chosen by --where state:unexpected; none is ever changed.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services import expecting
    from camtrap_tui.store.store import Store

    if mapped and file is None:
        raise UsageError("--map says how to read a table:", "give FILE.")
    grader = load_settings().grader
    with Store.open(survey) as store:
        _tell(
            expecting.change_list(
                store,
                file=file,
                columns=mapped_columns(mapped),
                add=add,
                remove=remove,
                clear=clear,
                added_by=grader,
            ),
            file,
        )
        if as_list:
            _print_list(store.expected.all(), as_json=as_json)
            return
        _print_unexpected(store, expecting.unexpected(store, run_id), as_json=as_json)


def _tell(done: Change, file: Path | None) -> None:
    if done.cleared:
        narrate(f"Taken off the list: {_all(done.cleared)}.")
    if done.read is not None:
        left = {
            "again": done.read.repeated,
            "of nothing found": done.read.absent,
            "without a name": done.read.nameless,
        }
        others = "".join(f", {count:,} {what}" for what, count in left.items() if count)
        narrate(
            f"{file}: {counted(len(done.read.names), 'name')} in"
            f" {counted(done.read.rows, 'row')}{others}; {done.new:,} new on the list."
        )
    if done.added:
        narrate(f"On the list: {', '.join(row.name for row in done.added)}.")
    if done.removed:
        narrate(f"Taken off the list: {', '.join(row.name for row in done.removed)}.")
    if done.unknown:
        narrate(_unknown(done.unknown))


def _all(count: int) -> str:
    return "its one name" if count == 1 else f"all {count:,} names"


def _unknown(unknown: Sequence[tuple[str, str]]) -> str:
    """Return a sentence about names that nothing of the survey bears, misspelt or not yet seen."""
    said = [f"{name} ({near}?)" if near else name for name, near in unknown[:_MOST_UNKNOWN]]
    more = len(unknown) - len(said)
    said += [f"{more:,} more"] if more else []
    return (
        f"Known to no label of this survey: {', '.join(said)}."
        " Check the spelling; a name counts once a label bears it."
    )


def _print_list(rows: list[ExpectedTaxon], *, as_json: bool) -> None:
    from camtrap_tui.services.expecting import listed_json

    if as_json:
        echo_json([listed_json(row) for row in rows])
        return
    if not rows:
        narrate("The list is empty: camtrap-tui expect SURVEY FILE, or --add NAME.")
        return
    echo_table(
        ["scientific name", "common name", "group", "records", "from", "by"],
        [
            [
                row.scientific_name,
                row.common_name,
                row.groups[-1] if row.groups else "",
                row.records,
                row.origin,
                row.added_by,
            ]
            for row in rows
        ],
    )


def _print_unexpected(store: Store, found: Unexpected, *, as_json: bool) -> None:
    from camtrap_tui.services.expecting import unexpected_json

    if as_json:
        echo_json(unexpected_json(found))
        return
    if not found.listed:
        narrate("No species is listed yet, so nothing is flagged: give a list, or --add NAME.")
        return
    if found.run_id is None:
        narrate(f"{counted(found.listed, 'name')} on the list. Nothing has been predicted yet.")
        return
    if found.unexpected:
        width = max(len(clean(one.taxon.name)) for one in found.unexpected)
        room = max(_LEAST_WRAPPED, _WIDTH - max(width, len("not expected here")) - 12)
        echo_table(
            ["not expected here", "pictures", "nearest on the list"],
            [line for one in found.unexpected for line in _lines(one, room)],
        )
        click.echo("")
    narrate(
        f"Not expected here: {len(found.unexpected):,} of"
        f" {counted(found.classes, 'class', 'classes')} in run {found.run_id},"
        f" {found.unexpected_pictures:,} of {counted(found.pictures, 'predicted picture')}."
    )
    if found.unexpected:
        narrate(
            f"Look at them: camtrap-tui review {quoted(str(store.path))} --where state:unexpected"
        )


def _lines(one: UnexpectedClass, room: int) -> list[list[Cell]]:
    """Return the lines of a class: its relatives are wrapped, no name is cut or broken."""
    import textwrap

    members = one.relatives.members
    names = [relative.name.replace(" ", "\u00a0") for relative in members[:_MOST_NAMED]]
    more = len(members) - len(names)
    text = f"{one.relatives.rank} {one.relatives.shared}: {', '.join(names)}"
    text = (text + (f" and\u00a0{more:,}\u00a0more" if more else "")) if names else "none"
    first, *rest = (
        part.replace("\u00a0", " ")
        for part in textwrap.wrap(clean(text), room, break_on_hyphens=False)
    )
    lines: list[list[Cell]] = [["", None, line] for line in rest]
    return [[one.taxon.name, one.pictures, first], *lines]
