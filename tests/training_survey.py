"""Makes surveys of drawn pictures whose boxes hold rectangles of known colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from camtrap_tui.services.ingest import add_folder
from camtrap_tui.store.store import Store
from tests.builders import add_run, md5, taxon
from tests.picture_files import jpeg
from tests.store.test_reports import grade

RACCOON, MALLARD = "northern raccoon", "mallard"
RED, GREEN, BLUE, GREY = (220, 20, 20), (20, 200, 20), (20, 20, 220), (110, 110, 110)
Colour = tuple[int, int, int]
Bbox = tuple[float, float, float, float]
# What a picture is turned by so that a viewer who obeys its EXIF sees it upright.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A box of the run, and the colour of what is in it; `taxon` is the classifier's first."""

    bbox: Bbox
    colour: Colour = RED
    category: str = "animal"
    confidence: float = 0.9
    taxon: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture as it is to be seen: its size, boxes, and what ann says of it (None: nothing)."""

    path: str
    boxes: Sequence[Seen] = ()
    said: Sequence[str] | None = (RACCOON,)
    orientation: int = 0
    size: tuple[int, int] = (300, 400)
    ai: str = RACCOON


def draw(scene: Scene) -> bytes:
    """Return the file of a scene, its pixels turned away as its EXIF says."""
    picture = Image.new("RGB", scene.size, GREY)
    width, height = scene.size
    # No two pictures are the same content.
    mark = tuple(bytes.fromhex(md5(scene.path))[:3])
    ImageDraw.Draw(picture).rectangle((0, 0, 7, 7), fill=mark)
    for box in scene.boxes:
        x, y, w, h = box.bbox
        edges = (x * width, y * height, (x + w) * width - 1, (y + h) * height - 1)
        ImageDraw.Draw(picture).rectangle(edges, fill=box.colour)
    way = _STORED.get(scene.orientation)
    return jpeg(picture.transpose(way) if way is not None else picture, scene.orientation)


def drawn(store: Store, folder: Path, *scenes: Scene) -> dict[str, int]:
    """Draw scenes into a folder, add them with a run and ann's words; return image ids by path."""
    for scene in scenes:
        path = folder / scene.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw(scene))
    add_folder(store, folder)
    run = add_run(store)
    rows = store.db.execute("SELECT file_path, id FROM image").fetchall()
    ids: dict[str, int] = dict(rows)
    for scene in scenes:
        key = ids[scene.path]
        ai = taxon(store, scene.ai).id
        guesses = [box.taxon and taxon(store, box.taxon).id for box in scene.boxes]
        with store.db.transaction():
            store.runs.put_predictions([(run.id, key, "predicted", ai, 0.9, "classifier", None, 1)])
            store.runs.put_detections(
                (run.id, key, n, box.category, box.confidence, *box.bbox)
                for n, box in enumerate(scene.boxes, 1)
            )
            store.runs.put_classifications(
                (run.id, key, n, 1, guess, 0.8) for n, guess in enumerate(guesses, 1) if guess
            )
        if scene.said is not None:
            grade(store, "ann", key, *scene.said)
    return ids


def is_colour(pixel: object, colour: Colour) -> bool:
    """Tell whether a pixel of a JPEG is nearly of a colour."""
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 30 for a, b in zip(pixel, colour, strict=True))
