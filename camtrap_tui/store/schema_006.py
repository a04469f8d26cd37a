"""The statements of the sixth migration: what graders agree on, across ranks and adjudicators.

The views say what domain.consensus does by its rule `unanimous`, and domain.lineage of taxa: a
test holds them equal. Whatever narrows them to an image reads that image's rows alone.
"""

from __future__ import annotations

from camtrap_tui.domain.taxonomy import ANIMAL_UUID, UNKNOWN_UUID

_RANKS = ("taxon_class", "taxon_order", "taxon_family", "taxon_genus")

# How far down a taxon is named: 1 (class) to 5 (species); 0 for a mere name.
_LEVEL = (
    "CASE WHEN {0}.taxon_species <> '' THEN 5 WHEN {0}.taxon_genus <> '' THEN 4"
    " WHEN {0}.taxon_family <> '' THEN 3 WHEN {0}.taxon_order <> '' THEN 2"
    " WHEN {0}.taxon_class <> '' THEN 1 ELSE 0 END"
)
_AGREE = " AND ".join(f"(a.{rank} = b.{rank} OR a.{rank} = '' OR b.{rank} = '')" for rank in _RANKS)
# Whether the higher of two taxa, whose ranks agree, names a rank that the lower names too.
_NAMES_IT = (
    "CASE {0}.level WHEN 1 THEN {1}.taxon_class WHEN 2 THEN {1}.taxon_order"
    " WHEN 3 THEN {1}.taxon_family ELSE {1}.taxon_genus END <> ''"
)
# A subspecies is its species' name and one more word.
_SUBSPECIES = (
    "substr({0}.taxon_species, 1, length({1}.taxon_species) + 1) = {1}.taxon_species || ' '"
    " AND length({0}.taxon_species) > length({1}.taxon_species) + 1"
    " AND instr(substr({0}.taxon_species, length({1}.taxon_species) + 2), ' ') = 0"
)
_RELATION = f"""
    CASE
        WHEN a.id = b.id THEN 'same'
        WHEN a.observation_type <> 'animal' OR b.observation_type <> 'animal' THEN NULL
        WHEN a.level = 0 OR b.level = 0 THEN CASE
            WHEN a.common_name <> '' AND lower(a.common_name) = lower(b.common_name) THEN 'same'
            WHEN a.taxon_uuid = '{ANIMAL_UUID}' THEN 'coarser'
            WHEN b.taxon_uuid = '{ANIMAL_UUID}' THEN 'finer' END
        WHEN NOT ({_AGREE}) THEN NULL
        WHEN a.level = 5 AND b.level = 5 THEN CASE
            WHEN a.taxon_genus <> b.taxon_genus THEN NULL
            WHEN a.taxon_species = b.taxon_species THEN 'same'
            WHEN {_SUBSPECIES.format("b", "a")} THEN 'coarser'
            WHEN {_SUBSPECIES.format("a", "b")} THEN 'finer' END
        WHEN a.level = b.level THEN 'same'
        WHEN a.level < b.level THEN CASE WHEN {_NAMES_IT.format("a", "b")} THEN 'coarser' END
        WHEN {_NAMES_IT.format("b", "a")} THEN 'finer'
    END"""
_LEVELLED = "(SELECT *, {} AS level FROM taxon)".format(_LEVEL.format("taxon"))

# A vote is its grader's latest standing grade; `adjudicates` says that a standing grade of theirs
# adjudicated the image, which makes that word the one that settles it.
_ADJUDICATES = """
    EXISTS (SELECT 1 FROM standing_grade AS a WHERE a.image_id = {0}.image_id
        AND a.grader = {0}.grader AND a.mode = 'adjudicated')"""

# As the fourth migration made them, with what adjudicates.
VOTES = (
    "ALTER TABLE vote ADD COLUMN adjudicates INTEGER NOT NULL DEFAULT 0",
    f"UPDATE vote SET adjudicates = {_ADJUDICATES.format('vote')}",
    "DROP TRIGGER grade_makes_vote",
    "DROP TRIGGER undo_makes_votes",
    f"""
    CREATE TRIGGER grade_makes_vote AFTER INSERT ON grade WHEN NEW.action = 'grade' BEGIN
        DELETE FROM vote WHERE image_id = NEW.image_id AND grader = NEW.grader;
        INSERT INTO vote (image_id, grader, grade_id, grader_number, adjudicates)
        SELECT image_id, grader, id, grader_number, {_ADJUDICATES.format("NEW")}
        FROM standing_grade WHERE image_id = NEW.image_id AND grader = NEW.grader
        ORDER BY grader_number DESC, grade_uuid DESC LIMIT 1;
    END""",
    f"""
    CREATE TRIGGER undo_makes_votes AFTER INSERT ON grade WHEN NEW.action <> 'grade' BEGIN
        DELETE FROM vote WHERE +grader = NEW.grader AND image_id IN (
            SELECT image_id FROM grade
            WHERE grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid);
        INSERT INTO vote (image_id, grader, grade_id, grader_number, adjudicates)
        SELECT latest.image_id, latest.grader, latest.id, latest.grader_number,
            {_ADJUDICATES.format("latest")}
        FROM (SELECT DISTINCT image_id FROM grade
            WHERE (grade_uuid = NEW.target_uuid OR batch_uuid = NEW.target_uuid)
                AND +grader = NEW.grader) AS touched
        JOIN grade AS latest ON latest.id = (
            SELECT s.id FROM standing_grade AS s
            WHERE s.image_id = touched.image_id AND s.grader = NEW.grader
            ORDER BY s.grader_number DESC, s.grade_uuid DESC LIMIT 1);
    END""",
)

_UNKNOWN = f"(SELECT id FROM taxon WHERE taxon_uuid = '{UNKNOWN_UUID}')"
# The votes that count: the adjudicators' where there are any, else all.
_DECIDES = (
    "({0}.adjudicates OR NOT EXISTS ("
    "SELECT 1 FROM vote AS a WHERE a.image_id = {0}.image_id AND a.adjudicates))"
)
_NAMED = (
    "(SELECT group_concat(taxon_id, ' ') FROM (SELECT DISTINCT taxon_id FROM observation"
    f" WHERE grade_id = {{0}}.grade_id AND taxon_id <> {_UNKNOWN} ORDER BY taxon_id))"
)
_MORE_RANKS = " + ".join(f"({{0}}.{rank} <> '')" for rank in (*_RANKS, "taxon_species"))
# Whether one taxon says all that another says: a finer one, or the same under a better name.
_TAKES_IN = f"""
    SELECT 1 FROM taxon_relation AS r
    JOIN taxon AS theirs ON theirs.id = r.taxon_id JOIN taxon AS mine ON mine.id = r.kin_id
    WHERE r.taxon_id = {{0}}.taxon_id AND r.kin_id = {{1}}.taxon_id
        AND (r.relation = 'finer' OR (r.relation = 'same'
            AND (-({_MORE_RANKS.format("theirs")}), theirs.taxon_uuid)
                < (-({_MORE_RANKS.format("mine")}), mine.taxon_uuid)))"""

_VIEWS = (
    # Taxa that are one, or one of which the other belongs to: how a taxon stands to its kin.
    f"""
    CREATE VIEW taxon_relation AS
    SELECT * FROM (
        SELECT a.id AS taxon_id, b.id AS kin_id, {_RELATION} AS relation
        FROM {_LEVELLED} AS a JOIN {_LEVELLED} AS b)
    WHERE relation IS NOT NULL""",
    # A word for which somebody else, who names something too, has none that is related to it;
    # `grader` is the first who said it. (To ask each of them takes the square of the voters.)
    f"""
    CREATE VIEW contradiction AS
    SELECT v.image_id, v.grader, word.taxon_id, other.grader AS contradicted_by
    FROM vote AS v JOIN observation AS word ON word.grade_id = v.grade_id
    JOIN vote AS other ON other.image_id = v.image_id AND other.grader <> v.grader
    WHERE v.adjudicates = other.adjudicates AND {_DECIDES.format("v")}
        AND word.taxon_id <> {_UNKNOWN}
        AND NOT EXISTS (SELECT 1 FROM vote AS earlier
            JOIN observation AS same ON same.grade_id = earlier.grade_id
            WHERE earlier.image_id = v.image_id AND earlier.grader < v.grader
                AND earlier.adjudicates = v.adjudicates AND same.taxon_id = word.taxon_id)
        AND EXISTS (SELECT 1 FROM observation AS named
            WHERE named.grade_id = other.grade_id AND named.taxon_id <> {_UNKNOWN})
        AND NOT EXISTS (SELECT 1 FROM observation AS own JOIN taxon_relation AS r
            ON r.taxon_id = own.taxon_id AND r.kin_id = word.taxon_id
            WHERE own.grade_id = other.grade_id)""",
    # What an image shows where nobody contradicts anybody: all that was said where all named the
    # same, else the finest words, and "not sure" where all who said something are not. The image
    # stands first, so that it is asked once for contradictions, and not for each of its words.
    f"""
    CREATE VIEW truth_word AS
    SELECT image.id AS image_id, v.grader, v.grade_id, word.taxon_id
    FROM image CROSS JOIN vote AS v ON v.image_id = image.id
    CROSS JOIN observation AS word ON word.grade_id = v.grade_id
    WHERE {_DECIDES.format("v")}
        AND NOT EXISTS (SELECT 1 FROM contradiction AS c WHERE c.image_id = image.id)
        AND CASE WHEN word.taxon_id = {_UNKNOWN} THEN NOT EXISTS (
            SELECT 1 FROM vote AS other WHERE other.image_id = v.image_id
                AND other.adjudicates = v.adjudicates
                AND EXISTS (SELECT 1 FROM observation AS o WHERE o.grade_id = other.grade_id)
                AND NOT EXISTS (SELECT 1 FROM observation AS o
                    WHERE o.grade_id = other.grade_id AND o.taxon_id = {_UNKNOWN}))
        ELSE NOT EXISTS (
            SELECT 1 FROM vote AS other WHERE other.image_id = v.image_id
                AND other.adjudicates = v.adjudicates
                AND {_NAMED.format("other")} <> {_NAMED.format("v")})
            OR NOT EXISTS (
            SELECT 1 FROM vote AS other JOIN observation AS o ON o.grade_id = other.grade_id
            WHERE other.image_id = v.image_id AND other.adjudicates = v.adjudicates
                AND o.taxon_id <> word.taxon_id
                AND EXISTS ({_TAKES_IN.format("o", "word")}))
        END""",
    "DROP VIEW truth",
    """
    CREATE VIEW truth AS
    SELECT image.id AS image_id, image.media_id, image.file_path,
        (SELECT count(*) FROM vote WHERE vote.image_id = image.id) AS graders,
        CASE
            WHEN EXISTS (SELECT 1 FROM contradiction AS c WHERE c.image_id = image.id)
            THEN 'conflict'
            WHEN EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id AND vote.adjudicates)
            THEN 'adjudicated'
            ELSE 'agreed' END AS state,
        (SELECT group_concat(name, ' + ') FROM (
            SELECT DISTINCT taxon.taxon_uuid,
                coalesce(nullif(taxon.common_name, ''), taxon.scientific_name) AS name
            FROM truth_word AS word JOIN taxon ON taxon.id = word.taxon_id
            WHERE word.image_id = image.id ORDER BY name, taxon.taxon_uuid)) AS label
    FROM image WHERE EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id)""",
)

M006 = (*VOTES, *_VIEWS)
