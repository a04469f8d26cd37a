"""What formats for training share: which pictures may be in them, in which part, and the names of
their classes.

No picture of a burst that a holdout has a frame of is in them unless it was asked for twice, and
none that has the same content as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.picture_files import SHOWS_PEOPLE, safe_path
from camtrap_tui.services.exports.pictures import CONFLICT, UNGRADED, UNSURE, Picture, shows_people
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.store.store import Store

EMPTY = "empty"
HOLDOUT = "holdout"
HELD = "is in a burst of a holdout"
_NOT_WORDS = re.compile(r"\W+")
_LONGEST_NAME = 80


class Training:
    """Which of a survey's pictures may train, and in which part of its split.

    Raises UsageError where holdouts were asked for once: a person may not know what that costs.
    """

    def __init__(self, store: Store, request: ExportRequest, confidence: float) -> None:
        holdouts = request.options.holdouts
        if holdouts == 1 or (request.holdout and not holdouts):
            raise UsageError(
                "A model that has trained on a holdout cannot be judged by it any more:",
                "give --holdouts twice if its pictures are to be in training data all the same.",
            )
        self._store = store
        self._people = request.people
        self._confidence = confidence
        self._takes_held = holdouts > 1
        self._held = store.splits.held_content()
        self.has_split = store.splits.made() is not None

    def parts(self, image_ids: Sequence[int]) -> dict[int, str]:
        """Return the part of each of these images that has one: train, val, test or holdout."""
        parts: dict[int, str] = dict(self._store.splits.parts_of(image_ids))
        return parts | dict.fromkeys(self._held.intersection(image_ids), HOLDOUT)

    def why_not(self, picture: Picture, part: str) -> str:
        """Return why a picture is not in training data, as `is not graded`; "" where it is."""
        if self._people == "exclude" and shows_people(picture, self._confidence):
            return SHOWS_PEOPLE
        if part == HOLDOUT and not self._takes_held:
            return HELD
        if picture.state == UNGRADED:
            return "is not graded"
        if picture.state == CONFLICT:
            return "is in conflict"
        if picture.state == UNSURE:
            return "shows what nobody could tell"
        if not picture.words:
            return "has too few votes"
        if self.has_split and not part:
            return "is in no part of the split"
        return ""

    def notes(self) -> list[str]:
        """Return sentences on the parts that a reader must know."""
        notes = []
        if not self.has_split:
            notes.append(
                "The survey has no split, so nothing is in a part of one:"
                f" camtrap-tui split {quoted(str(self._store.path))}"
            )
        if self._takes_held:
            notes.append(
                "Pictures of holdouts are in it, in the part holdout: a model that trains on them"
                " cannot be judged by those holdouts any more."
            )
        return notes


def class_names(taxa: Iterable[Taxon]) -> dict[str, str]:
    """Return a name for each taxon, by its uuid: `northern_raccoon`, no two alike.

    Small letters, digits and underscores, fit for a folder. Taxa with one common name, and what
    would be called `empty`, get their scientific name behind it, or the begin of their uuid.
    """
    known = {taxon.taxon_uuid: taxon for taxon in taxa}
    plain = {uuid: _slug(taxon.name) or "taxon" for uuid, taxon in known.items()}
    counts = Counter([*plain.values(), EMPTY])
    longer = {
        uuid: f"{name}_{_slug(known[uuid].scientific_name) or uuid[:8]}"
        if counts[name] > 1
        else name
        for uuid, name in plain.items()
    }
    counts = Counter([*longer.values(), EMPTY])
    return {
        uuid: f"{plain[uuid]}_{_slug(uuid)}" if counts[name] > 1 else name
        for uuid, name in longer.items()
    }


def _slug(name: str) -> str:
    slug = _NOT_WORDS.sub("_", name.casefold()).strip("_")[:_LONGEST_NAME]
    # A few words are devices of Windows, and would be no folders.
    return safe_path(slug) if slug else ""
