"""Which pictures a preview shows: the same for the same seed, whatever else is in the survey."""

from __future__ import annotations

from pathlib import Path

from camtrap_tui.services.exports.picture_files import PictureFiles
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.report import Tally
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.services.previews_sample import NOT_DRAWN, NOT_HERE, draw_pictures
from camtrap_tui.store.store import Store
from tests.builders import Said
from tests.services.preview_survey import fill

SAID = (Said("northern raccoon", 0.9),) * 40


def drawn(
    store: Store, *, seed: int = 0, size: int = 10, where: str = ""
) -> tuple[list[str], Tally]:
    tally, out = Tally(), store.path.with_name("out")
    with store.db.snapshot():
        pictures = Pictures(store, ExportRequest(out, where=where), boxes=True)
        sample = draw_pictures(
            pictures.read(lambda done, total: None),
            PictureFiles(store, out),
            tally,
            seed=seed,
            size=size,
            by_truth=False,
            without_people=False,
        )
    return [picture.image.file_path for picture in sample.pictures], tally


def test_a_seed_draws_the_same_pictures_in_order_of_path(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path / "cards", SAID)
    first, tally = drawn(store)
    assert (len(first), tally.left_out) == (10, {NOT_DRAWN: 30})
    assert first == sorted(first) == drawn(store)[0]
    assert first != drawn(store, seed=1)[0]
    assert drawn(store, size=0)[0] == sorted(f"IMG_{n:04}.JPG" for n in range(1, 41))
    # Each picture has a lot of its own: more of them are these and others.
    assert set(first) < set(drawn(store, size=20)[0])


def test_a_picture_that_is_not_here_gives_its_place_to_the_next(
    store: Store, tmp_path: Path
) -> None:
    fill(store, tmp_path / "cards", SAID)
    first, _ = drawn(store)
    following = set(drawn(store, size=11)[0]) - set(first)
    (tmp_path / "cards" / first[3]).unlink()
    second, tally = drawn(store)
    assert set(second) == set(first) - {first[3]} | following
    assert tally.left_out[NOT_HERE] == 1
