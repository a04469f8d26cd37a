"""When the cameras took pictures: what is known of how long they were up."""

from __future__ import annotations

from collections.abc import Iterator

from camtrap_tui.domain.filters import Filter
from camtrap_tui.store.database import Database
from camtrap_tui.store.queue import Queues


class Effort:
    """Reads the times of pictures, camera by camera."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def times(self) -> Iterator[tuple[int, str]]:
        """Yield (deployment, local time) of all pictures that have both, by deployment and time."""
        sql = (
            "SELECT deployment_id, timestamp FROM image WHERE deployment_id IS NOT NULL"
            " AND timestamp IS NOT NULL ORDER BY deployment_id, timestamp"
        )
        return iter(self._db.execute(sql))

    def of_pictures(self, wanted: Filter, run_id: int | None) -> set[int]:
        """Return the deployments of which a filter chooses a picture."""
        sql, parameters = Queues(self._db).query(wanted, run_id)
        found = self._db.execute(
            "SELECT DISTINCT deployment_id FROM image WHERE deployment_id IS NOT NULL"
            f" AND id IN ({sql})",
            parameters,
        )
        return {deployment_id for (deployment_id,) in found}
