"""What tables of labels are: Camtrap DP's, our own, or any other whose columns are guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services import grade_imports_rows as rows
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, taxon
from tests.services.exports.test_ground_truth import write
from tests.services.test_grade_imports import PICTURES, RACCOON, key, media, table, take, votes


@pytest.fixture
def survey(store: Store) -> Store:
    """A survey of a few pictures, with a raccoon among its taxa."""
    add_images(store, [Said(name="mallard") for _ in range(PICTURES)])
    taxon(store, RACCOON)
    return store


DP = (
    "observationID", "mediaID", "observationLevel", "observationType", "scientificName", "count",
    "lifeStage", "sex", "behavior", "classificationMethod", "classifiedBy",
    "classificationTimestamp",
)  # fmt: skip


def dp(number: object, media_id: str, kind: str, name: str, **more: object) -> list[object]:
    """Return a row of Camtrap DP's observations."""
    usual = {
        "observationID": number,
        "mediaID": media_id,
        "observationLevel": "media",
        "observationType": kind,
        "scientificName": name,
        "classificationMethod": "human",
        "classifiedBy": "Zoe",
        "classificationTimestamp": "2024-06-27T02:14:05-05:00",
    } | more
    return [usual.get(heading, "") for heading in DP]


def test_observations_of_camtrap_dp_keep_their_authors_and_times(
    survey: Store, tmp_path: Path
) -> None:
    lines = [
        dp(1, media(1), "animal", "Procyon lotor", count=1, lifeStage="adult", sex="female"),
        dp(2, media(1), "animal", "Procyon lotor", count=1, lifeStage="adult", sex="female"),
        dp(3, media(2), "blank", ""),
        dp(4, media(3), "animal", "Procyon lotor", classificationMethod="machine"),
        dp(5, "", "animal", "Procyon lotor", observationLevel="event"),
        dp(6, media(4), "unclassified", ""),
        dp(7, media(4), "animal", ""),
    ]
    report = take(survey, table(tmp_path, lines, DP))
    assert report.format == "camtrap_dp"
    assert report.skipped == {rows.BY_MACHINE: 1, rows.OF_EVENT: 1, rows.NO_LABEL: 1}
    # Two rows with ids of their own are two animals.
    assert votes(survey, 1) == {"Zoe": [("raccoon", 1), ("raccoon", 1)]}
    assert votes(survey, 2) == {"Zoe": [("blank", None)]}
    assert votes(survey, 4) == {"Zoe": [("animal", None)]}
    assert survey.db.value("SELECT DISTINCT graded_at FROM grade") == "2024-06-27T07:14:05Z"
    found = survey.db.execute("SELECT DISTINCT life_stage, sex FROM observation ORDER BY 1")
    assert found.fetchall() == [(None, None), ("adult", "female")]


def test_a_package_finds_its_pictures_by_their_paths(survey: Store, tmp_path: Path) -> None:
    file = table(tmp_path, [dp(1, "m1", "animal", "Procyon lotor")], DP)
    pictures = tmp_path / "media.csv"
    pictures.write_text("mediaID,filePath,fileName\nm1,pictures/IMG_0003.JPG,\n")
    report = take(survey, file, media=pictures)
    assert report.by_path == 1
    assert votes(survey, 3) == {"Zoe": [("raccoon", None)]}


def test_our_own_table_is_known_where_it_was_made_and_new_elsewhere(
    survey: Store, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    survey.backup(other)
    key(survey, 1, "=formula", "Zoe")
    key(survey, 2, "raccoon", "Zoe")
    key(survey, 2, "raccoon", "ben")
    file = tmp_path / "truth.csv"
    write(survey, file)
    report = take(survey, file)
    assert report.format == "ground truth"
    assert (report.labels, report.grades) == (0, 0)
    assert report.edits is not None
    assert (report.edits.rows, report.edits.changes, report.edits.taken) == (2, (), 0)
    with Store.open(other) as store:
        assert take(store, file).graders == {"Zoe": 2, "ben": 1}
        assert votes(store, 1) == {"Zoe": [("=formula", None)]}
        assert votes(store, 2) == {"Zoe": [("raccoon", None)], "ben": [("raccoon", None)]}


def test_notes_of_our_own_table_stay_their_authors(survey: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    survey.backup(other)
    key(survey, 1, "raccoon", "Zoe")
    survey.grades.append_mark("1", 1, "Zoe", "note", "wet", NOW)
    key(survey, 2, "raccoon", "Zoe")
    key(survey, 2, "raccoon", "ben")
    survey.grades.append_mark("2", 2, "ben", "note", "two?", NOW)
    file = tmp_path / "truth.csv"
    write(survey, file)
    with Store.open(other) as store:
        assert take(store, file).unread == {"author of the comments": 1}
        assert [(mark.grader, mark.value) for mark in store.grades.marks(1)] == [("Zoe", "wet")]
        assert store.grades.marks(2) == []


@pytest.mark.parametrize(
    ("headings", "taken"),
    [
        (
            ("Image ID", "Species", "How many", "User name", "Age class"),
            {"mediaID": 0, "label": 1, "count": 2, "grader": 3, "lifeStage": 4},
        ),
        (
            ("photo", "Latin name", "Common name", "Volunteer", "Created_at"),
            {"fileName": 0, "scientificName": 1, "label": 2, "grader": 3, "time": 4},
        ),
    ],
)
def test_columns_are_guessed_by_their_headings(
    tmp_path: Path, headings: tuple[str, ...], taken: dict[str, int]
) -> None:
    file = table(tmp_path, [], headings)
    found = label_table(file, read_head(file), {})
    assert found.columns == {name: headings[place] for name, place in taken.items()}
    assert set(found.guess.guessed) == set(taken)


def test_what_names_no_picture_or_species_is_refused(tmp_path: Path) -> None:
    for headings, what in ((("when", "Species"), "picture"), (("mediaID", "x"), "shows")):
        file = table(tmp_path, [], headings)
        with pytest.raises(InputError, match=what):
            label_table(file, read_head(file), {})
    twice = table(tmp_path, [], ("mediaID", "label", "Label", "x", "x"))
    with pytest.raises(InputError, match="several columns are called 'label'"):
        label_table(twice, read_head(twice), {})
    file = table(tmp_path, [], ("mediaID", "x"))
    with pytest.raises(UsageError, match="choose from mediaID"):
        label_table(file, read_head(file), {"nonsense": "x"})
