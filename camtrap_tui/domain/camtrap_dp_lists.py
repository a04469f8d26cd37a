"""Lists in cells of Camtrap DP: names and tags with bars between, written and read back.

classifiedBy is Darwin Core's identifiedBy, which has a bar between several people; a bar in a name
is written as `%7C`.
"""

from __future__ import annotations

BETWEEN = " | "
# `scientificName` is for scientific names: another name of an animal stands in a tag.
NAME_TAG = "vernacularName"
_BAR, _WRITTEN = "|", "%7C"


def without_bar(name: str) -> str:
    """Return a name as it may stand in a list."""
    return name.replace(_BAR, _WRITTEN)


def names_in(cell: str) -> list[str]:
    """Return the names of a list."""
    return [part.strip().replace(_WRITTEN, _BAR) for part in cell.split(_BAR)]


def name_in_tags(cell: str) -> str:
    """Return the name that a list of `key:value` tags has for an animal; empty where none does."""
    start = f"{NAME_TAG}:"
    tags = (name for name in names_in(cell) if name.startswith(start))
    return next(tags, start).removeprefix(start)
