"""Filters as people give them: read with what a survey has saved, counted, saved and removed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from camtrap_tui.domain.filter_lexing import SAVED, quoted_part, tokens
from camtrap_tui.domain.filter_text import describe, render, why_none
from camtrap_tui.domain.filters import Changed, Filter, Names, Said, parse_filter
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import FilterError, UsageError
from camtrap_tui.store.queue import QueueSize
from camtrap_tui.store.saved_filters import SavedFilter
from camtrap_tui.store.store import Store, utc_now

# What is in the queue of a filter that says nothing.
ALL_PICTURES = "all pictures"

_OF_RUNS = ("changed", "was")
_HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class CountedFilter:
    """A filter with what it means and how many pictures it chooses; `name` where it is saved.

    `hint` says why it may choose none. `error` says why one that was saved has no meaning here;
    its numbers are None then.
    """

    name: str
    filter: str
    words: str
    pictures: int | None
    ungraded: int | None
    saved_by: str = ""
    saved_at: str = ""
    error: str = ""
    hint: str = ""


def read_filter(store: Store, text: str, grader: str = "") -> Filter:
    """Return what a filter line asks for in this survey; `grader` is who `state:mine` means.

    Raises FilterError for a line that says nothing, or names a run or holdout that is not there.
    """
    wanted = parse_filter(clean(text), grader=grader, saved=store.saved_filters.words)
    _check_runs(store, wanted, clean(text))
    _check_holdouts(store, wanted, clean(text))
    return wanted


def runs_named(wanted: Filter) -> set[int]:
    """Return the runs that a filter names; their numbers are those of one file."""
    named: set[int] = set()
    for term in wanted.terms:
        match term.condition:
            case Changed(runs):
                named.update(runs)
            case Said(said):
                named.update(run for run, _ in said if run is not None)
    return named


def _check_runs(store: Store, wanted: Filter, text: str) -> None:
    named = runs_named(wanted)
    known = [run.id for run in store.runs.all()] if named else []
    for missing in sorted(named.difference(known)):
        # In a saved filter it has no column of this line.
        words = (t for t in tokens(text) if t.word is not None and t.word.casefold() in _OF_RUNS)
        at = next((t.value_at for t in words if str(missing) in t.source), 0)
        there = ", ".join(map(str, known)) or "none yet"
        raise FilterError(text, at, f"there is no run {missing}", f"the survey's runs: {there}.")


def _check_holdouts(store: Store, wanted: Filter, text: str) -> None:
    """Refuse a name that is mistyped: left out with a minus, it would leave out nothing."""
    terms = [t.condition for t in wanted.terms if isinstance(t.condition, Names)]
    named = [name for names in terms if names.word == _HOLDOUT for name in names.names]
    known = [holdout.name for holdout in store.holdouts.all()] if named else []
    missing = {name.removeprefix("=") for name in named} - {name.casefold() for name in known}
    if missing:
        words = (t for t in tokens(text) if (t.word or "").casefold() == _HOLDOUT)
        first = min(missing)
        at = next((t.value_at for t in words if first in t.source.casefold()), 0)
        there = ", ".join(known) or "none yet"
        raise FilterError(
            text, at, f"there is no holdout {first!r}", f"the survey's holdouts: {there}."
        )


def title_of(wanted: Filter) -> str:
    """Return what a filter's queue is called: its saved name, or the filter in words."""
    return wanted.name or describe(wanted) or ALL_PICTURES


def found_in_words(wanted: Filter, pictures: int) -> str:
    """Return `1,886 pictures.`, or that there is none, and why that may be."""
    if pictures:
        return f"{counted(pictures, 'picture')}."
    return f"No picture fits. {why_none(wanted)}".rstrip()


def size_in_words(wanted: Filter, size: QueueSize) -> str:
    """Return `1,886 pictures, 412 without a grade`, or that there is none."""
    if not size.pictures:
        return found_in_words(wanted, 0)
    return f"{counted(size.pictures, 'picture')}, {size.ungraded:,} without a grade"


def count_filter(store: Store, text: str, run_id: int | None, grader: str = "") -> CountedFilter:
    """Count what a filter line chooses. Raises FilterError for a line that says nothing."""
    wanted = read_filter(store, text, grader)
    size = store.queues.size(wanted, run_id)
    words = describe(wanted) or ALL_PICTURES
    hint = "" if size.pictures else why_none(wanted)
    return CountedFilter(wanted.name, wanted.text, words, size.pictures, size.ungraded, hint=hint)


def list_filters(store: Store, run_id: int | None, grader: str = "") -> list[CountedFilter]:
    """Return all saved filters, by name, with what each chooses now."""
    found = []
    for saved in store.saved_filters.all():
        try:
            one = count_filter(store, saved.filter, run_id, grader)
        except FilterError as error:
            one = CountedFilter("", "", "", None, None, error=str(error))
        found.append(replace(one, **asdict(saved)))
    return found


def saved_name(typed: str) -> str:
    """Return the name that a person means, typed with or without the sign for saved filters."""
    return clean_name(typed).removeprefix(SAVED)


def names_in(text: str) -> list[str]:
    """Return the names of the saved filters that a filter line mentions."""
    return [token.parts[0].text for token in tokens(text) if token.word == SAVED]


def save_filter(store: Store, name: str, text: str, grader: str = "") -> str:
    """Save a filter line under a name, for everybody; return a sentence that says so.

    Raises UsageError for a name that will not do, FilterError for a line that says nothing.
    """
    kept = saved_name(name)
    if not kept:
        raise UsageError("A saved filter needs a name,", "as in: night raccoons.")
    wanted = read_filter(store, text, grader)
    # What another saved filter stands for may change, or go: its words are kept, not its name.
    words = render(wanted) if names_in(text) else wanted.text
    before = store.saved_filters.words(kept)
    store.saved_filters.put(SavedFilter(kept, words, grader, utc_now()))
    instead = f" It was: {before or ALL_PICTURES}" if before not in (None, words) else ""
    return f"Saved: {SAVED}{quoted_part(kept)} is {words or ALL_PICTURES}.{instead}"


def remove_filter(store: Store, name: str) -> str:
    """Remove a saved filter; return its words. Raises UsageError where there is none."""
    kept = saved_name(name)
    words = store.saved_filters.words(kept)
    if words is None:
        raise UsageError(
            f"{store.path}: there is no saved filter {kept!r}.",
            f"List them with: camtrap-tui filters {quoted(str(store.path))}",
        )
    store.saved_filters.remove(kept)
    return words
