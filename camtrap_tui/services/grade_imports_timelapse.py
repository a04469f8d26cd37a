"""Reads the rows of a table that Timelapse wrote: a file in a folder, and what its fields say.

A MultiChoice field has commas between its choices, and so has our own export: each is a label,
unless the whole cell is a name that the survey knows. A row without a label says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

# Which of Timelapse's own columns is which field.
TIMELAPSE_COLUMNS = {"fileName": "File", "relativePath": "RelativePath", "rootFolder": "RootFolder"}
NOT_LABELLED = "is not labelled"
_NAMING = ("label", "scientificName", "taxonID", "observationType")
_OF_ONE = ("count", "lifeStage", "sex", "behavior")
_BETWEEN = ","


class TimelapseRows:
    """Takes rows apart into labels.

    `is_name` tells whether a survey has a species of this name, `has_folder` whether any of its
    pictures lies in a folder of this name.
    """

    def __init__(self, is_name: Callable[[str], bool], has_folder: Callable[[str], bool]) -> None:
        self._is_name = is_name
        self._has_folder = cache(has_folder)

    def labels(self, cells: dict[str, str]) -> Iterator[dict[str, str]]:
        """Yield the cells of each label of a row, none where it has none; `filePath` is its path.

        What is said of one observation (a count, a sex) is in none of several labels.
        """
        path = self._path(cells)
        names = self._names(cells)
        more = dict.fromkeys(_OF_ONE, "") if len(names) > 1 else {}
        for named in names:
            yield cells | more | named | {"filePath": path}

    def leaves_out(self, cells: dict[str, str]) -> list[tuple[str, str]]:
        """Return (what, value) that nobody can tell of which label of a row it is."""
        if len(self._names(cells)) < 2:
            return []
        return [(f"{name} of several species", cells[name]) for name in _OF_ONE if cells.get(name)]

    def _path(self, cells: dict[str, str]) -> str:
        """Return where the picture lies; the root's name helps only where the survey has it."""
        if cells.get("filePath"):
            return cells["filePath"]
        root = cells.get("rootFolder", "")
        parts = [root] if root and self._has_folder(root) else []
        return "/".join(filter(None, [*parts, cells.get("relativePath", ""), cells["fileName"]]))

    def _names(self, cells: dict[str, str]) -> list[dict[str, str]]:
        """Return what names the species, species by species."""
        said = {name: cells[name] for name in _NAMING if cells.get(name)}
        if not said:
            return []
        first = next(iter(said))
        parts = self._parts(said[first])
        if len(parts) == 1:
            return [said]
        lists = {name: cell.split(_BETWEEN) for name, cell in said.items()}
        alike = {name: found for name, found in lists.items() if len(found) == len(parts)}
        none = dict.fromkeys(said, "")
        return [
            none | {name: found[n].strip() for name, found in alike.items()}
            for n in range(len(parts))
            if parts[n].strip()
        ]

    def _parts(self, cell: str) -> list[str]:
        return [cell] if self._is_name(cell) else cell.split(_BETWEEN)
