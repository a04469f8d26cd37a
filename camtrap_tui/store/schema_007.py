"""The statements of the seventh migration: which species are expected here."""

from __future__ import annotations

_EXPECTED = (
    """
    CREATE TABLE expected_taxon (
        id INTEGER PRIMARY KEY,
        scientific_name TEXT NOT NULL,
        common_name TEXT NOT NULL,
        taxon_class TEXT NOT NULL,
        taxon_order TEXT NOT NULL,
        taxon_family TEXT NOT NULL,
        taxon_genus TEXT NOT NULL,
        taxon_species TEXT NOT NULL,
        origin TEXT NOT NULL,
        added_by TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (scientific_name, common_name)
    ) STRICT""",
    # Derived: the taxa of the survey that the list does not hold; empty without a list.
    "CREATE TABLE unexpected_taxon (taxon_id INTEGER PRIMARY KEY REFERENCES taxon (id)) STRICT",
)

M007 = _EXPECTED
