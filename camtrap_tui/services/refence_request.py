"""Which run is asked for: the one it is made of, its own row, and whether another says the same.

A run is known by what was asked: the run whose boxes it has, the country, the rules' files and the
software that puts them together.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from camtrap_tui.domain.models import Run
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.model_folder import RuleFiles
from camtrap_tui.store.runs import run_uuid
from camtrap_tui.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class RefenceRequest:
    """What is asked: another `country` (alpha-3) and `admin1_region`, checked codes, or none.

    `run_id` is the run to take from, None for the newest; `model` a folder or a name, empty for
    the run's own; `usual_model` that of the settings.
    """

    country: str | None
    admin1_region: str | None
    run_id: int | None = None
    model: str = ""
    usual_model: str = ""


def runs_named(store: Store, run_id: int | None) -> tuple[Run, Run]:
    """Return the run whose boxes are taken, and the one that was named.

    The boxes of a re-fenced run are those of the run that it came from. Raises UsageError for a
    run that is not there, InputError where there is none.
    """
    runs = {run.id: run for run in store.runs.all()}
    if run_id is None:
        latest = store.runs.latest()
        if latest is None:
            raise InputError(
                f"{store.path}: there is no run yet.", "Predict the pictures first, or import."
            )
        run_id = latest.id
    if run_id not in runs:
        known = ", ".join(map(str, runs)) or "none yet"
        raise UsageError(f"{store.path}: there is no run {run_id}.", f"Its runs: {known}.")
    named = runs[run_id]
    return runs[named.parent_run_id or named.id], named


def is_fenced_so(run: Run, rules: RuleFiles, request: RefenceRequest, software: str) -> bool:
    """Tell whether a run was put together by these rules, for the country that is asked for."""
    asked = (request.country, request.admin1_region, rules.taxonomy_sha256)
    return (
        f"{run.software}, ".startswith(f"{software}, ")
        and (run.country, run.admin1_region, run.taxonomy_sha256) == asked
        and run.geofenced == int(request.country is not None)
        and (request.country is None or run.geofence_sha256 == rules.geofence_sha256)
    )


def twin(store: Store, parent: Run, new: Run, rules: RuleFiles, request: RefenceRequest) -> str:
    """Return a sentence on a run that says the same already; empty where there is none.

    One that was predicted with that country, or that came of such a run.
    """
    asked = (parent.model_sha256, parent.input_size)
    for run in store.runs.all() if parent.model_sha256 else ():
        if (
            run.run_uuid != new.run_uuid
            and (run.model_sha256, run.input_size) == asked
            and is_fenced_so(run, rules, request, new.software or "")
        ):
            return (
                f"Run {run.id} ({run.made_by}) has the same model and country already: where"
                " both have a picture, they say the same of it."
            )
    return ""


def new_run(parent: Run, rules: RuleFiles, request: RefenceRequest, software: str) -> Run:
    """Return the run of a request, before it has a row; the same request has the same uuid."""
    fenced = request.country is not None
    asked = {
        "refence": parent.run_uuid,
        "country": request.country,
        "admin1_region": request.admin1_region,
        "taxonomy": rules.taxonomy_sha256,
        "geofence": rules.geofence_sha256 if fenced else None,
        "software": software,
    }
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return replace(
        parent,
        id=0,
        run_uuid=run_uuid(key),
        kind="refence",
        request_key=key,
        taxonomy_sha256=rules.taxonomy_sha256,
        geofence_sha256=rules.geofence_sha256,
        software=software,
        country=request.country,
        admin1_region=request.admin1_region,
        geofenced=int(fenced),
        started_at=utc_now(),
        finished_at=None,
        parent_run_id=parent.id,
    )
