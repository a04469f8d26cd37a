"""Makes surveys for tests: small, real SQLite files with what a test needs to say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.models import Image, Run, Taxon
from camtrap_tui.domain.taxonomy import TaxonName, from_name
from camtrap_tui.store.store import Store

NOW = "2026-06-01T12:00:00Z"


def md5(text: str) -> str:
    """Return a 32-digit id made from `text`."""
    return hashlib.md5(text.encode()).hexdigest()


def image(name: str, **values: object) -> Image:
    """Return an image row with sensible values for what is not given."""
    usual = Image(0, md5(name), md5(name), 1, f"{name}.JPG")
    return replace(usual, **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Said:
    """What a run says of one image: a taxon's name (None for a failure), its score, its boxes."""

    name: str | None = "northern raccoon"
    score: float = 0.9
    timestamp: str | None = "2024-06-27 02:14:05"
    deployment: str = "UR011"
    boxes: Sequence[tuple[str, float, float, float, float, float]] = ()
    guesses: Sequence[tuple[str, float]] = ()


def taxon(store: Store, name: str | TaxonName) -> Taxon:
    """Return a taxon of the survey, added if need be."""
    wanted = name if isinstance(name, TaxonName) else from_name(name)
    return store.taxa.ensure(wanted, "model")


def add_run(store: Store, key: str = "run", **values: object) -> Run:
    """Add a run to the survey."""
    run = Run(
        id=0,
        run_uuid=md5(key),
        kind="predict",
        request_key=key,
        model_version="demo-1.0",
        model_name="demo",
        model_sha256=None,
        taxonomy_sha256=None,
        geofence_sha256=None,
        software="speciesnet 5.0.6",
        country=None,
        admin1_region=None,
        geofenced=0,
        source_file=None,
        source_format=None,
        started_at=NOW,
        finished_at=NOW,
    )
    with store.db.transaction():
        return store.runs.add(replace(run, **values))  # type: ignore[arg-type]


def add_images(
    store: Store, said: Sequence[Said], folder: str = "/pictures", run: Run | None = None
) -> list[int]:
    """Add one image for each `said`, with what the run says of it; return the image ids."""
    run = run or add_run(store)
    names = {s.name for s in said if s.name} | {g for s in said for g, _ in s.guesses}
    ids = {name: taxon(store, name).id for name in sorted(names)}
    made: list[int] = []
    with store.db.transaction():
        source = store.images.source("folder", folder, NOW)
        deployments = store.images.deployment_ids(sorted({s.deployment for s in said}))
        first = store.images.count()
        for number, s in enumerate(said, first + 1):
            key = store.images.add(
                image(
                    f"IMG_{number:04d}",
                    source_id=source.id,
                    deployment_id=deployments[s.deployment],
                    timestamp=s.timestamp,
                    timestamp_raw=s.timestamp,
                    timestamp_source="exif" if s.timestamp else "none",
                    width=1280,
                    height=960,
                )
            )
            made.append(key)
            path = f"IMG_{number:04d}.JPG"
            store.ledger.put_files([(source.id, path, "here", None, key, None, None)])
            _put(store, run.id, key, s, ids)
    return made


def _put(store: Store, run_id: int, key: int, said: Said, ids: dict[str, int]) -> None:
    failed = said.name is None
    store.runs.put_predictions(
        [
            (run_id, key, "failed", None, None, None, "truncated", 1)
            if failed
            else (run_id, key, "predicted", ids[str(said.name)], said.score, "classifier", None, 1)
        ]
    )
    store.runs.put_detections((run_id, key, n, *box) for n, box in enumerate(said.boxes, 1))
    number = 1 if said.boxes else 0
    store.runs.put_classifications(
        (run_id, key, number, rank, ids[name], score)
        for rank, (name, score) in enumerate(said.guesses, 1)
    )
