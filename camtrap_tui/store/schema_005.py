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
    # A drawing, or an extension; `aim` says which strata that was to go to, empty for all.
    """
    CREATE TABLE holdout_phase (
        holdout_id INTEGER NOT NULL REFERENCES holdout (id),
        phase INTEGER NOT NULL CHECK (phase >= 1),
        size INTEGER NOT NULL CHECK (size >= 1),
        drawn_by TEXT NOT NULL,
        drawn_at TEXT NOT NULL,
        aim TEXT NOT NULL,
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
GRADES = (
    "ALTER TABLE grade ADD COLUMN holdout_uuid TEXT",
    "ALTER TABLE grade ADD COLUMN viewing INTEGER CHECK (viewing >= 1)",
    "CREATE INDEX grade_by_holdout ON grade (holdout_uuid, image_id)"
    " WHERE holdout_uuid IS NOT NULL",
)

# A drawing is written strata and units first, its phase last: from then on it only grows, by the
# next ranks. It may go as long as nobody has graded for it. (A picture that turns out to be
# another one takes that one's id.)
_KEPT = {
    "holdout": "holdout_uuid, name, run_id, seed, filter, strata, allocation, minimum,"
    " burst_gap_s, repeat_share",
    "holdout_phase": "holdout_id, phase, size, drawn_by, drawn_at, aim",
    "holdout_stratum": "holdout_id, stratum, name, population, population_images",
    "holdout_unit": "holdout_id, stratum, rank, burst_images",
}
_GROWN = {
    "holdout_stratum": "sampled ON holdout_stratum WHEN NEW.sampled < OLD.sampled",
    "holdout_unit": "phase ON holdout_unit WHEN OLD.phase IS NOT NULL",
}
_FROZEN = (
    *(
        f"""
        CREATE TRIGGER {table}_is_frozen BEFORE UPDATE OF {names} ON {table} BEGIN
            SELECT RAISE(ABORT, 'a holdout is frozen when it is drawn');
        END"""
        for table, names in _KEPT.items()
    ),
    *(
        f"""
        CREATE TRIGGER {table}_only_grows BEFORE UPDATE OF {what} BEGIN
            SELECT RAISE(ABORT, 'what was drawn for a holdout stays drawn');
        END"""
        for table, what in _GROWN.items()
    ),
    *(
        f"""
        CREATE TRIGGER {table}_is_whole BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM holdout_phase WHERE holdout_id = NEW.holdout_id) BEGIN
            SELECT RAISE(ABORT, 'a holdout is frozen when it is drawn');
        END"""
        for table in ("holdout_stratum", "holdout_unit")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_stays_once_graded BEFORE DELETE ON {table}
        WHEN EXISTS (
            SELECT 1 FROM grade WHERE holdout_uuid =
                (SELECT holdout_uuid FROM holdout WHERE id = OLD.{key})) BEGIN
            SELECT RAISE(ABORT, 'somebody has graded for this holdout');
        END"""
        for table, key in (
            ("holdout", "id"),
            ("holdout_phase", "holdout_id"),
            ("holdout_stratum", "holdout_id"),
            ("holdout_unit", "holdout_id"),
        )
    ),
)

_VIEWS = (
    """
    CREATE VIEW holdout_sample AS
    SELECT holdout.name AS holdout, image.media_id, image.file_path, stratum.name AS stratum,
        stratum.population, stratum.sampled,
        1.0 * stratum.population / stratum.sampled AS weight,
        unit.burst_images,
        1.0 * stratum.population / stratum.sampled * unit.burst_images AS weight_for_pictures,
        unit.phase, holdout.run_id, holdout.seed
    FROM holdout_unit AS unit
    JOIN holdout ON holdout.id = unit.holdout_id
    JOIN holdout_stratum AS stratum
        ON stratum.holdout_id = unit.holdout_id AND stratum.stratum = unit.stratum
    JOIN image ON image.id = unit.image_id
    WHERE unit.phase IS NOT NULL""",
)

M005 = (*_HOLDOUTS, *GRADES, *_FROZEN, *_VIEWS)
