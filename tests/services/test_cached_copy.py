"""A copy shows the whole picture, turned, and never larger than it came."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image, ImageChops, ImageStat

from camtrap_tui.errors import UsageError
from camtrap_tui.services.cached_copy import ORIGINAL, InputSize, make_copy, parse_input_size
from camtrap_tui.services.strict_decode import PictureError, decode_bytes
from tests.picture_files import blobs, jpeg

WIDE = jpeg(blobs(1, size=(1600, 1200)))


def test_what_is_no_wider_stays_as_it_came() -> None:
    for size in (InputSize(1600), InputSize(5000, 10), ORIGINAL):
        copy = make_copy(WIDE, size)
        assert copy.data == WIDE
        assert copy.copy_md5 == copy.original_md5 == hashlib.md5(WIDE).hexdigest()
        assert (copy.width, copy.height, copy.ending) == (1600, 1200, "jpg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_wider_is_turned_and_looks_the_same(orientation: int) -> None:
    data = jpeg(blobs(2, size=(1600, 1000)), orientation)
    turned = decode_bytes(data)
    copy = make_copy(data, InputSize(640, 90))
    found = Image.open(io.BytesIO(copy.data))
    assert found.size == (copy.width, copy.height)
    assert copy.width == 640
    assert abs(copy.height - 640 * turned.height / turned.width) <= 1
    assert not found.getexif()
    assert (copy.header.width, copy.header.height) == turned.size
    difference = ImageChops.difference(found.convert("RGB"), turned.resize(found.size))
    assert max(ImageStat.Stat(difference).mean) < 3


def test_other_formats_keep_their_names_unless_they_are_made_smaller() -> None:
    out = io.BytesIO()
    blobs(3, "P", size=(800, 600)).save(out, "PNG")
    assert make_copy(out.getvalue(), InputSize()).ending == "png"
    smaller = make_copy(out.getvalue(), InputSize(400))
    assert smaller.ending == "jpg"
    assert Image.open(io.BytesIO(smaller.data)).size == (400, 300)


@pytest.mark.parametrize("size", [ORIGINAL, InputSize(400)])
def test_half_a_picture_is_none(size: InputSize) -> None:
    for is_decoded_later in (False, True):
        with pytest.raises(PictureError, match="truncated"):
            make_copy(WIDE[: len(WIDE) // 2], size, is_decoded_later=is_decoded_later)


def test_a_size_is_written_and_read() -> None:
    for size in (ORIGINAL, InputSize(), InputSize(320, 60)):
        assert parse_input_size(str(size)) == size
    assert str(InputSize()) == "1280 q75"
    for text in ("", "1280", "1280 q0", "10 q75", "original q75"):
        with pytest.raises(UsageError):
            parse_input_size(text)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_tiff_keeps_its_shape(orientation: int) -> None:
    out = io.BytesIO()
    blobs(4, size=(900, 600)).save(out, "TIFF", tiffinfo={274: orientation})
    whole = decode_bytes(out.getvalue())
    copy = make_copy(out.getvalue(), InputSize(300))
    assert (copy.header.width, copy.header.height) == whole.size
    assert (copy.width, copy.height) == (300, round(300 * whole.height / whole.width))


def test_damaged_exif_turns_no_picture_and_harms_none() -> None:
    data = jpeg(blobs(5, size=(900, 600)), 6).replace(b"Exif\0\0MM", b"Exif\0\0ZZ")
    assert b"Exif\0\0ZZ" in data
    assert decode_bytes(data).size == (900, 600)
    copy = make_copy(data, InputSize(300))
    assert (copy.width, copy.height) == (300, 200)


@pytest.mark.parametrize(("size", "width"), [((100, 7000), 99), ((70_000, 4), 66_000)])
def test_what_no_jpeg_can_hold_has_a_reason(size: tuple[int, int], width: int) -> None:
    out = io.BytesIO()
    Image.new("L", (size[0], size[1] * 10) if size[1] > 100 else size).save(out, "PNG")
    with pytest.raises(PictureError, match="a JPEG cannot be"):
        make_copy(out.getvalue(), InputSize(width))
