"""Draws small pictures into files, of every kind that cameras and people make."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image

SIZE = (640, 480)


def blobs(seed: int, mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Return soft blobs of colour, the same for the same seed."""
    small = (size[0] // 40, size[1] // 40)
    chance = random.Random(seed)
    picture = Image.frombytes("RGB", small, chance.randbytes(3 * small[0] * small[1]))
    return picture.resize(size, Image.Resampling.BICUBIC).convert(mode)


def jpeg(picture: Image.Image, orientation: int = 0) -> bytes:
    """Return the picture as a JPEG file, with an EXIF orientation where one is given."""
    out = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    picture.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def write_kinds(folder: Path) -> list[Path]:
    """Write one readable picture of each kind, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "plain.jpg": jpeg(blobs(1)),
        "cmyk.jpg": jpeg(blobs(2, "CMYK")),
        "rotated.jpg": jpeg(blobs(3), orientation=6),
        "grey.jpg": jpeg(blobs(4, "L")),
        "large.jpg": jpeg(blobs(5, size=(1600, 1200))),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    alpha = blobs(6, "RGBA")
    alpha.putalpha(blobs(7, "L"))
    alpha.save(folder / "alpha.png")
    blobs(8, "P").save(folder / "palette.png")
    return sorted(folder.iterdir())


def write_series(folder: Path, count: int) -> list[Path]:
    """Write `count` different pictures, and return their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"IMG_{number:04}.JPG" for number in range(1, count + 1)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(jpeg(blobs(100 + number)))
    return paths
