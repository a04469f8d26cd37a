"""The statements of the eighth migration: which images train a model, and which test it."""

from __future__ import annotations

_SPLITS = (
    """
    CREATE TABLE split (
        image_id INTEGER PRIMARY KEY REFERENCES image (id),
        part TEXT NOT NULL CHECK (part IN ('train', 'val', 'test'))
    ) STRICT""",
)

M008 = _SPLITS
