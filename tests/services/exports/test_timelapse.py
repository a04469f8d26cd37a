"""A table that Timelapse imports: what it refuses is never in it, and it comes back as it was."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.pictures import Picture, Pictures
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.exports.timelapse import COLUMNS, FORMAT
from camtrap_tui.services.grade_imports import GradeImportReport, import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, image, md5, taxon
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys
from tests.store.test_reports import MALLARD, RACCOON, grade

# Under which headings a table tells all that it can.
ALL = (
    ("label", "Species"), ("scientific_name", "Latin"), ("wi_taxon_id", "TaxonID"),
    ("count", "Count"), ("life_stage", "Age"), ("sex", "Sex"), ("behavior", "Behavior"),
    ("labeled_by", "Analyst"), ("media_id", "MediaID"),
)  # fmt: skip
BACK = {
    "label": "Species", "scientificName": "Latin", "taxonID": "TaxonID", "count": "Count",
    "lifeStage": "Age", "sex": "Sex", "behavior": "Behavior", "grader": "Analyst",
    "mediaID": "MediaID",
}  # fmt: skip


def write(
    store: Store, out: Path, columns: tuple[tuple[str, str], ...] = (), **asked: object
) -> ExportReport:
    """Export the survey to a table."""
    options = Options(columns=columns)
    request = ExportRequest(out, options=options, **asked)  # type: ignore[arg-type]
    return FORMAT.write(store, request, lambda done, total: None)


def read(out: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bring(store: Store, file: Path, named: dict[str, str], author: str = "") -> GradeImportReport:
    """Import a table."""
    table = label_table(file, read_head(file), named)
    assert table.format == "timelapse"
    return import_grades(store, file, table, author=author)


def put(store: Store, *paths: str, source: str = "/pictures") -> list[int]:
    """Add pictures at these paths, as a folder was scanned."""
    made = []
    with store.db.transaction():
        folder = store.images.source("folder", source, "2026-06-01T12:00:00Z")
        for path in paths:
            one = image(
                f"{source}{path}",
                source_id=folder.id,
                file_path=path,
                timestamp="2024-06-27 02:14:05",
                timestamp_source="exif",
            )
            made.append(store.images.add(one))
            store.ledger.put_files([(folder.id, path, "here", None, made[-1], None, None)])
    return made


def test_a_row_is_a_graded_picture_with_its_folder_as_windows_has_it(
    store: Store, tmp_path: Path
) -> None:
    keys = put(store, "UR011/DCIM/IMG_0001.JPG", "IMG_0002.JPG", "UR011/IMG_0003.JPG")
    grade(store, "ann", keys[0], RACCOON, MALLARD)
    grade(store, "ann", keys[1], "blank")
    report = write(store, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines() == [
        "File,RelativePath,DateTime,Species",
        "IMG_0002.JPG,,2024-06-27 02:14:05,blank",
        f'IMG_0001.JPG,UR011\\DCIM,2024-06-27 02:14:05,"{RACCOON},{MALLARD}"',
    ]
    # An empty cell would erase what somebody entered in Timelapse.
    assert report.left_out == {"is not graded": 1}
    assert any("MultiChoice" in note for note in report.notes)
    assert any("3 names" in note and MALLARD in note for note in report.notes)
    assert len(pd.read_csv(tmp_path / "t.csv")) == 2


def test_columns_are_named_as_the_template_has_them(store: Store, tmp_path: Path) -> None:
    (key,) = put(store, "IMG_0001.JPG")
    grade(store, "ann", key, RACCOON)
    write(store, tmp_path / "t.csv", (("label", "Especie"), ("labeled_by", "Persona")))
    (row,) = read(tmp_path / "t.csv")
    assert list(row) == ["File", "RelativePath", "DateTime", "Especie", "Persona"]
    assert (row["Especie"], row["Persona"]) == (RACCOON, "ann")
    for columns, message in (
        ((("labels", "Species"),), "no column 'labels'"),
        ((("label", "File"),), "already"),
        ((("label", "relativepath"),), "already"),
        ((("label", "Species"), ("count", "species")), "already"),
    ):
        with pytest.raises(UsageError, match=message):
            write(store, tmp_path / "t.csv", columns)
    with pytest.raises(UsageError, match="--people blur"):
        write(store, tmp_path / "t.csv", people="blur")
    assert len(read(tmp_path / "t.csv")) == 1


def test_a_picture_without_time_takes_no_time_of_others(store: Store, tmp_path: Path) -> None:
    one, two = add_images(store, [Said(), Said(timestamp=None)])
    grade(store, "ann", one, RACCOON)
    grade(store, "ann", two, RACCOON)
    report = write(store, tmp_path / "t.csv")
    # Timelapse refuses all of a table where one DateTime is empty.
    assert [list(row) for row in read(tmp_path / "t.csv")] == 2 * [
        ["File", "RelativePath", "Species"]
    ]
    assert report.omitted == {"has no time": 1}
    assert any("no column DateTime" in note for note in report.notes)
    write(store, tmp_path / "t.csv", where="date:2024-06-27")
    assert read(tmp_path / "t.csv")[0]["DateTime"] == "2024-06-27 02:14:05"


def test_what_cannot_be_told_apart_is_left_out(store: Store, tmp_path: Path) -> None:
    keys = put(store, "a/IMG_0001.JPG", "b\\IMG_0002.JPG", "c/IMG_0003.JPG", "d/IMG_0004.JPG")
    keys += put(store, "a/img_0001.jpg", source="/others")
    for key in (*keys[:2], keys[-1]):
        grade(store, "ann", key, RACCOON)
    taxon(store, "duck,goose")
    grade(store, "ann", keys[2], "duck,goose", RACCOON)
    grade(store, "ann", keys[3], "duck", "goose")
    report = write(store, tmp_path / "t.csv")
    assert report.left_out == {
        "shares its path with another picture": 2,
        "has no path that Windows can have": 1,
        "shows several species, whose names have commas": 2,
    }
    assert report.pictures == 0


def test_what_one_row_cannot_hold_is_told(store: Store, tmp_path: Path) -> None:
    one, two, three = put(store, "IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG")
    raccoon, mallard = (taxon(store, name).id for name in (RACCOON, MALLARD))
    for key, seen in (
        (one, [NewObservation(raccoon, 2, "adult"), NewObservation(raccoon, 1, "juvenile")]),
        (two, [NewObservation(raccoon, 2), NewObservation(mallard)]),
        (three, [NewObservation(raccoon, 2)]),
    ):
        new = NewGrade(md5(str(key)), key, tuple(seen), "assisted", "species")
        store.grades.append("ann", [new], NOW)
    report = write(store, tmp_path / "t.csv", (("label", "Species"), ("count", "Count")))
    assert [row["Count"] for row in read(tmp_path / "t.csv")] == ["", "", "2"]
    assert report.omitted == {
        "has several observations of one species, which become one": 1,
        "says more of several observations than one row can hold": 2,
    }
    # Without a column for counts none is missed.
    report = write(store, tmp_path / "names.csv")
    assert list(report.omitted.values()) == [1]


def test_people_are_left_out_where_asked_for(store: Store, tmp_path: Path) -> None:
    one, two = put(store, "IMG_0001.JPG", "IMG_0002.JPG")
    grade(store, "ann", one, RACCOON)
    grade(store, "ann", two, "human")
    report = write(store, tmp_path / "t.csv", people="exclude")
    assert [row["Species"] for row in read(tmp_path / "t.csv")] == [RACCOON]
    assert report.left_out == {"shows people": 1}


def test_all_columns_can_be_asked_for(store: Store, tmp_path: Path) -> None:
    (key,) = put(store, "IMG_0001.JPG")
    grade(store, "ann", key, RACCOON)
    write(store, tmp_path / "t.csv", tuple((name, f"My_{name}") for name in COLUMNS))
    (row,) = read(tmp_path / "t.csv")
    assert row["My_label"] == RACCOON
    assert row["My_observation_type"] == "animal"
    assert row["My_labeled_by"] == "ann"


def words(store: Store) -> dict[str, tuple[frozenset[object], frozenset[str]]]:
    """Return what people say of each picture, as far as a table can hold it, and who does."""
    return {
        picture.image.media_id: (_said(picture), frozenset(_graders(picture)))
        for picture in pictures(store)
        if picture.words
    }


def pictures(store: Store) -> list[Picture]:
    """Return the pictures of a survey."""
    with store.db.snapshot():
        return list(Pictures(store, ExportRequest(Path("out"))).read(lambda done, total: None))


def _said(picture: Picture) -> frozenset[object]:
    if len(picture.words) == 1:
        (one,) = picture.words
        behavior = " ".join((one.behavior or "").split()) or None
        return frozenset([(one.taxon.taxon_uuid, one.count, one.life_stage, one.sex, behavior)])
    return frozenset((one.taxon.taxon_uuid, None, None, None, None) for one in picture.words)


def _graders(picture: Picture) -> set[str]:
    return {grader for word in picture.words for grader in word.graders}


@settings(max_examples=40)
@given(surveys(most=6), st.booleans())
def test_what_goes_out_comes_back(plan: SurveyPlan, by_path: bool) -> None:
    columns = tuple(one for one in ALL if not (by_path and one[0] == "media_id"))
    named = {name: heading for name, heading in BACK.items() if heading in dict(columns).values()}
    with built(plan) as store:
        out = store.path.with_name("t.csv")
        report = write(store, out, columns)
        rows = read(out)
        there = {row.get("MediaID") for row in rows}
        before = words(store)
        paths = {p.image.media_id: p.image.file_path for p in pictures(store)}
        written = {
            "/".join(filter(None, (*r["RelativePath"].split("\\"), r["File"]))) for r in rows
        }
        wanted = {key: said for key, said in before.items() if paths[key] in written}
        assert by_path or there == set(wanted)
        assert len(rows) == len(wanted) == report.pictures
        assert report.chosen == len(plan.frames)
        assume(rows)
        with built(replace(plan, acts=(), holdout_size=0)) as other:
            table = other.path.with_name("t.csv")
            table.write_bytes(out.read_bytes())
            told = bring(other, table, named)
            after = words(other)
            # A path that may be that of several pictures is nobody's.
            lost = {paths_of.path for paths_of in told.lost}
            assert not lost or by_path
            wanted = {key: said for key, said in wanted.items() if paths[key] not in lost}
            assert after == wanted
            assert not told.unread
            assert bring(other, table, named).grades == 0


@settings(max_examples=15)
@given(surveys(most=6))
def test_names_alone_come_back_as_names(plan: SurveyPlan) -> None:
    columns = (("label", "Species"), ("labeled_by", "Analyst"), ("media_id", "MediaID"))
    named = {"label": "Species", "grader": "Analyst", "mediaID": "MediaID"}
    with built(plan) as store:
        out = store.path.with_name("t.csv")
        write(store, out, columns)
        rows = read(out)
        assume(rows)
        wanted = {
            picture.image.media_id: {word.taxon.name for word in picture.words}
            for picture in pictures(store)
            if picture.image.media_id in {row["MediaID"] for row in rows}
        }
        with built(replace(plan, acts=(), holdout_size=0)) as other:
            table = other.path.with_name("t.csv")
            table.write_bytes(out.read_bytes())
            bring(other, table, named)
            after = {
                picture.image.media_id: {word.taxon.name for word in picture.words}
                for picture in pictures(other)
                if picture.words
            }
            assert after == wanted


def test_a_table_of_timelapse_is_read(store: Store, tmp_path: Path) -> None:
    keys = put(store, "Practice/St1/IMG_1.JPG", "Practice/St1/IMG_2.JPG", "Practice/St2/IMG_1.JPG")
    keys += put(store, "Practice/St2/IMG_4.JPG")
    file = tmp_path / "ImageData.csv"
    file.write_text(
        "RootFolder,File,RelativePath,Date,Time,DeleteFlag,Analyst,Species,Count,\n"
        "Practice,IMG_1.JPG,St1,03-Jul-2017,12:30:57,false,Ann,northern raccoon,2,\n"
        'Practice,IMG_2.JPG,St1,03-Jul-2017,12:31:57,true,Ann,"mallard,northern raccoon",3,\n'
        "Practice,IMG_1.JPG,St2,03-Jul-2017,12:32:57,false,,,,\n"
        "Practice,IMG_4.JPG,St2,03-Jul-2017,12:32:57,false,Ben,empty,0,\n",
        encoding="utf-8",
    )
    table = label_table(file, read_head(file), {"grader": "Analyst"})
    assert table.format == "timelapse"
    # Its Time is the picture's, not that of the label.
    assert table.columns == {
        "fileName": "File", "label": "Species", "count": "Count", "grader": "Analyst",
        "relativePath": "RelativePath", "rootFolder": "RootFolder",
    }  # fmt: skip
    assert set(table.guess.guessed) == {"label", "count"}
    report = import_grades(store, file, table)
    assert (report.taken, report.grades, report.graders) == (4, 3, {"Ann": 2, "Ben": 1})
    assert report.skipped == {"is not labelled": 1}
    assert report.unread == {"count of several species": 1}
    said = {p.image.id: [(w.taxon.name, w.count) for w in p.words] for p in pictures(store)}
    assert said == {
        keys[0]: [("northern raccoon", 2)],
        keys[1]: [("mallard", None), ("northern raccoon", None)],
        keys[2]: [],
        keys[3]: [("blank", None)],
    }


def test_capital_letters_and_spellings_of_a_path_are_as_windows_takes_them(
    store: Store, tmp_path: Path
) -> None:
    one, two, *_ = put(store, "Praxis/St1/IMG_1.JPG", "Café/IMG_2.JPG", "a/b.jpg", "a/B.jpg")
    file = tmp_path / "t.csv"
    file.write_text(
        "\ufefffile;relativepath;Species\r\n"
        f"img_1.jpg;PRAXIS\\st1\\;{RACCOON}\r\n"
        f"IMG_2.jpg;Cafe\u0301;{RACCOON}\r\n"
        f"b.jpg;a;{RACCOON}\r\n",
        encoding="utf-8",
        newline="",
    )
    report = bring(store, file, {}, author="ann")
    assert {p.image.id for p in pictures(store) if p.words} == {one, two}
    # Windows has no two such files in a folder.
    assert [(lost.path, lost.is_ambiguous) for lost in report.lost] == [("a/b.jpg", True)]


def test_a_column_of_the_template_is_a_path_only_where_somebody_says_so(
    store: Store, tmp_path: Path
) -> None:
    (key,) = put(store, "a/IMG_1.JPG")
    file = tmp_path / "t.csv"
    file.write_text(
        f"File,RelativePath,FilePath,Species\nx.jpg,y,a/IMG_1.JPG,{RACCOON}\n", encoding="utf-8"
    )
    assert [lost.path for lost in bring(store, file, {}, author="ann").lost] == ["y/x.jpg"]
    bring(store, file, {"filePath": "FilePath"}, author="ann")
    assert [p.image.id for p in pictures(store) if p.words] == [key]


def test_the_root_folder_tells_pictures_apart_where_the_survey_knows_it(
    store: Store, tmp_path: Path
) -> None:
    one, two = put(store, "North/St1/IMG_1.JPG", "South/St1/IMG_1.JPG")
    file = tmp_path / "t.csv"
    file.write_text(
        f"RootFolder,File,RelativePath,Species\nSouth,IMG_1.JPG,St1,{RACCOON}\n", encoding="utf-8"
    )
    bring(store, file, {"label": "Species"}, author="ann")
    assert {p.image.id: bool(p.words) for p in pictures(store)} == {one: False, two: True}
    # A root that nobody here has heard of says nothing; the path alone may be either's.
    file.write_text(
        f"RootFolder,File,RelativePath,Species\nWest,IMG_1.JPG,St1,{RACCOON}\n", encoding="utf-8"
    )
    report = bring(store, file, {"label": "Species"}, author="ann")
    assert [lost.is_ambiguous for lost in report.lost] == [True]


def test_lists_go_together_where_they_are_as_long(store: Store, tmp_path: Path) -> None:
    one, two, three = put(store, "IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG")
    file = tmp_path / "t.csv"
    file.write_text(
        "File,RelativePath,Species,scientificName,Count\n"
        'IMG_1.JPG,,"fox,goose","Vulpes vulpes, Anser anser",\n'
        'IMG_2.JPG,,"deer,hare",Lepus europaeus,\n'
        'IMG_3.JPG,,",owl,",,3\n',
        encoding="utf-8",
    )
    report = bring(store, file, {}, author="ann")
    said = {
        p.image.id: [(w.taxon.name, w.taxon.scientific_name, w.count) for w in p.words]
        for p in pictures(store)
    }
    assert said == {
        one: [("fox", "Vulpes vulpes", None), ("goose", "Anser anser", None)],
        two: [("deer", "", None), ("hare", "", None)],
        three: [("owl", "", 3)],
    }
    assert (report.labels, report.skipped) == (5, {})


def test_a_name_with_a_comma_that_is_known_is_one_name(store: Store, tmp_path: Path) -> None:
    (key,) = put(store, "IMG_1.JPG")
    grade(store, "ben", key, "duck, any")
    report = write(store, tmp_path / "t.csv")
    bring(store, tmp_path / "t.csv", {"label": "Species"}, author="ann")
    (picture,) = pictures(store)
    assert [(w.taxon.name, w.graders) for w in picture.words] == [("duck, any", ("ann", "ben"))]
    assert any("commas (duck, any)" in note for note in report.notes)
