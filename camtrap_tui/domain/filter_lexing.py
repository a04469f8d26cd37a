"""A filter line cut into its words and values, each with its column; nothing is refused here.

A value is a list of parts with commas between. A part may be quoted, by " or ', so that it can
hold spaces and commas; the quote is doubled inside. The last quote may be left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What a saved filter's name begins with; it stands as the word of its token.
SAVED = "@"

_WORD = re.compile(rf"(-?)([^\s:{SAVED}]*):")
# A quote opens a part only at its start, since names have apostrophes (l'hoest's monkey), or behind
# the number of a run (was:1:"red fox").
_PART = re.compile(
    r"""(?P<sign>(?:[0-9]+:)?=?)(?:"(?P<double>(?:[^"]|"")*)(?:"|\Z)|'(?P<single>(?:[^']|'')*)(?:'|\Z))"""
    r"""(?P<tail>[^\s,]*)|(?P<bare>[^\s,]*)"""
)

# What stays outside of the quotes; a name that would be stripped behind it is quoted whole.
_SIGN = re.compile(r"(?:[0-9]+:(?==?+\S))?=?")


@dataclass(frozen=True, slots=True)
class Part:
    """One value without its quotes, from `at` to `end` in the line; `tail` came after a quote."""

    text: str
    at: int
    end: int
    tail: str = ""
    is_quoted: bool = False

    def split_at(self, sign: str) -> tuple[str, str, str]:
        """Return what is before the last `sign` that was not quoted, the sign, and the rest."""
        if not self.is_quoted:
            before, found, after = self.text.rpartition(sign)
            return (before, found, after) if found else (after, "", "")
        before, found, after = self.tail.partition(sign)
        name = self.text[: len(self.text) - len(self.tail)]
        return name + before, found, after


@dataclass(frozen=True, slots=True)
class Token:
    """One word with its parts; `word` is None where no colon makes it one, SAVED for a name."""

    at: int
    end: int
    source: str
    word: str | None
    word_at: int
    value_at: int
    parts: tuple[Part, ...]
    negated: bool = False

    def text_at(self, at: int) -> str:
        """Return the part that stands there, without quotes; the first, where none does."""
        return next((part for part in self.parts if part.at == at), self.parts[0]).text


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a filter line, in order."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token(text, at)
        yield token
        at = token.end


def _token(text: str, at: int) -> Token:
    if text.startswith(SAVED, at):
        part = _part(text, at + len(SAVED))
        return Token(at, part.end, text[at : part.end], SAVED, at, at + 1, (part,))
    word = _WORD.match(text, at)
    if word is None:
        source = text[at:].split()[0]
        return Token(at, at + len(source), source, None, at, at, ())
    parts = _parts(text, word.end())
    end = parts[-1].end if parts else word.end()
    return Token(
        at, end, text[at:end], word[2], word.start(2), word.end(), parts, negated=bool(word[1])
    )


def _parts(text: str, at: int) -> tuple[Part, ...]:
    if at == len(text) or text[at].isspace():
        return ()
    parts = [_part(text, at)]
    while text.startswith(",", parts[-1].end):
        parts.append(_part(text, parts[-1].end + 1))
    return tuple(parts)


def _part(text: str, at: int) -> Part:
    found = _PART.match(text, at)
    assert found is not None
    if found["bare"] is not None:
        return Part(found["bare"], at, found.end())
    inner = found["double"]
    plain = inner.replace('""', '"') if inner is not None else found["single"].replace("''", "'")
    tail = found["tail"]
    return Part(found["sign"] + plain.strip() + tail, at, found.end(), tail, is_quoted=True)


def quoted_part(text: str) -> str:
    """Return a name as one part of a filter line; `=` in front stays outside of the quotes, as does
    the number of a run."""
    found = _SIGN.match(text)
    sign = found[0] if found else ""
    name = text.removeprefix(sign)
    if name and not re.search(r"[\s,>]", name) and name[0] not in "\"'=":
        return sign + name
    quote = "'" if '"' in name and "'" not in name else '"'
    return f"{sign}{quote}{name.replace(quote, quote * 2)}{quote}"
