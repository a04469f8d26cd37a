"""What is being typed at a place in a filter line, what fits it, and the line with it put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.filter_lexing import SAVED, Token, quoted_part, tokens
from camtrap_tui.domain.filter_words import VALUES, WORDS


@dataclass(frozen=True, slots=True)
class Typing:
    """`typed` so far, from `start`; a completion takes the place of all up to `end`.

    `word` is the one whose value it is; empty for a word in the making, or a saved filter.
    """

    word: str
    typed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """A value that may be meant: what it means, or how many pictures it chooses (None: unknown)."""

    value: str
    told: str = ""
    count: int | None = None


def typing_at(text: str, at: int) -> Typing:
    """Return what is being typed with the cursor before the character `at`."""
    for token in tokens(text):
        if token.at <= at <= token.end:
            return _in_token(text, at, token)
    return Typing("", "", at, at)


def _in_token(text: str, at: int, token: Token) -> Typing:
    if token.word == SAVED:
        return Typing("", text[token.at : at], token.at, token.end)
    if token.word is None or at < token.value_at:
        start = min(token.word_at + text.startswith("-", token.word_at), at)
        end = token.end if token.word is None else token.value_at
        return Typing("", text[start:at], start, end)
    for part in token.parts:
        if part.at <= at <= part.end:
            typed = text[part.at : at].lstrip("=").lstrip("\"'")
            return Typing(token.word.casefold(), typed, part.at, part.end)
    return Typing(token.word.casefold(), "", at, at)


def fitting(typing: Typing, known: Mapping[str, Sequence[Fitting]]) -> list[Fitting]:
    """Return what fits: first what begins with what was typed, then what holds it.

    `known` are the values that this survey has, by word; under SAVED, its saved filters.
    """
    if typing.word:
        fixed = [Fitting(value, told) for value, told in VALUES.get(typing.word, {}).items()]
        return _sifted(typing.typed, [*fixed, *known.get(typing.word, ())])
    saved = [
        Fitting(SAVED + quoted_part(one.value), one.told, one.count) for one in known.get(SAVED, ())
    ]
    if typing.typed.startswith(SAVED):
        return _sifted(typing.typed, saved)
    return _sifted(
        typing.typed, [*saved, *(Fitting(f"{w}:", told) for w, (told, _) in WORDS.items())]
    )


def _sifted(typed: str, values: Iterable[Fitting]) -> list[Fitting]:
    wanted = _plain(typed)
    holding = [one for one in values if wanted in _plain(one.value)]
    # Sorting is stable: those that begin alike stay in their order.
    return sorted(holding, key=lambda one: not _plain(one.value).startswith(wanted))


def _plain(text: str) -> str:
    plain = text.casefold().replace('"', "").removeprefix(SAVED).removeprefix("=")
    # Behind the number of a run.
    return plain.replace(":=", ":")


def completed(text: str, typing: Typing, value: str) -> tuple[str, int]:
    """Return the line with `value` in the place of what was typed, and the cursor behind it."""
    before, after = text[: typing.start], text[typing.end :]
    put = value if not typing.word else quoted_part(value)
    # A word still needs its value; what is whole is followed by the next word.
    if not put.endswith(":") and not after[:1].isspace():
        put += " " if not after.startswith(",") else ""
    return before + put + after, len(before) + len(put)
