"""What may be said beyond one species: a further one, how many, and what is known of them.

With a grade of one's own in view it becomes a new grade at once; before one, it waits for the
species that is keyed next, and is never dropped without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from camtrap_tui.domain.individuals import parse_individual
from camtrap_tui.domain.models import Taxon
from camtrap_tui.errors import UsageError
from camtrap_tui.services.composing import Composing, individual_of, with_individual
from camtrap_tui.services.queue_moves import Answer
from camtrap_tui.services.undoing import Undoing
from camtrap_tui.store.grades import NewObservation

_ONE_GRADE = "It takes one grade first, more later."
NO_PICTURE = "There is no picture here to grade."
# What has no life stage, sex or behaviour.
_LIFELESS = ("blank", "vehicle")


class Detailing(Undoing):
    """One grader's words on a picture, and what is being put together for it."""

    _composing = Composing()

    def _arrive(self) -> None:
        super()._arrive()
        self._composing = Composing()

    def _unrecorded(self) -> str:
        words = self._composing.words
        return f"{words} was not recorded: that picture got no grade." if words else ""

    @property
    def pending(self) -> str:
        """What is being put together for the picture in view, for the panel."""
        return self._composing.pending

    @property
    def asks_burst(self) -> bool:
        """Whether the next grade key is for the whole burst."""
        return self._composing.whole_burst

    @property
    def is_adding(self) -> bool:
        """Whether the next grade key adds to what was keyed."""
        return self._composing.adding

    def cancel(self) -> Answer:
        """Leave what was being put together: a burst's grade, a count, a further species."""
        had = self._composing != Composing()
        self._composing = Composing()
        return Answer("Left as it was." if had else "")

    def add_species(self, taxon: Taxon) -> Answer:
        """Add `taxon` to this grader's word on the image, on disk, and stay: more may follow."""
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        if self.asks_burst:
            return Answer(_ONE_GRADE)
        kept = self._own_observations(item)
        if against := self._against(kept, taxon):
            return Answer(against)
        lost = self._dropped(taxon)
        self._record(item, self._joined(kept, taxon), "add_species")
        self._item = None
        self._composing = Composing(adding=True)
        return Answer(lost or f"{taxon.name} added; another grade key adds to it and goes on.")

    def count(self, number: int) -> Answer:
        """Say how many of the species keyed last on this image, or of the one keyed next."""
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        if self.asks_burst:
            return Answer(_ONE_GRADE)
        kept = self._own_observations(item)
        if not kept:
            self._composing = replace(self._composing, count=number)
            return Answer(f"{self._composing.words}: now key the species.")
        if self._is_blank(kept[-1]):
            return Answer("A blank picture has no count: key the species first.")
        self._record(item, (*kept[:-1], replace(kept[-1], count=number)), "count")
        self._item = None
        return Answer(f"{self.items.taxon(kept[-1].taxon_id).name} ×{number} recorded.")

    # ── life stage, sex, behaviour ───────────────────────────────────────────────────────

    def of_whom(self) -> list[tuple[str, str]]:
        """Return (species, what is known of it) of this grader's word on the picture in view, or
        of the one species that is keyed next: then its name is empty."""
        item = self.item
        kept = self._own_observations(item) if item else ()
        if not kept:
            return [("", self._composing.individual.text)]
        return [(self.items.taxon(o.taxon_id).name, individual_of(o).text) for o in kept]

    def behaviors(self) -> list[str]:
        """Return the behaviours that this survey's grades name."""
        return self.store.grades.behaviors()

    def individual(self, typed: str, behavior: str | None = None) -> Answer:
        """Say life stage, sex and behaviour of a species keyed on this image, or keyed next.

        `typed` is as `parse_individual` reads it. Raises UsageError for what it cannot, and
        where several species are there and it does not say which.
        """
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        if self.asks_burst:
            return Answer(_ONE_GRADE)
        read = parse_individual(typed, behavior)
        kept = self._own_observations(item)
        if not kept:
            known = read.applied(self._composing.individual)
            self._composing = replace(self._composing, individual=known)
            return Answer(f"{known.text}: now key the species." if known.text else "")
        number = self._which(kept, read.which)
        taxon = self.items.taxon(kept[number].taxon_id)
        if taxon.observation_type in _LIFELESS:
            return Answer(f"A {taxon.name} has no life stage: key the species first.")
        before = individual_of(kept[number])
        known = read.applied(before)
        if known == before:
            return Answer("Left as it was.")
        said = with_individual(kept[number], known)
        self._record(item, (*kept[:number], said, *kept[number + 1 :]), "individual")
        self._item = None
        return Answer(f"{taxon.name}: {known.text or 'nothing more said of it'}.")

    def _which(self, kept: Sequence[NewObservation], which: int | None) -> int:
        """Return the place in `kept` of the species that is meant."""
        if which is None and len(kept) == 1:
            return 0
        if which is None or which > len(kept):
            names = ", ".join(
                f"{n} {self.items.taxon(o.taxon_id).name}" for n, o in enumerate(kept, 1)
            )
            raise UsageError(f"Which of them: {names}?", "Its number goes before the letters.")
        return which - 1

    # ── observations ─────────────────────────────────────────────────────────────────────

    def _joined(self, kept: Sequence[NewObservation], taxon: Taxon) -> tuple[NewObservation, ...]:
        """Return `kept` with `taxon`, which stands once, with the count keyed last.

        A blank picture shows nothing else: blank takes the place of species, and they of it.
        """
        if taxon.observation_type == "blank":
            return (NewObservation(taxon.id),)
        others = [o for o in kept if o.taxon_id != taxon.id and not self._is_blank(o)]
        if taxon.observation_type in _LIFELESS:
            return (*others, NewObservation(taxon.id, self._composing.count))
        return (*others, self._composing.observation(taxon.id))

    def _dropped(self, taxon: Taxon) -> str:
        """Return what was put together and means nothing of `taxon`, as a sentence."""
        words = self._composing.words
        if taxon.observation_type != "blank":
            words = self._composing.individual.text if taxon.observation_type in _LIFELESS else ""
        return f"{words} was not recorded: the picture is {taxon.name}." if words else ""

    def _against(self, kept: Sequence[NewObservation], taxon: Taxon) -> str:
        """Return why `taxon` cannot be added to `kept`: whoever keys blank for the next picture
        must not take the species off this one."""
        living = [o for o in kept if not self._is_blank(o)]
        if taxon.observation_type != "blank" or not living:
            return ""
        return f"Not blank: {self.items.spelt(living)} is on it. Go on to the next, or undo."

    def _is_blank(self, observation: NewObservation) -> bool:
        return self.items.taxon(observation.taxon_id).observation_type == "blank"
