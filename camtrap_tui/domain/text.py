"""Text from outside is data: it is cleaned where it enters, so no screen has to doubt it.

File names, labels, EXIF and CSV cells may carry terminal escapes, bidirectional overrides
or undecodable bytes; each such character becomes one visible sign.
"""

from __future__ import annotations

import json
import shlex
import unicodedata

_SIGN = "\N{REPLACEMENT CHARACTER}"
# Line and paragraph separators break a line in some terminals; Unicode files them under Z.
_BREAKS = {"\u2028", "\u2029"}
# Columns of a long text that are shown on both sides of what is pointed at.
_BEFORE, _AFTER = 50, 25


def _is_safe(character: str) -> bool:
    category = unicodedata.category(character)
    # Cc: C0, DEL and C1 controls; Cf: bidi overrides, zero-width signs; Cs: lone surrogates.
    return category not in {"Cc", "Cf", "Cs"} and character not in _BREAKS


def clean(text: str) -> str:
    """Return `text` with every control, format and surrogate character made visible.

    Tabs and line breaks become spaces; other unsafe characters become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\t\n\r" else c if _is_safe(c) else _SIGN for c in text)


def clean_cell(text: str | None) -> str:
    """Return a CSV or EXIF value cleaned and stripped; None and NUL padding become empty."""
    return clean((text or "").rstrip("\x00").strip())


def clean_name(text: str) -> str:
    """Return a person's name cleaned, with single spaces: ` Ann  B` and `Ann B` are one grader."""
    return " ".join(clean(text).split())


def quoted(text: str) -> str:
    """Return `text` as one word of a command to be typed."""
    return shlex.quote(clean(text))


def escaped_json(text: str) -> str:
    """Return JSON text that is safe to look at and says the same: what is unsafe is escaped."""
    # Outside of strings there is nothing that would be escaped, but for line breaks.
    return "\n".join(map(_escaped, text.split("\n")))


def _escaped(line: str) -> str:
    if clean(line) == line:
        return line
    return "".join(c if clean(c) == c else json.dumps(c)[1:-1] for c in line)


def pointed_at(text: str, column: int) -> str:
    """Return `text` cleaned, and below it a caret under its character `column` (from 0).

    Of a long text, what stands around the caret: 80 columns hold it, else it would be wrapped.
    """
    before = _end_of(clean(text[:column]), _BEFORE)
    after = _end_of(clean(text[column:])[::-1], _AFTER)[::-1]
    return f"  {before}{after}\n  {' ' * _cells(before)}^"


def _end_of(text: str, cells: int) -> str:
    """Return the text, or its end after an ellipsis, in so many columns at most."""
    end = text[-cells:]
    if end == text and _cells(text) <= cells:
        return text
    while _cells(end) >= cells:
        end = end[1:]
    return f"…{end}"


def _cells(text: str) -> int:
    """Return how many columns of a terminal cleaned text takes."""
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 picture`, `1,886 pictures`; `many` is for plurals that are not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
