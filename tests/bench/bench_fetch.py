"""Download and prediction together against each of the two alone: ratios, and memory.

    python -m tests.bench.bench_fetch [--count 2000] [--latency 0.05] [--width 1280 | --original]

A manifest of `count` pictures is served on this machine, each answer after the latency. Three
ways, each in a process of its own: `fetch`, then `predict` from the filled cache, and
`predict --fetch` into an empty one; then the last with a quarter of the pictures, for memory.
A measurement, not a test.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camtrap_tui.services.sample import known_models
from camtrap_tui.store.store import Store
from tests.manifest_rows import survey_of
from tests.picture_files import blobs, jpeg

DISTINCT = 64


@dataclass(frozen=True)
class Took:
    """What a process took: seconds, seconds of CPU, and its largest memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Measure, and print one line a way."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--latency", type=float, default=0.05)
    options.add_argument("--size", type=int, default=1280, help="width of the pictures served")
    options.add_argument("--model", default=known_models()[0][0])
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("given", nargs="*", help="further options of fetch, after --")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        draw(root / "pictures", given.size)
        with server(root / "pictures", given.latency) as port:
            for number in range(given.rounds):
                measure(root / f"{number}", port, given.count, given.model, given.given)


def draw(folder: Path, width: int) -> None:
    """Draw pictures with the grain of a night, so that they are as large as cameras' are."""
    folder.mkdir()
    for number in range(DISTINCT):
        noise = blobs(number, size=(width, width * 3 // 4)).effect_spread(3)
        (folder / f"{number:03}.jpg").write_bytes(jpeg(noise))
    sizes = [path.stat().st_size for path in folder.iterdir()]
    print(f"{DISTINCT} pictures of {sum(sizes) / len(sizes) / 1000:.0f} KB")


@contextmanager
def server(folder: Path, latency_s: float) -> Any:
    """Serve the folder from a process of its own; yields the port."""
    line = [sys.executable, "-m", "tests.bench.slow_server", str(folder), str(latency_s)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def measure(root: Path, port: int, count: int, model: str, given: Sequence[str]) -> None:
    """Run the three ways, and print what they took."""
    root.mkdir()

    def survey(name: str, pictures: int) -> Path:
        urls = [f"http://127.0.0.1:{port}/{n}.jpg?id={n}" for n in range(pictures)]
        return survey_of(root / name, urls)

    def predict(path: Path, cache: str, *words: str) -> list[str]:
        cached = ["--cache", str(root / cache)] if "--fetch" in words else []
        return ["predict", str(path), "--model", model, *words, *cached]

    apart, both, few = survey("apart.db", count), survey("both.db", count), survey("few.db", 500)
    fetched = took(["fetch", str(apart), "--cache", str(root / "a"), *given])
    show("fetch alone", fetched, count)
    predicted = took(predict(apart, "a"))
    show("predict alone", predicted, count)
    together = took(predict(both, "b", "--fetch", *given))
    show("predict --fetch", together, count)
    small = took(predict(few, "c", "--fetch", *given))
    show("predict --fetch, 500", small, 500)
    slower = max(fetched.wall_s, predicted.wall_s)
    print(f"together / slower: {together.wall_s / slower:.3f}")
    print(f"memory, {count:,} against 500 pictures: {together.peak_mb / small.peak_mb:.3f}")
    with Store.open(both) as one, Store.open(apart) as other:
        sums = [store.runs.outcomes(1) for store in (one, other)]
    print(f"outcomes: {sums[0]}, apart {sums[1]}")


def took(words: list[str]) -> Took:
    """Run the command line in a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "camtrap_tui", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Took(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, peak)


def show(name: str, found: Took, count: int) -> None:
    """Print one line."""
    print(
        f"{name:22} {found.wall_s:7.1f} s  {count / found.wall_s:6.1f}/s"
        f"  {found.cpu_s:7.1f} s of CPU  {found.peak_mb:7.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
