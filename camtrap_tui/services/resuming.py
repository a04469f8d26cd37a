"""Going on where a grader was: the filter and the picture are kept in the file as they leave.

What cannot be written then (a stick that is read-only, a full disk) is no loss of theirs: grades
are in the file long before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from camtrap_tui.domain.filter_lexing import quoted_part
from camtrap_tui.domain.models import Place, Run
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services.opening import Wanted, wanted
from camtrap_tui.store.blind import open_holdouts
from camtrap_tui.store.store import Store, utc_now

if TYPE_CHECKING:
    # What shows pictures is imported while a thread builds the queue.
    from camtrap_tui.services.recording import Recording


def resume(store: Store, grader: str, run: Run | None) -> Wanted:
    """Return the queue that this grader was in last, to begin where they were; of all pictures
    where nothing is known of that, or where this version cannot read the filter."""
    place = store.places.of(grader) if grader else None
    if place is None:
        return wanted(store, "", run)
    try:
        asked = wanted(store, place.filter, run, grader)
    except UsageError:
        asked = replace(wanted(store, "", run), lost=place.filter)
    return replace(asked, start_id=place.image_id or 0, is_resumed=True)


def where_you_were(session: Recording, asked: Wanted) -> str:
    """Return the sentence that says where the session goes on; empty where it begins as any
    does, at the first picture of all that has no grade."""
    if asked.lost:
        return f"All pictures: the filter you were in means nothing now: {clean(asked.lost)}"
    if session.filter.text:
        return f"Where you were: {session.filter.text}; f changes it."
    return "Where you were." if asked.start_id and not session.is_at_start else ""


def kept_for_blind(session: Recording) -> str:
    """Return the sentence that says that pictures among all of the survey are to be graded blind
    first, where they are: whoever grades them here has seen the AI's answer by then."""
    if session.filter.text or session.store.db.read_only:
        return ""
    found = open_holdouts(session.store.db)
    if not found:
        return ""
    name, number = found[0]
    term = f"-holdout:{quoted_part(name)}"
    return f"{number:,} of holdout {name} need grading blind: f {term} leaves them out."


def remember(session: Recording) -> None:
    """Keep where the session's grader is; in silence where the file takes nothing."""
    read_only = session.store.db.read_only
    if read_only or not session.grader or session.opening is not None:
        return
    if not session.keeps_place:
        return
    place = Place(session.grader, session.filter.text, session.current_id or None, utc_now())
    with suppress(CamtrapError):
        session.store.places.put(place)
