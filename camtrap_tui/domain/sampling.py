"""Which frame stands for each burst, in which order bursts are drawn, and how many of a stratum.

All of it follows from a seed and from media ids, by hashes: copies of a survey whose rows lie in
another order draw the same.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Literal, NamedTuple, get_args

Allocation = Literal["mixed", "proportional", "equal"]
ALLOCATIONS: tuple[Allocation, ...] = get_args(Allocation)

# What is drawn and what stands for it are two drawings. Were they one, a burst of many frames,
# the smallest of whose hashes stands for it, would come before those of few.
_FRAME, _RANK = b"frame", b"rank"
# Of a mixed sample, what blanks have at least: of 600, that is 150, and where 2 in 100 blanks hold
# an animal, one at least is among as many in 95 samples of 100.
_BLANKS = Fraction(1, 4)


class Pictured(NamedTuple):
    """A picture that may be drawn; `kind` says by what it is stratified, the burst by its frame.

    `burst_id` is None for a picture that is in no burst: it is one of its own.
    """

    image_id: int
    media_id: str
    burst_id: int | None
    kind: int


@dataclass(slots=True)
class Frame:
    """The bursts that may be drawn, each by the frame that stands for it, in parallel columns.

    images: ids; sizes: pictures of the burst that are in the frame; orders: the hash by which it
    is drawn (unsigned, 64 bits); kinds: those of the frames.
    """

    images: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("q"))
    orders: array[int] = field(default_factory=lambda: array("Q"))
    kinds: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.images)


def frame_of(pictures: Iterable[Pictured], seed: int) -> Frame:
    """Return the bursts of `pictures`, of which those of one burst follow each other.

    The frame with the smallest hash of seed and media id stands for a burst: one at random.
    """
    stands, ranked = _hash(_FRAME, seed), _hash(_RANK, seed)
    frame = Frame()
    for burst_id, together in groupby(pictures, key=lambda picture: picture.burst_id):
        members = list(together)
        bursts = [[member] for member in members] if burst_id is None else [members]
        for burst in bursts:
            chosen = burst[0]
            if len(burst) > 1:
                chosen = min(burst, key=lambda picture: (stands(picture.media_id), picture[1]))
            frame.images.append(chosen.image_id)
            frame.sizes.append(len(burst))
            frame.orders.append(ranked(chosen.media_id))
            frame.kinds.append(chosen.kind)
    return frame


def _hash(what: bytes, seed: int) -> Callable[[str], int]:
    start = hashlib.blake2b(digest_size=8, key=str(seed).encode(), person=what)

    def hashed(media_id: str) -> int:
        one = start.copy()
        one.update(media_id.encode())
        return int.from_bytes(one.digest(), "big")

    return hashed


def ranked(frame: Frame, stratum_of: Sequence[int], strata: int) -> list[array[int]]:
    """Return the places in the frame of each stratum's bursts, in the order of being drawn.

    `stratum_of` gives the stratum (from 0) of a kind.
    """
    found: list[array[int]] = [array("q") for _ in range(strata)]
    for place in sorted(range(len(frame)), key=frame.orders.__getitem__):
        found[stratum_of[frame.kinds[place]]].append(place)
    return found


def fingerprint(frame: Frame, names: Sequence[str], places: Sequence[array[int]]) -> str:
    """Return what tells one frame in its strata from another, the same on every machine."""
    digest = hashlib.sha256()
    for name, inside in zip(names, places, strict=True):
        digest.update(f"{name}\0{len(inside)}\0".encode())
        for code, column in (("Q", frame.orders), ("q", frame.sizes)):
            values = array(code, map(column.__getitem__, inside))
            if sys.byteorder == "big":
                values.byteswap()
            digest.update(values.tobytes())
    return digest.hexdigest()


def weight_of(population: int, sampled: int) -> float:
    """Return N_h / n_h, how many bursts a sampled one stands for; 0 where none was sampled."""
    return population / sampled if sampled else 0.0


def floors(populations: Sequence[int], minimum: int) -> list[int]:
    """Return the least to be drawn of each stratum: the minimum, or what it has."""
    return [min(minimum, population) for population in populations]


def allocate(
    populations: Sequence[int],
    size: int,
    allocation: Allocation,
    least: Sequence[int],
    blanks: Collection[int] = (),
) -> list[int]:
    """Return how many bursts to draw of each stratum, `size` in all, of none more than it has.

    Shares are by population (proportional), the same for all (equal), or half of each, but a
    quarter at least for the strata at the places `blanks` together (mixed); and `least` of each
    stratum in any case. `size` lies between the sums of `least` and of `populations`.
    """
    total, strata = sum(populations), len(populations)
    by_population = {"mixed": Fraction(1, 2), "proportional": Fraction(1), "equal": Fraction(0)}
    part = by_population[allocation]
    shares = [part * n / total + (1 - part) / strata for n in map(Fraction, populations)]
    of_blanks = sum(shares[k] for k in blanks)
    if allocation == "mixed" and 0 < of_blanks < _BLANKS:
        more, less = _BLANKS / of_blanks, (1 - _BLANKS) / (1 - of_blanks)
        shares = [share * (more if k in blanks else less) for k, share in enumerate(shares)]
    return share_out(shares, size, least, populations)


def share_out(
    shares: Sequence[Fraction], size: int, least: Sequence[int], most: Sequence[int]
) -> list[int]:
    """Return whole numbers that sum to `size`, as nearly in these proportions as their limits
    allow. Shares are above 0, and `size` lies between the sums of the limits."""
    return _rounded(_filled(shares, least, most, size), size)


def _filled(
    shares: Sequence[Fraction], least: Sequence[int], most: Sequence[int], size: int
) -> list[Fraction]:
    """Return `shares` times one factor, held between least and most, that sum to `size`.

    Held values are fixed on the side that is farther from the sum, until none is held any more.
    """
    found = [Fraction(0)] * len(shares)
    free = set(range(len(shares)))
    left = Fraction(size)
    while free:
        factor = left / sum(shares[k] for k in free)
        wanted = {k: factor * shares[k] for k in free}
        low = {k for k in free if wanted[k] < least[k]}
        high = {k for k in free if wanted[k] > most[k]}
        lacking = sum(least[k] - wanted[k] for k in low)
        beyond = sum(wanted[k] - most[k] for k in high)
        if not low and not high:
            for k in free:
                found[k] = wanted[k]
            break
        for k in low if lacking >= beyond else high:
            found[k] = Fraction(least[k] if lacking >= beyond else most[k])
            left -= found[k]
            free.remove(k)
    return found


def _rounded(wanted: Sequence[Fraction], size: int) -> list[int]:
    """Return whole numbers that sum to `size`: the largest remainders are rounded up, of equal
    ones the first."""
    found = [int(one) for one in wanted]
    order = sorted(range(len(wanted)), key=lambda k: (found[k] - wanted[k], k))
    for k in order[: size - sum(found)]:
        found[k] += 1
    return found
