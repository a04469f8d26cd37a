"""Pictures in exports: safe names, whole copies, links, and people who cannot be known."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from camtrap_tui.errors import InputError
from camtrap_tui.services.exports.picture_files import (
    NAME_TAKEN,
    NOT_FETCHED,
    NOT_HERE,
    SHOWS_PEOPLE,
    PictureFiles,
    size_of,
)
from camtrap_tui.services.exports.picture_names import Names, safe_path
from camtrap_tui.services.exports.pictures import Picture, Pictures
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.services.strict_decode import decode
from camtrap_tui.store.store import Store
from tests.builders import image
from tests.hostile import PAYLOADS
from tests.training_survey import GREEN, GREY, RED, Scene, Seen, draw, drawn, is_colour

PERSON = Seen((0.25, 0.25, 0.25, 0.25), RED, "human", 0.8)
REAL = Path(__file__).parents[3].parent / "shared" / "data" / "photos"


def pictures(store: Store) -> dict[str, Picture]:
    """Return the survey's pictures by path."""
    with store.db.snapshot():
        found = Pictures(store, ExportRequest(Path("out")), boxes=True).read(lambda *_: None)
        return {picture.image.file_path: picture for picture in found}


@given(st.one_of(st.text(), st.text("/.\\ -~:a\u0301", max_size=30)))
@example("../" * 400 + "x" * 300)
@example("a/" * 900)
@example("CON/aux.txt/com1")
@example("C:\\photos\\IMG.JPG")
def test_a_safe_path_stays_inside_and_is_safe_already(path: str) -> None:
    safe = safe_path(path)
    assert safe_path(safe) == safe
    assert len(safe.encode()) <= 1000
    assert Path("/out", safe).resolve().is_relative_to("/out")
    for name in safe.split("/"):
        assert name
        assert name[0] not in ".-~"
        assert name[-1] not in ". "
        assert ".." not in name
        assert len(name.encode()) <= 120
        assert not set(name) & set('<>:"|?*\\\0\n\x1b')
        assert name.partition(".")[0].lower() not in ("con", "nul", "com1", "aux")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_are_files_that_can_be_made(payload: str, tmp_path: Path) -> None:
    path = tmp_path / safe_path(payload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    assert path.resolve().is_relative_to(tmp_path)


def test_a_plain_path_stays_as_it_is() -> None:
    for path in ("UR011/DCIM/100MEDIA/IMG_0001.JPG", "Forêt (2)/北 1, a+b.jpg", "a"):
        assert safe_path(path) == path


def test_no_two_pictures_have_one_name(store: Store) -> None:
    paths = ["IMG.JPG", "img.jpg", "IMG.JPG", "a\\b.JPG", "a/b.JPG", "x.JPG", "a..JPG", "a.JPG"]
    with store.db.transaction():
        for number, path in enumerate(paths):
            source = store.images.source("folder", f"/card{number}", "2026-06-01T12:00:00Z")
            store.images.add(image(f"{number}", source_id=source.id, file_path=path))
    names = Names(store)
    rows = store.images.by_ids([key for (key,) in store.db.execute("SELECT id FROM image")])
    found = [names.of(row) for row in rows]
    assert len({name.lower() for name in found}) == len(paths)
    assert "x.JPG" in found
    assert found == [Names(store).of(row) for row in rows]


def test_a_copy_is_the_file_and_a_link_leads_to_it(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("UR011/a.JPG"))
    (picture,) = pictures(store).values()
    original = tmp_path / "in/UR011/a.JPG"
    os.utime(original, ns=(10**18, 10**18))
    files = PictureFiles(store, tmp_path / "out")
    assert files.put(picture, files.name(picture.image)) == ""
    copy = tmp_path / "out/UR011/a.JPG"
    assert copy.read_bytes() == original.read_bytes()
    assert copy.stat().st_mtime_ns == 10**18
    assert [file.name for file in copy.parent.iterdir()] == ["a.JPG"]
    linking = PictureFiles(store, tmp_path / "links", how="link")
    assert linking.put(picture, "b.JPG") == ""
    assert (tmp_path / "links/b.JPG").readlink() == original
    # Nothing is written over.
    assert files.put(picture, "UR011/a.JPG") == NAME_TAKEN


def test_an_earlier_try_is_gone_on_with(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"))
    (picture,) = pictures(store).values()
    PictureFiles(store, tmp_path).put(picture, "b.JPG")
    before = (tmp_path / "b.JPG").stat().st_ino
    files = PictureFiles(store, tmp_path, resume=True)
    assert files.put(picture, "b.JPG") == ""
    assert (tmp_path / "b.JPG").stat().st_ino == before
    (tmp_path / "b.JPG").write_bytes(b"half")
    assert files.put(picture, "b.JPG") == ""
    assert (tmp_path / "b.JPG").read_bytes() == (tmp_path / "in/a.JPG").read_bytes()


def test_what_is_not_here_is_said(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"), Scene("b.JPG", boxes=[PERSON]), Scene("c.JPG"))
    with store.db.transaction():
        store.db.execute("UPDATE image SET url = 'https://example.org/b.JPG' WHERE id = 2")
    for path in (tmp_path / "in").iterdir():
        path.unlink()
    found = pictures(store)
    files = PictureFiles(store, tmp_path / "out")
    assert files.put(found["a.JPG"], "a.JPG") == NOT_HERE
    assert files.put(found["b.JPG"], "b.JPG") == NOT_FETCHED
    (tmp_path / "in/c.JPG").mkdir()
    assert files.put(found["c.JPG"], "c.JPG") == NOT_HERE
    assert not any((tmp_path / "out").rglob("*.JPG"))


def test_a_file_that_cannot_be_read_is_a_reason(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"))
    (picture,) = pictures(store).values()

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    opened = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda path, mode="r", *more, **named: (
            Broken() if mode == "rb" else opened(path, mode, *more, **named)
        ),
    )
    files = PictureFiles(store, tmp_path / "out")
    assert files.put(picture, "a.JPG") == "cannot be read: input/output error"
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_is_written_outside_of_the_folder(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"))
    (picture,) = pictures(store).values()
    out = tmp_path / "out"
    out.mkdir()
    files = PictureFiles(store, out)
    for target in ("../a.JPG", "/a.JPG", "a//b.JPG", "./a.JPG", "x/../../a.JPG", ""):
        with pytest.raises(ValueError, match="no safe path"):
            files.put(picture, target)
    (out / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out of"):
        files.put(picture, "link/a.JPG")
    assert not (tmp_path / "a.JPG").exists()


def test_a_full_disk_ends_it_with_a_sentence(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"))
    (picture,) = pictures(store).values()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "utime", full)
    with pytest.raises(InputError, match="the disk is full"):
        PictureFiles(store, tmp_path / "out").put(picture, "a.JPG")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("orientation", [0, 3, 6, 8])
def test_a_person_is_blurred_where_they_are_seen(
    store: Store, tmp_path: Path, orientation: int
) -> None:
    stripe = Seen((0.32, 0.3, 0.01, 0.1), GREEN)
    animal = Seen((0.7, 0.7, 0.2, 0.2), GREEN)
    scene = Scene("a.JPG", [PERSON, stripe, animal], ["human"], orientation)
    drawn(store, tmp_path / "in", scene)
    (picture,) = pictures(store).values()
    files = PictureFiles(store, tmp_path / "out", how="link", people="blur")
    assert files.put(picture, "a.JPG") == ""
    path = tmp_path / "out/a.JPG"
    assert not path.is_symlink()
    with Image.open(path) as copy:
        assert copy.size == (300, 400)
        assert not copy.getexif()
        # The stripe of green in the person is gone, the animal is as it was.
        assert not is_colour(copy.getpixel((97, 140)), GREEN)
        assert is_colour(copy.getpixel((240, 320)), GREEN)
        assert is_colour(copy.getpixel((20, 20)), GREY)


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([Seen((0.7, 0.7, 0.2, 0.2), GREEN)], ["human"]),  # nobody has a box
        ([PERSON, Seen((0.7, 0.7, 0.2, 0.2), GREEN)], ["human"]),  # one of two people has
    ],
)
def test_all_is_blurred_where_not_everybody_has_a_box(
    store: Store, tmp_path: Path, boxes: list[Seen], said: list[str]
) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", boxes, said))
    (picture,) = pictures(store).values()
    if len(boxes) > 1:
        picture = replace(picture, words=(replace(picture.words[0], count=2),))
    assert PictureFiles(store, tmp_path / "out", people="blur").put(picture, "a.JPG") == ""
    with Image.open(tmp_path / "out/a.JPG") as copy:
        assert copy.size == (300, 400)
        corner = copy.crop((225, 300, 262, 350))
        assert len({corner.getpixel((x, 25)) for x in range(5, 30)}) < 10
        assert not is_colour(copy.getpixel((215, 285)), GREEN)


def test_pictures_without_people_are_neither_blurred_nor_left_out(
    store: Store, tmp_path: Path
) -> None:
    # A box of a person where people say that there is a raccoon: they have looked.
    drawn(store, tmp_path / "in", Scene("a.JPG", [PERSON]), Scene("b.JPG", [PERSON], ["human"]))
    found = pictures(store)
    files = PictureFiles(store, tmp_path / "out", people="blur")
    assert files.put(found["a.JPG"], "a.JPG") == ""
    assert (tmp_path / "out/a.JPG").read_bytes() == (tmp_path / "in/a.JPG").read_bytes()
    excluding = PictureFiles(store, tmp_path / "out", people="exclude")
    assert excluding.put(found["b.JPG"], "b.JPG") == SHOWS_PEOPLE
    assert not (tmp_path / "out/b.JPG").exists()


def test_what_cannot_be_blurred_is_not_copied(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [PERSON], ["human"]))
    path = tmp_path / "in/a.JPG"
    path.write_bytes(path.read_bytes()[:-200])
    (picture,) = pictures(store).values()
    reason = PictureFiles(store, tmp_path / "out", people="blur").put(picture, "a.JPG")
    assert reason.startswith("cannot be blurred: truncated")
    assert not (tmp_path / "out/a.JPG").exists()


def test_a_size_is_that_of_the_turned_picture(tmp_path: Path) -> None:
    for orientation in (0, 3, 6, 8):
        (tmp_path / "a.jpg").write_bytes(draw(Scene("a.jpg", orientation=orientation)))
        assert size_of(tmp_path / "a.jpg") == (300, 400)
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    assert size_of(tmp_path / "a.jpg") is None
    assert size_of(tmp_path / "b.jpg") is None


@pytest.mark.skipif(not REAL.is_dir(), reason="shared/data/photos is not beside the project")
def test_the_size_of_a_real_picture_that_is_turned() -> None:
    for path in sorted(REAL.glob("*.jpg")):
        if "truncated" not in path.name:
            assert size_of(path) == decode(path).size
