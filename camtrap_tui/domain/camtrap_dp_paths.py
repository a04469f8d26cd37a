"""Paths as Camtrap DP's pattern allows them, and read back: neither two dots in a row, nor a dot,
a slash or a tilde in front."""

from __future__ import annotations

import re

_DOTS = re.compile(r"\.(?=\.)")
_FIRST = "./~"
_WRITTEN = {f"%{ord(sign):02X}": sign for sign in _FIRST}


def allowed_path(path: str) -> str:
    """Return a path or an address as the pattern has it: what it forbids is written as `%2E`."""
    path = _DOTS.sub("%2E", path)
    first = path[:1]
    return f"%{ord(first):02X}{path[1:]}" if first and first in _FIRST else path


def read_path(cell: str) -> str:
    """Return the path that `allowed_path` made a cell of; any other, and one that would lead up or
    to a root, as it stands."""
    if "%" not in cell:
        return cell
    path = cell.replace("%2E", ".")
    if path[:3] in _WRITTEN:
        path = _WRITTEN[path[:3]] + path[3:]
    if allowed_path(path) != cell or path[:1] in "/~" or ".." in path.split("/"):
        return cell
    return path
