"""The statements of the eighth migration: which images train a model, and which test it."""

from __future__ import annotations

_SPLITS = (
    # Of the images alone that have a part; made anew as a whole whenever it is made.
    """
    CREATE TABLE split (
        image_id INTEGER PRIMARY KEY REFERENCES image (id),
        part TEXT NOT NULL CHECK (part IN ('train', 'val', 'test'))
    ) STRICT""",
    # How the parts came about, one row at most.
    """
    CREATE TABLE split_made (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        val_share REAL NOT NULL CHECK (val_share BETWEEN 0 AND 1),
        test_share REAL NOT NULL CHECK (test_share BETWEEN 0 AND 1),
        seed INTEGER NOT NULL,
        divided_by TEXT NOT NULL CHECK (divided_by IN ('deployment', 'time')),
        rule TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT""",
)

M008 = _SPLITS
