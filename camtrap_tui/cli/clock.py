"""`camtrap-tui clock`: camera clocks put right by recorded, reversible segments."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.config import load_settings
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import EXIT_FAILURE, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.clocks import ClockPreview
    from camtrap_tui.store.store import Store


@click.command("clock")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--deployment", help="Whose clock was wrong.")
@click.option(
    "--shift",
    metavar="SHIFT",
    help="What to add to what the camera showed: +01:00:00, -00:30, +365d, '-1d 06:00:00', +90s.",
)
@click.option("--from", "from_text", metavar="TIME", help="The first time shown that was wrong.")
@click.option("--to", "to_text", metavar="TIME", help="The last time shown that was wrong.")
@click.option("--revoke", "segment_id", type=int, metavar="ID", help="Take a segment back.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--grader", help="Who says so; remembered by the review screen.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def clock_command(
    survey: Path,
    *,
    deployment: str | None,
    shift: str | None,
    from_text: str | None,
    to_text: str | None,
    segment_id: int | None,
    dry_run: bool,
    yes: bool,
    grader: str | None,
    as_json: bool,
) -> None:
    """List how the clocks of SURVEY were put right, or put one right.

    A segment adds SHIFT to the times of a deployment; --from and --to are times that the
    camera showed, and both count. What would change is shown first. Times as they were read
    stay in the survey, so --revoke brings them back.
    """
    from camtrap_tui.store.store import Store

    given = (deployment, shift, from_text, to_text)
    if segment_id is not None and any(given):
        raise UsageError("--revoke takes a segment back:", "give it without the others.")
    if any(given) and not (deployment and shift):
        raise UsageError("A segment needs a deployment and a shift:", "give both.")
    who = clean_name(load_settings({"grader": grader}).grader)
    with Store.open(survey) as store:
        if segment_id is not None:
            _revoke(store, segment_id, _needed(who), as_json=as_json)
        elif deployment and shift:
            times = _time(from_text, "--from", "00:00:00"), _time(to_text, "--to", "23:59:59")
            asked = (deployment, _shift(shift), *times)
            _record(store, asked, who, dry_run=dry_run, yes=yes, as_json=as_json)
        else:
            _list(store, as_json=as_json)


def _needed(who: str) -> str:
    if not who:
        raise UsageError("Who says so?", "Give your name: --grader NAME.")
    return who


def _shift(text: str) -> int:
    from camtrap_tui.domain.clock import parse_shift

    seconds = parse_shift(text)
    if seconds is None:
        raise UsageError(f"--shift {clean(text)}:", "write it as +01:00:00, -00:30, +365d or +90s.")
    return seconds


def _time(text: str | None, option: str, of_day: str) -> str | None:
    from camtrap_tui.domain.timestamps import parse_date, parse_timestamp

    if text is None:
        return None
    time, day = parse_timestamp(text), parse_date(text)
    if time and time.offset:
        raise UsageError(
            f"{option} {clean(text)}:", "write what the camera showed, without an offset from UTC."
        )
    if time:
        return time.local
    if day:
        return f"{day} {of_day}"
    raise UsageError(f"{option} {clean(text)}:", "write it as '2024-06-27 02:14:05'.")


def _record(
    store: Store,
    asked: tuple[str, int, str | None, str | None],
    who: str,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    from camtrap_tui.services.clocks import preview, record

    found = preview(store, *asked)
    if not as_json:
        _show_preview(found)
    segment = None
    if dry_run:
        narrate("Nothing was changed (--dry-run).")
    elif yes or _agreed():
        segment = record(store, *asked, by=_needed(who))
        narrate(
            f"Segment {segment.id} recorded by {segment.recorded_by}; take it back with:"
            f" camtrap-tui clock {quoted(str(store.path))} --revoke {segment.id}"
        )
    if as_json:
        echo_json({"preview": asdict(found), "segment": asdict(segment) if segment else None})
    if segment is None and not dry_run:
        # What was asked for was not done: a script must be able to tell.
        raise click.exceptions.Exit(EXIT_FAILURE)


def _agreed() -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        narrate("Nothing was changed: give --yes to record it where nobody can be asked.")
        return False
    if click.confirm("Record it?", default=False, err=True):
        return True
    narrate("Nothing was changed.")
    return False


def _show_preview(found: ClockPreview) -> None:
    from camtrap_tui.domain.clock import shift_text
    from camtrap_tui.services.clocks import times_text

    narrate(
        f"{found.deployment}, {times_text(found.from_time, found.to_time)}:"
        f" {shift_text(found.shift_s)} on {counted(found.images, 'picture')}."
    )
    if not found.images:
        return
    echo_table(
        ["picture", "camera showed", "becomes"],
        [
            ("first", found.first_before, found.first_after),
            ("last", found.last_before, found.last_after),
        ],
    )
    narrate("")
    hours = zip(range(24), found.hours_before, found.hours_after, strict=True)
    echo_table(
        ["hour", "before", "after"],
        [(f"{hour:02}", before, after) for hour, before, after in hours if before or after],
    )
    for count, what in (
        (found.leaving, "would come to lie outside of the deployment's dates"),
        (found.entering, "would come to lie inside of the deployment's dates"),
        (found.beyond, "would leave the years 1 to 9999, so this cannot be recorded"),
    ):
        if count:
            narrate(f"{count:,} {what}.")


def _revoke(store: Store, segment_id: int, who: str, *, as_json: bool) -> None:
    from camtrap_tui.services.clocks import revoke

    segment = revoke(store, segment_id, by=who)
    if as_json:
        echo_json({"segment": asdict(segment)})
    narrate(f"Segment {segment.id} revoked by {who}: its times are as the camera showed them.")


def _list(store: Store, *, as_json: bool) -> None:
    from camtrap_tui.domain.clock import shift_text
    from camtrap_tui.services.clocks import segments

    found = segments(store)
    if as_json:
        echo_json(
            [
                asdict(listed.segment)
                | {"deployment_id": listed.deployment, "images": listed.images}
                for listed in found
            ]
        )
        return
    echo_table(
        ["segment", "deployment", "shift", "from", "to", "images", "recorded", "revoked"],
        [
            (
                listed.segment.id,
                listed.deployment,
                shift_text(listed.segment.shift_s),
                listed.segment.from_time,
                listed.segment.to_time,
                listed.images,
                _by(listed.segment.recorded_by, listed.segment.recorded_at),
                _by(listed.segment.revoked_by, listed.segment.revoked_at),
            )
            for listed in found
        ],
    )


def _by(who: str | None, when: str | None) -> str:
    return f"{who} {when}" if who else ""
