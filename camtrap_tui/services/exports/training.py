"""What formats for training share: which pictures may be in them, in which part, and the names of
their classes.

No picture of a burst that a holdout has a frame of is in them unless it was asked for twice, and
none that has the same content as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from camtrap_tui.domain.lineage import is_same, ranks
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.picture_files import SHOWS_PEOPLE
from camtrap_tui.services.exports.picture_names import safe_path
from camtrap_tui.services.exports.pictures import (
    WORDLESS,
    Picture,
    Pictures,
    Word,
    shows_people,
)
from camtrap_tui.services.exports.report import Tally
from camtrap_tui.services.exports.request import ExportRequest, Progress
from camtrap_tui.store.store import Store

EMPTY = "empty"
HOLDOUT = "holdout"
HELD = "is in a burst of a holdout"
_NOT_WORDS = re.compile(r"\W+")
_LONGEST_NAME = 80
_CHUNK, _TOLD_EVERY = 500, 25


def check_holdouts(request: ExportRequest) -> None:
    """Raise UsageError where holdouts were asked for, and not twice: it cannot be taken back."""
    holdouts = request.options.holdouts
    if holdouts == 1 or (request.holdout and not holdouts):
        raise UsageError(
            "A model that has trained on a holdout cannot be judged by it any more:",
            "give --holdouts twice if its pictures are to be in training data all the same.",
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A picture of training data, its part ("" without a split), and its place in its burst: from
    0, and of how many; None without one."""

    picture: Picture
    part: str
    frame: tuple[int, int] | None


class Training:
    """Which of a survey's pictures may train, and in which part of its split."""

    def __init__(self, store: Store, request: ExportRequest, confidence: float) -> None:
        self._store = store
        self._people = request.people
        self._confidence = confidence
        self._takes_held = request.options.holdouts > 1
        self._held = store.splits.held_content()
        self.has_split = store.splits.made() is not None

    def classes(self) -> dict[str, ClassName]:
        """Return the class of each taxon that anybody ever said, by its uuid, whatever is chosen:
        it is called the same in every export of the survey. Blank and unknown are none."""
        said = self._store.exporting.said_taxa()
        return classes_of(
            taxon
            for taxon in self._store.taxa.all()
            if taxon.id in said and taxon.observation_type not in ("blank", "unknown")
        )

    def chosen(self, pictures: Pictures, tally: Tally, progress: Progress) -> Iterator[Chosen]:
        """Yield the pictures that may be in training data; the others are counted."""
        total, done = pictures.count(), 0
        coming = pictures.read(lambda _done, _total: None)
        while chunk := list(islice(coming, _CHUNK)):
            ids = [picture.image.id for picture in chunk]
            parts, frames = self.parts(ids), self._store.exporting.frames(ids)
            for picture in chunk:
                part = parts.get(picture.image.id, "")
                reason = self.why_not(picture, part)
                if reason:
                    tally.leave_out(reason, picture.image.file_path)
                else:
                    yield Chosen(picture, part, frames.get(picture.image.id))
                done += 1
                # More often than chunks come: a picture may take long to copy or to cut.
                if done % _TOLD_EVERY == 0 or done == total:
                    progress(done, total)

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
        if picture.state in WORDLESS:
            return WORDLESS[picture.state]
        if not known_words(picture):
            return "shows what nobody could tell"
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


def known_words(picture: Picture) -> list[Word]:
    """Return what people said is on a picture, without that they could not tell."""
    return [word for word in picture.words if word.taxon.observation_type != "unknown"]


@dataclass(frozen=True, slots=True)
class ClassName:
    """A class as training data names it, and the taxon that it is known by."""

    name: str
    taxon: Taxon


def classes_of(taxa: Iterable[Taxon]) -> dict[str, ClassName]:
    """Return the class of each taxon, by its uuid: `northern_raccoon`, no two named alike.

    Taxa that are the same under two uuids, as a name that somebody typed and that of a list, are
    one class. Names are of small letters, digits and underscores, fit for a folder; classes with
    one common name, and what would be called `empty`, get their scientific name behind it, or
    the begin of their uuid.
    """
    known = sorted(taxa, key=lambda taxon: (not any(ranks(taxon)), taxon.taxon_uuid))
    leads: list[Taxon] = []
    lead_of: dict[str, Taxon] = {}
    for taxon in known:
        same = [lead for lead in leads if is_same(taxon, lead)]
        # One name of two species says nothing of which it is.
        if len(same) == 1:
            lead_of[taxon.taxon_uuid] = same[0]
        else:
            leads.append(taxon)
            lead_of[taxon.taxon_uuid] = taxon
    names = _names(leads)
    return {uuid: ClassName(names[lead.taxon_uuid], lead) for uuid, lead in lead_of.items()}


def _names(taxa: Sequence[Taxon]) -> dict[str, str]:
    plain = {taxon.taxon_uuid: _slug(taxon.name) or "taxon" for taxon in taxa}
    longer = plain | {
        taxon.taxon_uuid: f"{plain[taxon.taxon_uuid]}_{_slug(taxon.scientific_name)}".rstrip("_")
        for taxon in taxa
        if _is_taken(plain[taxon.taxon_uuid], plain)
    }
    return {
        uuid: f"{plain[uuid]}_{uuid[:8]}" if _is_taken(name, longer) else name
        for uuid, name in longer.items()
    }


def _is_taken(name: str, names: dict[str, str]) -> bool:
    return name == EMPTY or list(names.values()).count(name) > 1


def _slug(name: str) -> str:
    slug = _NOT_WORDS.sub("_", name.casefold()).strip("_")[:_LONGEST_NAME]
    # A few words are devices of Windows, and would be no folders.
    return safe_path(slug) if slug else ""
