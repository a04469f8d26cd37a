"""Our pipeline against SpeciesNet's own on the same pictures: a ratio, both in one run.

    python -m tests.bench.bench_predict [--model DIR] [--pictures DIR] [--count 100] [--rounds 3]

Ours is the whole of `predict` (scan, decode, detector, classifier, SQLite); theirs is what
`run_model` does, which writes nothing until its end. Models are loaded before the clock starts.
A measurement, not a test.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from camtrap_tui.services import inference, model_folder
from camtrap_tui.services.engine import Engine, default_threads
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.services.quiet import import_speciesnet
from tests.model_builder import build_model
from tests.picture_files import blobs, jpeg

PICTURE_SIZE = (1280, 960)


def main() -> None:
    """Measure, and print one line a way."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, help="a model folder; by default a tiny one")
    options.add_argument("--pictures", type=Path, help="a folder; by default drawn pictures")
    options.add_argument("--count", type=int, default=100, help="pictures to draw")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    speciesnet = import_speciesnet()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        pictures = given.pictures or drawn(root / "pictures", given.count)
        model = given.model or build_model(root / "model")
        ways = ways_to_predict(speciesnet, root, pictures, model)
        measure(ways, given.rounds)


def drawn(folder: Path, count: int) -> Path:
    """Draw pictures of a usual size."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"IMG_{number:05}.JPG"
        path.write_bytes(jpeg(blobs(number, size=PICTURE_SIZE)))
    return folder


def ways_to_predict(
    speciesnet: Any, root: Path, pictures: Path, model: Path
) -> dict[str, Callable[[], int]]:
    """Return each way by its name; a way returns how many pictures it predicted."""
    import torch

    usual = torch.get_num_threads()
    theirs = speciesnet.SpeciesNet(str(model))
    engine = Engine.load(model_folder.read(model), geofence=True)
    surveys = (root / f"{number}.db" for number in range(10**6))

    def their_way(run_mode: str, threads: int) -> int:
        torch.set_num_threads(threads)
        said = theirs.predict(folders=[str(pictures)], run_mode=run_mode)
        return sum("failures" not in one for one in said["predictions"])

    def our_way() -> int:
        torch.set_num_threads(default_threads())
        report = inference.predict(
            next(surveys),
            pictures,
            PredictRequest(model=str(model)),
            on_event=lambda event: None,
            should_stop=lambda: False,
            load=lambda folder, request: engine,
        )
        return report.outcomes["predicted"]

    ways: dict[str, Callable[[], int]] = {
        f"SpeciesNet, many threads, torch {usual}": lambda: their_way("multi_thread", usual),
        f"ours, torch {default_threads()}": our_way,
    }
    if usual != default_threads():
        other = default_threads()
        ways[f"SpeciesNet, many threads, torch {other}"] = lambda: their_way("multi_thread", other)
    return ways


def measure(ways: dict[str, Callable[[], int]], rounds: int) -> None:
    """Run the ways in turn, so that a busy neighbour disturbs all of them, and print medians."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    done: dict[str, int] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            done[name] = way()
            seconds[name].append(time.perf_counter() - began)
    first = next(iter(ways))
    for name, found in seconds.items():
        middle = statistics.median(found)
        pairs = zip(found, seconds[first], strict=True)
        ratio = statistics.median(one / other for one, other in pairs)
        print(
            f"{name:42} {done[name]:5} pictures  median {middle:6.2f} s  least {min(found):6.2f} s"
            f"  {done[name] / middle:6.1f}/s  {ratio:5.2f}× the first"
        )


if __name__ == "__main__":
    main()
