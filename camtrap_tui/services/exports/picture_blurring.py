"""Makes the people on a picture unknowable, and writes decoded pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.services.exports.confirmed_boxes import CONFIDENCE, Box
from camtrap_tui.services.exports.picture_names import SAVED_AS, kind_of
from camtrap_tui.services.exports.pictures import Picture

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

# A person's box is blurred with some of what is around it, down to so many blocks a side.
_AROUND, _BLOCKS = 0.1, 8


def people_boxes(picture: Picture, confidence: float = CONFIDENCE) -> list[Box]:
    """Return the boxes of the people on a picture; none where not everybody's is known."""
    boxes = [
        box.bbox
        for box in picture.boxes
        if box.category == "human" and box.confidence >= confidence
    ]
    said = sum(word.count or 1 for word in picture.words if word.taxon.observation_type == "human")
    return boxes if len(boxes) >= said else []


def blurred(image: PillowImage, boxes: Sequence[Box]) -> PillowImage:
    """Return a picture whose boxes (the whole of it where there are none) are blocks of one
    colour: of a mere blur, what was there can be worked out again."""
    from PIL.Image import Resampling

    out = image.copy()
    for x, y, w, h in boxes or [(0.0, 0.0, 1.0, 1.0)]:
        left = max(0, int((x - w * _AROUND) * image.width))
        top = max(0, int((y - h * _AROUND) * image.height))
        right = min(image.width, int((x + w * (1 + _AROUND)) * image.width) + 1)
        bottom = min(image.height, int((y + h * (1 + _AROUND)) * image.height) + 1)
        if right <= left or bottom <= top:
            continue
        part = image.crop((left, top, right, bottom))
        small = part.resize((_BLOCKS, _BLOCKS), Resampling.BOX)
        out.paste(small.resize(part.size, Resampling.NEAREST), (left, top))
    return out


def save_picture(image: PillowImage, path: Path) -> None:
    """Write a decoded picture as the kind of file that its name says, else as a JPEG.

    Nothing of a header goes along: its rotation is done, its thumbnail shows what is blurred.
    """
    part = part_of(path)
    kind = kind_of(path.suffix)
    try:
        with part.open("wb") as file:
            if kind in SAVED_AS.values():
                image.save(file, kind)
            else:
                image.save(file, "JPEG", quality=92, subsampling=0)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Return where a file lies until all of it is there."""
    return path.with_name(f".{path.name}.part")
