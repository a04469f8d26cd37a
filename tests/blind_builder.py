"""Makes surveys that hold the same frames and the same sample, and differ in what the AI said."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from camtrap_tui.domain.dealing import Share
from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.services.blind_queue import deal
from camtrap_tui.services.expecting import add_taxon
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, taxon

CLASSES = ("northern raccoon", "mallard", "virginia opossum", "domestic cat", "blank")
_AT_A_CAMERA = 20


@dataclass(frozen=True, slots=True)
class Sampled:
    """A survey with a holdout of its first images, and the run that it was drawn from."""

    store: Store
    holdout: Holdout
    images: tuple[int, ...]

    def session(self, grader: str = "ann", share: Share | None = None) -> BlindSession:
        """Return a blind session whose clock goes on by seven seconds a look."""
        dealt = deal(self.store, self.holdout, grader, share or Share())
        run = self.store.runs.all()[0]
        ticks = count(0, 7)
        return BlindSession(self.store, grader, dealt, word=run, clock=lambda: float(next(ticks)))


def sampled_survey(
    store: Store,
    folder: Path,
    seed: int,
    *,
    drawn: int,
    others: int = 10,
    repeats: float = 0.05,
    says: str | None = None,
    graded_before: bool = True,
) -> Sampled:
    """Fill an empty survey with frames that are always the same, and with what the AI said of
    them, people's words on that, and names of files and cameras, which follow from `seed`.

    `says` is what it says of all of them; the words that people said before can be left out.
    """
    chance = random.Random(seed)
    # Row ids of taxa follow from what was predicted first.
    for name in chance.sample(CLASSES, len(CLASSES)):
        taxon(store, name)
    # Of the others it is said in review that they are not expected here.
    add_taxon(store, taxon(store, "mallard"), added_by="ann")
    run = add_run(store, "first")
    frames = [_said(chance, number, says) for number in range(drawn + others)]
    images = add_images(store, frames, str(folder), run)
    _name_after_classes(store, images, frames)
    if graded_before:
        _grade_in_view(store, chance, images, frames, run.id)
    add_run(store, "second", model_version=f"{seed}")
    return Sampled(store, _draw(store, chance, images, drawn, repeats), tuple(images[:drawn]))


def _said(chance: random.Random, number: int, says: str | None) -> Said:
    name = says or chance.choice([*CLASSES, None])
    boxes = [
        ("animal", round(chance.uniform(0.2, 1), 2), *(round(chance.uniform(0, 0.5), 2),) * 4)
        for _ in range(chance.randrange(4))
    ]
    guesses = [(guess, round(chance.random(), 2)) for guess in chance.sample(CLASSES, 3)]
    # Three frames a burst, a burst every ten minutes.
    minute, second = number // 3 % _AT_A_CAMERA, number % 3
    return Said(
        name,
        round(chance.random(), 2),
        f"2024-06-27 02:{minute:02}:0{second}",
        f"camera {number // _AT_A_CAMERA}",
        boxes,
        guesses,
    )


def _name_after_classes(store: Store, images: list[int], frames: list[Said]) -> None:
    with store.db.transaction():
        for number, (key, said) in enumerate(zip(images, frames, strict=True)):
            first = images[number - number % 3]
            called = said.name or "failed"
            path = f"{called}/{called} {number + 1:04d}.JPG"
            store.db.execute(
                "UPDATE image SET burst_id = ?, file_path = ?, url = ? WHERE id = ?",
                [first, path, None, key],
            )
            store.db.execute(
                "UPDATE deployment SET deployment_id = ? WHERE deployment_id = ?",
                [f"{said.name} creek {number}", f"camera {number // _AT_A_CAMERA}"],
            )


def _grade_in_view(
    store: Store, chance: random.Random, images: list[int], frames: list[Said], run_id: int
) -> None:
    """Let ann and ben accept what the AI says of many of the frames, and ben write it down."""
    for grader in ("ann", "ben"):
        chosen = chance.sample(range(len(images)), len(images) // 2)
        grades = [
            NewGrade(
                str(uuid.uuid4()),
                images[number],
                (NewObservation(taxon(store, frames[number].name or "blank").id),),
                "assisted",
                "accept",
                run_id,
            )
            for number in chosen
        ]
        store.grades.append(grader, grades, NOW)
        for number in chosen[:20]:
            said = frames[number].name or "nothing"
            store.grades.append_mark(str(uuid.uuid4()), images[number], grader, "note", said, NOW)
            store.grades.append_mark(str(uuid.uuid4()), images[number], grader, "mark", "on", NOW)


def _draw(
    store: Store, chance: random.Random, images: list[int], drawn: int, repeats: float
) -> Holdout:
    """Draw the first images, in strata that follow from what the AI said; the others are left to
    an extension of the first stratum."""
    strata = sorted(images[:drawn], key=lambda _: chance.random())
    half = len(strata) // 2
    rest = list(enumerate(images[drawn:], half + 1))
    sizes = {1: (half + len(rest), half), 2: (drawn - half, drawn - half)}
    holdout = Holdout(
        0, "holdout-of-both", "river2024", 1, 1, "", "species", "mixed", 1, 60, repeats
    )
    with store.db.transaction():
        return store.holdouts.add(
            holdout,
            [HoldoutStratum(0, n, f"stratum {n}", a, a, b) for n, (a, b) in sizes.items()],
            [
                *(
                    (key, 1, place + 1, 3, 1) if place < half else (key, 2, place - half + 1, 3, 1)
                    for place, key in enumerate(strata)
                ),
                *((key, 1, rank, 3, None) for rank, key in rest),
            ],
            [HoldoutPhase(0, 1, drawn, "ann", NOW, "")],
        )
