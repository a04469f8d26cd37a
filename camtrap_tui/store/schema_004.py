"""The statements of the fourth migration: what a key asks for is found by an index.

Frozen once landed. `vote` is derived from the grades; so is all that is added to it here.
"""

from __future__ import annotations

# A grader's latest standing grade is a vote, and the one with the highest number: what was
# undone before it, a thousand pictures or an imported batch, need not be walked over.
_NUMBERED = (
    "ALTER TABLE vote ADD COLUMN grader_number INTEGER NOT NULL DEFAULT 0",
    "UPDATE vote SET grader_number ="
    " (SELECT grade.grader_number FROM grade WHERE grade.id = vote.grade_id)",
    "CREATE INDEX vote_by_number ON vote (grader, grader_number)",
)

# As the first migration made them, with the number.
_VOTES = (
    "DROP TRIGGER grade_makes_vote",
    "DROP TRIGGER undo_makes_votes",
    """
    CREATE TRIGGER grade_makes_vote AFTER INSERT ON grade WHEN NEW.action = 'grade' BEGIN
        DELETE FROM vote WHERE image_id = NEW.image_id AND grader = NEW.grader;
        INSERT INTO vote (image_id, grader, grade_id, grader_number)
        SELECT image_id, grader, id, grader_number FROM standing_grade
        WHERE image_id = NEW.image_id AND grader = NEW.grader
        ORDER BY grader_number DESC, grade_uuid DESC LIMIT 1;
    END""",
    """
    CREATE TRIGGER undo_makes_votes AFTER INSERT ON grade WHEN NEW.action <> 'grade' BEGIN
        DELETE FROM vote WHERE +grader = NEW.grader AND image_id IN (
            SELECT image_id FROM grade
            WHERE grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid);
        INSERT INTO vote (image_id, grader, grade_id, grader_number)
        SELECT latest.image_id, latest.grader, latest.id, latest.grader_number
        FROM (SELECT DISTINCT image_id FROM grade
            WHERE (grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid)
                AND +grader = NEW.grader) AS touched
        JOIN grade AS latest ON latest.id = (
            SELECT s.id FROM standing_grade AS s
            WHERE s.image_id = touched.image_id AND s.grader = NEW.grader
            ORDER BY s.grader_number DESC, s.grade_uuid DESC LIMIT 1);
    END""",
)

# Few observations name a behaviour; a prompt lists those that do.
_BEHAVIORS = (
    "CREATE INDEX observation_by_behavior ON observation (behavior) WHERE behavior IS NOT NULL",
)

M004 = (*_NUMBERED, *_VOTES, *_BEHAVIORS)
