"""Reads the members with which a large JSON object ends, without reading what is before them.

What is returned is certain if the file is valid JSON; whether it is, only reading it all tells.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

# The tables of a classifier with 2,500 classes take a third of this.
_TAIL = 1 << 20
# An array and a key that are in every record as well would be tried at each of them.
_MOST_TRIES = 50


def last_members(path: Path, keys: Iterable[str]) -> dict[str, Any]:
    """Return the last members of the object in `path`, from one of `keys` after an array on.

    Empty where they cannot be told: the file is compressed, cut off, or they are longer than
    a megabyte. A key is a member of the whole object exactly where all that follows it is
    members up to the brace that ends the file.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return {}
    # A quote after a comma or white space is no escaped one, so it does begin a key.
    key = r'\]\s*,\s*("(?:' + "|".join(map(re.escape, keys)) + r')"\s*:)'
    for match in islice(re.finditer(key, text), _MOST_TRIES):
        try:
            members = json.loads("{" + text[match.start(1) :])
        except (ValueError, RecursionError):
            continue
        return members if isinstance(members, dict) else {}
    return {}
