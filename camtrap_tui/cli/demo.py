"""`camtrap-tui demo`: from nothing to grading predicted pictures, without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.config import load_settings
from camtrap_tui.domain.text import quoted


@click.command("demo")
@click.option("--into", type=click.Path(path_type=Path), help="The folder; default a new one.")
@click.option("--no-review", is_flag=True, help="Stop before the screen.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def demo_command(into: Path | None, *, no_review: bool, as_json: bool) -> None:
    """Copy the sample pictures into a folder, predict them, and review them.

    The demo model is a toy that knows only the drawn animals of the sample.
    """
    from camtrap_tui.cli.narration import Narrator
    from camtrap_tui.services import demo

    folder = into or demo.fresh_folder(Path.cwd())
    narrate(f"The demo goes into {folder}")
    survey = demo.copy_sample(folder)
    predicted_here = demo.has_speciesnet()
    if predicted_here:
        tell = Narrator(sys.stderr)
        try:
            demo.predict_sample(survey, tell)
        finally:
            tell.close()
    else:
        narrate(
            "SpeciesNet is not installed (pip install 'camtrap-tui[speciesnet]'): importing the"
            " predictions that come with the sample."
        )
        demo.import_sample(survey)
    done = demo.summary(survey, predicted_here=predicted_here)
    if as_json:
        echo_json(
            {
                "survey": str(done.survey),
                "files": done.files,
                "rows": done.rows,
                "outcomes": done.outcomes,
                "predicted_here": done.predicted_here,
            }
        )
    elif no_review:
        _show(done.rows, done.outcomes)
        narrate(f"\nReview them with: camtrap-tui {quoted(str(survey))}")
    if not no_review:
        from camtrap_tui.cli.review import start

        start(survey, None, where=None, run_id=None, settings=load_settings())


def _show(rows: dict[str, int], outcomes: dict[str, int]) -> None:
    echo_table(
        ["files of the sample", "count"],
        [(state.replace("_", " "), count) for state, count in rows.items()]
        + [("in all", sum(rows.values()))],
    )
    narrate("")
    echo_table(["pictures", "count"], [*outcomes.items(), ("in all", sum(outcomes.values()))])
