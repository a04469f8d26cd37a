"""`fetch` brings pictures into the cache, tells why where it cannot, and goes on later."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from camtrap_tui.errors import InputError
from camtrap_tui.services import cache_folder, events
from camtrap_tui.services.cached_copy import ORIGINAL, InputSize
from camtrap_tui.services.fetch import fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.places import path_media_id
from camtrap_tui.store.store import Store
from tests.camera_files import photo
from tests.fetch_field import PATIENT, Field, ok, picture
from tests.manifest_rows import cached_files, rows_of
from tests.picture_files import blobs, jpeg
from tests.weather_server import Answer, weather_server


@pytest.fixture
def river(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as server:
        yield Field(tmp_path, server, FetchRequest(tmp_path / "cache", jobs=4, limits=PATIENT))


def test_pictures_come_and_are_described(river: Field) -> None:
    exif = photo(river.root / "exif.jpg", when="2024:06:27 02:14:05").read_bytes()
    survey = river.survey(ok(1), Answer(body=exif), ids=["a" * 32, "ID-7"])
    report = river.fetch()
    assert (report.fetched, report.not_fetched, report.left) == (2, 0, 0)
    assert rows_of(survey) == [("here", None, 1), ("here", None, 1)]
    with Store.open(survey) as store:
        first, second = store.images.by_ids([1, 2])
        copy = store.caches.copy_of(1)
    assert (first.media_id, second.media_id) == ("a" * 32, "ID-7")
    assert first.content_md5 == hashlib.md5(picture(1)).hexdigest()
    assert (first.width, first.height) == (640, 480)
    assert second.timestamp is not None
    assert second.timestamp_source == "exif"
    assert second.burst_id == 2
    assert copy is not None
    assert (river.cache / copy.file_path).read_bytes() == picture(1)
    assert copy.content_md5 == first.content_md5
    assert copy.input_size == "1280 q75"


def test_wide_pictures_get_smaller_and_are_turned(river: Field) -> None:
    tall = jpeg(blobs(3, size=(2000, 1600)), orientation=6)
    survey = river.survey(ok(1, 2000), Answer(body=tall), ok(2, 900))
    river.fetch(size=InputSize(1000, 60))
    with Store.open(survey) as store:
        copies = [store.caches.copy_of(key) for key in (1, 2, 3)]
        images = store.images.by_ids([1, 2, 3])
    assert [(c.width, c.height) for c in copies if c] == [(1000, 750), (1000, 1250), (900, 675)]
    assert [(i.width, i.height) for i in images] == [(2000, 1500), (1600, 2000), (900, 675)]
    for copy, image in zip(copies, images, strict=True):
        assert copy is not None
        data = (river.cache / copy.file_path).read_bytes()
        assert hashlib.md5(data).hexdigest() == copy.content_md5
        with Image.open(io.BytesIO(data)) as found:
            assert found.size == (copy.width, copy.height)
            assert found.getexif().get(0x0112, 1) == 1
        assert (copy.content_md5 == image.content_md5) == (image.id == 3)


def test_original_keeps_every_byte(river: Field) -> None:
    survey = river.survey(ok(1, 2000))
    river.fetch(size=ORIGINAL)
    with Store.open(survey) as store:
        copy = store.caches.copy_of(1)
    assert copy is not None
    assert (river.cache / copy.file_path).read_bytes() == picture(1, 2000)
    assert copy.input_size == "original"


def test_each_failure_has_its_reason(river: Field) -> None:
    whole = picture(5)
    survey = river.survey(
        Answer(404),
        Answer(403),
        Answer(500),
        Answer(body=whole[: len(whole) // 2]),
        Answer(body=b"<html>"),
        Answer(body=b"no picture"),
        Answer(body=b""),
        ok(1),
        md5s=[None] * 7 + ["0" * 32],
    )
    report = river.fetch()
    assert (report.fetched, report.not_fetched) == (0, 8)
    rows = rows_of(survey)
    assert [row[0] for row in rows] == ["missing"] * 3 + ["unreadable"] * 5
    assert [row[2] for row in rows] == [1, 1, 5, 1, 1, 1, 1, 2]
    reasons = [str(row[1]) for row in rows]
    assert reasons[:3] == ["HTTP 404", "HTTP 403", "HTTP 500 (5 tries)"]
    assert reasons[3].startswith("truncated")
    assert "web page" in reasons[4]
    assert "not a picture" in reasons[5]
    assert reasons[7].startswith("md5 is")
    assert cached_files(river.cache) == []
    assert len([event for event in river.told if isinstance(event, events.Failure)]) == 8
    asked = len(river.server.asked)
    river.fetch()
    assert len(river.server.asked) == asked
    for n in range(8):
        river.server.put(f"/{n}.jpg", ok(1))
    assert river.fetch(retry=True).fetched == 7
    assert [row[0] for row in rows_of(survey)] == ["here"] * 7 + ["unreadable"]


def test_what_was_fetched_is_not_fetched_again_unless_it_is_gone(river: Field) -> None:
    river.survey(*(ok(n) for n in range(6)))
    river.fetch()
    assert river.fetch().fetched == 0
    files = sorted(river.cache.rglob("*.jpg"))
    files[0].unlink()
    files[1].write_bytes(b"half")
    report = river.fetch()
    assert (report.fetched, report.left) == (2, 0)
    assert len(river.server.asked) == 8
    assert river.fetch(size=InputSize(320)).fetched == 6
    assert river.fetch().input_size == "320 q75"


def test_a_picture_that_was_replaced_is_not_the_one_that_was_graded(river: Field) -> None:
    survey = river.survey(ok(1))
    river.fetch()
    next(river.cache.rglob("*.jpg")).unlink()
    river.server.put("/0.jpg", ok(2))
    river.fetch()
    ((state, reason, _),) = rows_of(survey)
    assert state == "unreadable"
    assert str(reason).startswith("md5 is")


@pytest.mark.parametrize("stop_after", [1, 7, 19])
def test_a_stopped_fetch_goes_on(river: Field, stop_after: int) -> None:
    survey = river.survey(*(ok(n) for n in range(20)))
    report = river.fetch(stop_after=stop_after, jobs=2)
    assert report.stopped
    assert report.left + report.fetched == 20
    assert not [name for name in cached_files(river.cache) if name.endswith(".part")]
    assert river.fetch().left == 0
    assert {row[0] for row in rows_of(survey)} == {"here"}


def test_at_most_so_many_at_a_time(river: Field) -> None:
    river.survey(*(ok(n) for n in range(30)))
    river.fetch(jobs=3)
    assert river.server.most_at_once <= 3


def test_a_server_that_dies_and_comes_back_costs_nothing(river: Field) -> None:
    survey = river.survey(*(ok(n) for n in range(30)))
    river.server.dies_after = 10
    waits = 0

    def glance() -> bool:
        nonlocal waits
        waits += 1
        if river.server.is_dead and waits % 3 == 0:
            river.server.start()
        return False

    fetch(survey, river.request, on_event=river.told.append, should_stop=glance)
    assert {row[0] for row in rows_of(survey)} == {"here"}


def test_a_server_that_stays_away_leaves_the_rest_for_later(river: Field) -> None:
    survey = river.survey(*(ok(n) for n in range(30)))
    river.server.dies_after = 10
    limits = replace(PATIENT, patience_s=0.2)
    report = river.fetch(limits=limits)
    assert report.gave_up
    assert report.not_fetched == 0
    assert {row[0] for row in rows_of(survey)} == {"here", "pending"}
    river.server.start()
    assert river.fetch().left == 0


def test_a_full_disk_is_one_sentence_and_goes_on_later(
    river: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = river.survey(*(ok(n) for n in range(10)))
    room = 3
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        nonlocal room
        room -= 1
        if room < 0:
            write(path, data[:10])
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="disk of the picture cache is full"):
        river.fetch(jobs=1)
    monkeypatch.undo()
    assert all(path.stat().st_size > 10 for path in river.cache.rglob("*.*"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert river.fetch().left == 0
    assert {row[0] for row in rows_of(survey)} == {"here"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KB, where this machine lets a test have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(line, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(river: Field, small_disk: Path) -> None:
    survey = river.survey(*(ok(n) for n in range(40)))
    with pytest.raises(InputError, match="disk of the picture cache is full"):
        river.fetch(cache=small_disk)
    with Store.open(survey) as store:
        copies = [store.caches.copy_of(key) for key in range(1, 41)]
    kept = [copy for copy in copies if copy]
    assert kept
    for copy in kept:
        data = (small_disk / copy.file_path).read_bytes()
        assert hashlib.md5(data).hexdigest() == copy.content_md5
    assert not [name for name in cached_files(small_disk) if name.endswith(".part")]
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    assert river.fetch(cache=None).left == 0
    assert {row[0] for row in rows_of(survey)} == {"here"}


HOSTILE = [
    "../../x",
    "/etc/passwd",
    "a\x00b",
    "x" * 300,
    "📷",
    "\udcff",
    "[/]",
    "\x1b]52;",
    "..",
    "A" * 32,
]


def test_no_id_leads_out_of_the_cache(river: Field) -> None:
    ids = [i for i in HOSTILE if i != "\udcff"]
    ids += ["a" * 32, hashlib.md5(b"../../x").hexdigest(), "X" * 300]
    survey = river.survey(*(ok(n) for n in range(len(ids))), ids=ids)
    assert river.fetch().fetched == len(ids)
    names = cached_files(river.cache)
    assert len({name.casefold() for name in names}) == len(ids)
    everything = {path for path in river.root.rglob("*") if path.is_file()}
    outside = {path.name for path in everything if river.cache not in path.parents}
    assert outside <= {survey.name, f"{survey.name}-wal", f"{survey.name}-shm"}


@pytest.mark.parametrize("media_id", HOSTILE)
def test_a_name_is_made_of_the_id_and_of_nothing_else(media_id: str) -> None:
    path = cache_folder.copy_path("survey", media_id, "jpg")
    assert path.isascii()
    assert path.count("/") == 3
    assert ".." not in path
    assert len(path) < 60


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_ids_do_not_depend_on_the_order_of_arrival(river: Field, order: tuple[int, ...]) -> None:
    survey = river.survey(ok(1), ok(1), ok(2))
    for number in order:
        others = [f"/{n}.jpg" for n in range(3) if n != number]
        with Store.open(survey) as store, store.db.transaction():
            store.db.execute(
                "UPDATE source_row SET state = 'excluded', reason = 'x' WHERE state = 'pending'"
                " AND url NOT LIKE ?",
                [f"%/{number}.jpg"],
            )
        assert others
        river.fetch()
        with Store.open(survey) as store, store.db.transaction():
            store.db.execute(
                "UPDATE source_row SET state = 'pending', reason = NULL WHERE state = 'excluded'"
            )
    md5 = hashlib.md5(picture(1)).hexdigest()
    with Store.open(survey) as store:
        ids = [image.media_id for image in store.images.by_ids([1, 2, 3])]
        copies = [store.caches.copy_of(key) for key in (1, 2, 3)]
    assert ids == [
        md5,
        path_media_id(river.server.url("/1.jpg")),
        hashlib.md5(picture(2)).hexdigest(),
    ]
    for media_id, copy in zip(ids, copies, strict=True):
        assert copy is not None
        assert copy.file_path.endswith(f"/{media_id}.jpg")
        assert (river.cache / copy.file_path).is_file()


def test_pictures_that_predictions_named_keep_their_ids(river: Field) -> None:
    survey = river.survey(ok(1), kind="predictions")
    with Store.open(survey) as store:
        before = store.images.by_ids([1])[0].media_id
    assert river.fetch().fetched == 1
    with Store.open(survey) as store:
        assert store.images.by_ids([1])[0].media_id == before


def test_what_killed_fetches_left_behind_is_cleaned(river: Field) -> None:
    survey = river.survey(ok(1))
    with Store.open(survey) as store:
        uuid = store.survey.survey_uuid
    incoming = river.cache / uuid / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "999999999-00ff.part").write_bytes(b"half")
    (incoming / "1-00ff.part").write_bytes(b"another program's")
    river.fetch()
    assert [path.name for path in incoming.iterdir()] == ["1-00ff.part"]


def test_a_folder_that_cannot_be_written_to_is_one_sentence(river: Field) -> None:
    river.survey(ok(1))
    (river.root / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        river.fetch(cache=river.root / "file")


def test_the_cache_is_remembered(river: Field) -> None:
    river.survey(ok(1), ok(2))
    river.fetch(stop_after=1)
    report = river.fetch(cache=None)
    assert report.cache == str(river.cache)
    assert river.fetch(cache=river.root / "other").fetched == 0
