"""The options of `camtrap-tui export`: those of every format, then those of some.

Which of them mean something to a format its `takes` says; the others are refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.exports.request import ExportRequest, Options

Handler = TypeVar("Handler", bound=Callable[..., object])


class Number(click.FloatRange):
    """A number of a range, of which `nan` is none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number that a text is; the range alone lets through what compares to none."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


_CHOICE = (
    click.option(
        "--where", default="", metavar="FILTER", help="Only these pictures, as in review; or @NAME."
    ),
    click.option("--grader", help="Who state:mine means in a filter."),
    click.option(
        "--run", "run_id", type=int, help="The run that is the machine's word; the newest finished."
    ),
    click.option(
        "--holdout", default="", metavar="NAME", help="A holdout's drawn pictures, by what counts."
    ),
    click.option(
        "--truth",
        default="consensus",
        show_default=True,
        metavar="RULE|GRADER",
        help="Whose word it is: all who agree, a rule as in consensus, or one grader.",
    ),
    click.option(
        "--with-machine",
        is_flag=True,
        help="The machine's word where nobody has graded, marked as the machine's.",
    ),
    click.option(
        "--people",
        type=click.Choice(("include", "exclude", "blur")),
        default="include",
        show_default=True,
        help="What becomes of pictures that show people.",
    ),
    click.option("--replace", is_flag=True, help="Let a folder that an export has made give way."),
)
_OF_SOME = (
    click.option("--all-graders", is_flag=True, help="A row for each grader, not one for all."),
    click.option(
        "--excel", is_flag=True, help="As Excel reads it best, in a file called OUT.excel.csv."
    ),
    click.option("--schema", is_flag=True, help="What the columns hold, as OUT.schema.json."),
    click.option(
        "--level", type=click.Choice(("media", "event")), help="What observations are about."
    ),
    click.option(
        "--decimals",
        type=click.IntRange(0, 6),
        help="Decimals of coordinates, for places that are to stay hidden.",
    ),
    click.option(
        "--pictures",
        type=click.Choice(("none", "copy", "link")),
        help="Whether the pictures go along.",
    ),
    click.option(
        "--metadata",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A datapackage.json whose project, contributors and licences are taken over.",
    ),
    click.option(
        "--public",
        is_flag=True,
        help="Say that anybody may see the pictures, but those that may show people.",
    ),
    map_option("Under which heading one of our columns stands.", "COLUMN=HEADING"),
    click.option("--padding", type=Number(0, 2), help="Around a crop, as a share of its box."),
    click.option("--confidence", type=Number(0, 1), help="Boxes below it are left out."),
    click.option(
        "--independence",
        "independence_min",
        type=click.IntRange(0),
        metavar="MINUTES",
        help="Between two records of one species at one camera.",
    ),
    click.option(
        "--gap-days",
        type=click.IntRange(1),
        metavar="DAYS",
        help="A camera without a picture for longer counts as not working meanwhile.",
    ),
    click.option(
        "--holdouts",
        count=True,
        help="Given twice: pictures of holdouts may be in training data, too.",
    ),
    click.option(
        "--base",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Write the paths of the pictures as they lie below this folder.",
    ),
    click.option("--boxes-only", is_flag=True, help="Leave classes out, as a detector does."),
)


def export_options(command: Handler) -> Handler:
    """Add the options to a command; they come as its keyword arguments, see `request_of`."""
    return reduce(lambda made, option: option(made), reversed((*_CHOICE, *_OF_SOME)), command)


def request_of(out: Path, given: dict[str, Any]) -> ExportRequest:
    """Return what the options ask for; `given` are those of `export_options`, by their names.

    Raises UsageError for columns that are not written as they should be.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.exports.request import ExportRequest

    choice = {
        name: given[name] for name in ("run_id", "holdout", "truth", "with_machine", "people")
    }
    grader = load_settings({"grader": given["grader"]}).grader
    return ExportRequest(
        out,
        where=given["where"],
        grader=grader,
        replace=given["replace"],
        options=_options(given),
        **choice,
    )


def _options(given: dict[str, Any]) -> Options:
    from dataclasses import fields

    from camtrap_tui.services.exports.request import Options

    names = {field.name for field in fields(Options)} - {"columns"}
    metadata: Path | None = given["metadata"]
    if metadata is not None and not metadata.exists():
        raise UsageError(f"--metadata {metadata}:", "there is no such file or folder.")
    columns = tuple(mapped_columns(given["mapped"]).items())
    return Options(columns=columns, **{name: given[name] for name in names})
