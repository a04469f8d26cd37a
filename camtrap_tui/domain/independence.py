"""Which records of one species at one camera count as independent of those before.

The rule is camtrapR's `minDeltaTime` with `deltaTimeComparedTo = "lastIndependentRecord"`, so that
its filterRecordTable() makes the same of all records as we do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def assess(times: Iterable[int], gap_s: int) -> Iterator[tuple[int, bool]]:
    """Yield (seconds since what a record is compared to, whether it is independent) of each record.

    `times` are those of one species at one camera, in seconds, in order. The first is independent,
    and so is each that comes at least `gap_s` after the last independent one; of several in one
    second, the first alone may be. With `gap_s` 0 all are, and each is compared to the last that is
    earlier. The first is compared to nothing: 0 seconds.
    """
    compared: int | None = None
    last = 0
    for time in times:
        if compared is None:
            compared = time
            yield 0, True
        elif gap_s:
            delta = time - compared
            compared = time if delta >= gap_s else compared
            yield delta, delta >= gap_s
        else:
            # Frames of one second are all compared to the one before that second.
            compared = last if time > last else compared
            yield time - compared, True
        last = time
