"""Bursts: pictures of one deployment that follow each other within a gap.

A burst is named by its first image, so pictures added elsewhere never change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta


def bursts(
    rows: Iterable[tuple[int, int | None, str | None]], gap_s: int
) -> Iterator[tuple[int, int]]:
    """Yield (image id, id of the first image of its burst) for each row, in the order given.

    `rows` are (image id, deployment id, naive local timestamp), sorted by deployment, time and
    id. A picture joins the one before it when at most `gap_s` seconds lie between them, so a
    burst may be longer than the gap. Without a deployment or a time, a picture is alone.
    """
    gap = timedelta(seconds=gap_s)
    first = 0
    last_deployment: int | None = None
    last_time = datetime.min
    for image_id, deployment_id, timestamp in rows:
        if deployment_id is None or timestamp is None:
            yield image_id, image_id
            continue
        time = datetime.fromisoformat(timestamp)
        if deployment_id != last_deployment or time - last_time > gap:
            first = image_id
        last_deployment, last_time = deployment_id, time
        yield image_id, first
