"""A format as small as one can be, for tests of what all formats share."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from camtrap_tui.services.exports import formats
from camtrap_tui.services.exports.beside import whole_file, written
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.report import ExportReport, Tally
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.store.store import Store


def _write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    tally, rows = Tally(), 0
    with (
        whole_file(store.path, request.out) as path,
        path.open("w", encoding="utf-8") as file,
        store.db.snapshot(),
    ):
        for picture in Pictures(store, request).read(progress):
            if not picture.words:
                tally.leave_out("has no word", picture.image.file_path)
                continue
            tally.pictures += 1
            for word in picture.words:
                rows += 1
                file.write(f"{picture.image.media_id},{word.taxon.name}\n")
    files = written(request.out.parent, {request.out.name: rows})
    return tally.report("toy", str(request.out), files)


TOY = Format(
    name="toy",
    made_for="children, and for tests",
    carries="a picture's id and its species",
    loses="everything else",
    example="toy.csv",
    takes=frozenset({"truth", "holdout", "decimals"}),
    write=_write,
)


def put_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `toy` be one of the formats, in this process."""
    module = ModuleType(f"{formats.__package__}.toy")
    module.__dict__["FORMAT"] = TOY
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(formats._MODULES, "toy", "toy")
    monkeypatch.setattr(formats, "NAMES", (*formats.NAMES, "toy"))
