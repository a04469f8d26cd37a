"""The statements of the first migration, table by table; frozen once landed.

Names are Camtrap DP's where it has one. Grades, observations and marks are only ever
appended (triggers refuse anything else); `vote` is derived from them by a trigger.
"""

from __future__ import annotations

_LEDGER = (
    """
    CREATE TABLE survey (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        survey_uuid TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        burst_gap_s INTEGER NOT NULL CHECK (burst_gap_s >= 0)
    ) STRICT""",
    """
    CREATE TABLE source (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('folder', 'manifest', 's3', 'camtrap_dp',
            'predictions', 'grades', 'survey')),
        location TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (kind, location)
    ) STRICT""",
    """
    CREATE TABLE deployment (
        id INTEGER PRIMARY KEY,
        deployment_id TEXT NOT NULL UNIQUE,
        location_id TEXT,
        latitude REAL CHECK (latitude BETWEEN -90 AND 90),
        longitude REAL CHECK (longitude BETWEEN -180 AND 180),
        utc_offset_min INTEGER
    ) STRICT""",
    """
    CREATE TABLE image (
        id INTEGER PRIMARY KEY,
        media_id TEXT NOT NULL UNIQUE,
        content_md5 TEXT,
        source_id INTEGER NOT NULL REFERENCES source (id),
        file_path TEXT NOT NULL,
        url TEXT,
        deployment_id INTEGER REFERENCES deployment (id),
        timestamp TEXT CHECK (timestamp IS strftime('%Y-%m-%d %H:%M:%S', timestamp)),
        timestamp_raw TEXT,
        timestamp_source TEXT NOT NULL
            CHECK (timestamp_source IN ('metadata', 'exif', 'filename', 'none')),
        subsecond TEXT,
        exif_offset TEXT,
        width INTEGER,
        height INTEGER,
        camera_make TEXT,
        camera_model TEXT,
        latitude REAL,
        longitude REAL,
        burst_id INTEGER REFERENCES image (id),
        hour INTEGER GENERATED ALWAYS AS (CAST(substr(timestamp, 12, 2) AS INTEGER)) VIRTUAL
    ) STRICT""",
    "CREATE INDEX image_by_content ON image (content_md5) WHERE content_md5 IS NOT NULL",
    "CREATE INDEX image_by_time ON image (deployment_id, timestamp, id)",
    "CREATE INDEX image_by_burst ON image (burst_id, timestamp, id)",
    "CREATE INDEX image_by_path ON image (file_path)",
    """
    CREATE TABLE source_row (
        id INTEGER PRIMARY KEY,
        source_id INTEGER NOT NULL REFERENCES source (id),
        row_number INTEGER NOT NULL DEFAULT 0 CHECK (row_number >= 0),
        file_path TEXT NOT NULL,
        media_id TEXT,
        url TEXT,
        state TEXT NOT NULL CHECK (state IN ('pending', 'here', 'duplicate', 'not_a_picture',
            'unreadable', 'missing', 'excluded')),
        reason TEXT,
        image_id INTEGER REFERENCES image (id),
        file_bytes INTEGER,
        modified_ns INTEGER,
        CHECK (image_id IS NOT NULL
            OR state IN ('not_a_picture', 'unreadable', 'missing', 'excluded')),
        CHECK (reason IS NOT NULL OR state IN ('pending', 'here', 'duplicate')),
        UNIQUE (source_id, file_path, row_number)
    ) STRICT""",
    "CREATE INDEX source_row_by_image ON source_row (image_id)",
)

_MACHINE = (
    """
    CREATE TABLE taxon (
        id INTEGER PRIMARY KEY,
        taxon_uuid TEXT NOT NULL UNIQUE,
        common_name TEXT NOT NULL,
        scientific_name TEXT NOT NULL,
        taxon_rank TEXT NOT NULL,
        taxon_class TEXT NOT NULL,
        taxon_order TEXT NOT NULL,
        taxon_family TEXT NOT NULL,
        taxon_genus TEXT NOT NULL,
        taxon_species TEXT NOT NULL,
        observation_type TEXT NOT NULL
            CHECK (observation_type IN ('animal', 'human', 'vehicle', 'blank', 'unknown',
                'unclassified')),
        origin TEXT NOT NULL CHECK (origin IN ('builtin', 'model', 'import', 'grader', 'list'))
    ) STRICT""",
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        run_uuid TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('predict', 'import', 'refence')),
        request_key TEXT NOT NULL UNIQUE,
        model_version TEXT NOT NULL,
        model_name TEXT,
        model_sha256 TEXT,
        taxonomy_sha256 TEXT,
        geofence_sha256 TEXT,
        software TEXT,
        country TEXT CHECK (length(country) = 3),
        admin1_region TEXT CHECK (length(admin1_region) = 2),
        geofenced INTEGER NOT NULL CHECK (geofenced IN (0, 1)),
        source_file TEXT,
        source_format TEXT,
        started_at TEXT NOT NULL,
        finished_at TEXT
    ) STRICT""",
    """
    CREATE TABLE detection (
        run_id INTEGER NOT NULL REFERENCES run (id),
        image_id INTEGER NOT NULL REFERENCES image (id),
        detection_number INTEGER NOT NULL CHECK (detection_number >= 1),
        category TEXT NOT NULL CHECK (category IN ('animal', 'human', 'vehicle')),
        confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
        bbox_x REAL NOT NULL,
        bbox_y REAL NOT NULL,
        bbox_w REAL NOT NULL,
        bbox_h REAL NOT NULL,
        PRIMARY KEY (run_id, image_id, detection_number)
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE classification (
        run_id INTEGER NOT NULL REFERENCES run (id),
        image_id INTEGER NOT NULL REFERENCES image (id),
        detection_number INTEGER NOT NULL CHECK (detection_number >= 0),
        rank INTEGER NOT NULL CHECK (rank >= 1),
        taxon_id INTEGER NOT NULL REFERENCES taxon (id),
        score REAL NOT NULL,
        PRIMARY KEY (run_id, image_id, detection_number, rank)
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE prediction (
        run_id INTEGER NOT NULL REFERENCES run (id),
        image_id INTEGER NOT NULL REFERENCES image (id),
        outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'predicted', 'failed')),
        taxon_id INTEGER REFERENCES taxon (id),
        score REAL,
        source TEXT,
        reason TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        CHECK ((outcome = 'predicted') = (taxon_id IS NOT NULL)),
        CHECK ((outcome = 'failed') = (reason IS NOT NULL)),
        PRIMARY KEY (run_id, image_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX prediction_by_taxon ON prediction (run_id, taxon_id, score, image_id)",
    "CREATE INDEX prediction_by_outcome ON prediction (run_id, outcome, image_id)"
    " WHERE outcome <> 'predicted'",
)

_PEOPLE = (
    """
    CREATE TABLE grade (
        id INTEGER PRIMARY KEY,
        grade_uuid TEXT NOT NULL UNIQUE,
        action TEXT NOT NULL CHECK (action IN ('grade', 'undo', 'redo')),
        image_id INTEGER REFERENCES image (id),
        grader TEXT NOT NULL CHECK (grader <> ''),
        grader_number INTEGER NOT NULL,
        batch_uuid TEXT,
        target_uuid TEXT,
        mode TEXT NOT NULL
            CHECK (mode IN ('assisted', 'blind', 'bulk', 'import', 'adjudicated')),
        gesture TEXT NOT NULL,
        run_id INTEGER REFERENCES run (id),
        graded_at TEXT NOT NULL,
        seconds REAL,
        CHECK ((action = 'grade') = (image_id IS NOT NULL)),
        CHECK ((action = 'grade') = (target_uuid IS NULL))
    ) STRICT""",
    "CREATE INDEX grade_by_image ON grade (image_id, grader, grader_number)",
    "CREATE INDEX grade_by_grader ON grade (grader, grader_number)",
    "CREATE INDEX grade_by_batch ON grade (batch_uuid) WHERE batch_uuid IS NOT NULL",
    "CREATE INDEX grade_by_target ON grade (target_uuid, grader, grader_number)"
    " WHERE target_uuid IS NOT NULL",
    """
    CREATE TABLE observation (
        id INTEGER PRIMARY KEY,
        grade_id INTEGER NOT NULL REFERENCES grade (id),
        observation_number INTEGER NOT NULL CHECK (observation_number >= 1),
        taxon_id INTEGER NOT NULL REFERENCES taxon (id),
        count INTEGER CHECK (count >= 1),
        life_stage TEXT CHECK (life_stage IN ('adult', 'subadult', 'juvenile')),
        sex TEXT CHECK (sex IN ('female', 'male')),
        behavior TEXT,
        UNIQUE (grade_id, observation_number)
    ) STRICT""",
    """
    CREATE TABLE mark (
        id INTEGER PRIMARY KEY,
        mark_uuid TEXT NOT NULL UNIQUE,
        image_id INTEGER NOT NULL REFERENCES image (id),
        grader TEXT NOT NULL CHECK (grader <> ''),
        grader_number INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('mark', 'note')),
        value TEXT NOT NULL,
        marked_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX mark_by_image ON mark (image_id, kind, grader, grader_number)",
    "CREATE INDEX mark_by_grader ON mark (grader, grader_number)",
    """
    CREATE TABLE vote (
        image_id INTEGER NOT NULL REFERENCES image (id),
        grader TEXT NOT NULL,
        grade_id INTEGER NOT NULL REFERENCES grade (id),
        PRIMARY KEY (image_id, grader)
    ) STRICT, WITHOUT ROWID""",
)

# A grade stands while the latest undo or redo that its grader aimed at it, or at its batch,
# is not an undo. Rows may arrive in any order (copies of a file are merged), so the vote of
# every image that a row touches is worked out anew. Equal numbers, which only two copies of
# one grader's file can give, are settled by uuid, the same way on every machine. (The unary
# `+` keeps SQLite from walking all of a grader's rows by the wrong index.)
_VOTES = (
    """
    CREATE VIEW standing_grade AS
    SELECT g.* FROM grade AS g
    WHERE g.action = 'grade' AND coalesce((
        SELECT t.action FROM grade AS t
        WHERE t.target_uuid IN (g.grade_uuid, g.batch_uuid) AND +t.grader = g.grader
        ORDER BY t.grader_number DESC, t.grade_uuid DESC LIMIT 1
    ), 'redo') = 'redo'""",
    """
    CREATE TRIGGER grade_makes_vote AFTER INSERT ON grade WHEN NEW.action = 'grade' BEGIN
        DELETE FROM vote WHERE image_id = NEW.image_id AND grader = NEW.grader;
        INSERT INTO vote (image_id, grader, grade_id)
        SELECT image_id, grader, id FROM standing_grade
        WHERE image_id = NEW.image_id AND grader = NEW.grader
        ORDER BY grader_number DESC, grade_uuid DESC LIMIT 1;
    END""",
    """
    CREATE TRIGGER undo_makes_votes AFTER INSERT ON grade WHEN NEW.action <> 'grade' BEGIN
        DELETE FROM vote WHERE +grader = NEW.grader AND image_id IN (
            SELECT image_id FROM grade
            WHERE grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid);
        INSERT INTO vote (image_id, grader, grade_id)
        SELECT touched.image_id, NEW.grader, (
            SELECT s.id FROM standing_grade AS s
            WHERE s.image_id = touched.image_id AND s.grader = NEW.grader
            ORDER BY s.grader_number DESC, s.grade_uuid DESC LIMIT 1) AS latest
        FROM (SELECT DISTINCT image_id FROM grade
            WHERE (grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid)
                AND +grader = NEW.grader) AS touched
        WHERE latest IS NOT NULL;
    END""",
)

_APPEND_ONLY = tuple(
    f"""
    CREATE TRIGGER {table}_is_never_{verb}d BEFORE {verb.upper()} ON {table} BEGIN
        SELECT RAISE(ABORT, 'rows of {table} are appended, never {verb}d');
    END"""
    for table in ("grade", "observation", "mark")
    for verb in ("update", "delete")
)

_VIEWS = (
    """
    CREATE VIEW ledger AS
    SELECT row.id AS source_row_id, source.kind AS source_kind, source.location AS source,
        row.file_path, row.state, row.reason, image.media_id, deployment.deployment_id
    FROM source_row AS row
    JOIN source ON source.id = row.source_id
    LEFT JOIN image ON image.id = row.image_id
    LEFT JOIN deployment ON deployment.id = image.deployment_id""",
    """
    CREATE VIEW vote_species AS
    SELECT vote.image_id, vote.grader, vote.grade_id, coalesce((
        SELECT group_concat(taxon_id, ' ') FROM (
            SELECT DISTINCT taxon_id FROM observation
            WHERE grade_id = vote.grade_id ORDER BY taxon_id)), '') AS taxon_ids
    FROM vote""",
    """
    CREATE VIEW truth AS
    SELECT votes.image_id, image.media_id, image.file_path, votes.graders,
        CASE WHEN votes.opinions = 1 THEN 'agreed' ELSE 'conflict' END AS state,
        CASE WHEN votes.opinions = 1 THEN (
            SELECT group_concat(name, ' + ') FROM (
                SELECT DISTINCT coalesce(nullif(taxon.common_name, ''), taxon.scientific_name)
                    AS name
                FROM observation JOIN taxon ON taxon.id = observation.taxon_id
                WHERE observation.grade_id = votes.grade_id ORDER BY observation.taxon_id))
        END AS label,
        votes.grade_id
    FROM (
        SELECT image_id, count(*) AS graders, count(DISTINCT taxon_ids) AS opinions,
            min(grade_id) AS grade_id
        FROM vote_species GROUP BY image_id) AS votes
    JOIN image ON image.id = votes.image_id""",
)

M001 = (*_LEDGER, *_MACHINE, *_PEOPLE, *_VOTES, *_APPEND_ONLY, *_VIEWS)
