"""The standing votes of many images at once, as ballots for a rule of consensus.

One statement reads them in order of image and grader. Whoever adjudicated an image stays its
adjudicator: their latest standing word has the mode `adjudicated`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from camtrap_tui.domain.consensus import ADJUDICATED, Ballot
from camtrap_tui.domain.models import Taxon
from camtrap_tui.store.database import Database
from camtrap_tui.store.taxa import Taxa

# SQLite as it is usually built takes 32,766 values in one statement.
_MOST_VALUES = 10_000

_MODE = f"CASE WHEN vote.adjudicates THEN '{ADJUDICATED}' ELSE grade.mode END"
_COLUMNS = f"""
    SELECT vote.image_id, vote.grader, {_MODE} AS mode, observation.taxon_id, observation.count"""
_VOTES = """
    vote CROSS JOIN grade ON grade.id = vote.grade_id
    LEFT JOIN observation ON observation.grade_id = vote.grade_id"""
_ORDER = " ORDER BY vote.image_id, vote.grader, observation.observation_number"

# The latest standing blind grade that a voter gave the image for the holdout.
_BLIND = """
    (SELECT s.id FROM standing_grade AS s WHERE s.image_id = vote.image_id
        AND s.grader = vote.grader AND s.holdout_uuid = ?1 AND s.mode = 'blind'
        ORDER BY s.grader_number DESC, s.grade_uuid DESC LIMIT 1)"""
# The AI's word stood on the screen.
_IN_VIEW = "({0}.mode IN ('assisted', 'bulk', 'adjudicated') AND {0}.run_id IS NOT NULL)"
# Whoever looked at the AI's word after having graded blind for another holdout has seen it too.
_PEEKED = """
    (e.mode = 'blind' AND e.holdout_uuid <> ?1 AND EXISTS (
        SELECT 1 FROM peek WHERE peek.grader = e.grader AND peek.image_id = e.image_id
            AND peek.holdout_uuid = e.holdout_uuid))"""
_SEEN = f"""
    EXISTS (SELECT 1 FROM grade AS e WHERE e.image_id = vote.image_id AND e.grader = vote.grader
        AND e.action = 'grade' AND ({_IN_VIEW.format("e")} OR {_PEEKED}) AND e.grader_number < (
            SELECT min(b.grader_number) FROM grade AS b WHERE b.image_id = vote.image_id
                AND b.grader = vote.grader AND b.holdout_uuid = ?1 AND b.mode = 'blind'))"""
_TAXA_OF = """
    coalesce((SELECT group_concat(taxon_id, ' ') FROM (SELECT DISTINCT taxon_id
        FROM observation WHERE grade_id = {} ORDER BY taxon_id)), '')"""


class Votes:
    """Reads the derived table `vote` with what its grades say."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def ballots(self, image_ids: Sequence[int] | None = None) -> Iterator[list[Ballot]]:
        """Yield the ballots of each image that has one, by grader; of all images by id, or of
        those given."""
        taxa = _Species(self._db)
        if image_ids is None:
            yield from _by_image(self._db.execute(f"{_COLUMNS} FROM {_VOTES}{_ORDER}"), taxa)
            return
        for first in range(0, len(image_ids), _MOST_VALUES):
            some = image_ids[first : first + _MOST_VALUES]
            where = f" WHERE vote.image_id IN ({', '.join('?' * len(some))})"
            found = self._db.execute(f"{_COLUMNS} FROM {_VOTES}{where}{_ORDER}", list(some))
            yield from _by_image(found, taxa)

    def shared(self) -> array[int]:
        """Return the ids of the images on which more than one person has a vote, in order."""
        return self._db.ids(
            "SELECT image_id FROM vote GROUP BY image_id HAVING count(*) > 1 ORDER BY image_id"
        )

    def of_holdout(
        self, holdout_id: int, holdout_uuid: str, also: Sequence[str] = ()
    ) -> Iterator[list[Ballot]]:
        """Yield the ballots that count for a holdout, of each drawn image that has one.

        Whoever has a standing blind grade of the image for the holdout counts with their latest
        standing word; so do adjudicators, and words whose mode is one of `also`.
        """
        latest, blind = _TAXA_OF.format("vote.grade_id"), _TAXA_OF.format("blind.grade_id")
        sql = f"""
            WITH blind AS (
                SELECT vote.image_id, vote.grader, {_BLIND} AS grade_id
                FROM holdout_unit AS unit CROSS JOIN vote ON vote.image_id = unit.image_id
                WHERE unit.holdout_id = ?2 AND unit.phase IS NOT NULL)
            {_COLUMNS},
                {_IN_VIEW.format("grade")} AND (blind.grade_id IS NULL OR {latest} <> {blind}),
                {_SEEN}
            FROM blind CROSS JOIN vote
                ON vote.image_id = blind.image_id AND vote.grader = blind.grader
            CROSS JOIN grade ON grade.id = vote.grade_id
            LEFT JOIN observation ON observation.grade_id = vote.grade_id
            WHERE blind.grade_id IS NOT NULL OR vote.adjudicates
                OR grade.mode IN ({", ".join("?" * len(also))}){_ORDER}"""
        parameters = [holdout_uuid, holdout_id, *also]
        yield from _by_image(self._db.execute(sql, parameters), _Species(self._db))

    def blind_words(self, holdout_id: int, holdout_uuid: str) -> Iterator[tuple[int, Ballot]]:
        """Yield (viewing, ballot) of what was keyed blind for a holdout on its drawn images, by
        image, grader and viewing: the latest standing grade of each viewing."""
        sql = """
            SELECT g.image_id, g.grader, coalesce(g.viewing, 1) AS viewing,
                observation.taxon_id, observation.count
            FROM holdout_unit AS unit JOIN standing_grade AS g ON g.image_id = unit.image_id
            LEFT JOIN observation ON observation.grade_id = g.id
            WHERE unit.holdout_id = :id AND unit.phase IS NOT NULL
                AND g.holdout_uuid = :uuid AND g.mode = 'blind' AND g.id = (
                    SELECT s.id FROM standing_grade AS s
                    WHERE s.image_id = g.image_id AND s.grader = g.grader
                        AND s.holdout_uuid = :uuid AND s.mode = 'blind'
                        AND coalesce(s.viewing, 1) = coalesce(g.viewing, 1)
                    ORDER BY s.grader_number DESC, s.grade_uuid DESC LIMIT 1)
            ORDER BY g.image_id, g.grader, viewing, observation.observation_number"""
        taxa = _Species(self._db)
        found = self._db.execute(sql, {"id": holdout_id, "uuid": holdout_uuid})
        for (image_id, grader, viewing), rows in groupby(found, key=itemgetter(0, 1, 2)):
            said = taxa.of(tuple((taxon_id, count) for *_, taxon_id, count in rows))
            yield viewing, Ballot(image_id, grader, "blind", *said)

    def bursts(self, image_ids: Sequence[int]) -> dict[int, int]:
        """Return the burst of each image by its id; its own id where it has none."""
        found: dict[int, int] = {}
        for first in range(0, len(image_ids), _MOST_VALUES):
            some = image_ids[first : first + _MOST_VALUES]
            sql = (
                "SELECT id, coalesce(burst_id, id) FROM image"
                f" WHERE id IN ({', '.join('?' * len(some))})"
            )
            found.update(self._db.execute(sql, list(some)).fetchall())
        return found


class _Species:
    """Makes what a grade names of its rows of taxon and count; equal ones are made once."""

    def __init__(self, db: Database) -> None:
        self._taxa = {taxon.id: taxon for taxon in Taxa(db).all()}
        self._known: dict[tuple[Any, ...], tuple[tuple[Taxon, ...], tuple[int | None, ...]]] = {}

    def of(
        self, rows: tuple[tuple[int | None, int | None], ...]
    ) -> tuple[tuple[Taxon, ...], tuple[int | None, ...]]:
        """Return the taxa that somebody named, each once, and their counts; adults and young of
        one taxon are counted together. Who is not sure names nothing."""
        found = self._known.get(rows)
        if found is None:
            counts: dict[int, int | None] = {}
            for taxon_id, count in rows:
                if taxon_id is None or self._taxa[taxon_id].observation_type == "unknown":
                    continue
                before = counts.get(taxon_id)
                counts[taxon_id] = count if before is None else before + (count or 0)
            named = tuple(self._taxa[key] for key in counts)
            found = self._known[rows] = named, tuple(counts.values())
        return found


def _by_image(rows: Iterator[Any], taxa: _Species) -> Iterator[list[Ballot]]:
    for image_id, of_image in groupby(rows, key=itemgetter(0)):
        ballots = []
        for grader, of_grader in groupby(of_image, key=itemgetter(1)):
            found = list(of_grader)
            _, _, mode, _, _, *flags = found[0]
            said = taxa.of(tuple((taxon_id, count) for _, _, _, taxon_id, count, *_ in found))
            ballots.append(Ballot(image_id, grader, mode, *said, *map(bool, flags)))
        yield ballots
