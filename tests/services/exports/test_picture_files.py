"""Pictures in exports: safe names, whole copies, links, and people who cannot be known."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from camtrap_tui.errors import InputError
from camtrap_tui.services.exports.picture_blurring import blurred, people_boxes, save_picture
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
from camtrap_tui.services.exports.request import ExportRequest, People
from camtrap_tui.services.strict_decode import decode
from camtrap_tui.store.store import Store
from tests.builders import NOW, image
from tests.hostile import PAYLOADS
from tests.services.exports.test_confirmed_boxes import box, word
from tests.store.test_reports import grade
from tests.training_survey import GREEN, GREY, RACCOON, RED, Scene, Seen, draw, drawn, is_colour

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
    assert safe_path("Fore\u0302t/a.JPG") == "For\xeat/a.JPG"


def test_no_two_pictures_have_one_name(store: Store) -> None:
    paths = ["IMG.JPG", "img.jpg", "IMG.JPG", "a\\b.JPG", "a/b.JPG", "x.JPG", "a..JPG", "a.JPG"]
    paths += ["\xc9.JPG", "\xc9.JPG", "\xe9.JPG", "e\u0301.JPG", "Stra\xdfe.JPG", "Stra\xdfe.JPG"]
    with store.db.transaction():
        for number, path in enumerate(paths):
            source = store.images.source("folder", f"/card{number}", "2026-06-01T12:00:00Z")
            store.images.add(image(f"{number}", source_id=source.id, file_path=path))
    names = Names(store)
    rows = store.images.by_ids([key for (key,) in store.db.execute("SELECT id FROM image")])
    found = [names.of(row) for row in rows]
    assert len({normalize("NFC", name).casefold() for name in found}) == len(paths)
    assert "x.JPG" in found
    assert found == [Names(store).of(row) for row in rows]


def test_a_copy_is_the_file_and_a_link_leads_to_it(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("UR011/a.JPG", [PERSON], ["human"]))
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
    # Of the same length, but of another time.
    length = (tmp_path / "b.JPG").stat().st_size
    (tmp_path / "b.JPG").write_bytes(b"?" * length)
    os.utime(tmp_path / "b.JPG", (10**9, 10**9))
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
    for target in ("link/a.JPG", "link/deeper/a.JPG"):
        with pytest.raises(InputError, match="leads out of"):
            files.put(picture, target)
    assert not (tmp_path / "a.JPG").exists()
    assert not (tmp_path / "deeper").exists()


@pytest.mark.parametrize("people", ["include", "blur"])
def test_links_that_somebody_planted_are_not_written_through(
    store: Store, tmp_path: Path, people: People
) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [PERSON], ["human"]))
    (picture,) = pictures(store).values()
    original = tmp_path / "in/a.JPG"
    before = original.read_bytes()
    out = tmp_path / "out"
    out.mkdir()
    for name in ("a.JPG", ".a.JPG.part"):
        (out / name).symlink_to(original)
    assert PictureFiles(store, out, people=people, resume=True).put(picture, "a.JPG") == ""
    assert original.read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["a.JPG"]
    assert not (out / "a.JPG").is_symlink()


def test_what_showed_a_person_is_gone_where_it_cannot_be_blurred(
    store: Store, tmp_path: Path
) -> None:
    ids = drawn(store, tmp_path / "in", Scene("a.JPG", [PERSON]))
    files = PictureFiles(store, tmp_path / "out", people="blur", resume=True)
    assert files.put(pictures(store)["a.JPG"], "a.JPG") == ""
    grade(store, "ann", ids["a.JPG"], "human")
    (tmp_path / "in/a.JPG").write_bytes(b"no picture")
    assert files.put(pictures(store)["a.JPG"], "a.JPG").startswith("cannot be blurred")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_picture_called_as_a_folder_is_told(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG"))
    (picture,) = pictures(store).values()
    files = PictureFiles(store, tmp_path / "out")
    assert files.put(picture, "a.JPG") == ""
    assert files.put(picture, "a.JPG/b.JPG") == NAME_TAKEN
    assert files.put(picture, "c.JPG/a.JPG") == ""
    assert files.put(picture, "c.JPG") == NAME_TAKEN
    assert PictureFiles(store, tmp_path / "out", resume=True).put(picture, "c.JPG") == NAME_TAKEN


def test_names_that_the_system_does_not_take_are_not_here(store: Store, tmp_path: Path) -> None:
    with store.db.transaction():
        source = store.images.source("folder", str(tmp_path), NOW)
        store.images.add(image("long", source_id=source.id, file_path="x" * 300 + ".JPG"))
    (picture,) = pictures(store).values()
    assert PictureFiles(store, tmp_path / "out").put(picture, "a.JPG") == NOT_HERE


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


@pytest.mark.parametrize("orientation", range(9))
def test_a_person_is_blurred_where_they_are_seen(
    store: Store, tmp_path: Path, orientation: int
) -> None:
    stripe = Seen((0.32, 0.3, 0.01, 0.1), GREEN)
    animal = Seen((0.7, 0.7, 0.2, 0.2), GREEN)
    scene = Scene("a.JPG", [PERSON, stripe, animal], ["human", RACCOON], orientation)
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
        ([PERSON, Seen((0.7, 0.7, 0.2, 0.2), GREEN)], ["human", RACCOON]),  # one of two people has
        ([replace(PERSON, bbox=(1.0, 0.2, 0.2, 0.2))], ["human"]),  # it is not in the picture
        ([replace(PERSON, confidence=0.1)], ["human"]),  # it is not sure
    ],
)
def test_all_is_blurred_where_not_everybody_has_a_box(
    store: Store, tmp_path: Path, boxes: list[Seen], said: list[str]
) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", boxes, said))
    (picture,) = pictures(store).values()
    if len(boxes) > 1:
        picture = replace(picture, people_said=2)
    assert PictureFiles(store, tmp_path / "out", people="blur").put(picture, "a.JPG") == ""
    with Image.open(tmp_path / "out/a.JPG") as copy:
        assert copy.size == (300, 400)
        corner = copy.crop((225, 300, 262, 350))
        assert len({corner.getpixel((x, 25)) for x in range(5, 30)}) < 10
        assert not is_colour(copy.getpixel((215, 285)), GREEN)


def test_boxes_in_one_another_are_no_finer_than_the_largest() -> None:
    picture = Image.effect_noise((400, 400), 100).convert("RGB")
    large, small = (0.25, 0.25, 0.5, 0.5), (0.45, 0.45, 0.02, 0.02)
    for boxes in ([large, small], [small, large]):
        part = blurred(picture, boxes).crop((175, 175, 195, 195))
        assert len({part.getpixel((x, y)) for x in range(20) for y in range(20)}) <= 9


def test_less_sure_boxes_and_those_of_no_kind_that_people_named_may_be_people() -> None:
    boxes = [
        box(1, "human"),
        box(2, "human", 0.01, bbox=(0.5, 0.5, 0.1, 0.1)),
        box(3, "animal", bbox=(0.6, 0.6, 0.1, 0.1)),
        box(4, "animal", named="human", bbox=(0.7, 0.7, 0.1, 0.1)),
        box(5, "vehicle", bbox=(0.8, 0.8, 0.1, 0.1)),
    ]
    picture = Picture(image("a"), None, None, "agreed", (), (), (), 1, None, tuple(boxes))

    def hidden(*names: str, people: int = 1) -> list[float]:
        words = tuple(word(name) for name in names)
        shown = replace(picture, words=words, people_said=people)
        return [left for left, *_ in people_boxes(shown)]

    assert hidden("human") == [0.1, 0.5, 0.6, 0.7, 0.8]
    assert hidden("human", "mink") == [0.1, 0.5, 0.7, 0.8]
    assert hidden("human", "mink", "vehicle") == [0.1, 0.5, 0.7]
    assert hidden("human", people=2) == [0.1, 0.5, 0.6, 0.7, 0.8]
    assert hidden("human", people=3) == []
    # The run says that there is a person, and has no box of one.
    assert people_boxes(replace(picture, people_said=0, boxes=tuple(boxes[2:3]))) == []


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "gif"])
def test_a_blurred_copy_tells_nothing_but_its_pixels(tmp_path: Path, ending: str) -> None:
    picture, other = Image.new("RGB", (64, 48), GREY), Image.new("RGB", (64, 48), RED)
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "SECRET")
    more: dict[str, dict[str, Any]] = {
        "jpg": {"format": "MPO", "exif": exif, "append_images": [other], "save_all": True},
        "png": {"exif": exif, "pnginfo": text, "append_images": [other], "save_all": True},
        "tif": {"tiffinfo": {270: "SECRET"}, "append_images": [other], "save_all": True},
        "webp": {"exif": exif, "xmp": b"SECRET"},
        "gif": {"append_images": [other], "save_all": True},
    }
    path = tmp_path / f"a.{ending}"
    picture.save(path, icc_profile=b"SECRET" * 40, comment=b"SECRET", **more[ending])
    assert b"SECRET" in path.read_bytes()
    for name in (f"b.{ending}", "b.jpg", "b.gif", "b.tif"):
        save_picture(decode(path), tmp_path / name)
        assert b"SECRET" not in (tmp_path / name).read_bytes()
        with Image.open(tmp_path / name) as copy:
            assert getattr(copy, "n_frames", 1) == 1
            assert not copy.getexif() or ending == "tif" or name == "b.tif"


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
    for orientation in range(9):
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
