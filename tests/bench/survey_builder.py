"""Builds a survey of any size with plausible content, in seconds a hundred thousand images.

The same number gives the same survey. 84 classes, 84 % blank; 1.7 boxes and five classes an
image; bursts of three; a camera for 3,500 images; two graders, of whom one has done a third.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import md5
from itertools import accumulate, chain
from pathlib import Path

from camtrap_tui.domain.taxonomy import BLANK, HUMAN, VEHICLE, from_name
from camtrap_tui.store.store import Store
from tests.builders import NOW, add_run

CLASSES = 84
IMAGES_A_CAMERA = 3500
_BLANK_SHARE = 0.84
_BLANK_BOXES = ((), (0.14,), (0.12, 0.05), (0.19, 0.11, 0.04))
_BOXES = ((0.91,), (0.88, 0.31), (0.93, 0.22, 0.05), (0.6, 0.4, 0.3, 0.1))
_CHUNK = 5000
# What ends in the ledger beside the images: a row in fifty.
_OTHERS = ("duplicate", "not_a_picture", "unreadable", "missing")


def build(path: Path, images: int) -> None:
    """Make the survey at `path`, where there must be no file yet."""
    with Store.open(path, create=True) as store:
        run = replace(add_run(store, "bench"), model_version="4.0.1a")
        taxa = _taxa(store)
        with store.db.loading():
            source = store.images.source("folder", "/pictures/river", NOW)
            cameras = -(-images // IMAGES_A_CAMERA)
            ids = store.images.deployment_ids(f"UR{number:03d}" for number in range(cameras))
            for first in range(1, images + 1, _CHUNK):
                keys = range(first, min(first + _CHUNK, images + 1))
                _add_images(store, source.id, keys, list(ids.values()))
                _add_words(store, run.id, keys, taxa)
            _add_others(store, source.id, images)
        with store.db.transaction():
            _add_grades(store, run.id, images, taxa)
        store.db.execute("PRAGMA optimize")


def _taxa(store: Store) -> list[int]:
    """Return the row ids of the classes, the most frequent first: blank, human …"""
    names = [BLANK, from_name("bird"), HUMAN, from_name("western pond turtle"), VEHICLE]
    names += [from_name(f"species {number:02d}") for number in range(CLASSES - len(names))]
    with store.db.transaction():
        store.taxa.add(names, "model")
    ids = store.taxa.ids()
    return [ids[name.taxon_uuid] for name in names]


def _add_images(store: Store, source_id: int, keys: range, cameras: list[int]) -> None:
    start = datetime(2024, 1, 30)
    images: list[tuple[object, ...]] = []
    for key in keys:
        camera, place = divmod(key - 1, IMAGES_A_CAMERA)
        burst = place // 3
        when = start + timedelta(minutes=burst * 37 + burst % 11, seconds=place % 3)
        text = when.isoformat(sep=" ")
        media_id = md5(str(key).encode(), usedforsecurity=False).hexdigest()
        images.append(
            (
                key,
                media_id,
                md5(media_id.encode(), usedforsecurity=False).hexdigest(),
                source_id,
                f"UR{camera:03d}/DCIM/{100 + place // 1000}MEDIA/SYFW{place % 1000:04d}-{key}.JPG",
                cameras[camera],
                text,
                text,
                key - place % 3,
            )
        )
    store.db.executemany(
        "INSERT INTO image (id, media_id, content_md5, source_id, file_path, deployment_id,"
        " timestamp, timestamp_raw, timestamp_source, width, height, burst_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'exif', 1920, 1080, ?)",
        images,
    )
    store.db.execute(
        "INSERT INTO source_row (source_id, file_path, state, image_id, file_bytes, modified_ns)"
        " SELECT source_id, file_path, 'here', id, 1200000, 17000000000 + id FROM image"
        " WHERE id BETWEEN ? AND ?",
        [keys.start, keys.stop - 1],
    )


def _add_words(store: Store, run_id: int, keys: range, taxa: list[int]) -> None:
    """Add what the run says of these images."""
    rng = random.Random(keys.start)
    weights = [1 / rank**1.6 for rank in range(1, CLASSES)]
    shares = [_BLANK_SHARE] + [(1 - _BLANK_SHARE) * w / sum(weights) for w in weights]
    first = rng.choices(taxa, cum_weights=list(accumulate(shares)), k=len(keys))
    predicted: list[object] = []
    failed: list[object] = []
    boxes: list[object] = []
    classes: list[object] = []
    for key, taxon in zip(keys, first, strict=True):
        if key % 997 == 0:
            failed += (key, "the picture is truncated")
            continue
        score = round(0.3 + 0.69 * rng.random() ** 0.4, 4)
        predicted += (key, taxon, score, "classifier")
        found = rng.choice(_BLANK_BOXES if taxon == taxa[0] else _BOXES)
        for number, confidence in enumerate(found, 1):
            x, y = round(rng.random() * 0.6, 4), round(rng.random() * 0.6, 4)
            boxes += (key, number, "animal", confidence, x, y, 0.31, 0.27)
        place = rng.randrange(CLASSES)
        others = (taxa[(place + step) % CLASSES] for step in (0, 7, 15, 31))
        ranked = [taxon, *(other for other in others if other != taxon)]
        for rank, named in enumerate(ranked, 1):
            classes += (key, 1 if found else 0, rank, named, round(score / rank**2, 6))
    store.bulk.add_predicted(run_id, predicted)
    store.bulk.add_failed(run_id, failed)
    store.bulk.add_detections(run_id, boxes)
    store.bulk.add_classifications(run_id, classes)


def _add_others(store: Store, source_id: int, images: int) -> None:
    rows = (
        (0, f"others/{number}.JPG", _OTHERS[number % 4], f"reason {number % 9}", number)
        for number in range(1, images // 50 + 1)
    )
    store.bulk.add_source_rows(source_id, list(chain.from_iterable(rows)))
    states = store.ledger.states(source_id)
    there = sum(count for state, count in states.items() if state != "missing")
    store.bulk.describe_source(source_id, "", there)


def _add_grades(store: Store, run_id: int, images: int, taxa: list[int]) -> None:
    """Let ann grade a third of the images, and ben some of these and some others."""
    _grade(store, "ann", run_id, range(1, images // 3), taxa)
    _grade(store, "ben", run_id, range(1, images, 50), taxa)


def _grade(store: Store, grader: str, run_id: int, keys: range, taxa: list[int]) -> None:
    first = int(store.db.value("SELECT coalesce(max(id), 0) + 1 FROM grade"))
    store.db.executemany(
        "INSERT INTO grade VALUES (?, ?, 'grade', ?, ?, ?, NULL, NULL, 'assisted', 'accept', ?,"
        " '2026-06-01T12:00:00Z', 1.5, NULL, NULL)",
        (
            (first + number, f"{grader}-{key}", key, grader, number + 1, run_id)
            for number, key in enumerate(keys)
        ),
    )
    store.db.executemany(
        "INSERT INTO observation (grade_id, observation_number, taxon_id) VALUES (?, 1, ?)",
        ((first + number, taxon) for number, taxon in enumerate(_said(grader, keys, taxa))),
    )


def _said(grader: str, keys: range, taxa: list[int]) -> Iterator[int]:
    rng = random.Random(grader)
    for _ in keys:
        yield taxa[0] if rng.random() < _BLANK_SHARE else taxa[1 + int(82 * rng.random() ** 3)]
