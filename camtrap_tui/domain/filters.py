"""The words that choose pictures: `species:raccoon -score:<0.8 hour:20-5 order:score`.

The same words serve the filter line and `--where`. They are parsed once, into a `Filter`: all
words must hold, also where one stands twice, so that what is added to a filter always narrows
it; a comma means or, and a minus in front means not. What a name means (which taxa, which
cameras) is left to the store, which knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from camtrap_tui.domain.filter_lexing import SAVED, Part, Token, tokens
from camtrap_tui.domain.filter_words import ORDERS, STATES, VALUES, WORDS
from camtrap_tui.errors import FilterError

__all__ = ["ORDERS", "STATES", "WORDS", "Filter", "parse_filter"]

# Other names of orders, for those who would rather read than know.
_ORDER_NAMES = {"least-sure": "score", "most-sure": "-score", "disagreements": "disagreement"}
# Seeds are written into files and commands: no more digits than anybody copies.
_MOST_SEED = 999_999_999


@dataclass(frozen=True, slots=True)
class Names:
    """Parts of names, any of which may match, of `species`, `truth`, `camera` …

    Folded, but for file names and notes; `=name` is the whole name of a species, and names of
    holdouts are always whole.
    """

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classes:
    """(name, score): any class of the classifier with a higher score."""

    classes: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Bounds of the prediction's score, 0 to 1, included unless `…_excluded`."""

    low: float | None = None
    high: float | None = None
    low_excluded: bool = False
    high_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """(first day, last day), both included, any of which may hold."""

    ranges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of camera time, 0 to 23."""

    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """States, flags, parts (`split`) or categories of boxes (`has`), any of which may hold."""

    word: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What other runs said, any of which may hold: (run, folded part of a name).

    Without a run, any but the one in view; without a name, that it predicted anything.
    """

    said: tuple[tuple[int | None, str], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """Runs any of which predicts something else than the run in view."""

    runs: tuple[int, ...]


Condition = Names | Classes | Scores | Dates | Hours | Chosen | Said | Changed


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter: what must hold, or must not; `values` are as they were typed."""

    word: str
    values: tuple[str, ...]
    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What a filter line asks for: all of `terms`, in `order`.

    seed: of the order `random`. grader: whose pictures `state:mine` means. text: the line as it
    was typed, single spaces between its words; `name` is that of the saved filter which is all
    of it, else empty. Neither makes a filter another one.
    """

    terms: tuple[Term, ...] = ()
    order: str = "time"
    seed: int = 1
    grader: str = ""
    text: str = field(default="", compare=False)
    name: str = field(default="", compare=False)


# Returns the words of a saved filter by its name, None where there is none.
Saved = Callable[[str], str | None]


def parse_filter(text: str, *, grader: str = "", saved: Saved | None = None) -> Filter:
    """Return what the filter line asks for; what has spaces is quoted: species:"red fox".

    `@name` stands for the words of a saved filter. Raises FilterError that quotes the word,
    gives its column, and says what was expected.
    """
    found = Filter(grader=grader)
    sources: list[str] = []
    for token in tokens(text):
        try:
            if token.word == SAVED:
                found = _with_saved(found, token, saved)
            else:
                found = _with_word(found, token)
        except _Wrong as wrong:
            what = wrong.what or f"{token.word}:{token.text_at(wrong.at)}"
            raise FilterError(text, wrong.at, what, wrong.hint) from None
        sources.append(token.source)
    is_saved = len(sources) == 1 and sources[0].startswith(SAVED)
    name = found.name if is_saved else ""
    return replace(found, text=" ".join(sources), name=name)


class _Wrong(Exception):
    """What was expected, where in the line (from 0); `what` is wrong, else the whole word."""

    def __init__(self, at: int, hint: str, what: str = "") -> None:
        super().__init__(hint)
        self.at, self.hint, self.what = at, hint, what


def _with_saved(found: Filter, token: Token, saved: Saved | None) -> Filter:
    name = token.parts[0].text
    if saved is None:
        hint = "a saved filter cannot name another one."
        raise _Wrong(token.at, hint, f"{token.source!r} cannot stand here")
    words = saved(name)
    if words is None:
        hint = "camtrap-tui filters lists those that the survey has."
        raise _Wrong(token.at, hint, f"there is no saved filter {name!r}")
    try:
        inner = parse_filter(words, grader=found.grader)
    except FilterError as error:
        hint = f"{error.what}: {error.hint}"
        raise _Wrong(token.at, hint, f"the saved filter {name!r} has no meaning") from None
    ordered = any(t.word == "order" for t in tokens(words))
    merged = replace(found, terms=found.terms + inner.terms, name=name)
    return replace(merged, order=inner.order, seed=inner.seed) if ordered else merged


def _with_word(found: Filter, token: Token) -> Filter:
    if token.source.startswith(f"-{SAVED}"):
        hint = "write its words, with a minus in front of them."
        raise _Wrong(token.at, hint, f"{token.source!r}: a saved filter cannot be denied")
    if token.word is None:
        raise _Wrong(token.at, f"write one of {_words()}.", f"{token.source!r} is no filter word")
    word = token.word.casefold()
    if word not in WORDS:
        what = f"there is no filter word {token.word!r}"
        raise _Wrong(token.word_at, f"use one of {_words()}.", what)
    if not token.parts:
        raise _Wrong(token.value_at, f"write {word}:VALUE.", f"{word}: has no value")
    if word == "order":
        return _with_order(found, token)
    condition = _condition(word, token)
    if isinstance(condition, Chosen) and "mine" in condition.values and not found.grader:
        hint = "who you are is not known: name a grader, as in grader:ann"
        raise _Wrong(token.value_at, hint)
    term = Term(word, tuple(part.text for part in token.parts), condition, token.negated)
    terms = (*found.terms, term)
    if not term.negated and (said := _nothing_between(terms)):
        raise _Wrong(token.value_at, said)
    return replace(found, terms=terms)


def _words() -> str:
    return ", ".join(f"{word}:" for word in WORDS)


def _condition(word: str, token: Token) -> Condition:
    parts = token.parts
    match word:
        case "class":
            return Classes(tuple(map(_class, parts)))
        case "score":
            return _score(parts[0], token)
        case "date":
            return Dates(tuple(map(_dates, parts)))
        case "hour":
            return Hours(tuple(sorted({hour for part in parts for hour in _hours(part)})))
        case "was":
            return Said(tuple(_said(parts)))
        case "changed":
            return Changed(tuple(_run(part.text, part) for part in parts))
        case "state" | "flag" | "has" | "split":
            choices = VALUES[word]
            return Chosen(word, tuple(_choice(choices, part) for part in parts))
    return Names(word, tuple(_name(word, part) for part in parts))


def _name(word: str, part: Part) -> str:
    # Part of every name, an empty one would choose all pictures.
    if not part.text.removeprefix("="):
        raise _Wrong(part.at, f"a name is missing, as in {word}:one,another")
    return part.text if word in ("name", "note") else part.text.casefold()


def _class(part: Part) -> tuple[str, float]:
    name, above, score = part.split_at(">")
    if not name.removeprefix("=") or (above and not score):
        raise _Wrong(part.at, "write class:mallard or class:mallard>0.3")
    return name.casefold(), _number(score, part) if above else 0.0


def _said(parts: tuple[Part, ...]) -> Iterator[tuple[int | None, str]]:
    run: int | None = None
    for part in parts:
        number, colon, name = part.text.partition(":")
        if colon and number.isdecimal():
            # It stands for the names that follow, too.
            run = _run(number, part)
        elif part.text.isdecimal():
            yield _run(part.text, part), ""
            continue
        else:
            name = part.text
        if not name.removeprefix("="):
            raise _Wrong(part.at, "write was:raccoon, was:1:raccoon or was:1 (for anything)")
        yield run, name.casefold()


def _run(text: str, part: Part) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise _Wrong(part.at, "a run is known by its number, as in changed:1")
    return int(text)


def _number(text: str, part: Part) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _Wrong(part.at, "a score is a number from 0 to 1, as in score:<0.8") from None
    if not 0 <= number <= 1:
        raise _Wrong(part.at, "a score lies between 0 and 1")
    return number


def _score(part: Part, token: Token) -> Scores:
    if len(token.parts) > 1:
        raise _Wrong(token.parts[1].at, "a score has no commas: write score:0.3-0.8")
    compared = re.fullmatch(r"(<=|>=|<|>)(.+)", part.text)
    if compared:
        sign, number = compared[1], _number(compared[2], part)
        if sign.startswith("<"):
            return Scores(high=number, high_excluded=sign == "<")
        return Scores(low=number, low_excluded=sign == ">")
    low, dash, high = part.text.partition("-")
    if not dash:
        raise _Wrong(part.at, "write score:<0.8, score:>=0.5 or score:0.3-0.8")
    return Scores(_number(low, part), _number(high, part))


def _nothing_between(terms: tuple[Term, ...]) -> str:
    """Return why no score fits all of the terms, which would choose no picture; else nothing."""
    low, high = (0.0, False), (1.0, True)
    for term in terms:
        if isinstance(term.condition, Scores) and not term.negated:
            found = term.condition
            if found.low is not None:
                low = max(low, (found.low, found.low_excluded))
            if found.high is not None:
                high = min(high, (found.high, not found.high_excluded))
    if low[0] < high[0] or (low[0] == high[0] and high[1] and not low[1]):
        return ""
    return f"no score lies between {low[0]:g} and {high[0]:g}: the lower one comes first"


def _hours(part: Part) -> Iterator[int]:
    span = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", part.text)
    if not span or not all(int(h) <= 23 for h in span.groups() if h):
        hint = "hours go from 0 to 23, as in hour:20-5 (through midnight) or hour:7"
        raise _Wrong(part.at, hint)
    first, last = int(span[1]), int(span[2] or span[1])
    for k in range((last - first) % 24 + 1):
        yield (first + k) % 24


def _day_range(text: str, at: int) -> tuple[date, date]:
    if re.fullmatch(r"[0-9]{4}(-[0-9]{1,2}){0,2}", text):
        try:
            match [int(part) for part in text.split("-")]:
                case [year]:
                    return date(year, 1, 1), date(year, 12, 31)
                case [year, month]:
                    first = date(year, month, 1)
                    after = date(year + month // 12, month % 12 + 1, 1)
                    return first, after - timedelta(days=1)
                case [year, month, day]:
                    return date(year, month, day), date(year, month, day)
        except (ValueError, OverflowError):
            pass
    raise _Wrong(at, "dates look like 2024, 2024-06, 2024-06-27 or 2024-06-01..2024-06-15")


def _dates(part: Part) -> tuple[str, str]:
    first, dots, last = part.text.partition("..")
    start = _day_range(first, part.at)[0]
    end = _day_range(last if dots else first, part.at)[1]
    if start > end:
        raise _Wrong(part.at, f"{start} is after {end}: the earlier date comes first")
    return start.isoformat(), end.isoformat()


def _choice(choices: Collection[str], part: Part) -> str:
    chosen = part.text.casefold()
    if chosen not in choices:
        raise _Wrong(part.at, f"choose from {', '.join(choices)}")
    return chosen


def _with_order(found: Filter, token: Token) -> Filter:
    if token.negated:
        raise _Wrong(token.at, "an order cannot be left out; -score is an order: order:-score")
    if len(token.parts) > 1:
        raise _Wrong(token.parts[1].at, "there is one order at a time")
    part = token.parts[0]
    name, colon, number = part.text.casefold().partition(":")
    name = _ORDER_NAMES.get(name, name)
    if colon and name == "random":
        if not (number.isascii() and number.isdecimal() and int(number[:12]) <= _MOST_SEED):
            raise _Wrong(part.at, f"a seed is a number up to {_MOST_SEED:,}, as in order:random:7")
        return replace(found, order=name, seed=int(number))
    if colon or name not in ORDERS:
        raise _Wrong(part.at, f"choose from {', '.join(ORDERS)}")
    return replace(found, order=name, seed=1)
