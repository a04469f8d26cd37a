"""Runs and what they said: detections, classifications, predictions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from camtrap_tui.domain.models import Classification, Detection, Prediction, Run
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.database import Database, columns

_RUN_COLUMNS = columns(Run).removeprefix("id, ")

_RUNS = uuid.UUID("0b4c2f3c-6a0c-5d8e-9a55-0f4f3a1d7c11")


def run_uuid(request_key: str) -> str:
    """Return the uuid of the run that asked this: the same in every copy of a survey."""
    return str(uuid.uuid5(_RUNS, request_key))


class Runs:
    """The tables `run`, `detection`, `classification` and `prediction`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, run: Run) -> Run:
        """Return the run with this request key, added if it is new; call it in a transaction."""
        marks = ", ".join("?" * (_RUN_COLUMNS.count(",") + 1))
        self._db.execute(
            f"INSERT INTO run ({_RUN_COLUMNS}) VALUES ({marks})"
            " ON CONFLICT (request_key) DO NOTHING",
            list(astuple(run))[1:],
        )
        found = self.by_request_key(run.request_key)
        assert found is not None
        return found

    def by_request_key(self, request_key: str) -> Run | None:
        """Return the run that asked exactly this of the model, or None."""
        sql = f"SELECT {columns(Run)} FROM run WHERE request_key = ?"
        found = self._db.rows(Run, sql, [request_key])
        return found[0] if found else None

    def all(self) -> list[Run]:
        """Return all runs, the oldest first."""
        return self._db.rows(Run, f"SELECT {columns(Run)} FROM run ORDER BY id")

    def latest(self) -> Run | None:
        """Return the run that review and charts use unless told otherwise.

        That is the newest finished one: a run that has just begun says nothing of most
        pictures. Where none is finished it is the newest.
        """
        sql = f"SELECT {columns(Run)} FROM run ORDER BY finished_at IS NULL, id DESC LIMIT 1"
        found = self._db.rows(Run, sql)
        return found[0] if found else None

    def finish(self, run_id: int, finished_at: str) -> None:
        """Record that a run has nothing left to do."""
        self._db.execute("UPDATE run SET finished_at = ? WHERE id = ?", [finished_at, run_id])

    def reopen(self, run_id: int) -> None:
        """Record that a run has something left to do again."""
        self._db.execute("UPDATE run SET finished_at = NULL WHERE id = ?", [run_id])

    def add_pending(self, run_id: int, source_id: int) -> int:
        """Make the source's images wait for the run, where they do not yet have an outcome.

        Returns how many were added; call it in a transaction.
        """
        return self._db.execute(
            "INSERT OR IGNORE INTO prediction (run_id, image_id, outcome)"
            " SELECT ?, image_id, 'pending' FROM source_row"
            " WHERE source_id = ? AND image_id IS NOT NULL AND state <> 'excluded'",
            [run_id, source_id],
        ).rowcount

    def add_all_pending(self, run_id: int) -> int:
        """Make every image wait for the run that has a file, a copy or an address.

        Returns how many were added; call it in a transaction.
        """
        return self._db.execute(
            "INSERT OR IGNORE INTO prediction (run_id, image_id, outcome)"
            " SELECT ?, image.id, 'pending' FROM image WHERE EXISTS ("
            " SELECT 1 FROM source_row AS row JOIN source ON source.id = row.source_id"
            " WHERE row.image_id = image.id AND row.state <> 'excluded' AND ("
            " source.kind = 'folder' OR row.url IS NOT NULL OR image.url IS NOT NULL))"
            " ORDER BY image.id",
            [run_id],
        ).rowcount

    def to_predict(
        self, run_id: int, source_id: int, outcomes: Sequence[str], after: int, most: int
    ) -> list[tuple[int, str, int]]:
        """Return (image id, its file in that source, attempts) of images in these outcomes.

        In order of id, from the first after `after`, at most `most`. Of several files with
        the same content the first that is not missing is given.
        """
        marks = ", ".join("?" * len(outcomes))
        # SQLite takes the bare columns from the row in which min() found its minimum.
        sql = (
            "SELECT prediction.image_id, source_row.file_path, prediction.attempts,"
            " min((source_row.state = 'missing') || source_row.file_path)"
            " FROM prediction JOIN source_row ON source_row.image_id = prediction.image_id"
            " WHERE prediction.run_id = ? AND source_row.source_id = ?"
            f" AND prediction.outcome IN ({marks}) AND prediction.outcome <> 'predicted'"
            " AND prediction.image_id > ? GROUP BY prediction.image_id"
            " ORDER BY prediction.image_id LIMIT ?"
        )
        found = self._db.execute(sql, [run_id, source_id, *outcomes, after, most])
        return [(key, path, attempts) for key, path, attempts, _ in found]

    def outcomes_of_source(self, run_id: int, source_id: int) -> dict[str, int]:
        """Return how many images of one source are in each outcome of the run."""
        sql = (
            "SELECT outcome, count(*) FROM prediction WHERE run_id = ? AND EXISTS"
            " (SELECT 1 FROM source_row INDEXED BY source_row_by_image"
            " WHERE source_row.image_id = prediction.image_id AND source_id = ?) GROUP BY outcome"
        )
        return dict(self._db.execute(sql, [run_id, source_id]).fetchall())

    def failures_of_source(self, run_id: int, source_id: int) -> list[tuple[str, str, int]]:
        """Return (file in that source, reason, attempts) of its images that failed in the run."""
        sql = (
            "SELECT min(source_row.file_path), prediction.reason, prediction.attempts"
            " FROM prediction JOIN source_row ON source_row.image_id = prediction.image_id"
            " WHERE prediction.run_id = ? AND source_row.source_id = ?"
            " AND prediction.outcome = 'failed' AND prediction.outcome <> 'predicted'"
            " GROUP BY prediction.image_id ORDER BY 1"
        )
        return self._db.execute(sql, [run_id, source_id]).fetchall()

    def put_detections(self, rows: Iterable[Detection | tuple[object, ...]]) -> None:
        """Add boxes, in the order of the dataclass; rows may be plain tuples (they are faster)."""
        self._db.executemany(
            "INSERT OR REPLACE INTO detection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row if isinstance(row, tuple) else astuple(row) for row in rows),
        )

    def put_classifications(self, rows: Iterable[Classification | tuple[object, ...]]) -> None:
        """Add classes with their scores, in the order of the dataclass."""
        self._db.executemany(
            "INSERT OR REPLACE INTO classification VALUES (?, ?, ?, ?, ?, ?)",
            (row if isinstance(row, tuple) else astuple(row) for row in rows),
        )

    def put_predictions(self, rows: Iterable[Prediction | tuple[object, ...]]) -> None:
        """Add or replace outcomes, in the order of the dataclass."""
        self._db.executemany(
            "INSERT OR REPLACE INTO prediction VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (row if isinstance(row, tuple) else astuple(row) for row in rows),
        )

    def outcomes(self, run_id: int) -> dict[str, int]:
        """Return how many images of the run are in each outcome: the ledger's second account."""
        # Each half has an index that holds nothing else; what is predicted has a taxon.
        sql = """
            SELECT outcome, count(*) FROM prediction
            WHERE run_id = :run AND outcome <> 'predicted' GROUP BY outcome
            UNION ALL
            SELECT 'predicted', count(*) FROM prediction
            WHERE run_id = :run AND taxon_id IS NOT NULL"""
        found = self._db.execute(sql, {"run": run_id})
        return {outcome: count for outcome, count in found if count}

    def predictions(self, run_id: int, image_ids: Sequence[int]) -> dict[int, Prediction]:
        """Return what the run said of these images, by image id."""
        sql = f"SELECT {columns(Prediction)} FROM prediction WHERE run_id = ? AND image_id = ?"
        found = [row for key in image_ids for row in self._db.rows(Prediction, sql, [run_id, key])]
        return {row.image_id: row for row in found}

    def predicted_taxa(self, run_id: int) -> set[int]:
        """Return the taxa that the run predicts anywhere: one step of the index for each."""
        sql = """
            WITH RECURSIVE found(id) AS (
                SELECT min(taxon_id) FROM prediction WHERE run_id = :run
                UNION ALL
                SELECT (SELECT min(taxon_id) FROM prediction
                    WHERE run_id = :run AND taxon_id > found.id)
                FROM found WHERE found.id IS NOT NULL)
            SELECT id FROM found WHERE id IS NOT NULL"""
        return {key for (key,) in self._db.execute(sql, {"run": run_id})}

    def detections(self, run_id: int, image_id: int) -> list[Detection]:
        """Return the boxes of one image, the most confident first."""
        sql = (
            f"SELECT {columns(Detection)} FROM detection"
            f" WHERE run_id = {boxes_of('?')} AND image_id = ? ORDER BY detection_number"
        )
        return self._db.rows(Detection, sql, [run_id, image_id])

    def highest_confidences(self, run_id: int, image_ids: Sequence[int]) -> dict[int, float]:
        """Return the confidence of the surest box, however weak, of those of a page that have
        one, by image id."""
        marks = ", ".join("?" * len(image_ids))
        sql = (
            "SELECT image_id, max(confidence) FROM detection"
            f" WHERE run_id = {boxes_of('?')} AND image_id IN ({marks}) GROUP BY image_id"
        )
        return dict(self._db.execute(sql, [run_id, *image_ids]).fetchall())

    def classifications(self, run_id: int, image_id: int) -> list[Classification]:
        """Return the classes of one image, by detection, then by rank."""
        sql = (
            f"SELECT {columns(Classification)} FROM classification"
            f" WHERE run_id = {boxes_of('?')} AND image_id = ? ORDER BY detection_number, rank"
        )
        return self._db.rows(Classification, sql, [run_id, image_id])

    def failures(self, run_id: int) -> list[tuple[str, str, int]]:
        """Return (file path, reason, attempts) of each image that failed in the run."""
        sql = (
            "SELECT image.file_path, prediction.reason, prediction.attempts"
            " FROM prediction INDEXED BY prediction_by_outcome"
            " JOIN image ON image.id = prediction.image_id"
            " WHERE prediction.run_id = ? AND prediction.outcome = 'failed'"
            " AND prediction.outcome <> 'predicted' ORDER BY 1"
        )
        return self._db.execute(sql, [run_id]).fetchall()
