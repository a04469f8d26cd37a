"""Names, descriptions and queries with which Datasette shows a survey to people.

No licence is named: whose pictures and words these are, the file does not know.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from camtrap_tui.services.csv_files import check_out
from camtrap_tui.services.datasette_words import Words
from camtrap_tui.services.datasette_words_kept import KEPT
from camtrap_tui.services.datasette_words_shown import SHOWN
from camtrap_tui.services.exports.beside import whole_file
from camtrap_tui.store.readable_queries import QUERIES
from camtrap_tui.store.store import Store

WORDS = {**SHOWN, **KEPT}
# Datasette writes 1,500 m as 1.5 km; seconds and degrees it would make harder to read.
_UNITS = {"coordinate_uncertainty": "m", "file_bytes": "byte"}


def datasette_metadata(store: Store) -> dict[str, Any]:
    """Return what Datasette takes as metadata.json, for the file under its present name."""
    name = store.survey.name
    return {
        "title": name,
        "description": "A survey of camera-trap pictures, made with camtrap-tui.",
        "databases": {
            store.db.path.stem: {
                "title": name,
                "description": "Pictures, what a model predicts for them, and what people say"
                " they show. Begin with the queries, or with the view truth.",
                "tables": {table: _table(words) for table, words in WORDS.items()},
                "queries": {
                    key: {
                        "title": query.title,
                        "description": query.description,
                        "sql": query.sql,
                        "hide_sql": True,
                    }
                    for key, query in QUERIES.items()
                },
            }
        },
    }


def write_datasette_metadata(store: Store, out: Path) -> None:
    """Write metadata.json, whole or not at all. Raises what `check_out` does."""
    check_out(store.db.path, out)
    text = json.dumps(datasette_metadata(store), ensure_ascii=False, indent=2)
    with whole_file(store.db.path, out) as beside:
        beside.write_text(f"{text}\n", encoding="utf-8")


def _table(words: Words) -> dict[str, Any]:
    """Return a table or view in Datasette's words; what is as usual is left out."""
    found: dict[str, Any] = {
        "title": words.title,
        "description": words.description,
        "columns": dict(words.columns),
    }
    if words.label:
        found["label_column"] = words.label
    if words.sort:
        found["sort_desc" if words.sort.startswith("-") else "sort"] = words.sort.lstrip("-")
    if words.facets:
        found["facets"] = list(words.facets)
    if units := {name: unit for name, unit in _UNITS.items() if name in words.columns}:
        found["units"] = units
    if words.hidden:
        found["hidden"] = True
    if not words.sortable:
        found["sortable_columns"] = []
    return found
