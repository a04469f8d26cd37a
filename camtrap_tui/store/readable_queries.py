"""Queries that people ask of a survey file with tools that read any SQLite file, as Datasette.

Each answers within a second at 100,000 pictures, and takes what is in `:names` from whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass

# A grader's latest word, by name; the species as people call it.
_SPECIES = "coalesce(nullif(taxon.common_name, ''), taxon.scientific_name)"
_WORDS = """FROM vote
JOIN observation ON observation.grade_id = vote.grade_id
JOIN taxon ON taxon.id = observation.taxon_id
JOIN image ON image.id = vote.image_id
LEFT JOIN deployment ON deployment.id = image.deployment_id"""
# Datasette shows a thousand rows, and says that there are more where it is given one more.
_LIMIT = "LIMIT 1001"
_LATEST_RUN = "(SELECT max(id) FROM run)"


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and the SQL that answers it."""

    title: str
    description: str
    sql: str


QUERIES = {
    "graded_pictures": Query(
        "What was said of each picture",
        "The latest word of each grader that was not undone, species by species. Part of a"
        " species' or a grader's name will do; leave a field empty for all. A thousand rows are"
        " shown.",
        f"""SELECT image.file_path, image.timestamp, deployment.deployment_id,
  {_SPECIES} AS species, taxon.scientific_name, observation.count, observation.life_stage,
  observation.sex, observation.behavior, vote.grader, grade.mode, grade.graded_at
FROM image CROSS JOIN vote ON vote.image_id = image.id
JOIN grade ON grade.id = vote.grade_id
JOIN observation ON observation.grade_id = vote.grade_id
JOIN taxon ON taxon.id = observation.taxon_id
LEFT JOIN deployment ON deployment.id = image.deployment_id
WHERE {_SPECIES} LIKE '%' || :species || '%' AND vote.grader LIKE '%' || :grader || '%'
ORDER BY image.file_path, vote.grader, observation.observation_number
{_LIMIT}""",
    ),
    "predicted_pictures": Query(
        "What a run predicts for each picture",
        "The one prediction of each picture, the least sure first, a thousand of them. Part of a"
        " species' name will do; leave the run empty for the latest.",
        f"""SELECT image.file_path, image.timestamp, deployment.deployment_id,
  {_SPECIES} AS species, taxon.scientific_name, round(prediction.score, 3) AS score,
  prediction.source, prediction.run_id
FROM prediction
JOIN taxon ON taxon.id = prediction.taxon_id
JOIN image ON image.id = prediction.image_id
LEFT JOIN deployment ON deployment.id = image.deployment_id
WHERE prediction.run_id = coalesce(nullif(:run, ''), {_LATEST_RUN})
  AND {_SPECIES} LIKE '%' || :species || '%'
ORDER BY prediction.score, image.file_path
{_LIMIT}""",
    ),
    "species_by_camera": Query(
        "Where each species was seen",
        "Graded pictures of each species at each deployment, by what people said. It counts"
        " pictures, not animals, and only those that somebody has graded.",
        f"""SELECT {_SPECIES} AS species, deployment.deployment_id,
  count(DISTINCT image.id) AS pictures, min(image.timestamp) AS first_seen,
  max(image.timestamp) AS last_seen
{_WORDS}
WHERE taxon.observation_type = 'animal'
GROUP BY taxon.id, deployment.id
ORDER BY species, pictures DESC""",
    ),
    "hours_of_the_day": Query(
        "When a species was seen",
        "Graded pictures of a species by the hour of the day, in the camera's local time. Give its"
        " name or a part of it.",
        f"""SELECT image.hour, count(DISTINCT image.id) AS pictures
{_WORDS}
WHERE {_SPECIES} LIKE '%' || :species || '%' AND image.hour IS NOT NULL
GROUP BY image.hour
ORDER BY image.hour""",
    ),
    "said_and_predicted": Query(
        "What people said where the run says something else",
        "Graded pictures by what the run predicts and what people said. Which pictures were graded"
        " was not drawn by chance, so this says nothing about how good the run is: a holdout does"
        " (camtrap-tui evaluate). Leave the run empty for the latest.",
        f"""SELECT coalesce(nullif(predicted.common_name, ''), predicted.scientific_name)
    AS predicted, {_SPECIES} AS said, count(DISTINCT image.id) AS pictures
{_WORDS}
JOIN prediction ON prediction.image_id = image.id
  AND prediction.run_id = coalesce(nullif(:run, ''), {_LATEST_RUN})
JOIN taxon AS predicted ON predicted.id = prediction.taxon_id
WHERE predicted.id <> taxon.id
GROUP BY predicted.id, taxon.id
ORDER BY pictures DESC, predicted, said
{_LIMIT}""",
    ),
    "conflicts": Query(
        "Where graders contradict each other",
        "Pictures on which a word is contradicted by somebody else's. A family and its species"
        " contradict nothing; an adjudicator's word settles a picture. A thousand rows are shown.",
        f"""SELECT image.file_path, contradiction.grader, {_SPECIES} AS said,
  contradiction.contradicted_by, (
    SELECT group_concat(coalesce(nullif(theirs.common_name, ''), theirs.scientific_name), ' + ')
    FROM observation JOIN taxon AS theirs ON theirs.id = observation.taxon_id
    WHERE observation.grade_id = other.grade_id) AS who_said
FROM contradiction
JOIN image ON image.id = contradiction.image_id
JOIN taxon ON taxon.id = contradiction.taxon_id
JOIN vote AS other ON other.image_id = contradiction.image_id
  AND other.grader = contradiction.contradicted_by
{_LIMIT}""",
    ),
    "days_of_graders": Query(
        "Who graded how much, day by day",
        "Pictures that each grader graded on each day (UTC), undone ones included, by mode.",
        """SELECT grader, date(graded_at) AS day, mode, count(*) AS grades,
  count(DISTINCT image_id) AS pictures
FROM grade
WHERE action = 'grade'
GROUP BY grader, day, mode
ORDER BY day DESC, grades DESC""",
    ),
    "deployments_at_work": Query(
        "How long each camera was at work",
        "Each deployment with its pictures, its first and last one, and the days that have any.",
        """SELECT deployment.deployment_id, deployment.location_name, deployment.latitude,
  deployment.longitude, count(image.id) AS pictures, min(image.timestamp) AS first_picture,
  max(image.timestamp) AS last_picture, count(DISTINCT date(image.timestamp)) AS days_with_pictures
FROM deployment
LEFT JOIN image ON image.deployment_id = deployment.id
GROUP BY deployment.id
ORDER BY deployment.deployment_id""",
    ),
    "what_became_of_rows": Query(
        "What became of every row that was added",
        "The rows of every source by the state that they ended in, and why.",
        """SELECT source.kind, source.location AS source, source_row.state, source_row.reason,
  count(*) AS row_count
FROM source_row JOIN source ON source.id = source_row.source_id
GROUP BY source.id, source_row.state, source_row.reason
ORDER BY source.id, row_count DESC""",
    ),
}
