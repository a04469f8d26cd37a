"""Draws the pictures of a preview: the same seed draws the same ones from every copy of a survey.

A picture's lot is made of the seed and its media id alone, so that others that come or go do not
change it. A picture that is not on this machine gives its place to the next one.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from camtrap_tui.services.exports.picture_files import SHOWS_PEOPLE, PictureFiles
from camtrap_tui.services.exports.pictures import UNGRADED, Picture, shows_people
from camtrap_tui.services.exports.report import Tally

NOT_DRAWN = "was not drawn, see --sample"
NOT_HERE = "is not on this machine"
_STATES = {UNGRADED: "is not graded"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, in order of path, and from how many."""

    pictures: tuple[Picture, ...]
    population: int


def draw_pictures(
    pictures: Iterable[Picture],
    files: PictureFiles,
    tally: Tally,
    *,
    seed: int,
    size: int,
    by_truth: bool,
    without_people: bool,
) -> Sample:
    """Draw `size` pictures (0: all) that are on this machine and have what is to be shown.

    That is a prediction, or with `by_truth` what people said. Counts in `tally` what is left out.
    """
    # The worst lot comes first; what it is of stands behind a number, so that it is not compared.
    heap: list[tuple[int, int, Picture]] = []
    population = 0
    for number, picture in enumerate(pictures):
        why = _why_not(picture, by_truth=by_truth, without_people=without_people)
        if why:
            tally.leave_out(why, picture.image.file_path)
            continue
        population += 1
        lot = -_lot(seed, picture.image.media_id)
        if size and len(heap) >= size and lot < heap[0][0]:
            tally.leave_out(NOT_DRAWN, picture.image.file_path)
        elif files.find(picture.image) is None:
            tally.leave_out(NOT_HERE, picture.image.file_path)
        elif size and len(heap) >= size:
            *_, worst = heapq.heapreplace(heap, (lot, number, picture))
            tally.leave_out(NOT_DRAWN, worst.image.file_path)
        else:
            heapq.heappush(heap, (lot, number, picture))
    drawn = sorted(heap, key=lambda one: one[1])
    return Sample(tuple(picture for *_, picture in drawn), population)


def _lot(seed: int, media_id: str) -> int:
    raw = f"{seed} {media_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(raw).digest()[:8])


def _why_not(picture: Picture, *, by_truth: bool, without_people: bool) -> str:
    """Return why a picture cannot be shown, or nothing."""
    if by_truth and not picture.words:
        return _STATES.get(picture.state, f"is in {picture.state}")
    machine = picture.machine
    if not by_truth and (machine is None or machine.outcome == "pending"):
        return "has no prediction yet"
    if not by_truth and (machine is None or machine.taxon is None or machine.score is None):
        return "could not be predicted"
    return SHOWS_PEOPLE if without_people and shows_people(picture) else ""
