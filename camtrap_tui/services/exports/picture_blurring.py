"""Makes the people on a picture unknowable, and writes decoded pictures.

A file that is written here tells what is on its pixels, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from camtrap_tui.services.exports.confirmed_boxes import Box, clipped
from camtrap_tui.services.exports.picture_names import SAVED_AS, kind_of
from camtrap_tui.services.exports.pictures import Picture, is_person

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

# A person's box is blurred with some of what is around it, down to so many blocks a side.
_AROUND, _BLOCKS = 0.1, 8
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def people_boxes(picture: Picture) -> list[Box]:
    """Return the boxes that may hold the people on a picture; none where not everybody's is known.

    Where there are enough boxes of persons, those that are less sure are taken, too, and those of
    a kind that nobody named: a run may take a person for an animal.
    """
    inside = [(box, bbox) for box in picture.boxes if (bbox := clipped(box.bbox)) is not None]
    known = sum(is_person(box) for box, _ in inside)
    if known < max(1, picture.people_said):
        return []
    named = {word.taxon.observation_type for word in picture.words} - {"human"}
    return [bbox for box, bbox in inside if is_person(box) or box.category not in named]


def blurred(image: PillowImage, boxes: Sequence[Box]) -> PillowImage:
    """Return a picture whose boxes (the whole of it where there are none) are blocks of one
    colour: of a mere blur, what was there can be worked out again."""
    from PIL.Image import Resampling

    out = image.copy()
    for x, y, w, h in boxes or [_WHOLE]:
        left = min(max(0, int((x - w * _AROUND) * image.width)), image.width - 1)
        top = min(max(0, int((y - h * _AROUND) * image.height)), image.height - 1)
        right = min(image.width, int((x + w * (1 + _AROUND)) * image.width) + 1)
        bottom = min(image.height, int((y + h * (1 + _AROUND)) * image.height) + 1)
        # Of what is blurred already: a small box in a large one would be finer.
        part = out.crop((left, top, right, bottom))
        small = part.resize((_BLOCKS, _BLOCKS), Resampling.BOX)
        out.paste(small.resize(part.size, Resampling.NEAREST), (left, top))
    return out


def save_picture(image: PillowImage, path: Path) -> None:
    """Write a decoded picture as the kind of file that its name says, else as a JPEG.

    Nothing of a header goes along: its rotation is done, its thumbnail shows what is blurred, its
    comments name what nobody has looked through.
    """
    part = part_of(path)
    kind = kind_of(path.suffix)
    bare = image.copy()
    # Pillow writes comments and profiles of the file that a picture was read from.
    bare.info.clear()
    try:
        with new_part(part) as file:
            if kind in SAVED_AS.values():
                bare.save(file, kind)
            else:
                bare.save(file, "JPEG", quality=92, subsampling=0)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Return where a file lies until all of it is there."""
    return path.with_name(f".{path.name}.part")


def new_part(part: Path) -> IO[bytes]:
    """Open a new file; one that an earlier try has left is removed, and what a link of that name
    leads to is not touched."""
    part.unlink(missing_ok=True)
    return part.open("xb")
