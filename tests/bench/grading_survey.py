"""Builds a survey of small real pictures whose truth is known, with predictions that err.

84 % blank, bursts of three, a dozen species of very unequal number; one animal in twelve is
predicted blank, one in ten as another animal, one blank in forty as an animal. The same number
gives the same survey.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from camtrap_tui.services.bursting import regroup
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

BLANK = "blank"
# Shares of what is not blank, as a published survey of an urban river has them.
_SPECIES = {
    **{"bird": 38, "human": 27, "western pond turtle": 12, "mallard": 6, "american coot": 4},
    **{"northern raccoon": 4, "domestic dog": 3, "vehicle": 2, "eastern cottontail": 2},
    **{"white-tailed deer": 1, "wood duck": 1, "domestic cat": 1},
}
_FRAMES = 3
_BLANK_BURSTS, _ANIMAL_LEAVES = 0.81, 0.16
_MISSED, _MISTAKEN, _TRUTH_AMONG_GUESSES, _FALSE_ALARM = 0.08, 0.10, 0.75, 0.025
_BOX = ("animal", 0.71, 0.2, 0.2, 0.3, 0.3)
_WEAK = ("animal", 0.06, 0.4, 0.4, 0.1, 0.1)


def build(path: Path, pictures: Path, count: int, seed: int = 1) -> dict[str, str]:
    """Make the survey and its pictures; return the truth by the name of the picture."""
    rng = random.Random(seed)
    truth = _truth(rng, count)
    start = datetime(2024, 3, 1, 6)
    said = []
    for number, name in enumerate(truth):
        burst, frame = divmod(number, _FRAMES)
        when = start + timedelta(minutes=17 * burst, seconds=2 * frame)
        said.append(_said(rng, name, f"{when:%Y-%m-%d %H:%M:%S}", f"UR{burst * 5 // count:03d}"))
    with Store.open(path, create=True) as store:
        add_images(store, said, str(pictures))
        regroup(store, 60)
    _draw(pictures, truth)
    return {f"IMG_{number:04d}.JPG": name for number, name in enumerate(truth, 1)}


def _truth(rng: random.Random, count: int) -> list[str]:
    names, shares = list(_SPECIES), list(_SPECIES.values())
    truth: list[str] = []
    while len(truth) < count:
        here = BLANK if rng.random() < _BLANK_BURSTS else rng.choices(names, shares)[0]
        truth += [BLANK if rng.random() < _ANIMAL_LEAVES else here for _ in range(_FRAMES)]
    return truth[:count]


def _said(rng: random.Random, truth: str, when: str, camera: str) -> Said:
    """Return what the model says of a picture that shows `truth`."""
    others = [name for name in _SPECIES if name != truth]
    rng.shuffle(others)
    error = rng.random()
    guesses = [truth, *others[:3]]
    if truth == BLANK:
        if error < _FALSE_ALARM:
            guesses = [others[0], BLANK, *others[1:3]]
        boxes = [_WEAK] if guesses[0] == BLANK and rng.random() < 0.3 else []
    elif error < _MISSED:
        guesses, boxes = [BLANK, truth, *others[:2]], [_WEAK]
    elif error < _MISSED + _MISTAKEN:
        known = rng.random() < _TRUTH_AMONG_GUESSES
        guesses = [others[0], truth, *others[1:3]] if known else others[:4]
        boxes = [_BOX]
    else:
        boxes = [_BOX]
    score = round(rng.uniform(0.35, 0.7) if guesses[0] != truth else rng.uniform(0.6, 0.99), 3)
    ranked = [(name, round(score / rank**2, 3)) for rank, name in enumerate(guesses, 1)]
    return Said(
        guesses[0], score, when, camera, boxes if guesses[0] != BLANK else boxes[:1], ranked
    )


def _draw(pictures: Path, truth: list[str]) -> None:
    from PIL import Image

    pictures.mkdir(parents=True, exist_ok=True)
    names = [BLANK, *_SPECIES]
    for number, name in enumerate(truth, 1):
        shade = 20 * names.index(name)
        made = Image.new("RGB", (160, 120), (shade, 90 + number % 40, 255 - shade))
        made.save(pictures / f"IMG_{number:04d}.JPG", quality=60)
