"""Deployments as rows to read and write: place, dates, and what was photographed there."""

from __future__ import annotations

from typing import NamedTuple

from camtrap_tui.domain.models import Deployment
from camtrap_tui.store.database import Database, columns

_COLUMNS = columns(Deployment).removeprefix("id, ")


class Taken(NamedTuple):
    """How many images a deployment has, and the times of the first and the last."""

    images: int
    first: str | None
    last: str | None


class Deployments:
    """Reads and writes the deployments of a survey."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_name(self, name: str) -> Deployment | None:
        """Return the deployment of this id, or None."""
        sql = f"SELECT {columns(Deployment)} FROM deployment WHERE deployment_id = ?"
        found = self._db.rows(Deployment, sql, [name])
        return found[0] if found else None

    def all(self) -> list[Deployment]:
        """Return all deployments by name."""
        sql = f"SELECT {columns(Deployment)} FROM deployment ORDER BY deployment_id"
        return self._db.rows(Deployment, sql)

    def put(self, deployment: Deployment) -> int:
        """Add a deployment, or write all columns of the one of its id; return its row id."""
        names = _COLUMNS.split(", ")
        updates = ", ".join(f"{name} = excluded.{name}" for name in names)
        self._db.execute(
            f"INSERT INTO deployment ({_COLUMNS}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (deployment_id) DO UPDATE SET {updates}",
            [getattr(deployment, name) for name in names],
        )
        return int(
            self._db.value(
                "SELECT id FROM deployment WHERE deployment_id = ?", [deployment.deployment_id]
            )
        )

    def taken(self) -> dict[int | None, Taken]:
        """Return what each deployment's images are, by row id; None for those without one.

        Walks an index of all images once.
        """
        found = self._db.execute(
            "SELECT deployment_id, count(*), min(timestamp), max(timestamp)"
            " FROM image GROUP BY deployment_id"
        )
        return {key: Taken(*rest) for key, *rest in found}
