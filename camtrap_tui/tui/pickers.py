"""Dialogs that are made of a review session, for every screen that grades."""

from __future__ import annotations

from collections.abc import Callable

from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.species import Choice
from camtrap_tui.tui.dialogs import Dialog, species_dialog

_RECENT = 20


def species_picker(session: ReviewSession, label: str, take: Callable[[Choice], str]) -> Dialog:
    """Return the species picker over the survey's taxa, this grader's recent ones first."""
    recent = session.store.grades.recent_taxa(session.grader, _RECENT)
    runs = session.store.runs
    predicted = runs.predicted_taxa(session.run.id) if session.run else set[int]()
    return species_dialog(label, list(session.items.taxa.values()), recent, predicted, take)
