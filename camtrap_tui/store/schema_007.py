"""The statements of the seventh migration: which species are expected here."""

from __future__ import annotations

_EXPECTED = (
    # `turns` is how often a name was put on the list or taken off it: odd is on. Rows are never
    # deleted, so that copies unite by the larger number, in any order. `records` is how many rows
    # of a list named it. Without a rank a row is a bare name, which stands for all that bear it.
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
        records INTEGER NOT NULL CHECK (records >= 1),
        turns INTEGER NOT NULL CHECK (turns >= 1),
        origin TEXT NOT NULL,
        added_by TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (scientific_name, common_name),
        CHECK (scientific_name <> '' OR common_name <> '')
    ) STRICT""",
)

M007 = _EXPECTED
