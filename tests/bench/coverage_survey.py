"""Surveys of which the truth is known, for measuring how often an interval holds it.

Classes are as skewed as in the field; the frames of a burst share their truth and mostly their
error. Scores are higher where the prediction is right, and no more than that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.estimation import design
from camtrap_tui.domain.estimation_figures import Judged, Sample
from camtrap_tui.domain.sampling import Frame, Pictured, allocate, floors, frame_of, ranked
from camtrap_tui.domain.strata import Kind, band_of, of_blanks, room_for, stratify
from camtrap_tui.domain.taxonomy import BLANK_UUID

BLANK = 0
NAMES = ("blank", "raccoon", "deer", "squirrel", "opossum", "coyote", "otter", "bobcat", "mink")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a survey is made: classes' shares (blank first), and how the model errs.

    `found` is the share of a class that the model calls so; of the rest `to_blank` goes to blank,
    else to another animal. `false_alarm` of blanks is called an animal.
    """

    name: str
    bursts: int
    shares: tuple[float, ...]
    found: tuple[float, ...]
    to_blank: float
    false_alarm: float
    # Pictures of a burst: 1 and, on average, so many more; the share of bursts that are said alike.
    more: float = 1 / 0.45
    longest: int = 12
    alike: float = 0.85
    # Of a class's errors, so many go to one other: (class, other, share).
    confused: tuple[int, int, float] = (0, 0, 0.0)
    # Parameters of beta distributions of scores, where right and where wrong.
    right: tuple[float, float] = (9.0, 1.2)
    wrong: tuple[float, float] = (4.0, 1.2)


RECIPES = (
    Recipe(
        "river, 84 % blank",
        12000,
        (0.84, 0.06, 0.035, 0.03, 0.015, 0.01, 0.005, 0.003, 0.002),
        (1.0, 0.90, 0.88, 0.80, 0.75, 0.80, 0.60, 0.57, 0.50),
        0.5,
        0.02,
    ),
    Recipe(
        "wood, 60 % blank, poor model",
        9000,
        (0.60, 0.14, 0.10, 0.08, 0.04, 0.02, 0.01, 0.006, 0.004),
        (1.0, 0.80, 0.75, 0.70, 0.60, 0.60, 0.40, 0.40, 0.30),
        0.3,
        0.05,
    ),
    Recipe(
        "road, 92 % blank, good model",
        16000,
        (0.92, 0.035, 0.02, 0.012, 0.006, 0.004, 0.0015, 0.001, 0.0005),
        (1.0, 0.95, 0.95, 0.90, 0.90, 0.90, 0.80, 0.80, 0.80),
        0.6,
        0.01,
    ),
)
# Written down before it was run, and no part of what the method was chosen by.
INDEPENDENT = (
    Recipe(
        "flood, 70 % blank, large bursts, two species confused (independent)",
        8000,
        (0.70, 0.20, 0.04, 0.02, 0.015, 0.012, 0.008, 0.004, 0.001),
        (1.0, 0.85, 0.90, 0.80, 0.80, 0.75, 0.70, 0.60, 0.50),
        0.45,
        0.04,
        more=12.0,
        longest=60,
        alike=0.3,
        confused=(1, 2, 0.4),
        right=(12.0, 1.3),
        wrong=(3.0, 3.0),
    ),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame: what it shows, what the model says of it, and how surely."""

    truth: int
    said: int
    score: float


class KnownSurvey:
    """All frames of a survey, by burst, and what there is to find out about them."""

    def __init__(self, recipe: Recipe, seed: int) -> None:
        self.recipe = recipe
        self._chance = random.Random(seed)
        self.bursts = [self._burst() for _ in range(recipe.bursts)]
        self._pictures: list[Picture] = []
        self._kinds: dict[Kind, int] = {}
        self._drawable: list[Pictured] = []
        for number, burst in enumerate(self.bursts):
            for picture in burst:
                name = NAMES[picture.said]
                uuid = BLANK_UUID if picture.said == BLANK else name
                kind = Kind(uuid, name, band_of(picture.score), "")
                known = self._kinds.setdefault(kind, len(self._kinds))
                at = len(self._pictures)
                self._drawable.append(Pictured(at, f"{recipe.name} {at}", number, known))
                self._pictures.append(picture)
        self._burst_of = [p.burst_id for p in self._drawable]

    def _burst(self) -> list[Picture]:
        chance = self._chance
        truth = chance.choices(range(len(NAMES)), self.recipe.shares)[0]
        length = min(self.recipe.longest, 1 + int(chance.expovariate(1 / self.recipe.more)))
        if chance.random() < self.recipe.alike:
            return [self._said(truth)] * length
        return [self._said(truth) for _ in range(length)]

    def _said(self, truth: int) -> Picture:
        chance, recipe = self._chance, self.recipe
        said = truth
        if truth == BLANK:
            if chance.random() < recipe.false_alarm:
                said = chance.choices(range(1, len(NAMES)), recipe.shares[1:])[0]
        elif chance.random() > recipe.found[truth]:
            said = self._mistaken(truth)
        score = chance.betavariate(*(recipe.right if said == truth else recipe.wrong))
        return Picture(truth, said, round(score, 4))

    def _mistaken(self, truth: int) -> int:
        """Return what the model says of an animal that it does not know."""
        chance, recipe = self._chance, self.recipe
        one, other, share = recipe.confused
        if one == truth and chance.random() < share:
            return other
        said = BLANK
        while chance.random() > recipe.to_blank and said in (BLANK, truth):
            said = chance.randrange(1, len(NAMES))
        return said

    def true_accuracy(self) -> float:
        """Return the mean over bursts of the share of their frames that are right."""
        return sum(_mean([p.said == p.truth for p in burst]) for burst in self.bursts) / len(
            self.bursts
        )

    def true_precision(self, number: int) -> float:
        """Return what part of what is called this class is, each burst counted once."""
        return self._part(
            [[p.said == number for p in burst] for burst in self.bursts],
            [[p.said == number == p.truth for p in burst] for burst in self.bursts],
        )

    def true_recall(self, number: int) -> float:
        """Return what part of what is this class is called so, each burst counted once."""
        return self._part(
            [[p.truth == number for p in burst] for burst in self.bursts],
            [[p.said == number == p.truth for p in burst] for burst in self.bursts],
        )

    def true_missed(self) -> float:
        """Return what part of what is called blank holds an animal, each burst counted once."""
        return self._part(
            [[p.said == BLANK for p in burst] for burst in self.bursts],
            [[p.said == BLANK != p.truth for p in burst] for burst in self.bursts],
        )

    def _part(self, of: list[list[bool]], hits: list[list[bool]]) -> float:
        return sum(map(_mean, hits)) / sum(map(_mean, of))

    def draw(self, seed: int, size: int, minimum: int) -> Sample:
        """Draw a holdout as the program does, and grade it with the truth."""
        frame = frame_of(self._drawable, seed)
        kinds = list(self._kinds)
        counts = [0] * len(kinds)
        for kind in frame.kinds:
            counts[kind] += 1
        strata = stratify(
            {kind: n for kind, n in zip(kinds, counts, strict=True) if n},
            ("species", "score"),
            room_for(size, minimum),
            minimum,
        )
        inside = {kind: number for number, one in enumerate(strata) for kind in one.kinds}
        stratum_of = [inside.get(kind, 0) for kind in kinds]
        places = ranked(frame, stratum_of, len(strata))
        populations = [len(one) for one in places]
        blanks = of_blanks([one.name for one in strata])
        taken = allocate(populations, size, "mixed", floors(populations, minimum), blanks)
        units = list(self._judged(frame, places, taken))
        called: dict[int, dict[int, int]] = {}
        for one, h, n in zip(kinds, stratum_of, counts, strict=True):
            by_stratum = called.setdefault(NAMES.index(one.name), {})
            by_stratum[h] = by_stratum.get(h, 0) + n
        plan = design(
            [unit.stratum for unit in units],
            dict(enumerate(populations)),
            [unit.size for unit in units],
        )
        return Sample(units, plan, called, BLANK)

    def _judged(
        self, frame: Frame, places: Sequence[Sequence[int]], taken: Sequence[int]
    ) -> Iterator[Judged]:
        for stratum, (inside, n) in enumerate(zip(places, taken, strict=True)):
            for place in inside[:n]:
                at = frame.images[place]
                p = self._pictures[at]
                yield Judged(
                    image_id=at,
                    stratum=stratum,
                    size=frame.sizes[place],
                    said=p.said,
                    score=p.score,
                    truth=frozenset({p.truth}),
                    nearest=p.truth,
                    relation="same" if p.said == p.truth else "other",
                    holds_animal=p.truth != BLANK,
                )

    def frames_with(self, unit: Judged) -> list[Picture]:
        """Return all frames of a unit's burst."""
        number = self._burst_of[unit.image_id]
        assert number is not None
        return self.bursts[number]


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)
