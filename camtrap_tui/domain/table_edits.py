"""What came back of a table that was edited elsewhere: which cells say something else now.

A spreadsheet writes numbers, dates and truth values in its own way: what means the same is no edit.
What the rows of a picture add up to is one person's word; where that is not clear there is none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.domain.timestamps import parse_table_timestamp

_VOTES = re.compile(r"v_([0-9a-f]{12})_(\d{1,6})_(\d{1,6})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?(\d*)|[.,](\d+))(?:[eE][+-]?\d+)?", re.ASCII)
# As spreadsheets write TRUE and FALSE in the languages of those who use them.
_TRUE = {
    "true", "1", "yes", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "sant", "sand",
    "sann", "tosi", "prawda", "pravda", "igaz", "adevărat", "doğru", "истина",
}  # fmt: skip
_FALSE = {
    "false", "0", "no", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "usann", "epätosi",
    "fałsz", "nepravda", "hamis", "fals", "yanliş", "ложь",
}  # fmt: skip
# As R, pandas and spreadsheets write a cell that holds nothing.
_NOTHING = {"NA", "<NA>", "#N/A", "NaN", "nan", "NULL"}

NOT_FINAL = "changes a row that is not the truth (is_final=false)"
FINAL_GONE = "has lost the rows that were its truth"
UNCLEAR = "has rows that say different things"
MIXED = "says blank and something else of one picture"


def votes_id(said: Iterable[tuple[str, str, str | None]], rows: int, final_rows: int) -> str:
    """Return what tells which grades of a picture stood when its so many rows were written.

    `said` are (grade uuid, grader, that grader's note). The same in every copy of a survey; another
    once somebody has graded the picture, undone a grade or changed a note.
    """
    told = "\n".join(sorted({f"{grade}\t{grader}\t{note or ''}" for grade, grader, note in said}))
    return f"v_{hashlib.sha256(told.encode()).hexdigest()[:12]}_{rows}_{final_rows}"


def read_votes_id(cell: str) -> tuple[str, int, int]:
    """Return what `votes_id` is made of: what was said, rows, final ones; ("", 0, 0) for none."""
    found = _VOTES.fullmatch(cell.strip().casefold())
    return (found[1], int(found[2]), int(found[3])) if found else ("", 0, 0)


def is_truth(votes: tuple[str, int, int]) -> bool | None:
    """Tell whether the rows of a picture were its truth, by what `read_votes_id` returns; None
    where only some of them were, or where that is not known."""
    _, rows, final_rows = votes
    return bool(final_rows) if rows and final_rows in (0, rows) else None


def present(cell: str) -> str:
    """Return a cell, empty where a program wrote that it holds nothing."""
    return "" if cell in _NOTHING else cell


def is_true(cell: str) -> bool:
    """Tell whether a cell says yes."""
    return cell.strip().casefold() in _TRUE


def means_same(old: str, new: str) -> bool:
    """Tell whether a spreadsheet may have made `new` of `old` without anybody having edited it.

    Spaces, `NA`, `TRUE`, `2.0` and `2,0`, fewer digits of a number, a time in another format.
    """
    old, new = (present(" ".join(text.split())) for text in (old, new))
    if old == new:
        return True
    if not (old and new):
        return False
    for words in (_TRUE, _FALSE):
        if old in ("true", "false") and old in words and new.casefold() in words:
            return True
    return _is_same_number(old, new) or _is_same_time(old, new)


def _is_same_number(old: str, new: str) -> bool:
    if not _NUMBER.fullmatch(old):
        return False
    found = _NUMBER.fullmatch(new)
    if not found:
        return False
    before, after = float(old.replace(",", ".")), float(new.replace(",", "."))
    if before == after:
        return True
    # Fewer digits than there were, as a narrow column shows them.
    return round(before, len(found[1] or found[2] or "")) == after


def _is_same_time(old: str, new: str) -> bool:
    before = parse_table_timestamp(old)
    if before is None:
        return False
    local = before.local
    for first in ("day", "month"):
        after = parse_table_timestamp(new, first)
        if after is None:
            continue
        # A sheet may show no seconds.
        if after.local == local or (after.local[-2:] == "00" and after.local[:-3] == local[:-3]):
            return True
    return False


@dataclass(frozen=True, slots=True)
class EditedWord:
    """What a row says is on its picture."""

    taxon_uuid: str
    count: int | None = None
    life_stage: str | None = None
    sex: str | None = None
    behavior: str | None = None


@dataclass(frozen=True, slots=True)
class EditedRow:
    """A row that came back: the observation that it was written of, "" for one that was added.

    `is_changed` says that it says something else than that observation; `trouble` is why what it
    says cannot be taken, its `word` is None then.
    """

    number: int
    grade_uuid: str
    observation_number: int
    is_final: bool
    is_changed: bool
    word: EditedWord | None
    trouble: str = ""


def told_apart(rows: Iterable[EditedRow]) -> tuple[list[EditedRow], list[EditedRow]]:
    """Return the rows of a picture with copies of a row as rows that were added, and apart those
    copies that say nothing else."""
    first: set[tuple[str, int]] = set()
    kept, again = [], []
    # Of a row and its copy, the one that was left as it was is the row.
    for row in sorted(rows, key=lambda row: (row.is_changed, row.number)):
        key = (row.grade_uuid, row.observation_number)
        if not row.grade_uuid:
            kept.append(row)
        elif key not in first:
            first.add(key)
            kept.append(row)
        elif row.is_changed:
            kept.append(replace(row, grade_uuid="", observation_number=0))
        else:
            again.append(row)
    return sorted(kept, key=lambda row: row.number), again


def word_of(
    rows: Sequence[EditedRow], written: int, final_written: int
) -> tuple[tuple[EditedWord, ...], str]:
    """Return what the rows of a picture say now, and "" or why that is not clear.

    Nothing and "" where nobody has changed anything. `written` and `final_written` are the rows
    that the table had of the picture, 0 where that is not known. Where it had a truth, that is what
    was edited; where it was in conflict, what was changed is whoever edited it's own word.
    """
    own = [row for row in rows if row.grade_uuid]
    added = [row for row in rows if not row.grade_uuid]
    finals = [row for row in own if row.is_final]
    changed = [row for row in own if row.is_changed]
    has_truth = bool(finals) or final_written > 0
    gone = final_written - len(finals) if has_truth else written - len(own)
    if not (changed or added or gone > 0):
        return (), ""
    trouble = next((row.trouble for row in (*changed, *added) if row.trouble), "")
    if trouble:
        return (), trouble
    if has_truth:
        if any(not row.is_final for row in changed):
            return (), NOT_FINAL
        if not finals and not added:
            return (), FINAL_GONE
        return _checked([*finals, *added])
    grades = {row.grade_uuid for row in changed} or (
        set() if added else {r.grade_uuid for r in own}
    )
    groups = [[row for row in own if row.grade_uuid == grade] for grade in sorted(grades)]
    if len({_species(group) for group in groups}) > 1:
        return (), UNCLEAR
    return _checked([*(groups[0] if groups else ()), *added])


def _species(rows: Iterable[EditedRow]) -> frozenset[str]:
    return frozenset(row.word.taxon_uuid for row in rows if row.word)


def _checked(rows: Sequence[EditedRow]) -> tuple[tuple[EditedWord, ...], str]:
    words = tuple(row.word for row in sorted(rows, key=lambda row: row.number) if row.word)
    species = {word.taxon_uuid for word in words}
    if BLANK_UUID in species and len(species) > 1:
        return (), MIXED
    return words, ""
