"""Surveys whose pictures are elsewhere: images of a manifest or a bucket, with addresses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from camtrap_tui.domain.models import Image
from camtrap_tui.services.places import path_media_id
from camtrap_tui.store.store import Store

NOW = "2026-06-01T12:00:00Z"


def survey_of(
    path: Path,
    urls: Sequence[str],
    *,
    ids: Sequence[str | None] | None = None,
    md5s: Sequence[str | None] | None = None,
    kind: str = "manifest",
    folder: str = "UR011",
) -> Path:
    """Make a survey of images at `urls`, one a row; return its path.

    `ids` are the media ids that rows give; None gives none, so that one is made of the address.
    """
    with Store.open(path, create=True) as store, store.db.transaction():
        source = store.images.source(kind, "/manifest.csv", NOW)
        deployment = store.images.deployment_ids([folder])[folder]
        for number, url in enumerate(urls):
            given = ids[number] if ids else None
            media_id = given or path_media_id(url)
            name = f"{number:05}.jpg"
            key = store.images.add(
                Image(0, media_id, None, source.id, name, url, deployment_id=deployment)
            )
            store.db.execute(
                "INSERT INTO source_row (source_id, row_number, file_path, media_id, url,"
                " state, image_id, content_md5) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)",
                [
                    source.id,
                    number + 2,
                    name,
                    given,
                    url,
                    key,
                    md5s[number] if md5s else None,
                ],
            )
        store.db.execute("UPDATE source SET row_count = ?", [len(urls)])
    return path


def rows_of(path: Path) -> list[tuple[str, str | None, int]]:
    """Return (state, reason, attempts) of all rows, in order of number."""
    with Store.open(path) as store:
        return store.db.execute(
            "SELECT state, reason, attempts FROM source_row ORDER BY row_number, id"
        ).fetchall()


def cached_files(cache: Path) -> list[str]:
    """Return the names of all files of a cache, finished or not, sorted."""
    return sorted(path.name for path in cache.rglob("*") if path.is_file())
