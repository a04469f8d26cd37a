"""Labels from elsewhere: in their authors' names, once, and never above what was keyed here."""

from __future__ import annotations

import csv
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import InputError
from camtrap_tui.services import grade_imports as service
from camtrap_tui.services import grade_imports_rows as rows
from camtrap_tui.services.grade_imports import GradeImportReport, import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.merging import merge
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.grade_imports import FIRST_IMPORTED
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, md5, taxon
from tests.canonical import canonical

HEADINGS = ("mediaID", "label", "grader", "count")
RACCOON = TaxonName(
    str(uuid.UUID(int=1)), "mammalia", "carnivora", "procyonidae", "procyon", "lotor", "raccoon"
)
PICTURES = 4


def media(number: int) -> str:
    """Return the media id of a picture of the survey."""
    return md5(f"IMG_{number:04d}")


@pytest.fixture
def survey(store: Store) -> Store:
    """A survey of a few pictures, with a raccoon among its taxa."""
    add_images(store, [Said(name="mallard") for _ in range(PICTURES)])
    taxon(store, RACCOON)
    return store


def table(
    folder: Path, lines: Sequence[Sequence[object]], headings: Sequence[str] = HEADINGS
) -> Path:
    """Write a table."""
    path = folder / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *lines])
    return path


def take(store: Store, file: Path, **options: object) -> GradeImportReport:
    """Import a table whose columns are known by their headings."""
    columns = label_table(file, read_head(file), {})
    return import_grades(store, file, columns, **options)  # type: ignore[arg-type]


def votes(store: Store, number: int) -> dict[str, list[tuple[str, int | None]]]:
    """Return each grader's standing word on a picture."""
    names = {t.id: t.name for t in store.taxa.all()}
    image = store.images.by_media_id(media(number))
    assert image is not None
    return {
        vote.grader: [(names[o.taxon_id], o.count) for o in store.grades.observations(vote.id)]
        for vote in store.grades.votes(image.id)
    }


def key(store: Store, number: int, name: str, grader: str) -> str:
    """Let somebody key a grade here; return its uuid."""
    image = store.images.by_media_id(media(number))
    assert image is not None
    made = str(uuid.uuid4())
    said = (NewObservation(taxon(store, name).id),)
    store.grades.append(grader, [NewGrade(made, image.id, said, "assisted", "species")], NOW)
    return made


def test_rows_of_one_author_and_picture_are_one_grade(survey: Store, tmp_path: Path) -> None:
    lines = [
        (media(1), "Mallard", "Zoe", 2),
        (media(2), "nothing", "Zoe", 0),
        (media(1), "procyon  LOTOR", "Zoe", ""),
        (media(1), "Mallard", "ben", "1.0"),
        (media(3).upper(), "Person", "ben", ""),
    ]
    report = take(survey, table(tmp_path, lines))
    assert (report.labels, report.taken, report.grades, report.pictures) == (5, 5, 4, 3)
    assert report.graders == {"Zoe": 2, "ben": 2}
    assert report.skipped == {}
    assert report.new_names == ()
    assert votes(survey, 1) == {
        "Zoe": [("mallard", 2), ("raccoon", None)],
        "ben": [("mallard", 1)],
    }
    assert votes(survey, 2) == {"Zoe": [("blank", None)]}
    assert votes(survey, 3) == {"ben": [("human", None)]}
    modes = survey.db.execute("SELECT DISTINCT mode, gesture, run_id FROM grade").fetchall()
    assert modes == [("import", "import", None)]


def test_the_same_file_again_adds_nothing_and_a_corrected_one_what_it_corrects(
    survey: Store, tmp_path: Path
) -> None:
    lines = [(media(1), "mallard", "Zoe", 2), (media(2), "raccoon", "Zoe", "")]
    file = table(tmp_path, lines)
    take(survey, file)
    before = canonical(survey.path)
    again = take(survey, file)
    assert (again.taken, again.known, again.grades) == (0, 2, 0)
    assert take(survey, table(tmp_path, lines[::-1])).known == 2
    assert canonical(survey.path) == before
    lines[0] = (media(1), "mallard", "Zoe", 3)
    report = take(survey, table(tmp_path, lines))
    assert (report.taken, report.known) == (1, 1)
    assert votes(survey, 1) == {"Zoe": [("mallard", 3)]}
    found = survey.db.execute("SELECT grader_number FROM grade ORDER BY id").fetchall()
    assert [number - FIRST_IMPORTED for (number,) in found] == [0, 0, 1]


def test_the_same_word_at_another_time_is_another_word(survey: Store, tmp_path: Path) -> None:
    headings = ("mediaID", "label", "grader", "time")
    said = [("mallard", "09:00:00"), ("raccoon", "10:00:00"), ("mallard", "11:00:00")]
    for name, time in said:
        lines = [(media(1), name, "Zoe", f"2025-01-01T{time}Z")]
        assert take(survey, table(tmp_path, lines, headings)).grades == 1
    assert votes(survey, 1) == {"Zoe": [("mallard", None)]}


def test_what_somebody_keyed_here_is_later_than_what_is_imported(
    survey: Store, tmp_path: Path
) -> None:
    key(survey, 1, "raccoon", "Zoe")
    take(survey, table(tmp_path, [(media(n), "mallard", "Zoe", "") for n in (1, 2)]))
    keyed = key(survey, 2, "raccoon", "Zoe")
    assert votes(survey, 1) == votes(survey, 2) == {"Zoe": [("raccoon", None)]}
    survey.grades.append_reversal("Zoe", "undo", keyed, str(uuid.uuid4()), NOW)
    assert votes(survey, 2) == {"Zoe": [("mallard", None)]}
    numbers = survey.db.execute("SELECT grader_number FROM grade WHERE mode <> 'import'")
    assert [number for (number,) in numbers] == [1, 2, 3]


def test_two_copies_that_import_the_same_file_have_the_same_grades(
    survey: Store, tmp_path: Path
) -> None:
    lines = [(media(1), "mallard", "Zoe", 2), (media(2), "a new bird", "Zoe", "")]
    file = table(tmp_path, lines)
    other = tmp_path / "other.db"
    survey.backup(other)
    key(survey, 1, "raccoon", "Zoe")
    with Store.open(other) as store:
        taxon(store, "so that row ids differ")
        take(store, file)
    take(survey, file)
    assert merge(survey, [other])[0].grades.new == 0
    with Store.open(other) as store:
        assert merge(store, [survey.path])[0].grades.new == 1
        assert votes(store, 1) == {"Zoe": [("raccoon", None)]}
    assert canonical(survey.path) == canonical(other)


def test_what_cannot_be_taken_is_counted_and_named(survey: Store, tmp_path: Path) -> None:
    lines = [
        (media(1), "mallard", "", 1),
        (media(1), "NA", "Zoe", 1),
        (media(1), ";;;;;;", "Zoe", 1),
        ("", "mallard", "Zoe", 1),
        ("nowhere", "mallard", "Zoe", 1),
        (media(2), "blank", "Zoe", ""),
        (media(2), "raccoon", "Zoe", 1),
        (media(3), "raccoon", "Zoe", 1),
        (media(3), "Raccoon", "Zoe", 1),
        (media(4), "raccoon", "Zoe", "11-50"),
    ]
    report = take(survey, table(tmp_path, lines))
    assert report.skipped == {
        service.MIXED: 2,
        rows.NO_AUTHOR: 1,
        rows.NO_LABEL: 2,
        rows.NO_PICTURE: 1,
        service.NOT_HERE: 1,
        service.REPEATED: 1,
    }
    assert report.labels == len(lines) == report.taken + sum(report.skipped.values())
    assert report.unread == {"count": 1}
    assert report.examples[service.NOT_HERE] == ["row 6: nowhere"]
    assert report.examples["count"] == ["row 11: 11-50"]
    assert [(lost.media_id, lost.labels) for lost in report.lost] == [("nowhere", 1)]
    with_name = take(survey, table(tmp_path, lines), author="ann")
    assert rows.NO_AUTHOR not in with_name.skipped
    assert votes(survey, 1) == {"ann": [("mallard", 1)]}


def test_names_that_no_list_has_become_taxa_and_are_told(survey: Store, tmp_path: Path) -> None:
    lines = [
        (media(1), "mallrad", "Zoe", ""),
        (media(2), "Mallrad", "Zoe", ""),
        (media(3), "Woodie", "Zoe", ""),
        (media(4), f"{uuid.UUID(int=7)};aves;;;anas;crecca;teal", "Zoe", ""),
        (media(4), f"{uuid.UUID(int=7)};Aves;;;Anas;crecca;Teal", "ben", ""),
    ]
    file = table(tmp_path, lines)
    report = take(survey, file, renamed={"woodie ": "Procyon lotor"})
    assert [(name.name, name.labels, name.like) for name in report.new_names] == [
        ("mallrad", 2, "mallard"),
        ("teal", 2, ""),
    ]
    assert votes(survey, 3) == {"Zoe": [("raccoon", None)]}
    assert votes(survey, 4) == {"Zoe": [("teal", None)], "ben": [("teal", None)]}
    assert take(survey, file, renamed={"mallrad": "mallard", "woodie": "raccoon"}).grades == 2
    assert votes(survey, 1) == {"Zoe": [("mallard", None)]}


def test_scientific_names_come_first_and_their_authors_are_left_out(
    survey: Store, tmp_path: Path
) -> None:
    headings = ("mediaID", "label", "scientificName", "grader")
    lines = [
        (media(1), "coon", "Procyon lotor (Linnaeus, 1758)", "Zoe"),
        (media(2), "great egret", "Ardea alba", "Zoe"),
        (media(3), "slider", "Trachemys scripta elegans", "Zoe"),
        (media(4), "", "Ardea alba", "Zoe"),
    ]
    report = take(survey, table(tmp_path, lines, headings))
    assert votes(survey, 1) == {"Zoe": [("raccoon", None)]}
    assert {(n.name, n.scientific_name, n.labels) for n in report.new_names} >= {
        ("slider", "Trachemys scripta elegans", 1)
    }
    made = survey.db.execute(
        "SELECT taxon_genus, taxon_species, origin FROM taxon WHERE scientific_name = 'Ardea alba'"
    ).fetchall()
    assert made == [("ardea", "alba", "import")]


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("IMG_0002.JPG", 2),
        ("C:\\survey\\IMG_0002.JPG", 2),
        ("UR011/IMG_0003.JPG", 3),
        ("MG_0002.JPG", None),
        ("same.JPG", None),
    ],
)
def test_pictures_are_found_by_path_where_only_one_can_be_meant(
    survey: Store, tmp_path: Path, path: str, number: int | None
) -> None:
    for n, folder in ((1, "a"), (4, "b")):
        where = f"{folder}/same.JPG"
        survey.db.execute("UPDATE image SET file_path = ? WHERE id = ?", [where, n])
        survey.db.execute("UPDATE source_row SET file_path = ? WHERE image_id = ?", [where, n])
    report = take(
        survey, table(tmp_path, [(path, "raccoon", "Zoe")], ("filePath", "label", "grader"))
    )
    assert report.by_path == (number is not None)
    reasons = {"same.JPG": service.AMBIGUOUS, "MG_0002.JPG": service.NOT_HERE}
    assert list(report.skipped) == ([reasons[path]] if path in reasons else [])
    assert [n for n in range(1, PICTURES + 1) if votes(survey, n)] == ([number] if number else [])


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        # Cameras name their files alike: an image that lies in no folder may be any camera's.
        ([("", "UR1/IMG_0002.JPG"), ("", "UR2/IMG_0002.JPG")], []),
        ([("", "UR1/IMG_0002.JPG"), ("", "IMG_0002.JPG")], [2]),
        ([("m1", "IMG_0002.JPG"), ("m2", "IMG_0002.JPG"), ("m3", "IMG_0003.JPG")], [3]),
    ],
)
def test_an_image_that_several_pictures_might_be_is_none_of_them(
    survey: Store, tmp_path: Path, named: list[tuple[str, str]], taken: list[int]
) -> None:
    lines = [(*names, "raccoon", f"grader {n}") for n, names in enumerate(named)]
    headings = ("mediaID", "filePath", "label", "grader")
    report = take(survey, table(tmp_path, lines, headings))
    assert [n for n in range(1, PICTURES + 1) if votes(survey, n)] == taken
    assert report.skipped == {service.AMBIGUOUS: len(named) - len(taken)}
    assert {lost.is_ambiguous for lost in report.lost} == {True}


def test_what_was_imported_in_a_name_is_not_undone_by_a_key(survey: Store, tmp_path: Path) -> None:
    take(survey, table(tmp_path, [(media(1), "mallard", "Zoe", 2)]))
    assert survey.grades.latest_by("Zoe") is None
    assert survey.grades.undoable("Zoe") == []
    made = key(survey, 2, "raccoon", "Zoe")
    assert [grade.grade_uuid for grade in survey.grades.undoable("Zoe")] == [made]


def test_a_table_that_breaks_off_leaves_nothing(survey: Store, tmp_path: Path) -> None:
    file = table(tmp_path, [(media(1), "a new bird", "Zoe", 1)])
    file.write_text(file.read_text() + f'{media(2)},"mallard\n')
    before = canonical(survey.path)
    with pytest.raises(InputError, match="row 3"):
        take(survey, file)
    assert canonical(survey.path) == before
    assert survey.db.value("SELECT count(*) FROM source WHERE kind = 'grades'") == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed survey of a few pictures."""
    path = tmp_path_factory.mktemp("labels") / "small.db"
    with Store.open(path, create=True) as store:
        add_images(store, [Said(name="mallard") for _ in range(PICTURES)])
    return path


def test_copies_that_take_in_tables_in_other_orders_say_the_same_once_merged(
    small: Path, tmp_path: Path
) -> None:
    names = ("mallard", "raccoon", "blank")
    for n, name in enumerate(names):
        (tmp_path / str(n)).mkdir()
        table(tmp_path / str(n), [(media(1), name, "Zoe", ""), (media(1), name, f"vol {n}", "")])
    orders = ((0,), (1, 0), (0, 2, 1), (2, 0))
    copies = []
    for place, order in enumerate(orders):
        copies.append(Path(shutil.copyfile(small, tmp_path / f"{place}.db")))
        with Store.open(copies[-1]) as store:
            for n in order:
                assert take(store, tmp_path / str(n) / "labels.csv").grades == 2
            for n in order:
                assert take(store, tmp_path / str(n) / "labels.csv").grades == 0
            assert votes(store, 1)["Zoe"] == [(names[order[-1]], None)]
            sql = "SELECT DISTINCT grader_number FROM grade WHERE grader <> 'Zoe'"
            assert store.db.execute(sql).fetchall() == [(FIRST_IMPORTED,)]
    for path in copies:
        with Store.open(path) as store:
            merge(store, [other for other in copies if other != path])
            for n in range(len(names)):
                assert take(store, tmp_path / str(n) / "labels.csv").grades == 0
    first = canonical(copies[0])
    assert all(canonical(path) == first for path in copies)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([media(1), media(2), "nowhere", ""]),
            st.sampled_from(["mallard", "blank", "Unsure", "NA", "", "otter", "a;b"]),
            st.sampled_from(["Zoe", "ben", ""]),
            st.sampled_from(["", "1", "0", "many"]),
        ),
        max_size=9,
    )
)
def test_every_label_ends_somewhere_and_only_once(
    small: Path, lines: list[tuple[str, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copyfile(small, Path(folder) / "river.db"))
        file = table(Path(folder), lines)
        with Store.open(path) as store:
            first, again = take(store, file), take(store, file)
            kept = store.db.value("SELECT count(*) FROM observation")
        assert first.labels == again.labels == len(lines)
        assert first.labels == first.taken + sum(first.skipped.values())
        assert (again.taken, again.known) == (0, first.taken)
        assert again.skipped == first.skipped
        assert kept == first.taken
