"""Deployments of a survey: described by a table, listed with what was photographed there.

A table changes what it says and takes nothing away. Where one row cannot be taken nothing is
written, unless such rows are to be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from camtrap_tui.domain.models import Deployment
from camtrap_tui.services.csv_files import check_out, write_csv
from camtrap_tui.services.deployment_tables import (
    COLUMNS,
    TableRow,
    deployment_cells,
    read_deployments,
)
from camtrap_tui.services.quality import renew_outside
from camtrap_tui.store.deployments import Taken
from camtrap_tui.store.store import Store

_MOST_EXAMPLES = 20


@dataclass(slots=True)
class DeploymentReport:
    """How the rows of a table of deployments ended.

    `rows` is all of them: `added`, `changed`, `unchanged`, `repeated` (the same again) and
    `bad`, of which `examples` names some. `without_row` are the survey's deployments that the
    table does not have; `columns` says which heading was taken for what.
    """

    file: Path
    columns: dict[str, str]
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    bad: int = 0
    written: bool = False
    without_row: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def note_bad(self, row: TableRow, trouble: str) -> None:
        """Count a row that cannot be taken, and keep an example."""
        self.bad += 1
        if len(self.examples) < _MOST_EXAMPLES:
            named = f" ({row.deployment_id})" if row.deployment_id else ""
            self.examples.append(f"row {row.number:,}{named}: {trouble}")


@dataclass(frozen=True, slots=True)
class ListedDeployment:
    """A deployment, the pictures taken there, and how many of these have each kept flag."""

    deployment: Deployment
    taken: Taken
    flags: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CameraClock:
    """How many minutes ahead of UTC a camera's first and its last picture are; `is_one` tells that
    all of its pictures are as far."""

    first: int
    last: int
    is_one: bool


def describe_deployments(
    store: Store,
    file: Path,
    columns: Mapping[str, str] | None = None,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    is_standard: bool = False,
    clocks: Mapping[str, CameraClock] | None = None,
) -> DeploymentReport:
    """Write what a table says of deployments, in one transaction; new ones are added.

    With `dry_run`, or where a row is bad and `skip_bad` is not given, nothing is written. An
    empty cell says nothing; `is_standard` is `read_deployments`'. Of a deployment that is in
    `clocks`, start and end are read as the camera had it, and its offset is the camera's. Raises
    UsageError and InputError as `read_deployments` does.
    """
    taken, found = read_deployments(file, columns, is_standard=is_standard)
    report = DeploymentReport(file, taken)
    rows, named = _first_of_each(found, report)
    for row in rows:
        clock = (clocks or {}).get(row.deployment_id)
        if clock:
            _read_by(clock, row)
    # A dry run waits for nobody, and may be of a survey that is read-only.
    with store.db.snapshot() if dry_run else store.db.transaction():
        before = {d.deployment_id: d for d in store.deployments.all()}
        after = _merged(rows, before, report)
        report.without_row = sorted(before.keys() - named)
        if not dry_run and (skip_bad or not report.bad):
            _write(store, before, after)
            report.written = True
    return report


def list_deployments(store: Store) -> list[ListedDeployment]:
    """Return all deployments by name, with their pictures and flags."""
    taken, flags = store.deployments.taken(), store.flags.counts_by_deployment()
    return [
        ListedDeployment(
            deployment,
            taken.get(deployment.id, Taken(0, None, None)),
            flags.get(deployment.id, {}),
        )
        for deployment in store.deployments.all()
    ]


def deployment_json(listed: ListedDeployment) -> dict[str, object]:
    """Return a deployment as JSON has it."""
    values = asdict(listed.deployment)
    del values["id"]
    return {
        **values,
        "images": listed.taken.images,
        "first_timestamp": listed.taken.first,
        "last_timestamp": listed.taken.last,
        "flags": dict(listed.flags),
    }


def export_deployments(store: Store, out: Path) -> int:
    """Write all deployments to a CSV file that `describe_deployments` reads; return how many."""
    check_out(store.path, out)
    found = store.deployments.all()
    write_csv(out, list(COLUMNS), map(deployment_cells, found))
    return len(found)


def _read_by(clock: CameraClock, row: TableRow) -> None:
    """Turn start and end of a row into the camera's local time, which its pictures are in."""
    row.values.pop("utc_offset_min", None)
    if clock.is_one:
        row.values["utc_offset_min"] = clock.first
    for column, name, minutes in (
        ("deploymentStart", "deployment_start", clock.first),
        ("deploymentEnd", "deployment_end", clock.last),
    ):
        written = row.offsets.get(column, minutes)
        if written == minutes:
            continue
        told = datetime.fromisoformat(str(row.values[name]))
        try:
            row.values[name] = str(told + timedelta(minutes=minutes - written))
        except OverflowError:
            # The first and the last day of all that there are: nobody knows when.
            del row.values[name]


def _first_of_each(
    found: Iterable[TableRow], report: DeploymentReport
) -> tuple[list[TableRow], set[str]]:
    """Return the first row of each deployment that can be taken, and all ids; count all rows."""
    firsts: dict[str, TableRow] = {}
    named: set[str] = set()
    for row in found:
        report.rows += 1
        named.add(row.deployment_id)
        if row.trouble:
            report.note_bad(row, row.trouble)
            continue
        first = firsts.setdefault(row.deployment_id, row)
        if first is row:
            continue
        if row.values == first.values:
            report.repeated += 1
        else:
            report.note_bad(row, f"named before in row {first.number:,}, with other values")
    return list(firsts.values()), named


def _merged(
    rows: Iterable[TableRow], before: Mapping[str, Deployment], report: DeploymentReport
) -> list[Deployment]:
    """Return the deployments to write: what is known, with what the rows say on top."""
    merged: list[Deployment] = []
    for row in rows:
        known = before.get(row.deployment_id)
        empty = Deployment(0, row.deployment_id, None, None, None, None)
        told = replace(known or empty, **row.values)  # type: ignore[arg-type]
        start, end = told.deployment_start, told.deployment_end
        if start and end and end < start:
            report.note_bad(row, f"it ends ({end}) before it starts ({start})")
        elif told == known:
            report.unchanged += 1
        else:
            report.changed += known is not None
            report.added += known is None
            merged.append(told)
    return merged


def _write(store: Store, before: Mapping[str, Deployment], after: Iterable[Deployment]) -> None:
    for told in after:
        row_id = store.deployments.put(told)
        known = before.get(told.deployment_id)
        if known and _dates(known) != _dates(told):
            renew_outside(store, row_id)


def _dates(deployment: Deployment) -> tuple[str | None, str | None]:
    return deployment.deployment_start, deployment.deployment_end
