"""Names that nobody should have, and a survey in which everything has them."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing
from itertools import pairwise

from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, md5
from tests.store.test_grades import grade

# What a terminal that was fooled would find on its clipboard.
MARK = "SEVMTE8="
PAYLOADS = (
    "../../../../etc/passwd",
    "/etc/passwd",
    "a\nb\r\nc\td",
    "x" * 300,
    "👩\u200d👩\u200d👧\u200d👦🦝漢字" * 9,
    "[/] [bold red]x[/bold red] [@click=app.quit]y[/]",
    f"a\x1b]52;c;{MARK}\x07b",
    "a\x1b[4242X\x1b[8mb",
    f"a\x9b4242X\x9d52;c;{MARK}\x9cb",
    "a\u202egpj.exe\u2066b\u200fc\u2028d",
    "=cmd|' /C calc'!A0",
    f"a\x1bPq{MARK}\x1b\\b\x9f\x90",
    "a\x00b\x7f",
    "-rf --help",
    "%1B]52;c;%07 %s {0}",
)
# Sequences that must not come out of anything.
ESCAPES = ("\x1b]52", "\x1b[4242X", "\x1b[8m", "\x1bPq", f"{MARK}\x07", f"{MARK}\x1b\\")


def unsafe_in(text: str, *, terminal: bool = False) -> set[str]:
    """Return what of `text` could do more than be read; a terminal's own escapes are let by."""
    found = {sign for sign in ESCAPES if sign in text}
    for character in set(text):
        category = unicodedata.category(character)
        of_terminal = terminal and character < " "
        if category in ("Cc", "Cf", "Cs") and character != "\n" and not of_terminal:
            found.add(character)
    return found


# Every column of text that no constraint holds to a few words; `media_id` and the like are
# unique, so what is poured in has a number.
_COLUMNS = {
    "survey": ("name",),
    "source": ("location", "column_map"),
    "source_row": ("file_path", "media_id", "url", "reason"),
    "deployment": ("deployment_id", "location_id", "location_name", "camera_id"),
    "image": (
        *("media_id", "file_path", "url", "timestamp_raw", "subsecond", "exif_offset"),
        *("camera_make", "camera_model", "gps_raw"),
    ),
    "taxon": (
        *("common_name", "scientific_name", "taxon_class", "taxon_order", "taxon_family"),
        *("taxon_genus", "taxon_species", "taxon_rank"),
    ),
    "run": ("model_version", "model_name", "software", "source_file", "source_format"),
    "prediction": ("source", "reason"),
    "clock_segment": ("recorded_by",),
    "cache": ("location",),
    "cached_file": ("file_path", "content_md5", "input_size"),
    "grade": ("grader", "gesture"),
    "vote": ("grader",),
    "observation": ("behavior",),
    "mark": ("grader", "value"),
}
# Here two rows with one text would be the same.
_UNIQUE = {"location", "deployment_id", "media_id", "file_path", "grader"}


def poison(store: Store, *, folders: bool) -> None:
    """Fill the survey with rows, and their text with payloads, as another program could.

    With `folders`, the places of the pictures too, so that no picture can be shown.
    """
    run = add_run(store, "run")
    add_run(store, "import", kind="import", country="USA", admin1_region="IL")
    names = [f"taxon {n}" for n in range(len(PAYLOADS))]
    said = [
        Said(
            None if n % 4 == 3 else names[n % len(names)],
            timestamp=None if n == 0 else f"2024-06-27 02:{n:02d}:05",
            deployment=f"D{n}",
            boxes=[("animal", 0.9, 0.2, 0.2, 0.3, 0.3)],
            guesses=[(names[(n + k) % len(names)], 0.5) for k in range(3)],
        )
        for n in range(2 * len(PAYLOADS))
    ]
    keys = add_images(store, said, run=run)
    for n in range(len(PAYLOADS)):
        grade(store, keys[n : n + 1], names[n], grader=f"g{n}")
        store.grades.append_mark(md5(f"m{n}"), keys[n], f"g{n}", "note", "text", NOW)
    states = ("not_a_picture", "unreadable", "missing", "excluded")
    with store.db.transaction():
        store.ledger.put_files(
            (1, f"other{n}", states[n % 4], "why", None, 1, 1) for n in range(2 * len(PAYLOADS))
        )
        for n, kind in enumerate(("manifest", "s3", "camtrap_dp", "predictions")):
            store.images.source(kind, f"place {n}", NOW)
        store.db.execute("INSERT INTO cache (location, added_at) VALUES ('cache', ?)", [NOW])
        store.db.execute(
            "INSERT INTO clock_segment (segment_uuid, deployment_id, shift_s, recorded_by,"
            " recorded_at) VALUES ('u', 1, 60, 'ann', ?)",
            [NOW],
        )
        store.db.execute(
            "INSERT INTO cached_file SELECT id, 1, 'copy' || id, 'md5', 11, 64, 48, '64 q75', ?"
            " FROM image WHERE id % 2 = 0",
            [NOW],
        )
        store.db.execute("UPDATE source SET row_count = 999 WHERE id < 3")
    _pour(store, folders=folders)


def _pour(store: Store, *, folders: bool) -> None:
    builtin = "WHERE origin <> 'builtin'"
    with closing(sqlite3.connect(store.path, isolation_level=None)) as raw:
        raw.create_function("payload", 2, lambda n, key: PAYLOADS[(n + key) % len(PAYLOADS)])
        raw.create_function("numbered", 2, lambda n, key: f"{PAYLOADS[n % len(PAYLOADS)]}{key}")
        for table in ("grade", "observation", "mark"):
            raw.execute(f"DROP TRIGGER {table}_is_never_updated")
        for table, columns in _COLUMNS.items():
            has_key = table not in ("prediction", "vote")
            key = "rowid" if has_key else "image_id"
            for number, column in enumerate(columns):
                if table == "source" and column == "location" and not folders:
                    continue
                if column in _UNIQUE and (table, column) != ("vote", "grader"):
                    value = f"numbered({key}, {key})"
                elif table == "vote":
                    value = "(SELECT grader FROM grade WHERE grade.id = vote.grade_id)"
                else:
                    value = f"payload({key}, {number})"
                where = builtin if table == "taxon" else f"WHERE {column} IS NOT NULL"
                raw.execute(f"UPDATE {table} SET {column} = {value} {where}")
        texts = [*pairwise(PAYLOADS)]
        raw.executemany("INSERT INTO saved_filter VALUES (?1, ?2, ?1, ?2)", texts)
        # One that can be chosen: what it says is then a filter in use.
        raw.execute("INSERT INTO saved_filter VALUES (?1, 'species:' || ?1, ?1, ?1)", ["=now"])
        raw.executemany("INSERT INTO place VALUES (?1, ?2, 1, ?2)", texts)
        raw.executemany("INSERT INTO sheet_exception VALUES (?1, 1, ?2)", texts)
