"""What is asked of a model, and the run that stands for it: the same request is the same run.

The key of a run covers all that decides the answer (the model's files, the versions of
speciesnet and torch, country, state, geofence, thresholds), and no path.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from camtrap_tui.domain.models import Run
from camtrap_tui.errors import ModelError
from camtrap_tui.services import engine
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.model_folder import ModelFolder, need_speciesnet
from camtrap_tui.store.runs import run_uuid
from camtrap_tui.store.store import utc_now

DEFAULT_BATCH_SIZE = 16


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """What is asked. `country` (alpha-3) and `admin1_region` are checked codes, or None.

    `model` is a folder or a name, empty for SpeciesNet's default; `batch_size` is pictures a
    commit; `retry` takes up failures again; `threads` are torch's, None for a sensible number.
    `fetch` says how pictures that are not here are fetched (None: not at all), `size` what
    became of those that were; None is what most copies are.
    """

    model: str = ""
    country: str | None = None
    admin1_region: str | None = None
    geofence: bool = True
    batch_size: int = DEFAULT_BATCH_SIZE
    retry: bool = False
    threads: int | None = None
    fetch: FetchRequest | None = None
    size: InputSize | None = None


def software_versions() -> str:
    """Return the versions that a prediction depends on; imports nothing heavy."""
    need_speciesnet()
    try:
        return ", ".join(f"{name} {version(name)}" for name in ("speciesnet", "torch"))
    except PackageNotFoundError as error:
        raise ModelError(
            f"The package {error.name} is not installed.",
            "Install the extra: pip install 'camtrap-tui[speciesnet]'",
        ) from None


def request_key(
    model: ModelFolder, request: PredictRequest, software: str, input_size: str | None = None
) -> str:
    """Return the SHA-256 of all that decides what the model answers.

    `input_size` is what downloaded pictures were resized to, None where all are folders' own.
    """
    asked = {
        "model": model.sha256,
        "software": software,
        "country": request.country,
        "admin1_region": request.admin1_region,
        # Without a country there is nothing to fence: both answers are the same.
        "geofence": request.geofence and request.country is not None,
        "detection_threshold": engine.DETECTION_THRESHOLD,
        "classification_threshold": engine.CLASSIFICATION_THRESHOLD,
        "classes": engine.CLASSES,
    }
    if input_size is not None:
        asked["input_size"] = input_size
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def new_run(
    key: str,
    model: ModelFolder,
    request: PredictRequest,
    software: str,
    input_size: str | None = None,
) -> Run:
    """Return the run of a request, before it has a row; it began now."""
    return Run(
        id=0,
        run_uuid=run_uuid(key),
        kind="predict",
        request_key=key,
        model_version=model.version,
        model_name=model.name,
        model_sha256=model.sha256,
        taxonomy_sha256=model.taxonomy_sha256,
        geofence_sha256=model.geofence_sha256,
        software=software,
        country=request.country,
        admin1_region=request.admin1_region,
        geofenced=int(request.geofence and request.country is not None),
        source_file=None,
        source_format=None,
        started_at=utc_now(),
        finished_at=None,
        input_size=input_size,
    )
