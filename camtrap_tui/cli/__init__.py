"""The command line: `camtrap-tui COMMAND SURVEY [SOURCE or OUT …] [options]`.

Command modules are imported when their command is asked for; they import what is heavy
inside their functions. stdout is data, stderr is narration.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click

from camtrap_tui import __version__
from camtrap_tui.domain.text import clean, pointed_at
from camtrap_tui.errors import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, CamtrapError, FilterError

# Command: (module in this package, one line for --help). The module has a click command of
# the same name; dashes become underscores.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Copy the sample pictures, predict them, and review them."),
    "add": ("add", "Add a folder, a manifest, a bucket or a Camtrap DP package."),
    "relink": ("relink", "Find the pictures again after a move, by path or by content."),
    "fetch": ("fetch", "Download the pictures that are not here into a cache."),
    "predict": ("predict", "Predict pictures with SpeciesNet, fetching them if need be."),
    "import": ("imports", "Import predictions that SpeciesNet has already made."),
    "review": ("review", "Look at pictures and grade them."),
    "sessions": ("sessions", "Who graded when, how much, and how fast."),
    "charts": ("charts", "Frequency of classes, and hours of the day."),
    "filters": ("filters", "List, save and remove filters; count what one chooses."),
    "holdout": ("holdout", "Draw a sample to be graded blind, extend it, see how far it is."),
    "evaluate": ("evaluate", "How accurate a run is, by a holdout, with intervals."),
    "agreement": ("agreement", "How far graders agree, with each other and with themselves."),
    "consensus": ("consensus", "What a rule makes of several graders' votes."),
    "merge": ("merge", "Unite the grades of copies of a survey."),
    "import-grades": ("import_grades", "Take in labels that people gave elsewhere."),
    "refence": ("refence", "Make a run for another country from stored detections."),
    "compare": ("compare", "Which pictures two runs predict differently."),
    "expect": ("expect", "List the species that live here; flag predictions of others."),
    "split": ("split", "Assign graded images to training, validation and test."),
    "export": ("export", "Write the truth for other tools: CSV, Camtrap DP, COCO and more."),
    "check": ("check", "Check a Camtrap DP package by the rules of the standard."),
    "copy": ("copy", "Copy or link the pictures of a filter, by class if wished."),
    "preview": ("preview", "Make HTML pages of pictures with boxes, of a run or of the truth."),
    "report": ("report", "Write one HTML page about the survey, to be mailed."),
    "datasette-metadata": ("datasette_metadata", "Write names and queries for Datasette."),
    "status": ("status", "How every source row and every image of a run ended."),
    "backup": ("status", "Copy a survey safely, also while people grade."),
    "deployments": ("deployments", "List deployments, or describe them by a table."),
    "clock": ("clock", "Put a camera's clock right, and see how it was."),
    "bursts": ("deployments", "Count bursts, or set the gap between them."),
    "keys": ("keys", "List the keys of every screen."),
    "blocks": ("blocks", "See which blocks this terminal draws, and choose those of pictures."),
}


class _Group(click.Group):
    """Finds commands lazily, and takes `camtrap-tui SURVEY` and `camtrap-tui FOLDER`."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"camtrap_tui.cli.{_COMMANDS[name][0]}")
        found: click.Command = getattr(module, f"{name.replace('-', '_')}_command")
        return found

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # `./charts` is a path even where a folder is named like a command.
        name = args[0]
        looks_like_path = os.sep in name or "." in name or Path(name).exists()
        if name not in _COMMANDS and looks_like_path:
            args = ["review", *args]
        return super().resolve_command(context, args)


@click.command(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings (grader, model, country, keys …) are kept in config.toml; "
    "`camtrap-tui keys` says where.",
)
@click.version_option(__version__, prog_name="camtrap-tui")
def group() -> None:
    """Review camera-trap pictures in the terminal.

    `camtrap-tui SURVEY` opens a survey (one SQLite file) for review; `camtrap-tui FOLDER`
    makes FOLDER-NAME.db here and offers to predict the folder's pictures.
    """


def main() -> None:
    """Run the command line; errors become one sentence on stderr and an exit code."""
    try:
        # Without standalone mode click hands the code of an `Exit` back.
        code = int(group.main(standalone_mode=False) or EXIT_OK)
    except CamtrapError as error:
        click.echo(f"camtrap-tui: {clean(str(error))}", err=True)
        if isinstance(error, FilterError):
            click.echo(pointed_at(error.text, error.column), err=True)
        code = error.exit_code
    except OSError as error:
        # The system's own word on a path that was given, where nobody had a better one.
        said = f"{error.filename}: {error.strerror}." if error.filename else f"{error}."
        click.echo(f"camtrap-tui: {clean(said)}", err=True)
        code = EXIT_FAILURE
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("camtrap-tui: stopped.", err=True)
        code = EXIT_INTERRUPTED
    sys.exit(code)
