"""Which images train a model and which test it: what may be divided, and how it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from camtrap_tui.domain.splitting import Part, SplitMade
from camtrap_tui.store.database import Database, columns

# A frame of a holdout's sample, and all pictures of its burst: they look too much alike.
_HELD = """
    SELECT image_id FROM holdout_unit WHERE phase IS NOT NULL
    UNION
    SELECT other.id FROM holdout_unit AS unit
    JOIN image AS drawn ON drawn.id = unit.image_id
    JOIN image AS other ON other.burst_id = drawn.burst_id
    WHERE unit.phase IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Settled:
    """An image on whose species its graders agree, or an adjudicator decided.

    `burst` is its own id where it is in none; `taxon_ids` have what nobody was sure of left out.
    """

    image_id: int
    media_id: str
    deployment: str
    timestamp: str | None
    burst: int
    taxon_ids: tuple[int, ...]


class Splits:
    """The tables `split` and `split_made`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def graded(self) -> set[int]:
        """Return the images that have a standing grade."""
        found = self._db.execute("SELECT DISTINCT image_id FROM vote")
        return {image_id for (image_id,) in found}

    def held(self) -> set[int]:
        """Return the images of bursts that a holdout's sample has a frame of."""
        return {image_id for (image_id,) in self._db.execute(_HELD)}

    def held_content(self) -> set[int]:
        """Return the images of `held`, all that have the same content as one of them, and those of
        the bursts of these, and so on."""
        sql = """
            WITH RECURSIVE held (id) AS (
                SELECT image_id FROM holdout_unit WHERE phase IS NOT NULL
                UNION
                SELECT mate.id FROM held JOIN image ON image.id = held.id
                JOIN image AS mate ON mate.burst_id = image.burst_id
                UNION
                SELECT twin.id FROM held JOIN image ON image.id = held.id
                JOIN image AS twin ON twin.content_md5 = image.content_md5)
            SELECT id FROM held"""
        return {image_id for (image_id,) in self._db.execute(sql)}

    def twins(self) -> Iterator[set[int]]:
        """Yield the images that have the same content, two or more at a time."""
        sql = """
            SELECT group_concat(id) FROM image WHERE content_md5 IS NOT NULL
            GROUP BY content_md5 HAVING count(*) > 1"""
        for (ids,) in self._db.execute(sql):
            yield set(map(int, ids.split(",")))

    def held_parts(self) -> int:
        """Return how many images with a part are in bursts that a holdout's sample has."""
        sql = f"SELECT count(*) FROM split WHERE image_id IN ({_HELD})"
        return int(self._db.value(sql))

    def agreed(self) -> dict[int, tuple[int, ...]]:
        """Return the taxa of the images whose truth is settled, by the view `truth`."""
        sql = """
            SELECT truth.image_id, (
                SELECT group_concat(DISTINCT word.taxon_id) FROM truth_word AS word
                JOIN taxon ON taxon.id = word.taxon_id
                WHERE word.image_id = truth.image_id AND taxon.observation_type <> 'unknown')
            FROM truth WHERE truth.state IN ('agreed', 'adjudicated')"""
        return {
            image_id: tuple(sorted(map(int, ids.split(",")))) if ids else ()
            for image_id, ids in self._db.execute(sql)
        }

    def settled(self, taxa: Mapping[int, tuple[int, ...]]) -> Iterator[Settled]:
        """Yield the images that `taxa` has an entry for, with what they are divided by."""
        sql = """
            SELECT image.id, image.media_id, coalesce(deployment.deployment_id, ''),
                image.timestamp, coalesce(image.burst_id, image.id)
            FROM vote CROSS JOIN image ON image.id = vote.image_id
            LEFT JOIN deployment ON deployment.id = image.deployment_id
            GROUP BY image.id"""
        for image_id, media_id, deployment, timestamp, burst in self._db.execute(sql):
            if image_id in taxa:
                yield Settled(image_id, media_id, deployment, timestamp, burst, taxa[image_id])

    def parts(self) -> dict[int, Part]:
        """Return the part of each image that has one."""
        return dict(self._db.execute("SELECT image_id, part FROM split").fetchall())

    def parts_of(self, image_ids: Sequence[int]) -> dict[int, Part]:
        """Return the part of each of these images that has one."""
        marks = ", ".join("?" * len(image_ids))
        sql = f"SELECT image_id, part FROM split WHERE image_id IN ({marks})"
        return dict(self._db.execute(sql, list(image_ids)).fetchall())

    def made(self) -> SplitMade | None:
        """Return how the parts came about, None where there are none."""
        sql = f"SELECT {columns(SplitMade)} FROM split_made"
        found = self._db.rows(SplitMade, sql)
        return found[0] if found else None

    def replace(self, parts: Mapping[int, Part], made: SplitMade) -> None:
        """Put these parts in the place of those before. Call it in a transaction."""
        self._db.execute("DELETE FROM split")
        self._db.executemany("INSERT INTO split VALUES (?, ?)", sorted(parts.items()))
        self._db.execute(
            "INSERT OR REPLACE INTO split_made VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(made)
        )
