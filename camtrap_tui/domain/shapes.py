"""What a value read from JSON must look like, and what is wrong with one that does not.

As much of JSON Schema (draft 4) as descriptors of data packages need; a property that is not
named may be anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from camtrap_tui.domain.text import clean

_MOST_SHOWN = 40
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.I | re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Text:
    """A text: one of `words`, or one that `pattern` is found in, or a date and so on.

    `says` tells a person what the pattern means.
    """

    words: tuple[str, ...] = ()
    pattern: str = ""
    says: str = ""
    form: Literal["", "date", "date-time", "email"] = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; where it is `unique`, no text is in it twice."""

    of: Shape
    at_least: int = 0
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """An object; of the names in `one_of`, one at least must be there."""

    properties: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """An object whose names all match a pattern."""

    pattern: str
    says: str
    of: Shape


@dataclass(frozen=True, slots=True)
class Told:
    """What a function of its own looks at: it says what is wrong, or nothing."""

    look: Callable[[Any], str]


Shape: TypeAlias = Text | Number | Flag | Items | Object | Named | Told


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place, as in `project.captureMethod[0]`: a sentence that says what to do.

    `rule` is required, type, vocabulary, pattern or range.
    """

    place: str
    rule: str
    sentence: str


def faults(shape: Shape, value: Any, place: str = "") -> Iterator[Fault]:
    """Yield what is wrong with a value, in the order of the rules."""
    match shape:
        case Text():
            yield from _text(shape, value, place)
        case Number():
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield _no(place, value, "number", "write a number, without quotes")
        case Flag():
            if not isinstance(value, bool):
                yield _no(place, value, "true or false", "write true or false, without quotes")
        case Items():
            yield from _items(shape, value, place)
        case Object():
            yield from _object(shape, value, place)
        case Named():
            yield from _named(shape, value, place)
        case Told():
            if said := shape.look(value):
                yield Fault(place, "type", said)


def shown(value: Any) -> str:
    """Return a value as a sentence names it: cleaned, and cut where it is long."""
    text = clean(value if isinstance(value, str) else _brief(value))
    return f"“{text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + '…'}”"


def _brief(value: Any) -> str:
    """Return a value as JSON has it; of a list or object no more than that it is one."""
    if isinstance(value, list | dict) and value:
        return "[…]" if isinstance(value, list) else "{…}"
    return json.dumps(value)


def listed(words: tuple[str, ...]) -> str:
    """Return `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _no(place: str, value: Any, what: str, do: str) -> Fault:
    return Fault(place, "type", f"{shown(value)} is no {what}; {do}.")


def _text(shape: Text, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _no(place, value, "text", "put it in quotes")
    elif shape.words and value not in shape.words:
        words = listed(shape.words) if len(shape.words) < 20 else "a word of the standard's list"
        yield Fault(place, "vocabulary", f"{shown(value)} is none of its words; write {words}.")
    elif shape.pattern and not re.search(shape.pattern, value):
        yield Fault(place, "pattern", f"{shown(value)} will not do; {shape.says}.")
    elif shape.form and (said := _FORMS[shape.form](value)):
        yield Fault(place, "type", f"{shown(value)} is no {said}.")


def _items(shape: Items, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _no(place, value, "list", "put it in square brackets")
        return
    if len(value) < shape.at_least:
        there, entries = len(value), "entry" if shape.at_least == 1 else "entries"
        yield Fault(
            place, "range", f"has {there}, but {shape.at_least} {entries} must be there; add them."
        )
    texts = [one for one in value if isinstance(one, str)]
    if shape.unique and len(set(texts)) < len(texts):
        yield Fault(place, "unique", "says something twice; delete one of them.")
    for at, one in enumerate(value):
        yield from faults(shape.of, one, f"{place}[{at}]")


def _object(shape: Object, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _no(place, value, "object", "put its properties in braces")
        return
    for name in shape.required:
        if name not in value:
            yield Fault(_below(place, name), "required", "is missing; add it.")
    if shape.one_of and not any(name in value for name in shape.one_of):
        yield Fault(place, "required", f"has no {' and no '.join(shape.one_of)}; add one of them.")
    for name, inner in shape.properties.items():
        if name in value:
            yield from faults(inner, value[name], _below(place, name))


def _named(shape: Named, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _no(place, value, "object", "put its properties in braces")
        return
    for name, one in value.items():
        if not re.search(shape.pattern, name):
            yield Fault(place, "pattern", f"the name {shown(name)} will not do; {shape.says}.")
        else:
            yield from faults(shape.of, one, _below(place, name))


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _date(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            date.fromisoformat(text)
            return ""
    except ValueError:
        pass
    return "date; write it as 2024-06-27"


def _date_time(text: str) -> str:
    try:
        if _DATE_TIME.fullmatch(text):
            datetime.fromisoformat(text[:19])
            return ""
    except ValueError:
        pass
    return "date and time; write it as 2024-06-27T02:14:05Z"


def _email(text: str) -> str:
    return "" if _EMAIL.fullmatch(text) else "e-mail address; write it as ann@example.org"


_FORMS: dict[str, Callable[[str], str]] = {
    "date": _date,
    "date-time": _date_time,
    "email": _email,
}
