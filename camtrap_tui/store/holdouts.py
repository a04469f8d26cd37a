"""Holdouts: drawn once, extended by later phases, never changed otherwise.

Of a stratum's bursts the first `sampled` ranks are drawn, always: an extension takes the next
ones, so that what is drawn stays a simple random sample of the stratum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import islice

from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum, HoldoutUnit
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.store.database import Database, columns

_CHUNK = 10_000
_COLUMNS = columns(Holdout).removeprefix("id, ")

# What stands of the blind grades for a holdout.
_BLIND = (
    "SELECT image_id, grader, viewing FROM standing_grade WHERE holdout_uuid = ? AND mode = 'blind'"
)

# (image id, media id, burst id, taxon id, score, deployment id, 1 without a time or deployment) of
# a picture; those from the burst to the deployment may be None.
FrameRow = tuple[int, str, int | None, int | None, float | None, int | None, int]


@dataclass(frozen=True, slots=True)
class Graded:
    """How many drawn pictures somebody has graded blind, and how many of these a second time."""

    grader: str
    pictures: int
    again: int


class Holdouts:
    """The tables `holdout`, `holdout_phase`, `holdout_stratum` and `holdout_unit`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[Holdout]:
        """Return all holdouts, by name."""
        return self._db.rows(Holdout, f"SELECT {columns(Holdout)} FROM holdout ORDER BY name")

    def by_name(self, name: str) -> Holdout | None:
        """Return the holdout of this name, or None."""
        sql = f"SELECT {columns(Holdout)} FROM holdout WHERE name = ?"
        found = self._db.rows(Holdout, sql, [name])
        return found[0] if found else None

    def by_uuid(self, holdout_uuid: str) -> Holdout | None:
        """Return the holdout of this uuid, or None."""
        sql = f"SELECT {columns(Holdout)} FROM holdout WHERE holdout_uuid = ?"
        found = self._db.rows(Holdout, sql, [holdout_uuid])
        return found[0] if found else None

    def phases(self, holdout_id: int) -> list[HoldoutPhase]:
        """Return the drawing and the extensions of a holdout, in order."""
        sql = (
            f"SELECT {columns(HoldoutPhase)} FROM holdout_phase WHERE holdout_id = ? ORDER BY phase"
        )
        return self._db.rows(HoldoutPhase, sql, [holdout_id])

    def strata(self, holdout_id: int) -> list[HoldoutStratum]:
        """Return the strata of a holdout, by number."""
        sql = (
            f"SELECT {columns(HoldoutStratum)} FROM holdout_stratum"
            " WHERE holdout_id = ? ORDER BY stratum"
        )
        return self._db.rows(HoldoutStratum, sql, [holdout_id])

    def sample(self, holdout_id: int) -> list[HoldoutUnit]:
        """Return the units that were drawn, by stratum and rank."""
        sql = (
            f"SELECT {columns(HoldoutUnit)} FROM holdout_unit"
            " WHERE holdout_id = ? AND phase IS NOT NULL ORDER BY stratum, rank"
        )
        return self._db.rows(HoldoutUnit, sql, [holdout_id])

    def frame(self, holdout_id: int) -> Iterator[HoldoutUnit]:
        """Yield all units that may be drawn or were, in order of image id."""
        sql = (
            f"SELECT {columns(HoldoutUnit)} FROM holdout_unit"
            " WHERE holdout_id = ? ORDER BY image_id"
        )
        for row in self._db.execute(sql, [holdout_id]):
            yield HoldoutUnit(*row)

    def pictures(self, wanted: Filter, run_id: int | None) -> Iterator[FrameRow]:
        """Yield the pictures that a filter chooses, those of one burst one after the other.

        What somebody has left out of the survey by hand is left out here.
        """
        where, parameters = Conditions(self._db).of(wanted)
        if self._db.value("SELECT EXISTS (SELECT 1 FROM source_row WHERE state = 'excluded')"):
            where.append(
                "EXISTS (SELECT 1 FROM source_row AS row"
                " WHERE row.image_id = image.id AND row.state <> 'excluded')"
            )
        scope = f" WHERE {' AND '.join(where)}" if where else ""
        sql = (
            "SELECT image.id, image.media_id, image.burst_id, prediction.taxon_id,"
            " prediction.score, image.deployment_id,"
            " image.timestamp IS NULL OR image.deployment_id IS NULL"
            " FROM image LEFT JOIN prediction"
            " ON prediction.image_id = image.id AND prediction.run_id = ?"
            f"{scope} ORDER BY image.burst_id"
        )
        yield from self._db.execute(sql, [run_id, *parameters])

    def add(
        self,
        holdout: Holdout,
        strata: Sequence[HoldoutStratum],
        units: Iterable[tuple[int, int, int, int, int | None]],
        phases: Sequence[HoldoutPhase],
    ) -> Holdout:
        """Add a holdout with all that it has, and return it with its id; call it in a transaction.

        `units` are (image id, stratum, rank, pictures of the burst, phase), quickest in order of
        image id. The `holdout_id` of strata and phases is put right here.
        """
        marks = ", ".join("?" * (_COLUMNS.count(",") + 1))
        key = self._db.execute(
            f"INSERT INTO holdout ({_COLUMNS}) VALUES ({marks})", astuple(holdout)[1:]
        ).lastrowid
        assert key is not None
        self._db.executemany(
            "INSERT INTO holdout_stratum VALUES (?, ?, ?, ?, ?, ?)",
            (astuple(replace(stratum, holdout_id=key)) for stratum in strata),
        )
        self._db.executemany(
            "INSERT INTO holdout_unit VALUES (?, ?, ?, ?, ?, ?)", ((key, *unit) for unit in units)
        )
        for phase in phases:
            self.add_phase(replace(phase, holdout_id=key))
        return replace(holdout, id=key)

    def add_phase(self, phase: HoldoutPhase) -> None:
        """Record a drawing or an extension; call it in a transaction."""
        self._db.execute("INSERT INTO holdout_phase VALUES (?, ?, ?, ?, ?, ?)", astuple(phase))

    def draw(self, holdout_id: int, phase: int, sampled: Mapping[int, int]) -> None:
        """Draw the next ranks of strata, by number, up to so many in all; in a transaction."""
        for stratum, count in sampled.items():
            self._db.execute(
                "UPDATE holdout_unit SET phase = ?"
                " WHERE holdout_id = ? AND stratum = ? AND rank <= ? AND phase IS NULL",
                [phase, holdout_id, stratum, count],
            )
            self._db.execute(
                "UPDATE holdout_stratum SET sampled = ? WHERE holdout_id = ? AND stratum = ?",
                [count, holdout_id, stratum],
            )

    def remove(self, holdout_id: int) -> None:
        """Remove a holdout for which nobody has graded; call it in a transaction."""
        for table in ("holdout_unit", "holdout_stratum", "holdout_phase"):
            self._db.execute(f"DELETE FROM {table} WHERE holdout_id = ?", [holdout_id])
        self._db.execute("DELETE FROM holdout WHERE id = ?", [holdout_id])

    def predicted(self, holdout: Holdout, taxon_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return how many bursts its run predicts as one of these, and undrawn ones, by stratum."""
        marks = ", ".join("?" * len(taxon_ids))
        sql = (
            "SELECT unit.stratum, count(*), count(*) - count(unit.phase)"
            " FROM prediction CROSS JOIN holdout_unit AS unit"
            " ON unit.holdout_id = ? AND unit.image_id = prediction.image_id"
            f" WHERE prediction.run_id = ? AND prediction.taxon_id IN ({marks}) GROUP BY 1"
        )
        found = self._db.execute(sql, [holdout.id, holdout.run_id, *taxon_ids])
        return {stratum: (bursts, undrawn) for stratum, bursts, undrawn in found}

    def is_graded(self, holdout: Holdout) -> bool:
        """Tell whether anybody has ever graded for a holdout, undone grades too."""
        sql = "SELECT EXISTS (SELECT 1 FROM grade WHERE holdout_uuid = ?)"
        return bool(self._db.value(sql, [holdout.holdout_uuid]))

    def graded(self, holdout: Holdout) -> dict[int, int]:
        """Return how many drawn pictures have a blind grade that stands, by stratum."""
        sql = (
            f"SELECT unit.stratum, count(DISTINCT blind.image_id) FROM ({_BLIND}) AS blind"
            " JOIN holdout_unit AS unit ON unit.holdout_id = ?"
            " AND unit.image_id = blind.image_id AND unit.phase IS NOT NULL GROUP BY 1"
        )
        return dict(self._db.execute(sql, [holdout.holdout_uuid, holdout.id]).fetchall())

    def graded_pictures(self, holdout: Holdout) -> list[tuple[int, int, str]]:
        """Return (stratum, image id, grader) of all blind grades of drawn pictures that stand."""
        sql = (
            f"SELECT DISTINCT unit.stratum, blind.image_id, blind.grader FROM ({_BLIND}) AS blind"
            " JOIN holdout_unit AS unit ON unit.holdout_id = ?"
            " AND unit.image_id = blind.image_id AND unit.phase IS NOT NULL ORDER BY 1, 2, 3"
        )
        return self._db.execute(sql, [holdout.holdout_uuid, holdout.id]).fetchall()

    def graders(self, holdout: Holdout) -> list[Graded]:
        """Return who has graded drawn pictures blind, by name."""
        sql = (
            "SELECT blind.grader, count(DISTINCT blind.image_id),"
            " count(DISTINCT CASE WHEN blind.viewing > 1 THEN blind.image_id END)"
            f" FROM ({_BLIND}) AS blind JOIN holdout_unit AS unit ON unit.holdout_id = ?"
            " AND unit.image_id = blind.image_id AND unit.phase IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return self._db.rows(Graded, sql, [holdout.holdout_uuid, holdout.id])

    def drawn_beside(self, image_ids: Iterable[int]) -> dict[str, int]:
        """Return of how many of these images' bursts a picture is drawn, by holdout."""
        found: dict[str, int] = {}
        coming = iter(image_ids)
        while some := list(islice(coming, _CHUNK)):
            sql = (
                "SELECT holdout.name, count(DISTINCT one.id) FROM holdout CROSS JOIN image AS one"
                " JOIN image AS other ON other.id = one.id OR other.burst_id = one.burst_id"
                " JOIN holdout_unit AS unit ON unit.holdout_id = holdout.id"
                " AND unit.image_id = other.id AND unit.phase IS NOT NULL"
                f" WHERE one.id IN ({', '.join('?' * len(some))}) GROUP BY 1 ORDER BY 1"
            )
            for name, bursts in self._db.execute(sql, some):
                found[name] = found.get(name, 0) + bursts
        return found

    def graded_seeing(self, image_ids: Iterable[int]) -> dict[str, set[int]]:
        """Return which of these pictures each grader ever graded with the AI's word in view."""
        found: dict[str, set[int]] = {}
        coming = iter(image_ids)
        while some := list(islice(coming, _CHUNK)):
            sql = (
                "SELECT DISTINCT grader, image_id FROM grade WHERE mode IN ('assisted', 'bulk')"
                f" AND image_id IN ({', '.join('?' * len(some))})"
            )
            for grader, image_id in self._db.execute(sql, some):
                found.setdefault(grader, set()).add(image_id)
        return found
