"""A grader's sessions in words and numbers: for `camtrap-tui sessions`, and on leaving review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from camtrap_tui.domain import sessions
from camtrap_tui.domain.pace import spell_duration
from camtrap_tui.domain.sessions import Session
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.recording import Recording
from camtrap_tui.store.sessions import KeyedGrades
from camtrap_tui.store.store import Store

_MOST_SPECIES = 5


def list_sessions(store: Store, grader: str | None = None) -> Iterator[Session]:
    """Return all sessions, by grader, the earliest first; of one grader where one is named."""
    return sessions.sessions(KeyedGrades(store.db).all(grader))


def latest_session(store: Store, grader: str) -> Session | None:
    """Return the grader's last session, or None."""
    found = list(sessions.sessions(KeyedGrades(store.db).latest_sitting(grader)))
    return found[-1] if found else None


def species_names(store: Store) -> dict[int, str]:
    """Return how each taxon is called."""
    return {taxon.id: taxon.name for taxon in store.taxa.all()}


def species_text(session: Session, names: dict[int, str], most: int = _MOST_SPECIES) -> str:
    """Return what was keyed most, as `blank 338, northern raccoon 41, 4 more`."""
    shown = [f"{names[taxon]} {number:,}" for taxon, number in session.species[:most]]
    more = len(session.species) - most
    return ", ".join([*shown, f"{more} more"] if more > 0 else shown)


def session_json(session: Session, names: dict[int, str]) -> dict[str, Any]:
    """Return a session as JSON has it; `names` is how each taxon is called."""
    species = [{"name": names[taxon], "pictures": n} for taxon, n in session.species]
    return asdict(session) | {"species": species}


def parting_lines(review: Recording) -> list[str]:
    """Return what to say of the session that ends, nothing where nothing was graded in it."""
    if not review.graded_here:
        return []
    session = latest_session(review.store, review.grader)
    if session is None:
        return []
    did = f"{session.grader}: {counted(session.pictures, 'picture')}"
    did += f" in {spell_duration(session.minutes / 60)}"
    parts = [did]
    if session.per_hour is not None:
        parts.append(f"{session.per_hour:,.0f} an hour")
    if session.median_seconds is not None:
        parts.append(f"{session.median_seconds:.1f} s each (median)")
    lines = [", ".join(parts)]
    how = [f"{session.bulk:,} on sheets and in bursts"] if session.bulk else []
    if session.accepted_share is not None and review.policy.allows("accept"):
        how.insert(
            0, f"{session.accepted_share:.0%} of {session.acceptable:,} keyed one by one accepted"
        )
    how += [f"{session.undone:,} taken back"] if session.undone else []
    lines += [", ".join(how)] if how else []
    said = species_text(session, species_names(review.store))
    lines += [said] if said else []
    left = f"{review.left:,} without a grade in this queue ({review.title})"
    if review.left and (hours := review.pace.hours_left(review.left)):
        left += f", {spell_duration(hours)} at this pace"
    return [clean(lines[0]), *(f"  {clean(line)}" for line in [*lines[1:], left])]
