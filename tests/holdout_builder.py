"""Makes small surveys with a drawn holdout and blind grades, whose truth is known."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.drawing_plans import DrawRequest
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.holdouts import draw
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, taxon

# What a run says, what is there, and how often: two animals are missed among the blanks.
USUAL = (
    ("blank", "blank", 40),
    ("blank", "northern raccoon", 2),
    ("northern raccoon", "northern raccoon", 18),
    ("northern raccoon", "virginia opossum", 4),
    ("mallard", "mallard", 9),
    ("mallard", "blank", 1),
    (None, "mallard", 3),
)
# Small enough for these: nothing is pooled.
REQUEST = DrawRequest("river2024", size=40, strata=("species",), minimum=4, repeat_share=0.1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A survey's holdout, and what is there in each of its images, by id."""

    store: Store
    holdout: Holdout
    run_id: int
    truth: dict[int, str]

    def images(self) -> list[int]:
        """Return the images that are drawn, by stratum and rank."""
        return [unit.image_id for unit in self.store.holdouts.sample(self.holdout.id)]


def drawn_survey(
    store: Store,
    pictures: Sequence[tuple[str | None, str, int]] = USUAL,
    request: DrawRequest = REQUEST,
    frames: int = 1,
) -> Drawn:
    """Fill an empty survey and draw a holdout from it, as ann.

    `pictures` are (what the run says, None for a failure; what is there; how many bursts), each
    of `frames` pictures, ten minutes apart from the next.
    """
    bursts = [(said, there) for said, there, count in pictures for _ in range(count)]
    run = add_run(store, "holdout")
    said = [
        Said(name, 0.5 + n % 50 / 100, f"2024-06-{n // 100 + 1:02} {n // 6 % 16:02}:{n % 6}0:0{f}")
        for n, (name, _) in enumerate(bursts)
        for f in range(frames)
    ]
    images = add_images(store, said, run=run)
    with store.db.transaction():
        for n, key in enumerate(images):
            burst = images[n // frames * frames]
            store.db.execute("UPDATE image SET burst_id = ? WHERE id = ?", [burst, key])
    truth = {key: bursts[n // frames][1] for n, key in enumerate(images)}
    return Drawn(store, draw(store, run.id, request, "ann"), run.id, truth)


def grade_blind(
    drawn: Drawn,
    grader: str = "ann",
    images: Sequence[int] | None = None,
    *,
    says: str | None = None,
    viewing: int = 1,
) -> list[str]:
    """Grade drawn images (all) blind with the truth, or with what somebody `says`.

    Returns the uuids of the grades. `unknown` is `not sure`.
    """
    images = drawn.images() if images is None else images
    grades = [
        NewGrade(
            str(uuid.uuid4()),
            key,
            (NewObservation(taxon(drawn.store, says or drawn.truth[key]).id),),
            "blind",
            "species",
            None,
            holdout_uuid=drawn.holdout.holdout_uuid,
            viewing=viewing,
        )
        for key in images
    ]
    drawn.store.grades.append(grader, grades, NOW)
    return [grade.grade_uuid for grade in grades]


def grade_as(
    drawn: Drawn,
    image_id: int,
    said: Sequence[Taxon],
    mode: str = "blind",
    grader: str = "ann",
) -> None:
    """Grade one image: blind for the holdout, or in another mode."""
    is_blind = mode == "blind"
    new = NewGrade(
        str(uuid.uuid4()),
        image_id,
        tuple(NewObservation(one.id) for one in said),
        mode,
        "species",
        drawn.run_id if mode == "assisted" else None,
        holdout_uuid=drawn.holdout.holdout_uuid if is_blind else None,
        viewing=1 if is_blind else None,
    )
    drawn.store.grades.append(grader, [new], NOW)


def another_holdout(drawn: Drawn, name: str, **values: object) -> Drawn:
    """Draw one more holdout from the same survey."""
    request = replace(REQUEST, name=name, **values)  # type: ignore[arg-type]
    return replace(drawn, holdout=draw(drawn.store, drawn.run_id, request, "ann"))
