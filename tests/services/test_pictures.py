"""The loader: never waits, never shows a stale picture, leaves no thread behind."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from camtrap_tui.services import picture_decode
from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.pictures import Frame, FrameCache, PictureLoader, View

_LONG = 20.0  # a limit for tests that would otherwise hang, not a measurement


@pytest.fixture
def ready() -> queue.Queue[Frame]:
    """What the loader has announced."""
    return queue.Queue()


@pytest.fixture
def loader(ready: queue.Queue[Frame]) -> Iterator[PictureLoader]:
    """A loader that is closed after the test."""
    made = PictureLoader(ready.put)
    yield made
    made.close()


class _Gate:
    """Decoding that waits until a test lets each picture through, and notes what was begun."""

    def __init__(self) -> None:
        self.begun: queue.Queue[str] = queue.Queue()
        self._open: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def _event(self, name: str) -> threading.Event:
        with self._lock:
            return self._open.setdefault(name, threading.Event())

    def let(self, name: str) -> None:
        self._event(name).set()

    def decode(self, view: View) -> Decoded:
        assert view.path is not None
        self.begun.put(view.path.name)
        assert self._event(view.path.name).wait(_LONG)
        return Decoded(Image.new("RGB", (4, 4), (90, 90, 90)), 4, 2)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Gate]:
    """Decoding under the test's control."""
    made = _Gate()
    monkeypatch.setattr(picture_decode, "decode", made.decode)
    yield made
    for name in "abcdefgh":
        made.let(name)


def _view(name: str) -> View:
    return View(Path(name), 4, 2)


def test_a_picture_is_announced_once_and_then_there_at_once(
    tmp_path: Path, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "a.jpg")
    view = View(tmp_path / "a.jpg", 40, 15)
    assert loader.show(view) is None
    frame = ready.get(timeout=_LONG)
    assert (frame.view, frame.width, len(frame.rows), frame.problem) == (view, 40, 15, "")
    assert loader.show(view) is frame
    assert ready.empty()


def test_newest_wish_wins(gate: _Gate, loader: PictureLoader, ready: queue.Queue[Frame]) -> None:
    loader.show(_view("a"))
    assert gate.begun.get(timeout=_LONG) == "a"
    loader.show(_view("b"))
    assert gate.begun.get(timeout=_LONG) == "b"  # by the other thread: nothing waits for a
    loader.show(_view("c"))
    loader.show(_view("d"))
    gate.let("a")
    assert gate.begun.get(timeout=_LONG) == "d"  # c was never begun
    gate.let("b")
    gate.let("d")
    assert ready.get(timeout=_LONG).view == _view("d")
    assert ready.empty()
    assert loader.show(_view("a")) is not None  # late, yet not in vain


def test_a_prefetched_picture_is_there_at_once(
    gate: _Gate, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    loader.prefetch([_view("a"), _view("b")])
    for name in "ab":
        assert gate.begun.get(timeout=_LONG) == name
        gate.let(name)
    loader.prefetch([_view("c")])
    assert gate.begun.get(timeout=_LONG) == "c"  # so b is done
    assert loader.show(_view("b")) is not None
    assert ready.empty()
    gate.let("c")


def test_a_sheet_is_announced_one_by_one_and_what_is_no_more_on_it_is_not(
    gate: _Gate, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    assert loader.show_together([_view(n) for n in "abc"]) == dict.fromkeys(map(_view, "abc"))
    assert {gate.begun.get(timeout=_LONG) for _ in range(2)} == {"a", "b"}
    assert loader.show_together([_view(n) for n in "bd"]) == dict.fromkeys(map(_view, "bd"))
    gate.let("a")
    assert gate.begun.get(timeout=_LONG) == "d"  # c was never begun
    gate.let("b")
    assert ready.get(timeout=_LONG).view == _view("b")
    gate.let("d")
    assert ready.get(timeout=_LONG).view == _view("d")
    assert ready.empty()
    found = loader.show_together([_view("a"), _view("b")])
    assert all(frame and frame.view == view for view, frame in found.items())


def test_a_picture_alone_takes_the_place_of_a_sheet(
    gate: _Gate, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    loader.show_together([_view(n) for n in "abcdefgh"])
    assert {gate.begun.get(timeout=_LONG) for _ in range(2)} == {"a", "b"}
    loader.show(_view("h"))
    gate.let("a")
    gate.let("b")
    assert gate.begun.get(timeout=_LONG) == "h"
    gate.let("h")
    assert ready.get(timeout=_LONG).view == _view("h")
    assert ready.empty()
    assert gate.begun.empty()


def test_a_prefetch_under_way_delays_no_wish_and_is_not_done_twice(
    gate: _Gate, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    loader.prefetch([_view("a"), _view("b")])
    assert gate.begun.get(timeout=_LONG) == "a"
    loader.show(_view("c"))
    assert gate.begun.get(timeout=_LONG) == "c"
    gate.let("c")
    assert ready.get(timeout=_LONG).view == _view("c")
    loader.show(_view("a"))  # in work already: announced when it is done
    gate.let("a")
    assert ready.get(timeout=_LONG).view == _view("a")
    assert gate.begun.get(timeout=_LONG) == "b"
    assert gate.begun.empty()
    gate.let("b")


def test_a_missing_file_is_looked_for_again(
    tmp_path: Path, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    view = View(tmp_path / "a.png", 40, 15)
    loader.show(view)
    frame = ready.get(timeout=_LONG)
    assert frame.rows == ()
    assert "missing" in frame.problem
    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "a.png")
    assert loader.show(view) is None
    assert ready.get(timeout=_LONG).rows


def test_a_missing_frame_before_is_looked_for_again(
    tmp_path: Path, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "b.jpg")
    view = View(tmp_path / "b.jpg", 40, 15, before=tmp_path / "a.jpg")
    loader.show(view)
    assert "missing" in ready.get(timeout=_LONG).problem
    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "a.jpg")
    loader.show(view)
    assert ready.get(timeout=_LONG).problem == ""


def test_closing_leaves_no_thread_and_announces_nothing(
    gate: _Gate, ready: queue.Queue[Frame]
) -> None:
    before = set(threading.enumerate())
    loader = PictureLoader(ready.put)
    loader.show(_view("a"))
    assert gate.begun.get(timeout=_LONG) == "a"
    loader.prefetch([_view("b"), _view("c")])
    closing = threading.Thread(target=loader.close)
    closing.start()
    for name in "abc":
        gate.let(name)
    closing.join(_LONG)
    assert not set(threading.enumerate()) - before
    assert ready.empty()


def test_nothing_that_pillow_raises_ends_a_thread(
    monkeypatch: pytest.MonkeyPatch, loader: PictureLoader, ready: queue.Queue[Frame]
) -> None:
    def broken(view: View) -> Decoded:
        raise ValueError("unexpected")

    decode: Callable[[View], Decoded] = broken
    monkeypatch.setattr(picture_decode, "decode", decode)
    for name in "abc":
        loader.show(_view(name))
        assert ready.get(timeout=_LONG).problem == f"{name} cannot be drawn: ValueError."


def test_the_cache_is_bounded_in_bytes_and_drops_the_longest_unused() -> None:
    cache = FrameCache(50_000)
    frames = [Frame(_view(name), ("x" * 10_000,), 4) for name in "abcdef"]
    for frame in frames[:4]:
        cache.put(frame)
    assert cache.take(_view("a")) is frames[0]
    cache.put(frames[4])
    cache.put(frames[5])
    assert cache.size <= 50_000
    assert [name for name in "abcdef" if _view(name) in cache] == ["a", "d", "e", "f"]


def test_a_frame_put_twice_counts_once() -> None:
    cache = FrameCache(50_000)
    frame = Frame(_view("a"), ("x" * 10_000,), 4)
    cache.put(frame)
    size = cache.size
    cache.put(frame)
    assert cache.size == size


def test_pixels_count_among_the_bytes_that_are_kept() -> None:
    cache = FrameCache(100_000)
    for number in range(5):
        cache.put(Frame(View(Path(f"{number}.jpg"), 9, 9), ("x",), 1, pixels=bytes(40_000)))
    assert cache.size <= 100_000
    assert View(Path("4.jpg"), 9, 9) in cache
    assert View(Path("2.jpg"), 9, 9) not in cache


def _other_library(name: str) -> str | None:
    raise ValueError("unrecognized configuration name")


@pytest.mark.parametrize("lacking", ["ctypes", "glibc", "its name"])
def test_systems_that_cannot_give_memory_back_show_pictures(
    lacking: str, gate: _Gate, ready: queue.Queue[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "ctypes":
        monkeypatch.setitem(sys.modules, "ctypes", None)
    elif lacking == "glibc":
        monkeypatch.setattr("os.confstr", _other_library)
    else:
        monkeypatch.delattr("os.confstr")
    loader = PictureLoader(ready.put)
    try:
        gate.let("a")
        loader.show(_view("a"))
        assert ready.get(timeout=_LONG).view == _view("a")
    finally:
        loader.close()
