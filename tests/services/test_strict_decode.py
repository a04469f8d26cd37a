"""Pictures are decoded as SpeciesNet would, but for those that are not whole."""

from __future__ import annotations

from pathlib import Path

import PIL.Image
import PIL.ImageFile
import pytest

from camtrap_tui.services.strict_decode import PictureError, decode, loaded
from tests.picture_files import blobs, jpeg, write_kinds


@pytest.fixture(autouse=True)
def lenient_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing speciesnet leaves Pillow like this."""
    monkeypatch.setattr(PIL.ImageFile, "LOAD_TRUNCATED_IMAGES", True)


def test_every_kind_becomes_rgb(tmp_path: Path) -> None:
    for path in write_kinds(tmp_path):
        assert decode(path).mode == "RGB", path.name


def test_exif_turns_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "rotated.jpg"
    path.write_bytes(jpeg(blobs(3), orientation=6))
    assert decode(path).size == (480, 640)


@pytest.mark.parametrize("part", [0.05, 0.5, 0.97])
def test_a_file_that_ends_too_early_is_an_error(tmp_path: Path, part: float) -> None:
    data = jpeg(blobs(1))
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(PictureError, match=r"truncated|unreadable"):
        decode(path)


def test_a_file_that_ends_in_zeros_is_an_error(tmp_path: Path) -> None:
    # What a memory card leaves when the power goes.
    data = jpeg(blobs(1))
    path = tmp_path / "zeros.jpg"
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    with pytest.raises(PictureError, match="truncated"):
        decode(path)


def test_a_cut_png_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    blobs(1).save(path)
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(PictureError, match="truncated"):
        decode(path)


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b"Dear diary", "unreadable"), (b"\xff\xd8\xff", "unread")]
)
def test_what_is_no_picture_is_an_error(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(PictureError, match=reason) as caught:
        decode(path)
    assert "0x" not in str(caught.value)


def test_missing_files_and_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="missing"):
        decode(tmp_path / "none.jpg")
    with pytest.raises(PictureError, match="unreadable"):
        decode(tmp_path)


def test_pillow_is_left_as_it_was(tmp_path: Path) -> None:
    decode(write_kinds(tmp_path)[0])
    with pytest.raises(PictureError):
        decode(tmp_path / "none.jpg")
    assert PIL.ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.parametrize("kind", [TypeError, KeyError, ZeroDivisionError, MemoryError, EOFError])
def test_whatever_pillow_raises_is_the_pictures_reason(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = PIL.Image.new("RGB", (2, 2))

    def fail() -> None:
        raise kind("damaged")

    monkeypatch.setattr(picture, "load", fail)
    with pytest.raises(PictureError, match="damaged"):
        loaded(lambda: picture)
