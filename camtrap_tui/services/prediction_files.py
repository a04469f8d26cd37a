"""Reads files of predictions, whatever program wrote them, as records of one shape.

The format is told by the keys in the file, never by its name or by a number in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from camtrap_tui.errors import InputError
from camtrap_tui.services import speciesnet_files
from camtrap_tui.services.json_stream import members
from camtrap_tui.services.megadetector_files import KEYS, MegadetectorFile
from camtrap_tui.services.prediction_parts import Record

Progress = Callable[[int, int], None]


def read_predictions(path: Path, progress: Progress | None = None) -> Iterator[Record]:
    """Yield the records of a file: SpeciesNet 4.x or 5.x, or MegaDetector's batch output.

    Raises InputError for a file without predictions, and for one that is cut off or broken:
    then everything that was yielded before must be dropped.
    """
    found, labels_seen = False, set[str]()
    megadetector = MegadetectorFile(path)
    for key, value in members(path, ("predictions", "images"), progress):
        if key == "predictions":
            found = True
            yield speciesnet_files.read_record(value, labels_seen)
        elif key == "images":
            yield megadetector.read_record(value)
        elif key in KEYS:
            megadetector.hear(key, value)
    if not found and not megadetector.named:
        raise no_predictions(path)


def no_predictions(path: Path) -> InputError:
    """Return the error for a file that says nothing of any picture."""
    return InputError(
        f"{path}: there are no predictions in this file.",
        "Give a predictions file of SpeciesNet, or MegaDetector's batch output.",
    )
