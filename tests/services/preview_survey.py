"""A survey for tests of previews: pictures that are really there, a run, and what people say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.services.previews import PreviewRequest, preview
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, md5, taxon
from tests.picture_files import write_series

BOX = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
PERSON = ("human", 0.95, 0.4, 0.1, 0.2, 0.6)
SAID = (
    Said("northern raccoon", 0.93, boxes=(BOX,), guesses=(("northern raccoon", 0.93),)),
    Said("blank", 0.97),
    Said("human", 0.95, boxes=(PERSON,)),
    Said("<b>渡り鳥", 0.6, boxes=(BOX,), guesses=(("<b>渡り鳥", 0.6),)),
    Said(None),
    Said("bobcat", 0.8, guesses=(("bobcat", 0.8),)),
)


def fill(store: Store, folder: Path, said: tuple[Said, ...] = SAID) -> list[int]:
    """Write pictures into a folder and add them with what a run says of them."""
    write_series(folder, len(said))
    return add_images(store, said, str(folder))


def say(store: Store, key: int, *names: str, grader: str = "ann") -> None:
    """Have somebody grade a picture."""
    observed = tuple(NewObservation(taxon(store, name).id) for name in names)
    grade = NewGrade(md5(f"{key} {grader}"), key, observed, "assisted", "species", None)
    store.grades.append(grader, [grade], NOW)


def previewed(store: Store, out: Path, **asked: Any) -> ExportReport:
    """Make a preview as asked; what is none of its own is of the export."""
    own = {
        name: asked.pop(name) for name in ("kind", "by_truth", "sample", "seed") if name in asked
    }
    progress = asked.pop("progress", lambda what, done, total: None)
    return preview(store, PreviewRequest(ExportRequest(out, **asked), **own), progress)


def text_of(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def use_child(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Let the process that makes pages run this code, which knows its job and the folder `out`."""
    script = folder / "stand_in_child.py"
    head = "import json, sys, time\nfrom pathlib import Path\n"
    head += "job = json.loads(Path(sys.argv[1]).read_text())\nout = Path(job['out'])\n"
    script.write_text(head + code, encoding="utf-8")
    monkeypatch.setattr("camtrap_tui.services.previews_process._CHILD", "stand_in_child")
    monkeypatch.setenv("PYTHONPATH", str(folder))
