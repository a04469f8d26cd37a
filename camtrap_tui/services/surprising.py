"""Predictions of what is not expected here: who their expected relatives are, and what lives here.

Nothing is decided by it: a prediction stays what it is, and only what is keyed is a grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.detailing import NO_PICTURE, Detailing
from camtrap_tui.services.queue_moves import Answer

if TYPE_CHECKING:
    from camtrap_tui.domain.expected import Expectations, Relatives
    from camtrap_tui.domain.known_taxa import KnownTaxa

# As many as there are keys for them.
MOST_RELATIVES = 4
_NO_LIST = "There is no list of expected species yet: camtrap-tui expect reads one."


class Surprising(Detailing):
    """A queue whose predictions are held against the list of expected species."""

    # None without a list, which is looked for once: what reads one is imported where one is.
    _expectations: Expectations | None = None
    _has_looked = False
    # How often each taxon was keyed before this session: relatives keep their order in it.
    _keyed: Mapping[int, int] | None = None
    # The taxa that the list was read with, by id and by name: a run in progress adds to them.
    _read_with: dict[int, Taxon] | None = None
    _known: KnownTaxa | None = None
    # By row id of what was predicted, and not made anew when taxa come: keys keep their species.
    _relatives: dict[int, Relatives | None]
    # What this session has put on the list, by row id of the taxon.
    _lives_here: frozenset[int] = frozenset()

    def surprise(self) -> Relatives | None:
        """Return the nearest expected relatives of the prediction in view, at most as many as have
        a key, where it is not expected here; None where it is, or where there is none."""
        item = self.item
        if item is None or item.predicted is None:
            return None
        return self._nearest(item.predicted)

    def is_unexpected(self, taxon: Taxon | None) -> bool:
        """Tell whether what was predicted somewhere in the queue is not expected here."""
        return taxon is not None and self._nearest(taxon) is not None

    def _nearest(self, taxon: Taxon) -> Relatives | None:
        expectations = self._expected()
        if expectations is None:
            return None
        if taxon.id not in self._relatives:
            found = None
            if not expectations.is_expected(taxon):
                found = expectations.relatives(taxon, self._keyed)
                found = replace(found, members=found.members[:MOST_RELATIVES])
            self._relatives[taxon.id] = found
        return self._relatives[taxon.id]

    def _expected(self) -> Expectations | None:
        taxa = self.items.taxa
        is_new = not self._has_looked
        if is_new:
            self._has_looked, self._expectations, self._relatives = True, None, {}
        if is_new or (self._expectations is not None and self._read_with is not taxa):
            self._read_list(taxa)
        return self._expectations

    def _read_list(self, taxa: dict[int, Taxon]) -> None:
        if not self.store.has_expected():
            return
        from camtrap_tui.domain.expected import Expectations
        from camtrap_tui.domain.known_taxa import KnownTaxa

        if self._keyed is None:
            self._keyed = self.store.expected.keyed()
        # To order thousands of taxa by name is most of the work, and the key that adds a species
        # changes none of them.
        if self._known is None or self._read_with is not taxa:
            self._known, self._read_with = KnownTaxa(list(taxa.values())), taxa
        self._expectations = Expectations(self.store.expected.all(), self._known)

    def expect(self) -> Answer:
        """Put the species in view on the list of expected ones: the prediction, else what this
        grader said; what this session has put on it is taken off again."""
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        expectations = self._expected()
        if expectations is None:
            return Answer(_NO_LIST)
        graded = [self.items.taxon(o.taxon_id) for o in self._own_observations(item)]
        taxa = [item.predicted, *graded] if item.predicted else graded
        for taxon in taxa:
            if not expectations.is_expected(taxon):
                return self._turn(taxon, is_on=True)
        for taxon in taxa:
            if taxon.id in self._lives_here:
                return self._turn(taxon, is_on=False)
        names = ", ".join(t.name for t in taxa if t.observation_type == "animal")
        return Answer(f"Expected here already: {names}." if names else "No species is in view.")

    def _turn(self, taxon: Taxon, *, is_on: bool) -> Answer:
        """Put a taxon on the list, on disk, or take it off."""
        # With all that reads lists; the first picture waits for none of it.
        from camtrap_tui.services.expecting import add_taxon, remove_taxon

        self._has_looked = False
        if is_on:
            add_taxon(self.store, taxon, added_by=self.grader)
            self._lives_here |= {taxon.id}
            return Answer(f"{taxon.name}: expected here now; the same key takes that back.")
        remove_taxon(self.store, taxon)
        self._lives_here -= {taxon.id}
        return Answer(f"{taxon.name}: not expected here any more.")
