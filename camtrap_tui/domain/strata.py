"""Strata: bursts of one predicted class, score band or camera; small ones are pooled by a rule.

The rule: there is room for as many strata as two thirds of the sample fill with the minimum, so
that a third at least goes where most bursts are. Classes come first, then score bands, then
cameras; a class or camera has a stratum of its own while there is room, the largest first, and
where it has the minimum of bursts; the others share one. Blanks are never among those: what was
missed is looked for there. A score band below the minimum joins its neighbour. What the run did
not predict is one stratum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from camtrap_tui.domain.taxonomy import BLANK, BLANK_UUID

By = Literal["species", "score", "deployment"]
BY: tuple[By, ...] = get_args(By)

NO_PREDICTION = "no prediction"
RARE = "rare classes"
OTHER_CAMERAS = "other cameras"
NO_CAMERA = "no camera"
_ALL = "all predictions"

# Where score bands begin: SpeciesNet takes no class of its classifier below 0.65, and few
# below 0.8.
BANDS = (0.8, 0.95)
# Of the room, what classes leave to score bands and cameras.
_LEFT_BY_CLASSES = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """By what a burst is stratified: what its frame is predicted as, how surely, and where.

    `taxon_uuid` is empty without a prediction, `deployment` without a camera.
    """

    taxon_uuid: str
    name: str
    band: int
    deployment: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """Some kinds, with how many bursts they have."""

    name: str
    kinds: tuple[Kind, ...]
    bursts: int


def band_of(score: float | None) -> int:
    """Return the score band (from 0); what has no score is in the lowest."""
    return 0 if score is None else sum(score >= edge for edge in BANDS)


def room_for(size: int, minimum: int) -> int:
    """Return how many strata a sample has room for: one at least."""
    return max(1, 2 * size // (3 * minimum))


def class_in(stratum: str) -> str:
    """Return the class, or what there is in its place, that a stratum's name begins with."""
    return stratum.split(", ")[0]


def of_blanks(strata: Sequence[str]) -> list[int]:
    """Return the places of the strata that are of blanks, by their names."""
    return [k for k, name in enumerate(strata) if class_in(name) == BLANK.common_name]


def stratify(
    bursts: Mapping[Kind, int], by: Sequence[By], room: int, minimum: int
) -> list[Stratum]:
    """Return the strata of all kinds, the same for any order of `bursts`.

    By class, blanks and then the largest first; within a class by score, then by camera; last
    what has no prediction.
    """
    known = Counter({kind: n for kind, n in bursts.items() if kind.taxon_uuid})
    unknown = {kind: n for kind, n in bursts.items() if not kind.taxon_uuid}
    left = room - bool(unknown)
    groups: list[_Group] = [_Group((), known)] if known else []
    if "species" in by and groups:
        most = left if len(by) == 1 else left - left // _LEFT_BY_CLASSES
        groups = _by_class(groups[0], most, minimum)
    if "score" in by:
        groups = _each_split(groups, left, lambda group, _: _by_score(group, minimum))
    if "deployment" in by:
        groups = _each_split(
            groups, left, lambda group, most: _pooled(group, _camera, most, minimum, OTHER_CAMERAS)
        )
    found = [_stratum(group) for group in groups]
    if unknown:
        found.append(_stratum(_Group((NO_PREDICTION,), Counter(unknown))))
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    """A stratum in the making: the parts of its name, and bursts by kind."""

    name: tuple[str, ...]
    bursts: Counter[Kind]

    @property
    def size(self) -> int:
        return self.bursts.total()

    def parted(self, key: Callable[[Kind], tuple[str, str]]) -> list[tuple[str, Counter[Kind]]]:
        """Return (name, bursts) by key and name, the largest first."""
        parts: dict[tuple[str, str], Counter[Kind]] = {}
        for kind, n in self.bursts.items():
            parts.setdefault(key(kind), Counter())[kind] = n
        order = sorted(parts, key=lambda part: (-parts[part].total(), part))
        return [(part[1], parts[part]) for part in order]


def _class(kind: Kind) -> tuple[str, str]:
    return kind.taxon_uuid, kind.name


def _camera(kind: Kind) -> tuple[str, str]:
    return kind.deployment, kind.deployment or NO_CAMERA


def _by_class(group: _Group, most: int, minimum: int) -> list[_Group]:
    """Return the classes of a group, `most` of them: blanks, large ones, and the others in one."""
    blanks = Counter({k: n for k, n in group.bursts.items() if k.taxon_uuid == BLANK_UUID})
    others = group.bursts - blanks
    if not blanks or not others or most < 2:
        return _pooled(group, _class, most, minimum, RARE)
    parts = _pooled(_Group((), others), _class, most - 1, minimum, RARE)
    parts = [replace(part, name=part.name or (RARE,)) for part in parts]
    return [_Group((BLANK.common_name,), blanks), *parts]


def _pooled(
    group: _Group,
    key: Callable[[Kind], tuple[str, str]],
    most: int,
    minimum: int,
    others: str,
) -> list[_Group]:
    """Return the parts of a group, `most` of them: large ones, and the others in one.

    Where none has a place of its own, the group stays whole.
    """
    parts = group.parted(key)
    large = sum(bursts.total() >= minimum for _, bursts in parts)
    if large < len(parts) or large > most:
        large = min(large, max(0, most - 1))
    rest = parts[large:]
    if len(rest) == len(parts) > 1:
        return [group]
    if len(rest) > 1:
        pool: Counter[Kind] = Counter()
        for _, bursts in rest:
            pool.update(bursts)
        rest = [(others, pool)]
    return [_Group((*group.name, name), bursts) for name, bursts in [*parts[:large], *rest]]


def _by_score(group: _Group, minimum: int) -> list[_Group]:
    """Return a group's bands from the lowest up; one below the minimum joins the next."""
    sums = [
        Counter({kind: n for kind, n in group.bursts.items() if kind.band == band})
        for band in range(len(BANDS) + 1)
    ]
    bands: list[tuple[int, int, Counter[Kind]]] = []
    for band, bursts in enumerate(sums):
        if bands and (bands[-1][2].total() < minimum or bursts.total() < minimum):
            low, _, before = bands.pop()
            bands.append((low, band, before + bursts))
        else:
            bands.append((band, band, bursts))
    if len(bands) > 1 and bands[-1][2].total() < minimum:
        _, high, last = bands.pop()
        low, _, before = bands.pop()
        bands.append((low, high, before + last))
    if len(bands) == 1:
        return [group]
    return [_Group((*group.name, _band_text(low, high)), bursts) for low, high, bursts in bands]


def _band_text(low: int, high: int) -> str:
    if low == 0:
        return f"score below {BANDS[high]:g}"
    if high == len(BANDS):
        return f"score from {BANDS[low - 1]:g}"
    return f"score {BANDS[low - 1]:g} to {BANDS[high]:g}"


def _each_split(
    groups: Sequence[_Group], room: int, split: Callable[[_Group, int], list[_Group]]
) -> list[_Group]:
    """Split groups, the largest first, while there is room for their parts; keep their order."""
    parts = {number: [group] for number, group in enumerate(groups)}
    left = room - len(groups)
    for number in sorted(parts, key=lambda n: (-groups[n].size, n)):
        found = split(groups[number], left + 1)
        if 1 < len(found) <= left + 1:
            parts[number] = found
            left -= len(found) - 1
    return [group for number in range(len(groups)) for group in parts[number]]


def _stratum(group: _Group) -> Stratum:
    kinds = sorted(group.bursts, key=lambda k: (k.taxon_uuid, k.band, k.deployment))
    return Stratum(", ".join(group.name) or _ALL, tuple(kinds), group.size)
