"""`camtrap-tui sessions`: who graded when, how much, and how fast."""

from __future__ import annotations

from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json_list, echo_table, narrate


@click.command("sessions")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--grader", help="The sessions of one grader alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sessions_command(survey: Path, grader: str | None, as_json: bool) -> None:
    """List the sessions in which people graded SURVEY, by grader and time (UTC).

    Grades that are more than 30 minutes apart belong to two sessions. `pictures` are those that
    still have a grade of the session: `single` were keyed one by one, `bulk` on sheets and in
    bursts. `accepted` is the share of the single ones that were keyed with the AI's word in view
    (`blind` in the JSON counts the others); `undone` counts grades taken back since.
    `an hour` and `seconds` (the median of single ones) leave pauses of over a minute out.
    """
    from camtrap_tui.services.sessions import (
        list_sessions,
        session_json,
        species_names,
        species_text,
    )
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        names = species_names(store)
        found = list_sessions(store, grader)
        if as_json:
            echo_json_list(session_json(session, names) for session in found)
            return
        rows = [
            (
                s.grader,
                s.began_at.replace("T", " ").removesuffix("Z")[:16],
                round(s.minutes),
                s.pictures,
                s.single,
                s.bulk,
                "" if s.accepted_share is None else f"{s.accepted_share:.0%}",
                s.undone,
                None if s.per_hour is None else round(s.per_hour),
                s.median_seconds,
                species_text(s, names, 3),
            )
            for s in found
        ]
    if not rows:
        narrate(f"{survey}: no grades" + (f" of {grader}." if grader else " yet."))
    echo_table(
        [
            *("grader", "began (UTC)", "minutes", "pictures", "single", "bulk", "accepted"),
            *("undone", "an hour", "seconds", "most"),
        ],
        rows,
    )
