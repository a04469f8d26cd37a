"""The options that `fetch` and `predict --fetch` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.cached_copy import InputSize
    from camtrap_tui.services.fetch_request import FetchRequest

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--cache",
        type=click.Path(path_type=Path),
        help="Where copies are kept; remembered by the survey. By default the user's own cache.",
    ),
    click.option(
        "--width",
        type=click.IntRange(64),
        help="Wider pictures are kept at this width; remembered too.  [default: 1280]",
    ),
    click.option(
        "--quality", type=click.IntRange(1, 95), help="Their JPEG quality.  [default: 75]"
    ),
    click.option("--original", is_flag=True, help="Keep pictures as they come."),
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=16,
        show_default=True,
        help="How many pictures are downloaded at a time.",
    ),
    click.option(
        "--rate-limit",
        metavar="20/s|5MB/s",
        help="At most so many requests (20/s, 90/min) or bytes (5MB/s, 500kB/s).",
    ),
)


def fetch_options(command: Command) -> Command:
    """Give a command the options that say how pictures are fetched."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def size_of(width: int | None, quality: int | None, *, original: bool) -> InputSize | None:
    """Return the size that was asked for, None where none was."""
    from camtrap_tui.services.cached_copy import ORIGINAL, InputSize

    if original and (width or quality):
        raise UsageError("--original keeps pictures as they come:", "leave --width and --quality.")
    if original:
        return ORIGINAL
    usual = InputSize()
    if width is None and quality is None:
        return None
    return InputSize(width or usual.width, quality or usual.quality)


def fetch_request(
    cache: Path | None,
    size: InputSize | None,
    jobs: int,
    rate_limit: str | None,
    *,
    retry: bool,
) -> FetchRequest:
    """Return what the options ask for."""
    from camtrap_tui.services.fetch_request import FetchRequest
    from camtrap_tui.services.pace_limits import RateLimit, parse_rate

    rate = parse_rate(rate_limit) if rate_limit else RateLimit()
    return FetchRequest(cache, size, jobs, rate, retry)
