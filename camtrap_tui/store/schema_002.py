"""The statements of the second migration: sources beyond folders, clocks, caches, flags.

Frozen once landed. A survey of the first version keeps all that it has; new columns are empty
there, or 0 where nothing is the same as none.
"""

from __future__ import annotations

# What a manifest's row gave, and how often its picture was asked for.
_SOURCES = (
    "ALTER TABLE source ADD COLUMN content_md5 TEXT",
    "ALTER TABLE source ADD COLUMN column_map TEXT",
    "ALTER TABLE source ADD COLUMN row_count INTEGER",
    "ALTER TABLE source_row ADD COLUMN content_md5 TEXT",
    "ALTER TABLE source_row ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX source_row_by_state ON source_row (source_id, state)",
    # With the source in it, an image is told to be of a source without reading the row.
    "DROP INDEX source_row_by_image",
    "CREATE INDEX source_row_by_image ON source_row (image_id, source_id)",
    "ALTER TABLE source_row ADD COLUMN etag TEXT",
    # Copies of an object, and pictures that were moved, are found by what a source says of them.
    "CREATE INDEX source_row_by_etag ON source_row (etag) WHERE etag IS NOT NULL",
    "CREATE INDEX source_row_by_md5 ON source_row (content_md5) WHERE content_md5 IS NOT NULL",
)

# Times of a deployment are the camera's local ones, without a zone, as its pictures' are.
_DEPLOYMENTS = (
    "ALTER TABLE deployment ADD COLUMN location_name TEXT",
    "ALTER TABLE deployment ADD COLUMN coordinate_uncertainty REAL",
    "ALTER TABLE deployment ADD COLUMN camera_id TEXT",
    "ALTER TABLE deployment ADD COLUMN deployment_start TEXT CHECK"
    " (deployment_start IS strftime('%Y-%m-%d %H:%M:%S', deployment_start))",
    "ALTER TABLE deployment ADD COLUMN deployment_end TEXT CHECK"
    " (deployment_end IS strftime('%Y-%m-%d %H:%M:%S', deployment_end))",
)

# `image.timestamp` is what the camera showed plus `clock_shift_s`. A segment says by how much
# the clock of a deployment was off, from one time that it showed to another (both inclusive;
# NULL is open); it is revoked, never deleted, and those in force never overlap.
_CLOCKS = (
    "ALTER TABLE image ADD COLUMN clock_shift_s INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE image ADD COLUMN orientation INTEGER",
    "ALTER TABLE image ADD COLUMN gps_raw TEXT",
    """
    CREATE TABLE clock_segment (
        id INTEGER PRIMARY KEY,
        segment_uuid TEXT NOT NULL UNIQUE,
        deployment_id INTEGER NOT NULL REFERENCES deployment (id),
        shift_s INTEGER NOT NULL CHECK (shift_s <> 0),
        from_time TEXT,
        to_time TEXT,
        recorded_by TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        revoked_by TEXT,
        revoked_at TEXT,
        CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
        CHECK (from_time <= to_time)
    ) STRICT""",
    "CREATE INDEX clock_segment_by_deployment ON clock_segment (deployment_id)",
    # Empty while no clock was put right, so that asking costs nothing.
    "CREATE INDEX image_by_shift ON image (deployment_id) WHERE clock_shift_s <> 0",
)

# Only what cannot be told from an image's own columns is kept here. A survey that already had
# images has no flags yet: `PRAGMA user_version` is NOT_WORKED_OUT there, until all of them and
# all bursts are worked out.
NOT_WORKED_OUT = 1
_FLAGS = (
    """
    CREATE TABLE image_flag (
        flag TEXT NOT NULL CHECK (flag IN ('before_2010', 'in_future', 'clock_backwards',
            'factory_reset', 'outside_deployment')),
        image_id INTEGER NOT NULL REFERENCES image (id),
        PRIMARY KEY (flag, image_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX image_flag_by_image ON image_flag (image_id)",
)

# Copies of pictures that were downloaded. `content_md5` and `file_bytes` are the copy's own;
# `input_size` says what was made of the original: `original`, or as `1280 q75`.
_CACHES = (
    """
    CREATE TABLE cache (
        id INTEGER PRIMARY KEY,
        location TEXT NOT NULL UNIQUE,
        added_at TEXT NOT NULL
    ) STRICT""",
    """
    CREATE TABLE cached_file (
        image_id INTEGER PRIMARY KEY REFERENCES image (id),
        cache_id INTEGER NOT NULL REFERENCES cache (id),
        file_path TEXT NOT NULL,
        content_md5 TEXT NOT NULL,
        file_bytes INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        input_size TEXT NOT NULL,
        fetched_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX cached_file_by_cache ON cached_file (cache_id)",
)

_RUNS = (
    "ALTER TABLE run ADD COLUMN input_size TEXT",
    "ALTER TABLE run ADD COLUMN parent_run_id INTEGER REFERENCES run (id)",
)

# How often each standing vote's taxa were keyed, by grader and deployment (0 for none): a key
# asks for it, and a third of a million votes take a tenth of a second to count. Whatever moves
# a vote, what it says, or its picture's deployment moves the counts with it.
_PLUS = """
        INSERT INTO vote_taxon (grader, deployment_id, taxon_id, observations)
        SELECT vote.grader, coalesce({deployment}, 0), observation.taxon_id, count(*)
        FROM {tables} WHERE {which} GROUP BY 1, 2, 3
        ON CONFLICT DO UPDATE SET observations = vote_taxon.observations + excluded.observations;"""
_MINUS = """
        UPDATE vote_taxon SET observations = vote_taxon.observations - counted.observations
        FROM (
            SELECT vote.grader, coalesce({deployment}, 0) AS deployment_id,
                observation.taxon_id, count(*) AS observations
            FROM {tables} WHERE {which} GROUP BY 1, 2, 3) AS counted
        WHERE vote_taxon.grader = counted.grader
            AND vote_taxon.deployment_id = counted.deployment_id
            AND vote_taxon.taxon_id = counted.taxon_id;"""
_VOTES = "vote JOIN observation ON observation.grade_id = vote.grade_id"
_PICTURES = f"{_VOTES} JOIN image ON image.id = vote.image_id"
_GRADES = (
    "observation JOIN grade ON grade.id = observation.grade_id"
    " JOIN vote ON vote.image_id = grade.image_id AND vote.grader = grade.grader"
    " AND vote.grade_id = grade.id JOIN image ON image.id = vote.image_id"
)
_COUNTS = (
    """
    CREATE TABLE vote_taxon (
        grader TEXT NOT NULL,
        deployment_id INTEGER NOT NULL,
        taxon_id INTEGER NOT NULL REFERENCES taxon (id),
        observations INTEGER NOT NULL CHECK (observations >= 0),
        PRIMARY KEY (grader, deployment_id, taxon_id)
    ) STRICT, WITHOUT ROWID""",
    _PLUS.format(deployment="image.deployment_id", tables=_PICTURES, which="TRUE"),
    f"""
    CREATE TRIGGER vote_is_counted AFTER INSERT ON vote BEGIN{
        _PLUS.format(
            deployment="image.deployment_id",
            tables=_PICTURES,
            which="vote.image_id = NEW.image_id AND vote.grader = NEW.grader",
        )
    }
    END""",
    f"""
    CREATE TRIGGER vote_is_discounted BEFORE DELETE ON vote BEGIN{
        _MINUS.format(
            deployment="image.deployment_id",
            tables=_PICTURES,
            which="vote.image_id = OLD.image_id AND vote.grader = OLD.grader",
        )
    }
    END""",
    # A grade's vote is there before its observations are.
    f"""
    CREATE TRIGGER observation_is_counted AFTER INSERT ON observation BEGIN{
        _PLUS.format(
            deployment="image.deployment_id",
            tables=_GRADES,
            which="observation.id = NEW.id",
        )
    }
    END""",
    f"""
    CREATE TRIGGER votes_move_with_their_picture AFTER UPDATE OF deployment_id ON image
    WHEN OLD.deployment_id IS NOT NEW.deployment_id BEGIN{
        _MINUS.format(deployment="OLD.deployment_id", tables=_VOTES, which="vote.image_id = NEW.id")
    }{_PLUS.format(deployment="NEW.deployment_id", tables=_VOTES, which="vote.image_id = NEW.id")}
    END""",
)

_VIEWS = (
    "DROP VIEW ledger",
    """
    CREATE VIEW ledger AS
    SELECT row.id AS source_row_id, source.kind AS source_kind, source.location AS source,
        row.row_number, row.file_path, row.url, row.state, row.reason, row.attempts,
        image.media_id, deployment.deployment_id
    FROM source_row AS row
    JOIN source ON source.id = row.source_id
    LEFT JOIN image ON image.id = row.image_id
    LEFT JOIN deployment ON deployment.id = image.deployment_id""",
)

M002 = (*_SOURCES, *_DEPLOYMENTS, *_CLOCKS, *_FLAGS, *_CACHES, *_RUNS, *_COUNTS, *_VIEWS)
