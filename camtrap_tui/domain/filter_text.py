"""Filters written out: as a line that can be read again, and as words for a person."""

from __future__ import annotations

from camtrap_tui.domain.filter_lexing import quoted_part
from camtrap_tui.domain.filters import (
    Changed,
    Chosen,
    Classes,
    Dates,
    Filter,
    Hours,
    Names,
    Said,
    Scores,
    Term,
)

_STATES = {
    "mine": "graded by you",
    "unsure": "not sure",
    "conflict": "in conflict",
    "corrected": "corrected by a grader",
    "changed": "changed between runs",
    "noted": "with a note",
    "unexpected": "unexpected here",
    "unpredicted": "without prediction",
}
_ORDERS = {
    "score": "least sure first",
    "-score": "most sure first",
    "burst": "least sure bursts first",
    "-burst": "most sure bursts first",
    "disagreement": "disagreements first",
}
_BEFORE = {"has": "with ", "split": "in "}
_PREFIXES = {
    "truth": "agreed ",
    "grader": "graded by ",
    "name": "named ",
    "note": "noted ",
    "holdout": "drawn for ",
}


def render(wanted: Filter) -> str:
    """Return the line that asks for this filter: parsed again, it is the same filter."""
    parts = [
        f"{'-' if term.negated else ''}{term.word}:{','.join(_values(term))}"
        for term in wanted.terms
    ]
    if wanted.order == "random" and wanted.seed != 1:
        parts.append(f"order:random:{wanted.seed}")
    elif wanted.order != "time":
        parts.append(f"order:{wanted.order}")
    return " ".join(parts)


def why_none(wanted: Filter) -> str:
    """Return why a filter may choose no picture, as a sentence: a word that stands twice, where
    one or the other was meant, or what needs a list. Empty where no word does."""
    asked: dict[str, Term] = {}
    for term in wanted.terms:
        if term.negated:
            continue
        if term.word == "state" and term.values == ("unexpected",):
            return "Nothing is flagged without a list of species: see camtrap-tui expect."
        if term.word in asked:
            either = f"{_values(asked[term.word])[0]},{_values(term)[0]}"
            return f"Both {term.word}: must hold; {term.word}:{either} means or."
        asked[term.word] = term
    return ""


def _values(term: Term) -> list[str]:
    if isinstance(term.condition, Classes):
        return [
            quoted_part(name) + (f">{score!r}" if score else "")
            for name, score in term.condition.classes
        ]
    return [quoted_part(value) for value in term.values]


def describe(wanted: Filter) -> str:
    """Return the filter in words, `northern raccoon, least sure first`; empty for all pictures."""
    parts = [f"not {words}" if t.negated else words for t in wanted.terms if (words := _words(t))]
    if wanted.order == "random":
        parts.append(f"shuffled ({wanted.seed})")
    elif wanted.order in _ORDERS:
        parts.append(_ORDERS[wanted.order])
    return ", ".join(parts)


def _words(term: Term) -> str:
    condition = term.condition
    match condition:
        case Names():
            names = " or ".join(value.removeprefix("=") for value in term.values)
            return _PREFIXES.get(term.word, "") + names
        case Classes():
            return "classed " + " or ".join(
                name.removeprefix("=") + (f" above {score:g}" if score else "")
                for name, score in condition.classes
            )
        case Scores():
            return _score(condition)
        case Dates():
            return ", ".join(value.replace("..", " to ") for value in term.values)
        case Hours():
            return f"{', '.join(term.values)} o'clock"
        case Said():
            return " or ".join(_said(run, name) for run, name in condition.said)
        case Changed():
            return "changed from run " + " or ".join(map(str, condition.runs))
        case Chosen():
            words = _STATES if term.word == "state" else {}
            values = " or ".join(words.get(v, v.replace("_", " ")) for v in condition.values)
            return f"{_BEFORE.get(term.word, '')}{values}"


def _said(run: int | None, name: str) -> str:
    where = "another run" if run is None else f"run {run}"
    return f"{name.removeprefix('=')} in {where}" if name else f"predicted in {where}"


def _score(condition: Scores) -> str:
    low, high = condition.low, condition.high
    if low is None:
        return f"score {'below' if condition.high_excluded else 'up to'} {high:g}"
    if high is None:
        return f"score {'above' if condition.low_excluded else 'from'} {low:g}"
    return f"score {low:g} to {high:g}"
