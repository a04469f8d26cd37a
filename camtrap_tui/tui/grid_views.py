"""What the contact sheet says, as rows of text; no state of its own."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

from camtrap_tui.domain.chart_data import flagged
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.review_items import SHOWN_CONFIDENCE
from camtrap_tui.services.sheet import Sheet
from camtrap_tui.services.sheet_items import SheetItem
from camtrap_tui.tui.review_views import NOT_EXPECTED, short_score
from camtrap_tui.tui.thumbnails import Caption

EXCEPTION = "✗"
_LEAST = 3
_BEFORE_NUMBER = re.compile(r"^\D+(?=\d{3})")
# Words that follow what matters in the names of higher groups, as in "animal species".
_GROUPS = ("species", "family", "order", "class")


def short_name(name: str) -> str:
    """Return what tells classes apart in a few cells: `raccoon` of `northern raccoon`."""
    words = clean(name).split(" ")
    is_group = len(words) > 1 and words[-1] in _GROUPS
    return words[-2] if is_group else words[-1]


def box_sign(confidence: float | None) -> str:
    """Return `▣.41` for a box that counts, `·.03` for a weaker one, and nothing without one."""
    if confidence is None:
        return ""
    sign = "▣" if confidence >= SHOWN_CONFIDENCE else "·"
    return f"{sign}{short_score(confidence)}"


def _fitting(text: str, width: int) -> str:
    """Return `text`, cut to `width` cells where need be; empty where little would be left."""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width >= _LEAST else ""


def _end_of_name(name: str, width: int) -> str:
    """Return the end of a file's name without its suffix, a number whole where it can be."""
    stem = tail = clean(name).rsplit(".", 1)[0]
    while tail and cell_len(tail) > width:
        tail = tail[1:]
    return tail if tail == stem else _BEFORE_NUMBER.sub("", tail)


def caption(
    item: SheetItem,
    grader: str,
    width: int,
    *,
    chosen: bool,
    marked: bool,
    unexpected: bool = False,
) -> Caption:
    """Return one row of at most `width` cells: signs, the name's end, the surest box, the
    prediction, with a mark where it is `unexpected` here, and what was graded, by this grader or
    else by others.

    The name gives way first, then the prediction; a grade like the prediction stands for both.
    """
    signs = ("›" if chosen else " ") + (EXCEPTION if marked else " ")
    mine = item.words.get(grader, "")
    said = "+".join(map(short_name, (mine or next(iter(item.words.values()), "")).split(" + ")))
    word = short_name(item.predicted.name) if item.predicted else ""
    word = "" if said == word else flagged(word, unexpected=unexpected)
    room = width - len(signs)
    box = _fitting(box_sign(item.confidence), room)
    room -= cell_len(box) + 1 if box else 0
    grade = _fitting(f"✓{said}" if mine else f"({said})" if said else "", room)
    room -= cell_len(grade) + 1 if grade else 0
    word = _fitting(word, room)
    room -= cell_len(word) + 1 if word else 0
    tail = _end_of_name(item.name, room)
    stands_out = item.predicted is not None and item.predicted.observation_type != "blank"
    parts = [(tail if len(tail) >= _LEAST else "", False), (box, False), (word, stands_out)]
    pieces: list[tuple[str, bool]] = [(signs, False)]
    for text, is_bold in [*parts, (grade, stands_out and not word)]:
        if text:
            pieces += [(" ", False)] if len(pieces) > 1 else []
            pieces.append((text, is_bold))
    return tuple(pieces)


def detail(sheet: Sheet, item: SheetItem | None) -> str:
    """Return all that is known of the picture under the cursor, the name first."""
    if item is None:
        return ""
    parts = [clean(item.name), item.image.timestamp or "no time"]
    if item.predicted is not None:
        parts.append(f"{clean(item.predicted.name)} {short_score(item.score)}".rstrip())
        parts += [NOT_EXPECTED] if sheet.session.is_unexpected(item.predicted) else []
    if item.confidence is not None:
        weak = " (weak)" if item.confidence < SHOWN_CONFIDENCE else ""
        parts.append(f"box {short_score(item.confidence)}{weak}")
    for grader, word in item.words.items():
        who = "you" if grader == sheet.session.grader else clean(grader)
        parts.append(f"✓ {who}: {clean(word)}")
    return "  ".join(parts)


def hint(sheet: Sheet, seen: set[int]) -> str:
    """Return what enter does now, and on an exception what the grade keys do."""
    if not sheet.session.queue:
        return "No picture is in this queue: esc, then f, changes the filter."
    targets = len(sheet.targets(seen))
    name = clean(sheet.taxon.name)
    if targets:
        does = f"↵ grades {counted(targets, 'picture')} as {name}, next page"
    else:
        does = "↵ next page: nothing here to grade"
    if sheet.on_exception:
        return f"{EXCEPTION} 1–5 b h v s / grade this one · {does}"
    marked = len([key for key in sheet.page if sheet.is_exception(key)])
    left_out = f" · {EXCEPTION} {marked} left out" if marked else ""
    return f"{does}{left_out}"
