"""Taxa in the survey: from the model's labels, from imported files and from graders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import SPECIAL, TaxonName
from camtrap_tui.store.database import Database, columns

Origin = Literal["builtin", "model", "import", "grader", "list"]


class Taxa:
    """The table `taxon`. Rows are added, never removed: grades point at them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, names: Iterable[TaxonName], origin: Origin) -> None:
        """Add the taxa that are not there yet; call it inside a transaction."""
        self._db.executemany(
            "INSERT INTO taxon (taxon_uuid, common_name, scientific_name, taxon_rank,"
            " taxon_class, taxon_order, taxon_family, taxon_genus, taxon_species,"
            " observation_type, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (taxon_uuid) DO NOTHING",
            (
                (
                    name.taxon_uuid,
                    name.common_name,
                    name.scientific_name,
                    name.rank,
                    name.taxon_class,
                    name.taxon_order,
                    name.taxon_family,
                    name.taxon_genus,
                    name.taxon_species,
                    name.observation_type,
                    origin,
                )
                for name in names
            ),
        )

    def add_builtin(self) -> None:
        """Add blank, animal, human, vehicle and unknown, which every survey needs."""
        self.add(SPECIAL, "builtin")

    def ids(self) -> dict[str, int]:
        """Return the row id of every taxon by its uuid."""
        return dict(self._db.execute("SELECT taxon_uuid, id FROM taxon").fetchall())

    def all(self) -> list[Taxon]:
        """Return every taxon, in order of row id."""
        return self._db.rows(Taxon, f"SELECT {columns(Taxon)} FROM taxon ORDER BY id")

    def by_uuid(self, taxon_uuid: str) -> Taxon | None:
        """Return one taxon, or None."""
        found = self._db.rows(
            Taxon, f"SELECT {columns(Taxon)} FROM taxon WHERE taxon_uuid = ?", [taxon_uuid]
        )
        return found[0] if found else None

    def ensure(self, name: TaxonName, origin: Origin) -> Taxon:
        """Return the taxon that `name` says, added if need be, in a transaction of its own."""
        found = self.by_uuid(name.taxon_uuid)
        if found is None:
            with self._db.transaction():
                self.add([name], origin)
            found = self.by_uuid(name.taxon_uuid)
        assert found is not None
        return found
