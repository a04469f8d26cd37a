"""`kill -9` of `predict --fetch` at random moments, each resumed, against an uninterrupted run.

    python -m tests.bench.bench_kill [--kills 20] [--count 600] [--seed 1]

The real command line with the demo model and pictures from a server on this machine; one in
twenty is gone, and one in twenty is cut short. Ends with an error where ledger, predictions or
copies differ, or a file of the cache is half a picture. A measurement, not a test.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from camtrap_tui.services.sample import known_models
from camtrap_tui.store.store import Store
from tests.manifest_rows import survey_of
from tests.picture_files import blobs, jpeg
from tests.survey_dump import dump
from tests.weather_server import Answer, WeatherServer, weather_server

TABLES = ("image", "source_row", "prediction", "detection", "classification", "taxon")


def main() -> None:
    """Kill, resume, compare; print what was killed when."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--count", type=int, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--model", default=known_models()[0][0])
    given = options.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as name, weather_server() as server:
        root = Path(name)
        whole = survey(server, root / "whole.db", given.count)
        finish(whole, given.model, root / "whole")
        killed = survey(server, root / "killed.db", given.count)
        chance = random.Random(given.seed)
        for number in range(given.kills):
            when = kill(chance, killed, given.model, root / "killed")
            check_copies(killed, root / "killed")
            print(f"{number + 1:3}  {when}  {state_of(killed)}", flush=True)
        finish(killed, given.model, root / "killed")
        check_copies(killed, root / "killed")
        compare(killed, whole)
        print(f"{given.kills} kills: ledger, predictions and copies equal those of the whole run")


def survey(server: WeatherServer, path: Path, count: int) -> Path:
    """Make a survey of pictures of which some are broken, and some the same."""
    urls = []
    for n in range(count):
        data = jpeg(blobs(n % (count - 5), size=(640, 480)))
        answer = Answer(body=data, silent_s=0.3)
        if n % 20 == 3:
            answer = Answer(404)
        elif n % 20 == 7:
            answer = Answer(body=data[: len(data) // 2])
        urls.append(server.put(f"/{n}.jpg", answer))
    return survey_of(path, urls)


def run(survey: Path, model: str, cache: Path) -> subprocess.Popen[str]:
    """Start the command line; it tells its events."""
    line = [sys.executable, "-m", "camtrap_tui", "predict", str(survey), "--model", model]
    return subprocess.Popen(
        [*line, "--fetch", "--cache", str(cache), "--jobs", "4", "--events"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def finish(survey: Path, model: str, cache: Path) -> None:
    """Let the command run to its end."""
    with run(survey, model, cache) as process:
        assert process.stdout is not None
        process.stdout.read()
    assert process.returncode == 0


def kill(chance: random.Random, survey: Path, model: str, cache: Path) -> str:
    """Kill the command before its model is loaded (one in four), else while it works."""
    with run(survey, model, cache) as process:
        assert process.stdout is not None
        if chance.random() < 0.25:
            wait, since = chance.uniform(0.0, 3.0), "start"
        else:
            wait, since = chance.uniform(0.0, 3.0), "first picture"
            for line in process.stdout:
                if '"progress"' in line:
                    break
        time.sleep(wait)
        assert process.poll() is None, "it ended before it could be killed: more pictures"
        process.kill()
    return f"{wait:4.2f} s after its {since}".ljust(27)


def state_of(survey: Path) -> str:
    """Return both accounts in a line."""
    with Store.open(survey) as store:
        runs = store.runs.all()
        outcomes = store.runs.outcomes(runs[0].id) if runs else {}
        return f"{store.ledger.states()}  {outcomes}"


def check_copies(survey: Path, cache: Path) -> None:
    """Every row has its file, whole, and every file that has a name is whole."""
    with Store.open(survey) as store:
        rows = store.db.execute("SELECT file_path, content_md5 FROM cached_file").fetchall()
    for path, md5 in rows:
        found = hashlib.md5((cache / path).read_bytes()).hexdigest()
        assert found == md5, f"{path} is half a picture"
    for path in cache.rglob("*.jpg"):
        assert path.read_bytes().endswith(b"\xff\xd9"), path


def compare(killed: Path, whole: Path) -> None:
    """Fail where two surveys differ in anything but times and their own uuid."""
    found, wanted = dump(killed), dump(whole)
    for table in TABLES:
        assert found[table] == wanted[table], f"{table} differs"
    copies = [[(row[0], *row[3:8]) for row in one["cached_file"]] for one in (found, wanted)]
    assert copies[0] == copies[1], "copies differ"


if __name__ == "__main__":
    main()
