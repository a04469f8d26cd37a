"""The statements of the fifth migration: holdouts, and which grades were keyed for one.

A holdout is frozen when it is drawn: its whole frame is kept, every burst with its stratum and its
rank, so that it can be extended later by the next ranks, whatever came into the survey meanwhile.
"""

from __future__ import annotations

_HOLDOUTS = (
    """
    CREATE TABLE holdout (
        id INTEGER PRIMARY KEY,
        holdout_uuid TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE CHECK (name <> ''),
        run_id INTEGER REFERENCES run (id),
        seed INTEGER NOT NULL,
        filter TEXT NOT NULL,
        strata TEXT NOT NULL,
        allocation TEXT NOT NULL CHECK (allocation IN ('mixed', 'proportional', 'equal')),
        minimum INTEGER NOT NULL CHECK (minimum >= 1),
        burst_gap_s INTEGER NOT NULL,
        repeat_share REAL NOT NULL CHECK (repeat_share BETWEEN 0 AND 1)
    ) STRICT""",
    # A drawing, or an extension.
    """
    CREATE TABLE holdout_phase (
        holdout_id INTEGER NOT NULL REFERENCES holdout (id),
        phase INTEGER NOT NULL CHECK (phase >= 1),
        size INTEGER NOT NULL CHECK (size >= 1),
        drawn_by TEXT NOT NULL,
        drawn_at TEXT NOT NULL,
        PRIMARY KEY (holdout_id, phase)
    ) STRICT, WITHOUT ROWID""",
    # `population` bursts hold `population_images` pictures; `sampled` bursts are drawn by now.
    """
    CREATE TABLE holdout_stratum (
        holdout_id INTEGER NOT NULL REFERENCES holdout (id),
        stratum INTEGER NOT NULL CHECK (stratum >= 1),
        name TEXT NOT NULL,
        population INTEGER NOT NULL CHECK (population >= 1),
        population_images INTEGER NOT NULL,
        sampled INTEGER NOT NULL CHECK (sampled BETWEEN 0 AND population),
        PRIMARY KEY (holdout_id, stratum)
    ) STRICT, WITHOUT ROWID""",
    # A burst of the frame, known by the one frame of it that was chosen; `rank` runs from 1 in its
    # stratum; `phase` is the drawing that took it, NULL while none has.
    """
    CREATE TABLE holdout_unit (
        holdout_id INTEGER NOT NULL REFERENCES holdout (id),
        image_id INTEGER NOT NULL REFERENCES image (id),
        stratum INTEGER NOT NULL,
        rank INTEGER NOT NULL CHECK (rank >= 1),
        burst_images INTEGER NOT NULL CHECK (burst_images >= 1),
        phase INTEGER,
        PRIMARY KEY (holdout_id, image_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX holdout_unit_by_phase ON holdout_unit (holdout_id, stratum, rank)"
    " WHERE phase IS NOT NULL",
)

# The holdout that a grade was keyed blind for, and the how-manieth time its grader saw it there.
_GRADES = (
    "ALTER TABLE grade ADD COLUMN holdout_uuid TEXT",
    "ALTER TABLE grade ADD COLUMN viewing INTEGER CHECK (viewing >= 1)",
)

M005 = (*_HOLDOUTS, *_GRADES)
