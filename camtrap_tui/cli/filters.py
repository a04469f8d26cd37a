"""`camtrap-tui filters`: filters saved by name in the survey, and what a filter chooses."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.errors import UsageError


def _reference(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    """Print the words of filters, their values and orders; then leave."""
    if not asked:
        return
    from camtrap_tui.domain.filter_words import VALUES, WORDS

    echo_table(
        ["word", "chooses by", "example"],
        [[f"{word}:", told, example] for word, (told, example) in WORDS.items()],
    )
    for word, values in VALUES.items():
        click.echo("")
        echo_table([f"{word}:", "means"], [[value, told] for value, told in values.items()])
    context.exit()


@click.command("filters")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--where", help="Count what this filter chooses, instead of the saved ones.")
@click.option("--save", metavar="NAME", help="Save the filter of --where under a name.")
@click.option("--remove", metavar="NAME", help="Remove the filter that has this name.")
@click.option("--run", "run_id", type=int, help="The run whose word counts; the newest finished.")
@click.option(
    "--words",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_reference,
    help="Print all words of filters, with what they mean.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def filters_command(
    survey: Path,
    *,
    where: str | None,
    save: str | None,
    remove: str | None,
    run_id: int | None,
    as_json: bool,
) -> None:
    """List the filters that SURVEY has saved, with how many pictures each chooses.

    A saved filter stands for its words wherever a filter is asked for: --where @NAME, also
    with further words. All words of a filter must hold, also where one stands twice; a comma
    means or, and a minus in front of a word means not:
    '-species:blank camera:UR011,UR012 state:ungraded order:score'.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services import filtering
    from camtrap_tui.services.charts import choose_run
    from camtrap_tui.store.store import Store

    if save is not None and where is None:
        raise UsageError("--save needs the filter that is to be saved:", "give it with --where.")
    if remove is not None and where is not None:
        raise UsageError("--remove and --where are two things:", "do one after the other.")
    grader = load_settings().grader
    with Store.open(survey) as store:
        run = choose_run(store, run_id)
        if save is not None:
            narrate(filtering.save_filter(store, save, where or "", grader))
        if remove is not None:
            narrate(f"Removed: {remove} was {filtering.remove_filter(store, remove)}")
        if where is None:
            found = filtering.list_filters(store, run, grader)
        else:
            found = [filtering.count_filter(store, where, run, grader)]
    if as_json:
        echo_json([asdict(row) for row in found])
    elif found:
        echo_table(
            ["name", "filter", "pictures", "ungraded", "saved by", "in words"],
            [
                [r.name, r.filter, r.pictures, r.ungraded, r.saved_by, r.words or r.error]
                for r in found
            ],
        )
        for row in found:
            if row.hint:
                narrate(f"{row.filter}: {row.hint}")
    else:
        narrate("No filter is saved yet: --where 'species:raccoon score:<0.8' --save NAME.")
