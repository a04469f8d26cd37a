"""The words that choose pictures: `species:raccoon score:<0.8 hour:20-5 order:score`.

The same words serve the filter line and `--where`. They are parsed once, into a `Filter`;
what a name means (which taxa, which cameras) is left to the store, which knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from camtrap_tui.errors import UsageError

ORDERS = ("time", "score", "-score", "random")
STATES = ("ungraded", "graded", "unsure", "marked", "conflict", "unpredicted", "failed")
WORDS = ("species", "truth", "class", "score", "camera", "date", "hour", "state", "has", "order")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a filter line asks for; empty and None ask for nothing.

    species, cameras: folded parts of names, any of which may match; `=name` is the whole name
    of a species. min_score, max_score: of the prediction's score, 0 to 1, included unless
    `…_excluded`. hours: 0 to 23, of camera time. dates: (first day, last day), both included.
    truths: like species, of what the graders agree on.
    classes: (name, score) of any class of the classifier with a higher score, all of which
    must match. has: detection categories at confidence 0.2 or more.
    """

    species: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    min_score: float | None = None
    max_score: float | None = None
    min_excluded: bool = False
    max_excluded: bool = False
    hours: tuple[int, ...] = ()
    dates: tuple[tuple[str, str], ...] = ()
    truths: tuple[str, ...] = ()
    classes: tuple[tuple[str, float], ...] = ()
    states: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    order: str = "time"
    text: str = ""


def parse_filter(text: str) -> Filter:
    """Return what the filter line asks for; what has spaces is quoted: species:"red fox".

    Raises UsageError that quotes the word, gives its column, and says what was expected.
    """
    found = Filter(text=" ".join(text.split()))
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        word, colon, rest = text[at:].partition(":")
        if not colon or any(c.isspace() for c in word):
            start = text[at:].split()[0]
            raise _error(text, at, f"{start!r} is no filter word", f"write one of {_words()}.")
        read = _READERS.get(word.casefold())
        if read is None:
            raise _error(text, at, f"there is no filter word {word!r}", f"use one of {_words()}.")
        value_at = at + len(word) + 1
        value, length = _value(rest)
        if not value:
            raise _error(text, value_at, f"{word}: has no value", f"write {word}:VALUE.")
        try:
            found = _not_reversed(read(found, value))
        except ValueError as error:
            raise _error(text, value_at, f"{word}:{value}", str(error)) from None
        at = value_at + length
    return found


# A part in quotes may hold spaces; the last one may be left open. A quote opens a part only at
# its start, since names have apostrophes (l'hoest's monkey).
_QUOTED = r"""(?:^|(?<=[,=]))(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$))"""
_VALUE = re.compile(rf"(?:{_QUOTED}|\S)*")


def _value(rest: str) -> tuple[str, int]:
    """Return the value at the start of `rest` without its quotes, and its length with them."""
    found = _VALUE.match(rest)
    assert found is not None
    plain = re.sub(_QUOTED, lambda part: part[1] or part[2] or "", found[0])
    return plain.strip(), found.end()


def _words() -> str:
    return ", ".join(f"{word}:" for word in WORDS)


def _error(text: str, at: int, what: str, hint: str) -> UsageError:
    return UsageError(f"Filter, column {at + 1}: {what}:", hint)


def _names(value: str) -> tuple[str, ...]:
    names = tuple(name.strip().casefold() for name in value.split(","))
    # Part of every name, an empty one would choose all pictures.
    if not all(name.removeprefix("=") for name in names):
        raise ValueError("a name is missing, as in species:mallard,raccoon")
    return names


def _species(f: Filter, value: str) -> Filter:
    return replace(f, species=f.species + _names(value))


def _truth(f: Filter, value: str) -> Filter:
    return replace(f, truths=f.truths + _names(value))


def _class(f: Filter, value: str) -> Filter:
    name, above, score = value.partition(">")
    if not name.strip() or (above and not score):
        raise ValueError("write class:mallard or class:mallard>0.3")
    wanted = (name.strip().casefold(), _number(score) if above else 0.0)
    return replace(f, classes=(*f.classes, wanted))


def _camera(f: Filter, value: str) -> Filter:
    return replace(f, cameras=f.cameras + _names(value))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("a score is a number from 0 to 1, as in score:<0.8") from None
    if not 0 <= number <= 1:
        raise ValueError("a score lies between 0 and 1")
    return number


def _score(f: Filter, value: str) -> Filter:
    compared = re.fullmatch(r"(<=|>=|<|>)(.+)", value)
    if compared:
        sign, number = compared[1], _number(compared[2])
        if sign.startswith("<"):
            return replace(f, max_score=number, max_excluded=sign == "<")
        return replace(f, min_score=number, min_excluded=sign == ">")
    low, dash, high = value.partition("-")
    if not dash:
        raise ValueError("write score:<0.8, score:>=0.5 or score:0.3-0.8")
    return replace(f, min_score=_number(low), max_score=_number(high))


def _not_reversed(f: Filter) -> Filter:
    """Return `f`; refuse scores between which there is none, which would choose no picture."""
    low, high = f.min_score, f.max_score
    if low is None or high is None:
        return f
    if low > high or (low == high and (f.min_excluded or f.max_excluded)):
        raise ValueError(f"no score lies between {low:g} and {high:g}: the lower one comes first")
    return f


def _hours(f: Filter, value: str) -> Filter:
    hours: list[int] = []
    for part in value.split(","):
        span = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
        if not span or not all(int(h) <= 23 for h in span.groups() if h):
            raise ValueError("hours go from 0 to 23, as in hour:20-5 (through midnight) or hour:7")
        first, last = int(span[1]), int(span[2] or span[1])
        hours += [(first + k) % 24 for k in range((last - first) % 24 + 1)]
    return replace(f, hours=tuple(sorted({*f.hours, *hours})))


def _day_range(text: str) -> tuple[date, date]:
    parts = text.split("-")
    try:
        numbers = [int(part) for part in parts]
        match numbers:
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
    raise ValueError("dates look like 2024, 2024-06, 2024-06-27 or 2024-06-01..2024-06-15")


def _dates(f: Filter, value: str) -> Filter:
    ranges = list(f.dates)
    for part in value.split(","):
        first, dots, last = part.partition("..")
        start = _day_range(first)[0]
        end = _day_range(last if dots else first)[1]
        if start > end:
            raise ValueError(f"{start} is after {end}: the earlier date comes first")
        ranges.append((start.isoformat(), end.isoformat()))
    return replace(f, dates=tuple(ranges))


def _choice(choices: tuple[str, ...], value: str) -> tuple[str, ...]:
    chosen = tuple(part.strip().casefold() for part in value.split(","))
    if not set(chosen) <= set(choices):
        raise ValueError(f"choose from {', '.join(choices)}")
    return chosen


def _state(f: Filter, value: str) -> Filter:
    return replace(f, states=f.states + _choice(STATES, value))


def _has(f: Filter, value: str) -> Filter:
    return replace(f, has=f.has + _choice(("animal", "human", "vehicle"), value))


def _order(f: Filter, value: str) -> Filter:
    (chosen,) = _choice(ORDERS, value)[:1]
    return replace(f, order=chosen)


_READERS: dict[str, Callable[[Filter, str], Filter]] = {
    "species": _species,
    "truth": _truth,
    "class": _class,
    "score": _score,
    "camera": _camera,
    "date": _dates,
    "hour": _hours,
    "state": _state,
    "has": _has,
    "order": _order,
}
