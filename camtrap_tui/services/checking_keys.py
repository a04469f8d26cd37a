"""Which ids are there, in eight bytes each: millions of them are held against each other.

An id is known by its hash of 64 bits. What seems to be there twice, or missing, is looked up in the
file before anybody is told; that two ids of a million share a hash is one chance in 40 million.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

_PARTS = 64
# So many hashes of ids that something is wrong with are kept, to find their rows.
_MOST_LOOKED_UP = 1_000_000


class Ids:
    """A bag of ids."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(_PARTS)]

    def add(self, ids: Iterable[str]) -> None:
        """Take in ids, each as often as it comes."""
        parts = self._parts
        for number in map(hash, ids):
            parts[number % _PARTS].append(number)

    def repeated(self) -> set[int]:
        """Return the hashes of ids that came more than once, so many as can be looked up."""

        def of_parts() -> Iterator[int]:
            for part in self._parts:
                before = None
                for number in sorted(part):
                    if number == before:
                        yield number
                    before = number

        return _first(of_parts())

    def not_in(self, other: Ids) -> set[int]:
        """Return the hashes of ids that are here and not there, so many as can be looked up."""
        return _first(
            number
            for mine, theirs in zip(self._parts, other._parts, strict=True)
            for number in set(mine).difference(theirs)
        )


def _first(numbers: Iterator[int]) -> set[int]:
    found: set[int] = set()
    for number in numbers:
        found.add(number)
        if len(found) == _MOST_LOOKED_UP:
            break
    return found
