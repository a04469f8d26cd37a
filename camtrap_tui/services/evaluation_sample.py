"""A holdout's graded bursts beside what a run says of them, as a sample to estimate from.

Whatever has no settled word is left out, and counted: nothing is made up for it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.consensus import Settled, State
from camtrap_tui.domain.estimation import design
from camtrap_tui.domain.estimation_figures import UNSAID, Judged, Sample
from camtrap_tui.domain.evaluations import Unit
from camtrap_tui.domain.holdouts import HoldoutStratum, HoldoutUnit
from camtrap_tui.domain.lineage import Relation, Relations
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.store.holdout_words import Word

SETTLED: tuple[State, ...] = ("agreed", "settled", "adjudicated")
_NEAREST: tuple[Relation, ...] = ("same", "coarser", "finer", "other")


class Classes:
    """Numbers for classes: taxa that are one have one number, from 0; blank is always 0."""

    def __init__(self, taxa: Mapping[int, Taxon]) -> None:
        self._taxa = taxa
        self._numbers: dict[int, int] = {}
        self.taxa: list[Taxon] = []
        self.related = Relations()
        blank = next(taxon for taxon in taxa.values() if taxon.taxon_uuid == BLANK_UUID)
        self.blank = self.number(blank.id)

    def number(self, taxon_id: int) -> int:
        """Return the class of a taxon, a new one where none is the same."""
        found = self._numbers.get(taxon_id)
        if found is None:
            taxon = self._taxa[taxon_id]
            found = next(
                (n for n, known in enumerate(self.taxa) if self.related(taxon, known) == "same"),
                len(self.taxa),
            )
            if found == len(self.taxa):
                self.taxa.append(taxon)
            self._numbers[taxon_id] = found
        return found

    def names(self) -> list[str]:
        """Return what a person reads for each class: no two are called the same."""
        common = Counter(taxon.name for taxon in self.taxa)
        names = [
            t.name
            if common[t.name] == 1
            else f"{t.name} ({t.scientific_name or t.observation_type})"
            for t in self.taxa
        ]
        taken = Counter(names)
        return [
            name if taken[name] == 1 else f"{name} {taxon.taxon_uuid[:8]}"
            for name, taxon in zip(names, self.taxa, strict=True)
        ]

    def nearest(self, said: Taxon | None, truth: Sequence[Taxon]) -> tuple[Relation, Taxon]:
        """Return how what was said stands to the species of the truth that it comes nearest to."""
        if said is None:
            return "other", truth[0]
        found = [(self.related(said, taxon), taxon) for taxon in truth]
        return min(found, key=lambda pair: _NEAREST.index(pair[0]))

    def taxon(self, taxon_id: int | None) -> Taxon | None:
        """Return the taxon of this id, None for None."""
        return None if taxon_id is None else self._taxa[taxon_id]


@dataclass(frozen=True, slots=True)
class FrameWords:
    """What a run says of a holdout's whole frame.

    `drawn` are the words on the drawn images, `called` how many bursts of each class and stratum
    there are, `classes` and `strata` those of every burst in order of image id (without a word:
    UNSAID).
    """

    drawn: Mapping[int, Word]
    called: Mapping[int, Mapping[int, int]]
    classes: Sequence[int]
    strata: Sequence[int]


def read_words(words: Iterable[Word], drawn: Collection[int], classes: Classes) -> FrameWords:
    """Return what a run says of a frame, of which the images `drawn` are drawn."""
    own: dict[int, Word] = {}
    called: dict[int, Counter[int]] = {}
    said, strata = array("q"), array("q")
    for word in words:
        number = UNSAID if word.taxon_id is None else classes.number(word.taxon_id)
        called.setdefault(number, Counter())[word.stratum] += 1
        said.append(number)
        strata.append(word.stratum)
        if word.image_id in drawn:
            own[word.image_id] = word
    return FrameWords(own, called, said, strata)


def make_sample(
    strata: Sequence[HoldoutStratum],
    drawn: Sequence[HoldoutUnit],
    words: FrameWords,
    truth: Mapping[int, Settled],
    classes: Classes,
    unit: Unit,
) -> Sample:
    """Return the graded bursts with what the run says; those without a settled word are left out.

    Those that are missing from a stratum are taken to be like the others of it: n_h is how many
    are graded.
    """
    units = [
        _judged(one, words.drawn[one.image_id], truth[one.image_id].species, classes)
        for one in drawn
        if one.image_id in truth and truth[one.image_id].state in SETTLED
    ]
    plan = design(
        [one.stratum for one in units],
        {stratum.stratum: stratum.population for stratum in strata},
        [one.size for one in units],
        by_picture=unit == "pictures",
    )
    return Sample(units, plan, words.called, classes.blank)


def _judged(unit: HoldoutUnit, word: Word, species: Sequence[Taxon], classes: Classes) -> Judged:
    relation, nearest = classes.nearest(classes.taxon(word.taxon_id), species)
    return Judged(
        image_id=unit.image_id,
        stratum=unit.stratum,
        size=unit.burst_images,
        said=UNSAID if word.taxon_id is None else classes.number(word.taxon_id),
        score=word.score,
        truth=frozenset(classes.number(taxon.id) for taxon in species),
        nearest=classes.number(nearest.id),
        relation=relation,
        holds_animal=any(taxon.observation_type == "animal" for taxon in species),
    )
