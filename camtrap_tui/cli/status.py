"""`camtrap-tui status` and `camtrap-tui backup`: does every row add up, and a safe copy."""

from __future__ import annotations

from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate


@click.command("status")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status_command(survey: Path, *, as_json: bool) -> None:
    """Count how every source row and every image of each run ended."""
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        states, images = store.ledger.states(), store.images.count()
        runs = [
            {
                "run": run.id,
                "kind": run.kind,
                "model_version": run.model_version,
                "country": run.country,
                "admin1_region": run.admin1_region,
                **store.runs.outcomes(run.id),
            }
            for run in store.runs.all()
        ]
        graders = store.grades.graders()
    if as_json:
        echo_json({"rows": states, "images": images, "runs": runs, "graded_by": graders})
        return
    echo_table(["source rows", "count"], [*states.items(), ("in all", sum(states.values()))])
    narrate("")
    outcomes = ("predicted", "failed", "pending")
    echo_table(
        ["run", "kind", "model", "region", *outcomes],
        [
            (
                str(run["run"]),
                str(run["kind"]),
                str(run["model_version"]),
                "-".join(str(run[k]) for k in ("country", "admin1_region") if run[k]),
                *(int(run.get(outcome) or 0) for outcome in outcomes),
            )
            for run in runs
        ],
    )
    narrate("")
    echo_table(["grader", "images graded"], list(graders.items()))


@click.command("backup")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def backup_command(survey: Path, out: Path) -> None:
    """Copy SURVEY to OUT safely, also while people grade; never over a file."""
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        store.backup(out)
    narrate(f"{survey} copied to {out}.")
