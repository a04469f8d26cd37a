"""Make the labels of volunteers for a survey of known truth: noisy, and not of one mind.

    python -m tests.bench.bench_volunteers TRUTH OUT.csv [--labels 60400] [--seed 1]

TRUTH is a table with mediaID and class, a row a picture. Half of the pictures are drawn among
those that show something. Each picture gets one to five volunteers of unequal skill, who miss
animals, take one for another that is as common, name a coarser group, are unsure, and count
differently; few see a second species, which is a row more. The same arguments give the same file.
A generator for measurements, not a test.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEADINGS = ("mediaID", "volunteer", "species", "count", "classified_at")
LABELS = 60_400
VOLUNTEERS = 40
_BLANK = "blank"
# How many look at a picture: a share for one, two, three … of them.
_LOOKERS = (0.10, 0.15, 0.45, 0.15, 0.15)
_UNSURE, _COARSE, _SECOND, _NO_COUNT = 0.03, 0.06, 0.02, 0.3
_COARSER = {"human": "human", "vehicle": "vehicle"}


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody who labels: how often they are right, and how often they count one too many."""

    name: str
    skill: float
    miscounts: float


def main() -> None:
    """Write the labels."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("truth", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--labels", type=int, default=LABELS)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    rows = write(given.truth, given.out, given.labels, given.seed)
    print(f"{given.out}: {given.labels:,} labels in {rows:,} rows")


def write(truth: Path, out: Path, labels: int, seed: int) -> int:
    """Write a table of so many labels, fewer where the pictures do not suffice; return its rows."""
    with truth.open(encoding="utf-8", newline="") as file:
        known = [(row["mediaID"], row["class"]) for row in csv.DictReader(file)]
    rows = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADINGS)
        for row in volunteer_rows(known, labels, seed):
            writer.writerow(row)
            rows += 1
    return rows


def volunteer_rows(
    known: Sequence[tuple[str, str]], labels: int, seed: int
) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield rows under HEADINGS for `labels` labels of pictures of which (media id, class) is true.

    A label is what one volunteer says of one picture; a second species makes a second row.
    """
    rng = random.Random(seed)
    people = [
        Volunteer(f"volunteer {number:02d}", rng.betavariate(18, 3), rng.uniform(0.02, 0.3))
        for number in range(1, VOLUNTEERS + 1)
    ]
    classes = [name for _, name in known if name != _BLANK]
    when = datetime(2025, 3, 1, tzinfo=UTC)
    made = 0
    for media_id, true in _pictures(known, rng):
        lookers = rng.choices(range(1, len(_LOOKERS) + 1), _LOOKERS)[0]
        animals = min(9, 1 + int(rng.expovariate(1.2)))
        for one in rng.sample(people, min(lookers, labels - made)):
            when += timedelta(seconds=rng.randrange(1, 90))
            time = when.strftime("%Y-%m-%dT%H:%M:%SZ")
            said = _said(one, true, classes, rng)
            yield media_id, one.name, said, _count(one, said, animals, rng), time
            if said not in (_BLANK, "unknown") and rng.random() < _SECOND:
                second = rng.choice(classes)
                if second != said:
                    yield media_id, one.name, second, _count(one, second, 1, rng), time
            made += 1
        if made >= labels:
            return


def _pictures(known: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield every picture once, in a seeded order; at first one in two shows something."""
    blank = [row for row in known if row[1] == _BLANK]
    shown = [row for row in known if row[1] != _BLANK]
    rng.shuffle(blank)
    rng.shuffle(shown)
    while blank or shown:
        wanted = shown if shown and (not blank or rng.random() < 0.5) else blank
        yield wanted.pop()


def _said(one: Volunteer, true: str, classes: Sequence[str], rng: random.Random) -> str:
    """Return what a volunteer says of a picture that shows `true`."""
    if rng.random() < _UNSURE:
        return "unknown"
    if rng.random() < one.skill:
        coarse = true != _BLANK and rng.random() < _COARSE
        return _COARSER.get(true, "animal") if coarse else true
    if true != _BLANK and rng.random() < 0.4:
        return _BLANK
    # Common animals are seen where there are rare ones, seldom the other way round.
    return rng.choice(classes)


def _count(one: Volunteer, said: str, animals: int, rng: random.Random) -> str:
    if said in (_BLANK, "unknown") or rng.random() < _NO_COUNT:
        return ""
    return str(max(1, animals + (rng.choice((-1, 1)) if rng.random() < one.miscounts else 0)))


if __name__ == "__main__":
    main()
