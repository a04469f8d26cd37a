"""Copies of pictures: whole, apart from each other, in their folders, and gone on with."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.errors import FilterError, InputError, UsageError
from camtrap_tui.services import copy_request, copying
from camtrap_tui.services.copy_request import CopyRequest
from camtrap_tui.services.copying import CopyReport, copy, copy_json
from camtrap_tui.services.exports.picture_files import (
    NOT_FETCHED,
    NOT_HERE,
    SHOWS_PEOPLE,
    PictureFiles,
)
from camtrap_tui.services.exports.pictures import Picture
from camtrap_tui.store.store import Store
from tests.builders import NOW, add_run, image
from tests.hostile import PAYLOADS
from tests.store.test_reports import grade
from tests.training_survey import MALLARD, RACCOON, Scene, Seen, draw, drawn

PERSON = Seen((0.2, 0.2, 0.2, 0.2), category="human")


def copied(store: Store, out: Path, *, dry_run: bool = False, **asked: Any) -> CopyReport:
    """Copy what a request asks for."""
    return copy(store, CopyRequest(out, **asked), lambda done, total: None, dry_run=dry_run)


def files(folder: Path) -> list[str]:
    """Return the paths of the pictures below a folder."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name.lower().endswith(".jpg"))


def index(folder: Path) -> list[dict[str, str]]:
    with (folder / "pictures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def river(store: Store, tmp_path: Path) -> Store:
    """Two cameras with pictures of the same names; one picture is of two species."""
    ids = drawn(
        store,
        tmp_path / "in",
        Scene("UR001/IMG_1.JPG"),
        Scene("UR001/IMG_2.JPG", said=[RACCOON, MALLARD]),
        Scene("UR002/IMG_1.JPG", said=["blank"], ai=MALLARD),
        Scene("UR002/IMG_2.JPG", said=None),
        Scene("UR002/IMG_3.JPG"),
    )
    grade(store, "ben", ids["UR002/IMG_3.JPG"], MALLARD)
    return store


def test_pictures_are_copied_as_they_lay(river: Store, tmp_path: Path) -> None:
    report = copied(river, tmp_path / "out")
    assert files(tmp_path / "out") == files(tmp_path / "in")
    for name in files(tmp_path / "out"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
    assert (report.files, report.export.pictures, report.is_whole) == (5, 5, True)
    assert [row["file"] for row in index(tmp_path / "out")] == files(tmp_path / "in")
    assert {(row["class"], row["class_by"]) for row in index(tmp_path / "out")} == {("", "")}
    told = json.loads((tmp_path / "out/copy-report.json").read_text(encoding="utf-8"))
    assert told == copy_json(report)


def test_a_filter_chooses(river: Store, tmp_path: Path) -> None:
    assert copied(river, tmp_path / "out", where="truth:mallard").files == 1
    with pytest.raises(FilterError):
        copied(river, tmp_path / "none", where="colour:red")
    assert not (tmp_path / "none").exists()


def test_by_class_of_what_people_said(river: Store, tmp_path: Path) -> None:
    report = copied(river, tmp_path / "out", by="class")
    assert report.folders == {
        "_in_conflict": 1,
        "_not_graded": 1,
        "blank": 1,
        "mallard": 1,
        "northern_raccoon": 2,
    }
    assert files(tmp_path / "out") == [
        "_in_conflict/UR002/IMG_3.JPG",
        "_not_graded/UR002/IMG_2.JPG",
        "blank/UR002/IMG_1.JPG",
        "mallard/UR001/IMG_2.JPG",
        "northern_raccoon/UR001/IMG_1.JPG",
        "northern_raccoon/UR001/IMG_2.JPG",
    ]
    assert (report.files, report.export.pictures) == (6, 5)
    assert any("several classes" in note for note in report.export.notes)
    assert {row["class_by"] for row in index(tmp_path / "out")} == {"truth"}


def test_several_words_on_one_species_are_one_file(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", said=[RACCOON, RACCOON]))
    report = copied(store, tmp_path / "out", by="class")
    assert (report.folders, report.is_whole) == ({"northern_raccoon": 1}, True)


def test_by_class_of_the_runs_word(river: Store, tmp_path: Path) -> None:
    with river.db.transaction():
        river.db.execute(
            "UPDATE prediction SET outcome = 'failed', taxon_id = NULL, score = NULL,"
            " source = NULL, reason = 'truncated' WHERE image_id = 1"
        )
    report = copied(river, tmp_path / "out", by="class", class_by="run")
    assert report.folders == {"_not_predicted": 1, "mallard": 1, "northern_raccoon": 3}
    assert {row["class_by"] for row in index(tmp_path / "out")} == {"run"}


def test_by_the_word_of_one_grader(river: Store, tmp_path: Path) -> None:
    report = copied(river, tmp_path / "out", by="class", truth="ben")
    assert report.folders == {"_not_graded": 4, "mallard": 1}


def test_by_deployment_nothing_is_in_the_way(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("UR001/IMG_1.JPG"), Scene("UR001/IMG_2.JPG"))
    (tmp_path / "card").mkdir()
    for name in ("IMG_1.JPG", "IMG_9.JPG"):
        (tmp_path / "card" / name).write_bytes(draw(Scene(name)))
    with store.db.transaction():
        card = store.images.source("folder", str(tmp_path / "card"), NOW)
        ids = store.images.deployment_ids(["UR001"])
        row = image("other", source_id=card.id, file_path="IMG_1.JPG", deployment_id=ids["UR001"])
        store.images.add(row)
        alone = image("alone", source_id=card.id, file_path="IMG_9.JPG", content_md5="x")
        store.images.add(alone)
    report = copied(store, tmp_path / "out", by="deployment")
    assert report.folders == {"UR001": 3, "_no_deployment": 1}
    assert files(tmp_path / "out") == [
        "UR001/IMG_1.JPG",
        "UR001/IMG_2.JPG",
        "UR001/UR001/IMG_1.JPG",
        "_no_deployment/IMG_9.JPG",
    ]


def test_pictures_of_one_path_are_kept_apart(store: Store, tmp_path: Path) -> None:
    with store.db.transaction():
        for card in ("one", "two"):
            folder = tmp_path / card
            folder.mkdir()
            (folder / "IMG_1.JPG").write_bytes(draw(Scene(card)))
            source = store.images.source("folder", str(folder), NOW)
            store.images.add(image(card, source_id=source.id, file_path="IMG_1.JPG"))
    copied(store, tmp_path / "out")
    found = {(tmp_path / "out" / name).read_bytes() for name in files(tmp_path / "out")}
    assert found == {draw(Scene("one")), draw(Scene("two"))}


def test_links_lead_to_the_pictures(river: Store, tmp_path: Path) -> None:
    dry = copied(river, tmp_path / "out", how="link", dry_run=True)
    report = copied(river, tmp_path / "out", how="link")
    assert (report.files, report.bytes, dry.bytes) == (5, 0, 0)
    for name in files(tmp_path / "in"):
        assert (tmp_path / "out" / name).readlink() == tmp_path / "in" / name


def test_people_are_left_out_or_blurred(store: Store, tmp_path: Path) -> None:
    drawn(
        store,
        tmp_path / "in",
        Scene("1.JPG", [PERSON], ["human"]),
        Scene("2.JPG"),
        Scene("3.JPG", [PERSON], None),  # the run alone says so, with a box
    )
    for dry_run in (True, False):
        report = copied(store, tmp_path / "out", people="exclude", dry_run=dry_run)
        assert (report.export.left_out, report.is_whole) == ({SHOWS_PEOPLE: 2}, True)
    assert files(tmp_path / "out") == ["2.JPG"]
    copied(store, tmp_path / "blurred", people="blur", how="link")
    assert not (tmp_path / "blurred/1.JPG").is_symlink()
    assert (tmp_path / "blurred/1.JPG").read_bytes() != (tmp_path / "in/1.JPG").read_bytes()


def test_what_is_not_here_is_said_with_what_to_do(river: Store, tmp_path: Path) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET url = 'https://example.org/1.JPG' WHERE id = 1")
    for name in ("UR001/IMG_1.JPG", "UR001/IMG_2.JPG"):
        (tmp_path / "in" / name).unlink()
    report = copied(river, tmp_path / "out")
    assert report.export.left_out == {NOT_FETCHED: 1, NOT_HERE: 1}
    assert (report.files, report.is_whole) == (3, False)
    notes = " ".join(report.export.notes)
    assert "camtrap-tui fetch" in notes
    assert "camtrap-tui relink" in notes


def test_where_nothing_is_here_nothing_is_written(river: Store, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "in")
    report = copied(river, tmp_path / "out")
    assert (report.files, report.is_dry) == (0, True)
    assert not (tmp_path / "out").exists()


def test_a_dry_run_says_the_same_and_writes_nothing(river: Store, tmp_path: Path) -> None:
    dry = copied(river, tmp_path / "out", by="class", dry_run=True)
    assert not (tmp_path / "out").exists()
    report = copied(river, tmp_path / "out", by="class")
    assert (dry.files, dry.bytes, dry.folders) == (report.files, report.bytes, report.folders)


def test_the_same_command_goes_on_where_it_stopped(river: Store, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stop

    request = CopyRequest(tmp_path / "out")
    with pytest.raises(Stop):
        copy(river, request, stop)
    assert not (tmp_path / "out/pictures.csv").exists()
    first = tmp_path / "out/UR001/IMG_1.JPG"
    before = first.stat().st_ino
    (tmp_path / "out/UR001/IMG_2.JPG").write_bytes(b"half a picture")
    report = copied(river, tmp_path / "out")
    assert first.stat().st_ino == before
    assert (report.files, report.there) == (5, 4)
    assert files(tmp_path / "out") == files(tmp_path / "in")
    again = copied(river, tmp_path / "out")
    assert (again.files, again.there) == (5, 5)


def test_what_an_earlier_try_left_elsewhere_is_told(river: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert copied(river, out, by="class").others == 0
    grade(river, "ann", 1, MALLARD)
    (out / "blank/Fore\u0302t.txt").write_text("a note")
    (out / "elsewhere").symlink_to(tmp_path)
    report = copied(river, out, by="class")
    assert (report.others, report.is_whole, report.folders["mallard"]) == (3, False, 2)
    (note,) = (note for note in report.export.notes if "no picture that this copy has" in note)
    assert "(elsewhere, blank/For\xeat.txt, northern_raccoon/UR001/IMG_1.JPG)" in note
    assert copy_json(report)["other_files"] == 3
    # Nothing that it does not know is deleted.
    assert (out / "northern_raccoon/UR001/IMG_1.JPG").is_file()
    for name in ("blank/Fore\u0302t.txt", "elsewhere", "northern_raccoon/UR001/IMG_1.JPG"):
        (out / name).unlink()
    assert copied(river, out, by="class").is_whole


def test_whom_somebody_saw_meanwhile_is_told_of(store: Store, tmp_path: Path) -> None:
    ids = drawn(store, tmp_path / "in", Scene("1.JPG"), Scene("2.JPG"))
    for people in ("blur", "exclude"):
        copied(store, tmp_path / people, people=people)
    grade(store, "ben", ids["1.JPG"], "human")
    report = copied(store, tmp_path / "exclude", people="exclude")
    assert (report.others, report.export.left_out) == (1, {SHOWS_PEOPLE: 1})
    report = copied(store, tmp_path / "blur", people="blur")
    assert (report.others, report.is_whole) == (0, True)
    assert (tmp_path / "blur/1.JPG").read_bytes() != (tmp_path / "in/1.JPG").read_bytes()
    assert "1 picture with people is blurred, 0 where" in report.export.notes[0]


@pytest.mark.parametrize("place", ["in", "in/UR001/new", "link"])
def test_no_copy_is_put_among_the_pictures(river: Store, tmp_path: Path, place: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "in/UR001")
    with pytest.raises(UsageError, match="where the survey's pictures are"):
        copied(river, tmp_path / place)
    assert len(list((tmp_path / "in").rglob("*"))) == 7


def test_a_link_in_the_place_of_a_list_is_not_written_through(river: Store, tmp_path: Path) -> None:
    original = tmp_path / "in/UR001/IMG_1.JPG"
    before, out = original.read_bytes(), tmp_path / "out"
    copied(river, out)
    for name in ("pictures.csv", "copy-report.json", copy_request.REQUEST):
        (out / f".{name}.part").symlink_to(original)
    (out / "pictures.csv").unlink()
    (out / "pictures.csv").symlink_to(original)
    assert copied(river, out).is_whole
    assert original.read_bytes() == before
    assert len(index(out)) == 5


def test_a_source_that_goes_away_meanwhile_is_told(river: Store, tmp_path: Path) -> None:
    def gone(done: int, total: int) -> None:
        shutil.rmtree(tmp_path / "in", ignore_errors=True)

    class Going(PictureFiles):
        def put(self, picture: Picture, target: str) -> str:
            gone(0, 0)
            return super().put(picture, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "PictureFiles", Going)
        report = copied(river, tmp_path / "out")
    assert report.export.left_out == {NOT_HERE: 5}
    assert (report.files, files(tmp_path / "out")) == (0, [])


def test_a_new_run_is_another_copy_where_it_has_a_say(river: Store, tmp_path: Path) -> None:
    copied(river, tmp_path / "plain")
    copied(river, tmp_path / "run", by="class", class_by="run")
    add_run(river, "later")
    assert copied(river, tmp_path / "plain").there == 5
    with pytest.raises(UsageError, match="another copy"):
        copied(river, tmp_path / "run", by="class", class_by="run")
    assert copied(river, tmp_path / "run", by="class", class_by="run", run_id=1).there == 5


def test_a_folder_that_holds_anything_else_stays_as_it_is(river: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("a note")
    with pytest.raises(UsageError, match="something in it"):
        copied(river, tmp_path / "mine")
    (tmp_path / "file").write_text("a file")
    with pytest.raises(UsageError, match="is a file"):
        copied(river, tmp_path / "file")
    with pytest.raises(InputError, match="no such folder"):
        copied(river, tmp_path / "none/out")
    copied(river, tmp_path / "out")
    others: list[dict[str, Any]] = [
        {"where": "truth:mallard"}, {"by": "class"}, {"how": "link"}, {"people": "blur"},
        {"truth": "ann"},
    ]  # fmt: skip
    for asked in others:
        with pytest.raises(UsageError, match="another copy"):
            copied(river, tmp_path / "out", **asked)
    (tmp_path / "out" / copy_request.REQUEST).write_text("{")
    with pytest.raises(UsageError, match="another copy"):
        copied(river, tmp_path / "out")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    copied(river, tmp_path / "of ann", where="state:mine", grader="ann")
    with pytest.raises(UsageError, match="another copy"):
        copied(river, tmp_path / "of ann", where="state:mine", grader="ben")
    copied(river, tmp_path / "blurred", people="blur")
    with pytest.raises(UsageError, match="another copy"):
        copied(river, tmp_path / "blurred", people="exclude")


def test_a_disk_without_room_is_told_before_anything_is_copied(
    river: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    small = usage._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: small)
    with pytest.raises(InputError, match="are free"):
        copied(river, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    # Links take no room.
    assert copied(river, tmp_path / "out", how="link").files == 5
    monkeypatch.undo()
    copied(river, tmp_path / "copies")
    length = (tmp_path / "copies/UR002/IMG_1.JPG").stat().st_size
    (tmp_path / "copies/UR002/IMG_1.JPG").unlink()
    # What is there already takes no more.
    small = usage._replace(free=copy_request._SPARE + length)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: small)
    assert copied(river, tmp_path / "copies").there == 4


def test_hostile_names_stay_inside(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    paths = [payload for payload in PAYLOADS if ".." not in payload and payload[0] != "/"]
    paths = [path for path in paths if "\0" not in path and len(path.encode()) < 250]
    with store.db.transaction():
        made = store.images.source("folder", str(source), NOW)
        for number, path in enumerate(paths):
            inside = source / path
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.write_bytes(draw(Scene(path)))
            ids = store.images.deployment_ids([f"{path}{number}/../.."])
            row = image(f"{number}", source_id=made.id, file_path=path.replace("%", "%25"))
            store.images.add(replace(row, deployment_id=next(iter(ids.values()))))
    report = copied(store, tmp_path / "out", by="deployment")
    assert report.files == len(paths)
    found = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(found) == len(paths) + 3
    assert {path.name for path in tmp_path.iterdir()} <= {"in", "out", "settings", "river.db"} | {
        "river.db-wal", "river.db-shm",
    }  # fmt: skip
    for told in index(tmp_path / "out"):
        assert told["file"].isprintable()
        assert not told["file"].startswith(("=", "-", "+", "@"))
