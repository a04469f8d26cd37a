"""`camtrap-tui review`, and what `camtrap-tui SURVEY` and `camtrap-tui FOLDER` mean."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camtrap_tui.cli.choices import remember_choices
from camtrap_tui.cli.fixed_queues import FixedRequest, fixed_request, fixed_session
from camtrap_tui.cli.output import narrate
from camtrap_tui.config import BLOCKS, COLORS, Settings, load_settings
from camtrap_tui.domain.text import clean_name, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.models import Run
    from camtrap_tui.services.review import ReviewSession
    from camtrap_tui.store.store import Store


@click.command("review")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option(
    "--where",
    help="Which pictures, as in 'species:raccoon score:<0.8', or @NAME for a saved filter;"
    " '' for all. Where you were, unless given.",
)
@click.option("--grader", help="Whose grades these are; asked once and remembered.")
@click.option(
    "--run",
    "run_id",
    type=int,
    help="The run whose word is shown; the newest finished one unless given.",
)
@click.option("--holdout", help="Grade this holdout's pictures blind: the AI's word is hidden.")
@click.option(
    "--share",
    metavar="K/N",
    help="Of a holdout, only what is dealt to the K-th of N graders, as in 2/3.",
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    help="The part that is dealt to everybody, to see how far graders agree; 0.2 unless given."
    " Whoever shares a holdout gives the same.",
)
@click.option(
    "--adjudicate",
    is_flag=True,
    help="Settle what graders disagree on, of a holdout or of the survey.",
)
@click.option("--hide-votes", is_flag=True, help="Adjudicate without seeing what others said.")
@click.option(
    "--rule",
    help="Adjudicate what this rule leaves open, as in majority:2; unless given, all conflicts.",
)
@click.option(
    "--color",
    type=click.Choice(COLORS),
    help="Colours of pictures; remembered. auto decides from the environment again.",
)
@click.option(
    "--blocks",
    type=click.Choice(BLOCKS),
    help="What pictures are made of; remembered. camtrap-tui blocks shows what yours can do.",
)
@click.option(
    "--line",
    metavar="auto|KBIT/S",
    help="How quick the line is; tmux, screen and mosh keep that from being measured.",
)
def review_command(
    survey: Path,
    where: str | None,
    grader: str | None,
    run_id: int | None,
    color: str | None,
    blocks: str | None,
    line: str | None,
    **chosen: Any,
) -> None:
    """Look at the pictures of SURVEY and grade them.

    SURVEY may also be a folder of pictures: its survey is FOLDER-NAME.db here, made if need be,
    and the folder is offered for prediction.

    With --holdout, what is dealt to you of a holdout comes in an order of your own, and nothing
    says what the AI said of it; p shows that after you have graded a picture. With --adjudicate,
    your word settles what others disagree on.
    """
    fixed = fixed_request(chosen, where)
    remember_choices({"color": color, "blocks": blocks})
    settings = load_settings({"grader": grader, "color": color, "blocks": blocks, "line": line})
    folder = survey if survey.is_dir() else None
    path = _survey_of(survey) if folder else survey
    start(path, folder, where=where, run_id=run_id, settings=settings, fixed=fixed)


def _survey_of(folder: Path) -> Path:
    """Return the survey that a folder has here by its name."""
    name = folder.resolve().name
    if not name:
        raise UsageError(
            f"{folder}: this folder has no name to call its survey by.",
            f"Give the survey one: camtrap-tui predict SURVEY {quoted(str(folder))}",
        )
    return Path(f"{name}.db")


def start(
    path: Path,
    folder: Path | None,
    *,
    where: str | None,
    run_id: int | None,
    settings: Settings,
    fixed: FixedRequest | None = None,
) -> None:
    """Open the survey at `path` on the review screen, with `folder` offered for prediction; with
    `fixed`, on a queue that was chosen beforehand."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "The review screen needs a terminal:",
            "run it in one; charts, status and export work without.",
        )
    # What is made from here to the first picture stays: to look through it is time lost.
    gc.disable()
    from camtrap_tui.store.store import Store

    # A folder's new survey goes again where nothing came of it: no picture, no run.
    with Store.make(path) if folder else Store.open(path) as store:
        runs = store.runs
        run = next((run for run in runs.all() if run.id == run_id), None)
        if run_id is not None and run is None:
            raise UsageError(f"{path}: there is no run {run_id}.", "See camtrap-tui status.")
        grader = clean_name(settings.grader)
        if fixed is not None:
            session = fixed_session(store, grader, run, fixed)
        else:
            session = _usual_session(store, grader, run, where)
        from camtrap_tui.services.sessions import parting_lines
        from camtrap_tui.tui.app import run_review

        # A folder is offered for prediction, which tells what the AI said.
        code = run_review(store, session, settings, None if fixed else folder)
        # Ended by a signal, nobody may be there to read.
        lines = [] if code else parting_lines(session)
    if code:
        raise click.exceptions.Exit(code)
    if session.leaves_for is not None:
        # Another session altogether: nothing of what this one showed is left on the screen.
        next_ = session.leaves_for
        fixed = FixedRequest(
            next_.holdout, next_.share, adjudicate=next_.adjudicates, rule=next_.rule
        )
        settings = replace(settings, grader=session.grader)
        start(path, None, where=None, run_id=None, settings=settings, fixed=fixed)
        return
    if lines:
        narrate("\n".join([*lines, f"  {_what_next(path, fixed, left=session.left)}"]))


def _what_next(path: Path, fixed: FixedRequest | None, *, left: int) -> str:
    """Return the command that goes on; with a holdout of which nothing is left, what it is for."""
    survey = quoted(str(path))
    if fixed is None:
        return f"To go on: camtrap-tui review {survey}"
    if fixed.holdout and not left:
        return (
            f"How accurate it is: camtrap-tui evaluate {survey} --holdout {quoted(fixed.holdout)}"
        )
    return f"To go on: camtrap-tui review {survey} {fixed.text}"


def _usual_session(store: Store, grader: str, run: Run | None, where: str | None) -> ReviewSession:
    from camtrap_tui.services.opening import Opening, wanted
    from camtrap_tui.services.resuming import resume

    word = run or store.runs.latest()
    asked = resume(store, grader, word) if where is None else wanted(store, where, word, grader)
    # A long queue is made while the screen is.
    opening = Opening(store.path, asked)
    from camtrap_tui.services.review import ReviewSession

    return ReviewSession(store, grader, run=run, opening=opening)
