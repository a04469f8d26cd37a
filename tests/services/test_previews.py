"""Pages of pictures with boxes, made by MegaDetector's tools; no name in them is markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from camtrap_tui.services.exports.request import Options
from camtrap_tui.store.store import Store
from tests.builders import Said
from tests.services.preview_survey import BOX, fill, previewed, say, text_of

pytest.importorskip("megadetector")


@pytest.fixture
def pictures(store: Store, tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    keys = fill(store, folder)
    path = "Été <script>alert(1)</script>/a, b & c.JPG"
    (folder / path).parent.mkdir(parents=True)
    (folder / "IMG_0001.JPG").rename(folder / path)
    with store.db.transaction():
        store.db.execute("UPDATE image SET file_path = ? WHERE id = ?", [path, keys[0]])
    return folder


def test_a_page_for_each_class_that_a_run_says(
    store: Store, tmp_path: Path, pictures: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    report = previewed(store, tmp_path / "out", progress=lambda *seen: told.append(seen))
    index = text_of(tmp_path / "out" / "index.html")
    found = re.findall(r'<a href="([^"]+\.html)">[^<]*</a> \((\d+)', index)
    links = {name: int(count) for name, count in found}
    assert links == {
        "detections_animal.html": 2,
        "detections_person.html": 1,
        "detections_whole-picture.html": 1,
        "non_detections.html": 1,
        "class_northern_raccoon.html": 1,
        "class_b.html": 1,
        "class_bobcat.html": 1,
    }
    assert all((tmp_path / "out" / name).is_file() for name in links)
    assert "&lt;b&gt;渡り鳥</a>" in index
    page = text_of(tmp_path / "out" / "class_northern_raccoon.html")
    assert "Été &lt;script&gt;alert(1)&lt;/script&gt;/a, b &amp; c.JPG" in page
    assert "<script" not in page
    assert "http" not in index + page
    # Whatever is named is there, and nothing lies outside of the folder.
    (source,) = re.findall(r'src="([^"]+)"', page)
    with Image.open(tmp_path / "out" / source) as drawn:
        assert drawn.size == (1200, 900)
    assert str(tmp_path) not in index + page
    assert (report.pictures, report.left_out) == (5, {"could not be predicted": 1})
    assert not (tmp_path / "out" / "work").exists()
    assert told[0][0] == "chosen"
    assert told[-1][0] == "drawn"
    assert "<h1>northern raccoon</h1>" in page
    heading = "Detections: animal"
    assert f"<h1>{heading}</h1>" in text_of(tmp_path / "out" / "detections_animal.html")
    assert f"{heading}, <b>image</b>" in page
    assert "from a confidence of 0.2 on" in index
    assert "less sure" not in index


def test_names_that_look_like_the_tools_words_stay_as_they_are(
    store: Store, tmp_path: Path
) -> None:
    names = (
        "A sample of 3 images (of 5 total).JPG",
        "p000001.jpg (max conf: 0.123456).JPG",
        "Result type: non_detections, 1.JPG",
        "100% \\1 {0} #1.JPG",
    )
    folder = tmp_path / "cards"
    keys = fill(store, folder, (Said("bobcat", 0.9, boxes=(BOX,)),) * len(names))
    for number, (key, name) in enumerate(zip(keys, names, strict=True), 1):
        (folder / f"IMG_{number:04}.JPG").rename(folder / name)
        with store.db.transaction():
            store.db.execute("UPDATE image SET file_path = ? WHERE id = ?", [name, key])
    previewed(store, tmp_path / "out")
    page = text_of(tmp_path / "out" / "detections_animal.html")
    assert re.findall("<b>image</b>: (.*), <b>max conf</b>", page) == sorted(names)
    assert re.findall('alt="([^"]*)"', page) == sorted(names)
    previewed(store, tmp_path / "all", kind="pictures")
    page = text_of(tmp_path / "all" / "index.html")
    assert re.findall(r">([^>]*) \(max conf: 0\.9\)</p>", page) == sorted(names)


def test_the_index_tells_of_predictions_whose_box_is_not_drawn(
    store: Store, tmp_path: Path
) -> None:
    weak = ("animal", 0.15, 0.1, 0.2, 0.3, 0.4)
    said = [Said("bobcat", 0.9, boxes=(one,), guesses=(("bobcat", 0.9),)) for one in (weak, BOX)]
    fill(store, tmp_path / "cards", (*said, Said("blank", 0.9, boxes=(weak,))))
    previewed(store, tmp_path / "out")
    index = text_of(tmp_path / "out" / "index.html")
    assert '<a href="class_bobcat.html">bobcat</a> (1)' in index
    assert "What 1 picture there would show follows from a less sure box" in index
    previewed(store, tmp_path / "low", options=Options(confidence=0.1))
    index = text_of(tmp_path / "low" / "index.html")
    assert '<a href="class_bobcat.html">bobcat</a> (2)' in index
    assert "from a confidence of 0.1 on" in index
    assert "less sure" not in index


def test_what_people_say_is_the_classes_of_the_truth(
    store: Store, tmp_path: Path, pictures: Path
) -> None:
    say(store, 1, "bobcat")
    say(store, 2, "blank")
    say(store, 3, "human", "northern raccoon")
    say(store, 4, "unknown")
    say(store, 6, "bobcat")
    say(store, 6, "northern raccoon", grader="ben")
    report = previewed(store, tmp_path / "out", by_truth=True)
    pages = {path.name for path in (tmp_path / "out").glob("*.html")}
    assert pages == {
        "index.html",
        "detections_animal.html",
        "detections_animal_person.html",
        "detections_unknown.html",
        "non_detections.html",
        "class_bobcat.html",
        "class_northern_raccoon.html",
    }
    assert report.left_out == {"is in conflict": 1, "is not graded": 1}
    assert "what people say" in text_of(tmp_path / "out" / "index.html")


def test_all_pictures_in_one_page_with_people_blurred(
    store: Store, tmp_path: Path, pictures: Path
) -> None:
    report = previewed(store, tmp_path / "out", kind="pictures", where="has:human", people="blur")
    drawn = list((tmp_path / "out" / "pictures").iterdir())
    assert (report.pictures, len(drawn)) == (1, 1)
    assert any(note.startswith("1 picture with people is blurred") for note in report.notes)
    page = text_of(tmp_path / "out" / "index.html")
    assert "IMG_0003.JPG (max conf: 0.95)" in page
    with Image.open(drawn[0]) as picture:
        width, height = picture.size
        inside = picture.crop(
            (int(width * 0.42), int(height * 0.3), int(width * 0.58), int(height * 0.5))
        )
        colors = inside.getcolors(1 << 20)
    # Blocks of one colour, where the picture has thousands.
    assert colors is not None
    assert max(count for count, _ in colors) > inside.width * inside.height // 30


def test_a_picture_that_cannot_be_read_is_left_out_and_told(
    store: Store, tmp_path: Path, pictures: Path
) -> None:
    whole = (pictures / "IMG_0002.JPG").read_bytes()
    (pictures / "IMG_0002.JPG").write_bytes(whole[: len(whole) // 2])
    (pictures / "IMG_0003.JPG").unlink()
    report = previewed(store, tmp_path / "out")
    assert report.left_out["cannot be read"] == 1
    assert report.left_out["is not on this machine"] == 1
    assert report.pictures == 3
    assert "IMG_0002" not in text_of(tmp_path / "out" / "index.html")
    assert not (tmp_path / "out" / "non_detections.html").exists()
