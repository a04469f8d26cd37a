"""The statements of the third migration: what a grader's day leaves in the file beside grades.

Frozen once landed. None of it is anybody's word on a picture: it may change and go.
"""

from __future__ import annotations

M003 = (
    # A filter under a name, for everybody who opens this file.
    """
    CREATE TABLE saved_filter (
        name TEXT PRIMARY KEY CHECK (name <> ''),
        filter TEXT NOT NULL,
        saved_by TEXT NOT NULL,
        saved_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Where a grader was last, so that a dropped line costs no search.
    """
    CREATE TABLE place (
        grader TEXT PRIMARY KEY CHECK (grader <> ''),
        filter TEXT NOT NULL,
        image_id INTEGER REFERENCES image (id),
        left_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Pictures that a grader marked on the contact sheet, to be graded one by one later.
    """
    CREATE TABLE sheet_exception (
        grader TEXT NOT NULL CHECK (grader <> ''),
        image_id INTEGER NOT NULL REFERENCES image (id),
        excepted_at TEXT NOT NULL,
        PRIMARY KEY (grader, image_id)
    ) STRICT, WITHOUT ROWID""",
)
