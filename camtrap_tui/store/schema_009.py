"""The statements of the ninth migration: what graders have seen of the AI's word on a holdout.

Whoever has graded a picture blind may look at the AI's answer; what they say of it from then on is
not blind any more, in whichever copy of the file, so it is kept. Rows are only ever appended.
"""

from __future__ import annotations

_PEEKS = (
    # `run_id` is the run whose word was shown, NULL where there was none.
    """
    CREATE TABLE peek (
        peek_uuid TEXT PRIMARY KEY,
        holdout_uuid TEXT NOT NULL,
        image_id INTEGER NOT NULL REFERENCES image (id),
        grader TEXT NOT NULL CHECK (grader <> ''),
        run_id INTEGER REFERENCES run (id),
        peeked_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX peek_by_grader ON peek (grader, holdout_uuid, image_id)",
    *(
        f"""
        CREATE TRIGGER peek_is_never_{verb}d BEFORE {verb.upper()} ON peek BEGIN
            SELECT RAISE(ABORT, 'rows of peek are appended, never {verb}d');
        END"""
        for verb in ("update", "delete")
    ),
)

M009 = _PEEKS
