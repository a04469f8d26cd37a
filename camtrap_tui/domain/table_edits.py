"""What came back of a table that was edited elsewhere: which cells say something else now.

A spreadsheet writes numbers, dates and truth values in its own way: what means the same is no edit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_VOTES = re.compile(r"v_([0-9a-f]{12})_(\d{1,9})", re.ASCII)


def votes_id(grade_uuids: Iterable[str], rows: int) -> str:
    """Return what tells which grades of a picture stood when its so many rows were written.

    The same in every copy of a survey; another once somebody has graded the picture or undone it.
    """
    told = "\n".join(sorted(set(grade_uuids)))
    return f"v_{hashlib.sha256(told.encode()).hexdigest()[:12]}_{rows}"


def read_votes_id(cell: str) -> tuple[str, int]:
    """Return the first part of a votes id and the rows; `("", 0)` for what is none."""
    found = _VOTES.fullmatch(cell.strip().casefold())
    return (found[1], int(found[2])) if found else ("", 0)
