"""Who grades which pictures of a holdout, and in which order each of them comes, twice or once.

All of it follows from hashes of the holdout, the grader and the media ids, so that every copy of a
survey deals the same, nobody's order says anything of what was predicted, and a session that was
left goes on as it would have.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from camtrap_tui.errors import UsageError

# A picture that comes back does so after at least this part of all others.
APART = 1 / 3
# Only of the first part of an order can be shown again well apart.
_EARLY = 1 / 2
_SHARE = re.compile(r"([0-9]{1,3})/([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Share:
    """Part `number` of `of`, from 1; the part `overlap` (0 to 1) of all is dealt to everybody."""

    number: int = 1
    of: int = 1
    overlap: float = 0.0


@dataclass(frozen=True, slots=True)
class Showing:
    """A picture in somebody's order, the first (1) or the second time (2)."""

    media_id: str
    viewing: int = 1


def parse_share(text: str, overlap: float = 0.0) -> Share:
    """Return the share that `2/3` means. Raises UsageError for what is none."""
    found = _SHARE.fullmatch(text.strip())
    number, of = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= of:
        raise UsageError(f"{text!r} is no share:", "the second of three graders has 2/3.")
    if not 0 <= overlap <= 1:
        raise UsageError(f"An overlap of {overlap:g} is none:", "it is from 0 to 1, as in 0.2.")
    return Share(number, of, overlap)


def dealt(holdout_uuid: str, media_ids: Sequence[str], share: Share) -> list[str]:
    """Return the media ids that are dealt to a share; those of one drawing are dealt together.

    Of n pictures, n × `overlap`, rounded up, go to every share, and the others to one each, in
    parts that differ by one picture at most. With a larger overlap nobody loses a picture.
    """
    ordered = sorted(media_ids, key=lambda media_id: _hash("deal", holdout_uuid, media_id))
    # Past what floats make of 0.1 × 30.
    common = math.ceil(round(share.overlap * len(ordered), 6))
    return [
        media_id
        for place, media_id in enumerate(ordered)
        if place < common or place % share.of == share.number - 1
    ]


def laid_out(
    holdout_uuid: str, grader: str, media_ids: Sequence[str], repeat_share: float
) -> list[Showing]:
    """Return these pictures in this grader's order, the part `repeat_share` of them twice.

    As many as that share says, rounded, come a second time, each at least `APART` of their number
    after the first, and no two graders have the same order, or the same repeats.
    """
    own = (holdout_uuid, grader)
    ordered = sorted(media_ids, key=lambda media_id: _hash("order", *own, media_id))
    total = len(ordered)
    count = min(round(repeat_share * total), total)
    early = range(max(math.ceil(total * _EARLY), count))
    again = sorted(early, key=lambda place: _hash("again", *own, ordered[place]))[:count]
    shown = [(float(place), place, Showing(ordered[place])) for place in range(total)]
    for place in sorted(again):
        showing = Showing(ordered[place], 2)
        behind = _behind(place, total, _hash("behind", *own, showing.media_id))
        shown.append((behind + 0.5, place, showing))
    return [showing for _, _, showing in sorted(shown, key=lambda entry: entry[:2])]


def _behind(place: int, total: int, number: int) -> int:
    """Return the place behind which the picture of `place` comes back."""
    first = place + math.ceil(total * APART)
    return first + number % (total - first) if first < total else total


def _hash(*parts: str) -> int:
    """Return a number below 2^64 that follows from these texts alone."""
    return int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:8])
