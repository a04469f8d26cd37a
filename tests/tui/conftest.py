"""A survey with real pictures, and the app on it, for tests of the screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camtrap_tui.config import Settings
from camtrap_tui.services.drawing import DrawRequest
from camtrap_tui.services.holdouts import draw
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from tests.builders import Said, add_images, add_run
from tests.tui.holdout_pilot import grade

GUESSES = (("northern raccoon", 0.93), ("virginia opossum", 0.04), ("domestic cat", 0.01))
BOX = ("animal", 0.9, 0.2, 0.2, 0.3, 0.3)


def write_pictures(folder: Path, count: int) -> None:
    """Write small JPEGs, each of its own colour."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        picture = Image.new("RGB", (64, 48), (40 * number % 256, 90, 255 - 30 * number % 256))
        picture.save(folder / f"IMG_{number:04d}.JPG")


@pytest.fixture
def river(store: Store, tmp_path: Path) -> Store:
    """Six pictures: a burst of three raccoons, a mallard, a blank, one that failed."""
    folder = tmp_path / "pictures"
    write_pictures(folder, 6)
    run = add_run(store)
    said = [
        Said(timestamp=f"2024-06-27 02:14:0{n}", boxes=[BOX], guesses=GUESSES) for n in (5, 6, 7)
    ]
    said += [
        Said("mallard", 0.61, "2024-06-28 09:00:00", "UR012", [BOX], [("mallard", 0.61)]),
        Said("blank", 0.99, "2024-06-28 10:00:00", "UR012"),
        Said(None, timestamp="2024-06-28 11:00:00", deployment="UR012"),
    ]
    images = add_images(store, said, str(folder), run)
    with store.db.transaction():
        store.db.execute("UPDATE image SET burst_id = ? WHERE id <= 3", [images[0]])
    return store


@pytest.fixture
def make_app(river: Store) -> Callable[..., CamtrapApp]:
    """Return a function that makes the app for a grader."""

    def make(grader: str = "ann", where: str = "", folder: Path | None = None) -> CamtrapApp:
        session = ReviewSession(river, grader, where=where)
        return CamtrapApp(river, session, Settings(grader=grader, color="24"), folder=folder)

    return make


@pytest.fixture
def drawn(store: Store, tmp_path: Path) -> Store:
    """Forty pictures, called raccoon, mallard or blank; a holdout of thirty, not graded yet."""
    folder = tmp_path / "pictures"
    write_pictures(folder, 40)
    names = ["northern raccoon"] * 20 + ["mallard"] * 10 + ["blank"] * 10
    said = [Said(name, 0.9, f"2024-06-{n % 28 + 1:02d} 02:00:00") for n, name in enumerate(names)]
    run = add_run(store)
    add_images(store, said, str(folder), run)
    request = DrawRequest("spring", size=30, strata=("species",), minimum=5)
    draw(store, run.id, request, "ann")
    return store


@pytest.fixture
def graded(drawn: Store) -> Store:
    """The holdout, graded by ann: two of thirty are not what they are called."""
    grade(drawn, "ann", wrong=(0, 1))
    return drawn
