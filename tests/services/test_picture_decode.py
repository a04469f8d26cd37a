"""Every kind of file ends as a small picture or as one sentence."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFile

from camtrap_tui.services.picture_decode import decode
from camtrap_tui.services.picture_views import Region, View

_RED, _GREEN, _BLUE, _WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (240, 240, 240)
_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # stored turned left: shown turned right
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture(autouse=True)
def _as_pillow_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what an import of speciesnet does to Pillow; no screen ever imports it."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def _quarters(width: int = 640, height: int = 480) -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (width, height), _RED)
    pen = ImageDraw.Draw(image)
    pen.rectangle((width // 2, 0, width, height // 2 - 1), fill=_GREEN)
    pen.rectangle((0, height // 2, width // 2 - 1, height), fill=_BLUE)
    pen.rectangle((width // 2, height // 2, width, height), fill=_WHITE)
    return image


def _seen(view: View) -> list[str]:
    """Return the names of the colours in the four corners of what is shown."""
    decoded = decode(view)
    assert decoded.image is not None, decoded.problem
    image = decoded.image
    assert image.mode == "RGB"
    right, bottom = image.width - 2, image.height - 2
    named = {"red": _RED, "green": _GREEN, "blue": _BLUE, "white": _WHITE}
    found = []
    for place in ((1, 1), (right, 1), (1, bottom), (right, bottom)):
        pixel = image.getpixel(place)
        assert isinstance(pixel, tuple)
        near = [
            name
            for name, color in named.items()
            if all(abs(a - b) < 40 for a, b in zip(pixel, color, strict=True))
        ]
        found.append(near[0] if near else str(pixel))
    return found


_ALL = ["red", "green", "blue", "white"]


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_exif_says(tmp_path: Path, orientation: int, suffix: str) -> None:
    image = _quarters()
    way = _BACK[orientation]
    stored = image if way is None else image.transpose(way)
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"turned.{suffix}"
    stored.save(path, exif=exif)
    view = View(path, 40, 15)
    decoded = decode(view)
    assert (decoded.columns, decoded.rows) == (40, 15)
    assert _seen(view) == _ALL
    # The lower right quarter, less than all of it, since a zoom has a margin.
    assert _seen(View(path, 40, 15, Region(0.6, 0.6, 0.3, 0.3))) == ["white"] * 4


def test_a_zoom_to_any_edge_is_drawn_however_the_picture_is_turned(tmp_path: Path) -> None:
    chance = random.Random(4)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        path = tmp_path / f"turned{orientation}.jpg"
        Image.new("RGB", (61, 43), "grey").save(path, exif=exif)
        for _ in range(60):
            # At one edge, both, or neither.
            x, y = (chance.choice((0.0, 1.0, chance.random())) for _ in range(2))
            zoom = Region(x, y, chance.random() / 2, chance.random() / 2)
            columns, rows = chance.randint(1, 90), chance.randint(1, 30)
            assert decode(View(path, columns, rows, zoom)).problem == ""


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGBA", "LA", "P", "1", "I;16", "YCbCr", "F"])
def test_all_modes_are_shown(tmp_path: Path, mode: str) -> None:
    bright = Image.new("L", (64, 48), 0)
    bright.paste(255, (32, 0, 64, 48))
    suffix = {"CMYK": "jpg", "YCbCr": "jpg", "F": "tif"}.get(mode, "png")
    path = tmp_path / f"mode.{suffix}"
    if mode == "I;16":
        bright.convert("I").point(lambda level: level * 257).convert("I;16").save(path)
    elif mode in ("CMYK", "YCbCr", "RGBA", "P"):
        bright.convert("RGB").convert(mode).save(path)
    else:
        bright.convert(mode).save(path)
    decoded = decode(View(path, 40, 15))
    assert decoded.image is not None, decoded.problem
    assert decoded.image.mode == "RGB"
    dark, light = decoded.image.getpixel((3, 3)), decoded.image.getpixel((36, 3))
    assert isinstance(dark, tuple)
    assert isinstance(light, tuple)
    assert max(dark) < 20
    assert min(light) > 235


def test_a_sensor_of_twelve_bits_is_not_shown_black(tmp_path: Path) -> None:
    image = Image.new("I;16", (64, 48), 4000)
    image.save(tmp_path / "twelve.png")
    decoded = decode(View(tmp_path / "twelve.png", 40, 15))
    assert decoded.image is not None
    pixel = decoded.image.getpixel((3, 3))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 240


def test_a_zoom_to_the_dark_of_a_sensor_of_sixteen_bits_stays_dark(tmp_path: Path) -> None:
    image = Image.new("I;16", (64, 48), 200)
    image.paste(60000, (0, 0, 32, 48))
    image.save(tmp_path / "sixteen.png")
    decoded = decode(View(tmp_path / "sixteen.png", 40, 15, Region(0.7, 0.3, 0.2, 0.2)))
    assert decoded.image is not None
    assert decoded.image.getextrema() == ((0, 0),) * 3


def test_what_is_transparent_is_dark(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 48), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    decoded = decode(View(tmp_path / "clear.png", 40, 15))
    assert decoded.image is not None
    assert decoded.image.getpixel((3, 3)) == (0, 0, 0)


def test_large_jpegs_are_decoded_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _quarters(4000, 3000).save(tmp_path / "large.jpg")
    sizes: list[tuple[int, int]] = []
    load = Image.Image.load

    def spy(image: Image.Image) -> object:
        sizes.append(image.size)
        return load(image)

    monkeypatch.setattr(Image.Image, "load", spy)
    assert _seen(View(tmp_path / "large.jpg", 100, 38)) == _ALL
    assert max(width for width, _ in sizes) == 500
    sizes.clear()
    decode(View(tmp_path / "large.jpg", 200, 75, Region(0.5, 0.5, 0.01, 0.01)))
    assert max(width * height for width, height in sizes) <= 6_000_000


def _cut(source: Path, target: Path, share: float) -> None:
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_file_cut_short_is_drawn_as_far_as_it_goes(tmp_path: Path, suffix: str) -> None:
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    image = Image.effect_noise((640, 480), 90).convert("RGB")
    image.save(whole)
    _cut(whole, cut, 0.6)
    decoded = decode(View(cut, 40, 15))
    assert decoded.note == "cut short"
    assert decoded.problem == f"cut.{suffix} is cut short: not all of it can be drawn."
    assert decoded.image is not None
    assert decoded.image.crop((0, 0, 40, 8)).getbbox() == (0, 0, 40, 8)
    assert decoded.image.crop((0, 24, 40, 30)).getbbox() is None


def test_a_progressive_file_cut_short_may_have_nothing(tmp_path: Path) -> None:
    _quarters().save(tmp_path / "whole.jpg", progressive=True)
    _cut(tmp_path / "whole.jpg", tmp_path / "cut.jpg", 0.3)
    decoded = decode(View(tmp_path / "cut.jpg", 40, 15))
    assert decoded.image is None
    assert decoded.problem == "cut.jpg is cut short: nothing of it can be drawn."


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("not a picture", encoding="utf-8")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    problems = {
        name: decode(View(tmp_path / name, 40, 15)).problem
        for name in ("notes.jpg", "empty.jpg", "folder.jpg", "pipe.jpg", "gone.jpg")
    }
    assert problems == {
        "notes.jpg": "notes.jpg is no picture, or its first bytes are damaged.",
        "empty.jpg": "empty.jpg is no picture, or its first bytes are damaged.",
        "folder.jpg": "folder.jpg is a folder, not a picture.",
        "pipe.jpg": "pipe.jpg is no ordinary file, not a picture.",
        "gone.jpg": "gone.jpg is not where it was: the file is missing.",
    }
    assert decode(View(None, 40, 15)).problem == "No file is known for this picture."


def test_names_in_problems_are_clean(tmp_path: Path) -> None:
    assert "\x1b" not in decode(View(tmp_path / "a\x1b]52;c;x\x07.jpg", 40, 15)).problem


def test_huge_pictures_are_refused(tmp_path: Path) -> None:
    # A PNG header alone: one bit a pixel, no data.
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    for side, words in ((8_000, "8000 × 8000 pixels"), (60_000, "too large to be shown here")):
        header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        path = tmp_path / "bomb.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b""))
        decoded = decode(View(path, 40, 15))
        assert decoded.image is None
        assert words in decoded.problem


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_hide_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "exif.jpg"
    _quarters().save(path, exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff\x12\x01")
    assert _seen(View(path, 40, 15)) == _ALL


@pytest.mark.parametrize("seed", range(30))
def test_bytes_changed_at_random_never_raise(tmp_path: Path, seed: int) -> None:
    import random

    chance = random.Random(seed)
    path = tmp_path / f"noise.{chance.choice(('jpg', 'png', 'gif', 'tif', 'webp', 'bmp'))}"
    _quarters(160, 120).save(path)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)
    decoded = decode(View(path, 40, 15))
    assert decoded.image is not None or decoded.problem
