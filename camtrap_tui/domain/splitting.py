"""Which graded images train a model, which tune it and which test it; a burst is never divided.

A model that has seen a camera's background does better there than anywhere new (Beery et al. 2018,
"Recognition in Terra Incognita"; Norman et al. 2023, MEE 14:242-251), so whole deployments go to
one part where there are enough of them. With fewer, each is divided by time, its latest pictures
being the test. The same images give the same parts, in whatever order they come.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Literal

Part = Literal["train", "val", "test"]
By = Literal["deployment", "time"]
PARTS: tuple[Part, ...] = ("train", "val", "test")
# Published fine-tuning of such models levels off between these numbers of local images a class.
ENOUGH, PLENTY = 250, 500

_STARTS = 8
# Pairs of more deployments than this are not tried: moving single ones comes as near by then.
_MOST_SWAPPED = 80
_LEAST_GAIN = 1e-12
# All pictures together, as if they were one more class.
_ALL = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of the pictures validation and test want; training gets the rest."""

    val: float = 0.15
    test: float = 0.15

    def of(self, part: Part) -> float:
        """Return the share of a part, 0 to 1."""
        match part:
            case "val":
                return self.val
            case "test":
                return self.test
        return 1 - self.val - self.test

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that want any picture."""
        return tuple(part for part in PARTS if self.of(part) > 0)


@dataclass(frozen=True, slots=True)
class Labelled:
    """An image with what it shows: `classes` are the keys of its species.

    `burst` is the same number for the pictures of one burst; `deployment` is empty for none, and
    `timestamp` is naive local time, None for none.
    """

    image_id: int
    media_id: str
    deployment: str
    timestamp: str | None
    burst: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many images, bursts and deployments of a class each part has, in the order of PARTS."""

    key: str
    images: tuple[int, int, int]
    bursts: tuple[int, int, int]
    deployments: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class SplitMade:
    """How the parts that a survey has came about: by whom, when (UTC), by which rule of truth."""

    id: int
    val_share: float
    test_share: float
    seed: int
    divided_by: By
    rule: str
    made_by: str
    made_at: str


def enough_deployments(shares: Shares) -> int:
    """Return how many deployments it takes for one of them to be as small as the least share."""
    return math.ceil(1 / min(shares.of(part) for part in shares.parts) - _LEAST_GAIN)


def usual_way(images: Iterable[Labelled], shares: Shares) -> By:
    """Return how to divide these images: by deployment where there are enough of them."""
    known = {image.deployment for image in images if image.deployment}
    return "deployment" if len(known) >= enough_deployments(shares) else "time"


def split_by_deployment(
    images: Iterable[Labelled], shares: Shares, seed: int = 1
) -> dict[int, Part]:
    """Return the part of each image, by image id; a deployment goes to one part as a whole.

    The parts come as near to the wanted shares of every class, and of all pictures, as a seeded
    search finds: deployments are given out one by one, each to where it helps most, then moved
    and exchanged while that helps; the best of several starts. Pictures without a deployment
    stay together: nobody knows that they are of different cameras.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    found = list(images)
    for image in found:
        counts[image.deployment].update({_ALL, *image.classes})
    search = _Search(counts, shares)
    best: tuple[float, dict[str, Part]] | None = None
    for start in range(_STARTS):
        tried = search.from_start(f"{seed}:{start}")
        if best is None or tried[0] < best[0] - _LEAST_GAIN:
            best = tried
    parts = best[1] if best else {}
    return {image.image_id: parts[image.deployment] for image in found}


def split_by_time(images: Iterable[Labelled], shares: Shares) -> dict[int, Part]:
    """Return the part of each image, by image id; those without a time have none.

    Of each deployment the first bursts train, the next validate, the last test. What one
    deployment has too much of, since bursts stay whole, the next has less of.
    """
    bursts: dict[tuple[str, int], list[Labelled]] = defaultdict(list)
    for image in images:
        if image.timestamp is not None:
            bursts[image.deployment, image.burst].append(image)
    deployments: dict[str, list[list[Labelled]]] = defaultdict(list)
    for (deployment, _), burst in bursts.items():
        deployments[deployment].append(burst)
    parts: dict[int, Part] = {}
    seen = given_train = given_earlier = 0
    for name in sorted(deployments):
        ordered = sorted(deployments[name], key=_begin)
        ends = [0, *accumulate(len(burst) for burst in ordered)]
        seen += ends[-1]
        train = _nearest(ends, shares.of("train") * seen - given_train)
        earlier = max(train, _nearest(ends, (1 - shares.test) * seen - given_earlier))
        given_train += ends[train]
        given_earlier += ends[earlier]
        for number, burst in enumerate(ordered):
            part: Part = "train" if number < train else "val" if number < earlier else "test"
            parts |= {image.image_id: part for image in burst}
    return parts


def count_classes(images: Iterable[Labelled], parts: Mapping[int, Part]) -> list[ClassCount]:
    """Count what the parts have of each class: first all pictures (key ""), then the classes by
    number of images. An image of two species counts for both."""
    pictures: Counter[tuple[str, Part]] = Counter()
    bursts: dict[tuple[str, Part], set[int]] = defaultdict(set)
    deployments: dict[tuple[str, Part], set[str]] = defaultdict(set)
    for image in images:
        part = parts.get(image.image_id)
        if part is None:
            continue
        for key in {_ALL, *image.classes}:
            pictures[key, part] += 1
            bursts[key, part].add(image.burst)
            if image.deployment:
                deployments[key, part].add(image.deployment)
    keys = {key for key, _ in pictures} | {_ALL}
    counted = [
        ClassCount(
            key,
            _in_parts({part: pictures[key, part] for part in PARTS}),
            _in_parts({part: len(bursts[key, part]) for part in PARTS}),
            _in_parts({part: len(deployments[key, part]) for part in PARTS}),
        )
        for key in keys
    ]
    return sorted(counted, key=lambda row: (row.key != _ALL, -sum(row.images), row.key))


def _in_parts(numbers: Mapping[Part, int]) -> tuple[int, int, int]:
    return numbers["train"], numbers["val"], numbers["test"]


def _begin(burst: Sequence[Labelled]) -> tuple[str, str]:
    """Return what bursts of a deployment are ordered by: their time, then a name that is the same
    in every copy of the survey."""
    return min((image.timestamp or "", image.media_id) for image in burst)


def _nearest(ends: Sequence[int], wanted: float) -> int:
    """Return the place in the rising `ends` whose value is nearest to the wanted one."""
    after = min(bisect_left(ends, wanted), len(ends) - 1)
    before = max(after - 1, 0)
    return before if wanted - ends[before] <= ends[after] - wanted else after


class _Search:
    """Gives deployments to parts; cost is the chi-square distance of shares from the wanted ones.

    A class weighs by the root of its share: rare ones count, and do not rule.
    """

    def __init__(self, counts: Mapping[str, Counter[str]], shares: Shares) -> None:
        self._wanted = {part: shares.of(part) for part in shares.parts}
        self._counts = {name: sorted(counts[name].items()) for name in sorted(counts)}
        self._totals: Counter[str] = Counter()
        for counter in counts.values():
            self._totals.update(counter)
        self._weights = {
            key: math.sqrt(total / self._totals[_ALL]) for key, total in self._totals.items()
        }
        self._have: dict[Part, Counter[str]] = {}

    def from_start(self, seed: str) -> tuple[float, dict[str, Part]]:
        """Return the cost and the parts of the deployments that one start leads to."""
        self._have = {part: Counter() for part in self._wanted}
        parts: dict[str, Part] = {}
        order = sorted(self._counts, key=lambda name: _rank(seed, name))
        # What is large leaves the least choice: it comes first, by powers of two.
        order.sort(key=lambda name: -dict(self._counts[name])[_ALL].bit_length())
        for name in order:
            parts[name] = min(self._wanted, key=lambda part: self._gain(name, None, part))
            self._put(name, None, parts[name])
        while self._moves(order, parts) or self._swaps(order, parts):
            pass
        return self._cost(), parts

    def _moves(self, order: Sequence[str], parts: dict[str, Part]) -> bool:
        """Move each deployment to where it helps most; tell whether any was moved."""
        moved = False
        for name in order:
            here = parts[name]
            others = [part for part in self._wanted if part != here]
            if not others:
                return False
            there = min(others, key=lambda part: self._gain(name, here, part))
            if self._gain(name, here, there) < -_LEAST_GAIN:
                self._put(name, here, there)
                parts[name], moved = there, True
        return moved

    def _swaps(self, order: Sequence[str], parts: dict[str, Part]) -> bool:
        """Exchange the first two deployments that it helps to exchange; tell whether there were."""
        if len(order) > _MOST_SWAPPED:
            return False
        for one, other in combinations(order, 2):
            mine, theirs = parts[one], parts[other]
            if mine == theirs:
                continue
            gain = self._gain(one, mine, theirs)
            self._put(one, mine, theirs)
            if gain + self._gain(other, theirs, mine) < -_LEAST_GAIN:
                self._put(other, theirs, mine)
                parts[one], parts[other] = theirs, mine
                return True
            self._put(one, theirs, mine)
        return False

    def _put(self, name: str, before: Part | None, after: Part) -> None:
        for key, count in self._counts[name]:
            if before is not None:
                self._have[before][key] -= count
            self._have[after][key] += count

    def _gain(self, name: str, before: Part | None, after: Part) -> float:
        """Return by how much the cost would grow if a deployment went from one part to another."""
        gain = 0.0
        for key, count in self._counts[name]:
            gain += self._part_cost(after, key, count) - self._part_cost(after, key, 0)
            if before is not None:
                gain += self._part_cost(before, key, -count) - self._part_cost(before, key, 0)
        return gain

    def _part_cost(self, part: Part, key: str, more: int) -> float:
        share = (self._have[part][key] + more) / self._totals[key]
        wanted = self._wanted[part]
        return self._weights[key] * (share - wanted) ** 2 / wanted

    def _cost(self) -> float:
        return sum(
            self._part_cost(part, key, 0) for part in self._wanted for key in sorted(self._totals)
        )


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()
