"""Makes fine-tuning sets of graded images: planned, compared with what was, then stored.

No picture of a burst that a holdout has a frame of is ever in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from camtrap_tui.domain import splitting
from camtrap_tui.domain.splitting import (
    ENOUGH,
    PARTS,
    PLENTY,
    By,
    ClassCount,
    Labelled,
    Part,
    Shares,
    SplitMade,
)
from camtrap_tui.domain.text import counted, quoted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.store.store import Store, utc_now

# Further from the wanted share than this, a part is worth a sentence.
_FAR = 0.05
_MOST_SEED = 999_999_999
# Classes that a sentence names; the table marks them all.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """What is asked for; `by` is None for the usual way, `rule` empty for plain agreement."""

    shares: Shares
    seed: int = 1
    by: By | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class SplitClass:
    """A class with what each part has of it."""

    name: str
    taxon_uuid: str
    count: ClassCount

    @property
    def is_enough(self) -> bool:
        """Whether there are as many to train with as fine-tuning still gains from."""
        return self.count.images[0] >= ENOUGH


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the parts that were there: images that stay, move, come and go.

    `moved` has (from, to, how many).
    """

    same: int
    moved: tuple[tuple[Part, Part, int], ...]
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Parts of images with what they amount to; `left_out` counts graded images without a part,
    by the reason; `changes` is None where there were no parts before."""

    request: SplitRequest
    by: By
    parts: Mapping[int, Part]
    all_pictures: ClassCount
    classes: tuple[SplitClass, ...]
    deployments: int
    left_out: Mapping[str, int]
    changes: Changes | None
    warnings: tuple[str, ...]


def checked_shares(val: float, test: float) -> Shares:
    """Return the shares; raises UsageError where training would have no picture."""
    # Written so that what is no number fails as well.
    if not (val >= 0 and test >= 0 and val + test < 1):
        raise UsageError(
            f"--val {val:g} and --test {test:g} leave nothing to train with:",
            "both are shares from 0 up, and together less than 1.",
        )
    return Shares(val, test)


def plan_split(store: Store, request: SplitRequest) -> SplitPlan:
    """Return how the graded images of a survey would be divided; nothing is written.

    Raises UsageError for a seed that is none, InputError where no image can be divided.
    """
    if not 0 <= request.seed <= _MOST_SEED:
        raise UsageError("A seed is a whole number", f"from 0 to {_MOST_SEED:,}.")
    with store.db.snapshot():
        truth = _truth(store, request.rule)
        graded, held = store.splits.graded(), store.splits.held()
        images = _labelled(store, truth)
        before = store.splits.parts()
        twins = list(store.splits.twins())
    for same in twins:
        # A picture of a holdout is kept out under its other names, too.
        if not held.isdisjoint(same):
            held |= same
    free = [image for image in images if image.image_id not in held]
    labelled = [image for image in free if image.classes]
    by = request.by or splitting.usual_way(labelled, request.shares)
    if by == "deployment":
        parts = splitting.split_by_deployment(labelled, request.shares, request.seed)
    else:
        parts = splitting.split_by_time(labelled, request.shares)
    left_out = {
        "in a burst of a holdout": len(graded & held),
        "without agreement": len(graded - held - truth.keys()),
        "not sure": len(free) - len(labelled),
        "without a time": len(labelled) - len(parts),
    }
    left_out = {reason: count for reason, count in left_out.items() if count}
    if not parts:
        raise InputError(f"{store.path}: no graded image can be divided.", _why_none(left_out))
    plan = _plan(store, request, by, labelled, parts, left_out, before)
    return replace(plan, warnings=(*_about_twins(twins, parts), *plan.warnings))


def make_split(store: Store, plan: SplitPlan, made_by: str) -> None:
    """Put the planned parts in the place of those before."""
    request = plan.request
    made = SplitMade(
        1,
        request.shares.val,
        request.shares.test,
        request.seed,
        plan.by,
        request.rule,
        made_by,
        utc_now(),
    )
    with store.db.transaction():
        store.splits.replace(plan.parts, made)


def overlap_note(store: Store) -> str:
    """Return that pictures of holdouts are in the fine-tuning sets, as a sentence; else nothing.

    A holdout that was drawn or extended since the split takes pictures from it: a model trained
    with them would be judged by what it has learnt by heart.
    """
    held = store.splits.held_parts()
    if not held:
        return ""
    return (
        f"{counted(held, 'picture')} of bursts drawn for holdouts {'is' if held == 1 else 'are'} in"
        f" the fine-tuning sets: make them anew with camtrap-tui split {quoted(str(store.path))}"
    )


def split_json(plan: SplitPlan, *, is_stored: bool) -> dict[str, Any]:
    """Return the plan as what JSON can hold."""
    shares = plan.request.shares
    changes = plan.changes
    return {
        "stored": is_stored,
        "by": plan.by,
        "seed": plan.request.seed,
        "rule": plan.request.rule or None,
        "wanted": {part: round(shares.of(part), 6) for part in PARTS},
        "all": _count_json(plan.all_pictures),
        "classes": [
            {
                "name": row.name,
                "taxon_uuid": row.taxon_uuid,
                "enough_to_train": row.is_enough,
                **_count_json(row.count),
            }
            for row in plan.classes
        ],
        "left_out": dict(plan.left_out),
        "changes": changes
        and {
            "same": changes.same,
            "moved": [{"from": a, "to": b, "images": n} for a, b, n in changes.moved],
            "new": changes.new,
            "gone": changes.gone,
        },
        "warnings": list(plan.warnings),
    }


def changes_in_words(changes: Changes) -> str:
    """Return what differs from the parts that were there, as a sentence."""
    if not (changes.moved or changes.new or changes.gone):
        return f"Nothing changed: {counted(changes.same, 'picture')} as before."
    said = [f"{counted(changes.same, 'picture')} as before"]
    said += [f"{count:,} moved from {a} to {b}" for a, b, count in changes.moved]
    said += [f"{changes.new:,} new"] if changes.new else []
    said += [f"{changes.gone:,} no longer in it"] if changes.gone else []
    return f"{', '.join(said)}."


def _truth(store: Store, rule: str) -> dict[int, tuple[int, ...]]:
    """Return the taxa of each image whose truth is settled, by its id."""
    if not rule:
        return store.splits.agreed()
    from camtrap_tui.domain.consensus import parse_rule
    from camtrap_tui.services.consensus import truth_of

    settled = truth_of(store, sorted(store.splits.graded()), parse_rule(rule))
    return {
        image_id: tuple(sorted(taxon.id for taxon in one.species))
        for image_id, one in settled.items()
        if one.species or one.state == "unsure"
    }


def _labelled(store: Store, truth: Mapping[int, tuple[int, ...]]) -> list[Labelled]:
    uuids = {taxon.id: taxon.taxon_uuid for taxon in store.taxa.all()}
    return [
        Labelled(
            image.image_id,
            image.media_id,
            image.deployment,
            image.timestamp,
            image.burst,
            tuple(uuids[key] for key in image.taxon_ids),
        )
        for image in store.splits.settled(truth)
    ]


def _why_none(left_out: Mapping[str, int]) -> str:
    if not left_out:
        return "Grade some first: camtrap-tui review SURVEY"
    said = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    return f"Of those that are graded: {said}."


def _plan(
    store: Store,
    request: SplitRequest,
    by: By,
    images: list[Labelled],
    parts: dict[int, Part],
    left_out: Mapping[str, int],
    before: Mapping[int, Part],
) -> SplitPlan:
    names = {taxon.taxon_uuid: taxon.name for taxon in store.taxa.all()}
    all_pictures, *rows = splitting.count_classes(images, parts)
    classes = tuple(SplitClass(names[row.key], row.key, row) for row in rows)
    deployments = len({image.deployment for image in images if image.deployment})
    warnings = [
        *_about_division(request, by, deployments),
        *_about_shares(request.shares, all_pictures),
        *_about_classes(classes),
    ]
    changes = _changes(before, parts) if before else None
    if changes is not None and any(a == "train" for a, _, _ in changes.moved):
        warnings.append(
            "Pictures move out of train: a model trained on the parts before has seen them, and"
            " looks better on val and test than it is."
        )
    return SplitPlan(
        request,
        by,
        parts,
        all_pictures,
        classes,
        deployments,
        left_out,
        changes,
        tuple(warnings),
    )


def _changes(before: Mapping[int, Part], after: Mapping[int, Part]) -> Changes:
    moved = Counter(
        (before[key], after[key])
        for key in before.keys() & after.keys()
        if before[key] != after[key]
    )
    both = len(before.keys() & after.keys())
    return Changes(
        both - sum(moved.values()),
        tuple((a, b, moved[a, b]) for a in PARTS for b in PARTS if moved[a, b]),
        len(after) - both,
        len(before) - both,
    )


def _about_division(request: SplitRequest, by: By, deployments: int) -> list[str]:
    if by == "deployment":
        return []
    needed = counted(splitting.enough_deployments(request.shares), "deployment")
    some = f"{deployments:,} {'has' if deployments == 1 else 'have'}" if deployments else "none has"
    why = f", since these shares need {needed} and {some} graded pictures"
    return [
        f"Divided by time{'' if request.by else why}: a model does worse at a new camera than such"
        " a test says."
    ]


def _about_shares(shares: Shares, count: ClassCount) -> list[str]:
    total = sum(count.images)
    said = []
    for part, images in zip(PARTS, count.images, strict=True):
        wanted = shares.of(part)
        if wanted > 0 and abs(images / total - wanted) > _FAR:
            said.append(
                f"{part} has {images / total:.0%} of the pictures, not {wanted:.0%}: what may not"
                " be divided is too large, or too little."
            )
    return said


def _about_twins(twins: Iterable[set[int]], parts: Mapping[int, Part]) -> list[str]:
    apart = sum(len({parts[key] for key in same if key in parts}) > 1 for same in twins)
    if not apart:
        return []
    has, it = ("is", "it") if apart == 1 else ("are", "them")
    return [
        f"{counted(apart, 'picture')} {has} in more than one part, under other names with the same"
        f" content: a test with {it} tells of what was learnt by heart."
    ]


def _about_classes(classes: tuple[SplitClass, ...]) -> list[str]:
    few = [f"{row.name} ({row.count.images[0]:,})" for row in classes if not row.is_enough]
    if not few:
        return []
    more = f" and {counted(len(few) - _NAMED, 'more class', 'more classes')}"
    return [
        f"Too few to train with: {', '.join(few[:_NAMED])}{more if few[_NAMED:] else ''}. Published"
        f" fine-tuning levels off at {ENOUGH} to {PLENTY} local images a class."
    ]


def _count_json(count: ClassCount) -> dict[str, dict[str, int]]:
    return {
        part: {
            "images": count.images[n],
            "bursts": count.bursts[n],
            "deployments": count.deployments[n],
        }
        for n, part in enumerate(PARTS)
    }
