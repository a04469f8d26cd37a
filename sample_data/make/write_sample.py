"""Writes the sample: pictures of three made-up cameras, its tables, and what they truly show."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from backdrop import WIDTH, Backdrop, draw_backdrop
from labels import scientific_name
from scenes import Actor, Shot, random_actor, random_light, render

SAMPLE = Path(__file__).resolve().parent.parent
PICTURES = SAMPLE / "pictures"
MEDIA = Path("DCIM") / "100MEDIA"
QUALITY = 70
# These keep one pose through a burst: a new one would change plumage, coat or clothes.
SAME_POSE = {"mallard", "white-tailed deer", "domestic dog", "human", "vehicle"}


@dataclass(frozen=True)
class Camera:
    """One deployment: the seed of its view, and what its pictures' EXIF says."""

    name: str
    view: int
    make: str
    model: str
    subseconds: bool = False
    place: tuple[float, float] | None = None


CAMERAS = {
    "UR001": Camera("UR001", 5, "RIVERCAM", "RC-20"),
    "UR005": Camera("UR005", 9, "TRAILBOX", "TB4 Pro", True, (41.9056, -87.6512)),
    "UR011": Camera("UR011", 15, "RIVERCAM", "RC-20"),
}


@dataclass(frozen=True)
class Visit:
    """One burst: who comes when, and in how many frames it is (or they are) still there."""

    camera: str
    when: str
    light: str
    cast: tuple[str, ...]
    frames: int
    seed: int
    stays: int = 9
    turned: bool = False


# What a team writes down when it sets up its cameras; the river is Chicago's.
DEPLOYMENTS = [
    ("UR001", "north bank", 41.9112, -87.6573, "04:00:00", "18:00:00", "RC-0417"),
    ("UR005", "turning basin", 41.9056, -87.6512, "04:10:00", "18:10:00", "TB-1180"),
    ("UR011", "south bank", 41.8989, -87.6449, "04:20:00", "18:20:00", "RC-0422"),
]
DEPLOYMENT_COLUMNS = (
    "deploymentID,locationID,locationName,latitude,longitude,coordinateUncertainty,"
    "deploymentStart,deploymentEnd,cameraID,utcOffset"
)

VISITS = [
    Visit("UR001", "2025-05-12 06:48:10", "day", ("great blue heron",), 3, 1),
    Visit("UR001", "2025-05-12 07:15:42", "day", ("mallard", "mallard"), 3, 2),
    Visit("UR001", "2025-05-12 10:30:05", "day", (), 3, 3),
    Visit("UR001", "2025-05-12 13:05:31", "day", ("western pond turtle",), 3, 202),
    Visit("UR001", "2025-05-12 22:40:19", "night", ("northern raccoon",), 3, 5, stays=2),
    Visit("UR001", "2025-05-13 02:15:56", "night", (), 2, 6),
    Visit("UR001", "2025-05-13 08:20:27", "day", ("great blue heron", "mallard"), 1, 77),
    Visit("UR001", "2025-05-13 15:44:03", "day", (), 3, 8),
    Visit("UR005", "2025-05-12 05:58:37", "dusk", ("eastern cottontail",), 3, 203),
    Visit("UR005", "2025-05-12 09:12:14", "day", ("human",), 2, 10),
    Visit("UR005", "2025-05-12 11:40:50", "day", (), 3, 11),
    Visit("UR005", "2025-05-12 17:30:22", "day", ("vehicle",), 1, 12),
    Visit("UR005", "2025-05-12 18:02:09", "day", ("domestic dog",), 2, 13),
    Visit("UR005", "2025-05-12 23:20:45", "night", ("brown rat",), 3, 14, stays=2),
    Visit("UR005", "2025-05-13 01:30:33", "night", (), 3, 15),
    Visit("UR005", "2025-05-13 05:35:18", "dusk", ("white-tailed deer",), 2, 16),
    Visit("UR005", "2025-05-13 12:00:41", "day", (), 3, 17),
    Visit("UR011", "2025-05-12 04:50:02", "night", ("white-tailed deer",), 2, 18),
    Visit("UR011", "2025-05-12 06:02:36", "dusk", ("eastern cottontail",), 1, 19),
    Visit("UR011", "2025-05-12 09:50:11", "day", ("western pond turtle",), 2, 20, turned=True),
    Visit("UR011", "2025-05-12 12:30:58", "day", (), 3, 21),
    Visit("UR011", "2025-05-12 16:20:24", "day", ("mallard",), 1, 122),
    Visit("UR011", "2025-05-12 21:15:47", "night", ("northern raccoon", "northern raccoon"), 2, 23),
    Visit("UR011", "2025-05-13 00:40:29", "night", ("brown rat",), 1, 24),
    Visit("UR011", "2025-05-13 03:10:13", "night", (), 3, 25),
    Visit("UR011", "2025-05-13 14:14:55", "day", (), 3, 26),
    # The last picture of UR011 is cut in half below.
    Visit("UR011", "2025-05-13 16:48:20", "day", ("mallard",), 1, 27),
]


def caption(camera: Camera, when: datetime) -> str:
    celsius = round(13 + 7 * math.sin((when.hour - 9) / 24 * 2 * math.pi))
    return f"{when:%Y-%m-%d %H:%M:%S}|{celsius}\u00b0C {celsius * 9 // 5 + 32}\u00b0F|{camera.name}"


def moved(actor: Actor, frame: int) -> Actor:
    """The same animal a moment later, a little further on."""
    step = actor.pixels * (0.0 if actor.name == "western pond turtle" else 0.4) * frame
    pose = actor.pose if actor.name in SAME_POSE else actor.pose + frame
    return replace(actor, x=actor.x + (-step if actor.mirrored else step), pose=pose)


def exif_bytes(camera: Camera, when: datetime, orientation: int, millis: int) -> bytes:
    exif = Image.Exif()
    stamp = when.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = (
        camera.make,
        camera.model,
        orientation,
        stamp,
    )
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = inner[0x9004] = stamp
    if camera.subseconds:
        inner[0x9291] = f"{millis:03d}"
    if camera.place:
        gps = exif.get_ifd(0x8825)
        for tag, value, signs in ((1, camera.place[0], "NS"), (3, camera.place[1], "EW")):
            minutes = (abs(value) % 1) * 60
            gps[tag] = signs[0] if value >= 0 else signs[1]
            gps[tag + 1] = (
                float(int(abs(value))),
                float(int(minutes)),
                round((minutes % 1) * 60, 2),
            )
    return exif.tobytes()


def encode(image: Image.Image, camera: Camera, when: datetime, turned: bool, millis: int) -> bytes:
    """The JPEG file; a turned one is stored on its side and says so in its EXIF."""
    if turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
    buffer = io.BytesIO()
    image.save(
        buffer,
        "JPEG",
        quality=QUALITY,
        optimize=True,
        exif=exif_bytes(camera, when, 6 if turned else 1, millis),
    )
    return buffer.getvalue()


def deployment_rows() -> list[list[str]]:
    return [
        [
            *(name, name, place, str(latitude), str(longitude), "20"),
            *(f"2025-05-12 {start}", f"2025-05-13 {end}", camera, "-05:00"),
        ]
        for name, place, latitude, longitude, start, end, camera in DEPLOYMENTS
    ]


class Writer:
    """Writes picture files and gathers the rows of the tables."""

    def __init__(self) -> None:
        self.metadata: list[list[str]] = []
        self.truth: list[list[str]] = []

    def add(self, path: Path, data: bytes, when: datetime, seen: Counter[str] | None) -> None:
        target = PICTURES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        identity, folder = hashlib.md5(data).hexdigest(), path.parts[0]
        url = f"https://river-cameras.example/{path.as_posix()}"
        self.metadata.append(
            [identity, url, f"{when:%Y-%m-%d %H:%M:%S}", folder, path.name, path.as_posix()]
        )
        if seen is None:
            return
        for name, count in sorted(seen.items()) or [("blank", 0)]:
            self.truth.append([identity, path.as_posix(), name, scientific_name(name), str(count)])

    def close(self) -> None:
        tables = (
            (
                "metadata.csv",
                "mediaID,publicURL,timestamp,folderName,fileName,filePath",
                self.metadata,
            ),
            ("truth.csv", "mediaID,filePath,species,scientificName,count", self.truth),
            ("deployments.csv", DEPLOYMENT_COLUMNS, deployment_rows()),
        )
        for name, header, rows in tables:
            with (SAMPLE / name).open("w", newline="", encoding="utf-8") as file:
                table = csv.writer(file, lineterminator="\n")
                table.writerow(header.split(","))
                table.writerows(rows)


def shoot(visit: Visit, view: Backdrop, number: int, writer: Writer) -> int:
    """Write one burst; the number of its last picture."""
    camera = CAMERAS[visit.camera]
    rng = np.random.default_rng([visit.seed, 11])
    light = random_light(rng, visit.light)
    room = [0.5] if len(visit.cast) < 2 else [0.32, 0.66]
    actors = [
        random_actor(rng, view, name, (part + rng.uniform(-0.16, 0.16)) * WIDTH)
        for name, part in zip(visit.cast, room, strict=False)
    ]
    wind = float(rng.normal(0, 0.1) if visit.cast else rng.choice([-1, 1]) * rng.uniform(0.2, 0.4))
    when = datetime.fromisoformat(visit.when)
    for frame in range(visit.frames):
        number += 1
        present = [moved(actor, frame) for actor in actors] if frame < visit.stays else []
        shot = Shot(
            light,
            present,
            wind * (1 if frame % 2 == 0 else -0.4),
            visit.seed * 100 + frame,
            caption(camera, when),
        )
        image, boxes = render(view, shot)
        seen = Counter(box.name for box in boxes)
        if seen != Counter(actor.name for actor in present):
            raise RuntimeError(f"{visit}: wanted {present}, shows {seen}")
        data = encode(image, camera, when, visit.turned and frame == 0, int(rng.integers(1000)))
        last = visit is VISITS[-1]
        writer.add(
            Path(visit.camera) / MEDIA / f"IMG_{number:04d}.JPG",
            data[: len(data) // 2] if last else data,
            when,
            None if last else seen,
        )
        when += timedelta(seconds=int(rng.integers(1, 3)))
    return number


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    writer = Writer()
    for name, camera in CAMERAS.items():
        view, number = draw_backdrop(camera.view), 0
        for visit in VISITS:
            if visit.camera == name:
                number = shoot(visit, view, number, writer)
    # A card that was copied twice: the same bytes under another name in another folder.
    twin = Path("UR005") / MEDIA / "IMG_0004.JPG"
    row = next(r for r in writer.metadata if r[5] == twin.as_posix())
    seen = Counter({r[2]: int(r[4]) for r in writer.truth if r[1] == twin.as_posix()})
    writer.add(
        Path("UR005") / "DCIM" / "101MEDIA" / "IMG_0001.JPG",
        (PICTURES / twin).read_bytes(),
        datetime.fromisoformat(row[2]),
        seen,
    )
    note = PICTURES / "UR001" / MEDIA / "camera_notes.txt"
    note.write_text("UR001: batteries changed 2025-05-12, lens wiped, strap tightened.\n")
    writer.close()


if __name__ == "__main__":
    main()
