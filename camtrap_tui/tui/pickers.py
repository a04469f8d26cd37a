"""Dialogs that are made of a review session, for every screen that grades."""

from __future__ import annotations

from collections.abc import Callable

from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.species import Choice
from camtrap_tui.tui.dialogs import Dialog, species_dialog

_RECENT = 20


def species_picker(session: ReviewSession, label: str, take: Callable[[Choice], str]) -> Dialog:
    """Return the species picker over the survey's taxa, this grader's recent ones first."""
    recent = session.recent_taxa(_RECENT)
    runs = session.store.runs
    predicted = runs.predicted_taxa(session.run.id) if session.run else set[int]()
    # In an order of their own: that of the rows is the one in which predictions named them.
    taxa = sorted(session.items.taxa.values(), key=lambda taxon: (taxon.name, taxon.taxon_uuid))
    return species_dialog(label, taxa, recent, predicted, take)
