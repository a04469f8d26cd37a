"""What an evaluation says in sentences, wherever it is read; it reckons nothing."""

from __future__ import annotations

from collections.abc import Iterator

from camtrap_tui.domain.estimate_text import (
    interval_and_n,
    of_100,
    total_with_limits,
    with_limits_and_n,
)
from camtrap_tui.domain.evaluations import ClassFigures, Estimate, Evaluation, Threshold
from camtrap_tui.domain.text import counted


def verdict(found: Evaluation) -> Iterator[str]:
    """Yield the answer first: what is right, how far the commonest animals can be trusted, what is
    missed among blanks."""
    unit, run = found.basis.unit, f"run {found.basis.run_id} ({found.basis.run_name})"
    if found.accuracy.value is not None:
        said = of_100(found.accuracy)
        yield f"Of 100 {unit}, {run} has {said} right ({interval_and_n(found.accuracy)})."
    for one in _commonest(found):
        right = of_100(one.precision)
        said = f"{right} {'is' if right == '1' else 'are'} ({interval_and_n(one.precision)})"
        yield f"Of 100 {unit} that it calls {one.name}, {said}."
    rate, count = found.missed.rate, found.missed.count
    of_them = " pictures" if unit == "pictures" else ""
    if rate.value is None or rate.upper is None:
        return
    if rate.hits:
        wrong = of_100(rate)
        holds = "holds" if wrong == "1" else "hold"
        yield (
            f"Of 100 {unit} that it calls blank, {wrong} {holds} an animal"
            f" ({interval_and_n(rate)}): {total_with_limits(count)}{of_them} are missed in the"
            " whole."
        )
    else:
        yield (
            f"No animal was found in {counted(rate.n, 'graded burst')} that it calls blank: at"
            f" most {100 * rate.upper:.1f} in 100 hold one, {count.upper or 0:,.0f}{of_them} in"
            " the whole (95 % interval)."
        )


def _commonest(found: Evaluation) -> list[ClassFigures]:
    """Return the two animals that are called most and whose precision can be told."""
    animals = [one for one in found.classes if one.taxon.observation_type == "animal"]
    return [one for one in animals if one.precision.state == "sound"][:2]


def basis_text(found: Evaluation) -> str:
    """Return what an evaluation stands on."""
    basis = found.basis
    graders = ", ".join(f"{name} {count:,}" for name, count in basis.graders)
    lacking = ", ".join(basis.lacking)
    about = "bursts, each counted once" if basis.unit == "bursts" else "pictures"
    return (
        f"Holdout {basis.holdout}, seed {basis.seed}: {basis.labelled:,} of"
        f" {counted(basis.sampled, 'drawn burst')} graded, by {graders}"
        f"{'; ' if lacking else ''}{lacking}. The whole is {basis.population:,} bursts of"
        f" {basis.population_images:,} pictures. Votes by {basis.rule}. Figures are about"
        f" {about}, weighted by how they were drawn; intervals are at 95 %."
    )


def key_to(found: Evaluation) -> Iterator[str]:
    """Yield what the marks and columns of its tables mean, of those that are there."""
    states = {one.state for one in _all(found)}
    if "unstable" in states:
        yield "~ unstable: it rests on few pictures, or on one of great weight."
    if "not estimable" in states:
        yield "not estimable: no graded picture speaks of it."
    yield "n: the graded bursts that a number comes from. interval: at 95 %."
    if any(one.bootstrap for one in _all(found)):
        yield (
            "resampled: the same interval found by drawing from the sample again and again, as a"
            " check; too narrow where little is wrong, and none where nothing is."
        )


def need_text(one: ClassFigures) -> str:
    """Return how many more graded bursts a class's precision takes."""
    need = one.need
    if need.more is None:
        return "nothing graded to tell by"
    if not need.more:
        return "enough"
    if not need.left:
        return "all are drawn"
    left = f", only {need.left:,} left" if need.left < need.more else ""
    return f"needs {need.more:,} more{left}"


def threshold_lines(found: Evaluation) -> Iterator[str]:
    """Yield what is to be known of each threshold, those with too few graded in one sentence."""
    few = [one for one in found.thresholds if one.chosen is None and one.n_choosing < one.n_needed]
    for one in found.thresholds:
        if one not in few:
            yield f"{one.name or 'all classes'}: {_threshold(one)}"
    if few:
        names = ", ".join(f"{one.name or 'all classes'} {one.n_choosing:,}" for one in few)
        yield (
            f"Too few are graded, since even all right ones take {few[0].n_needed:,} in the half"
            f" that chooses: {names}."
        )


def _threshold(one: Threshold) -> str:
    if one.chosen is None or one.reported is None:
        return f"{one.note}."
    said = one.reported
    return (
        f"from {one.chosen:.2f} on (n {one.n_choosing:,}); in the other half precision"
        f" {with_limits_and_n(said.precision)}, recall {with_limits_and_n(said.recall)}, taken"
        f" {with_limits_and_n(said.coverage)}."
    )


def silent_text(found: Evaluation) -> str:
    """Return how many classes have no graded picture, nothing where all have one."""
    silent = [one for one in found.classes if not (one.predicted_ids or one.true_ids)]
    if not silent:
        return ""
    bursts = sum(one.predicted for one in silent)
    return (
        f"{counted(len(silent), 'class', 'classes')} with no graded picture, not estimable:"
        f" {counted(bursts, 'burst')} in all."
    )


def _all(found: Evaluation) -> Iterator[Estimate]:
    yield from (found.accuracy, found.missed.rate, found.missed.of_animals)
    yield from (one.share for one in found.bins)
    for one in found.classes:
        yield from (one.precision, one.recall, one.prevalence)
    yield from (cell.total for cell in found.cells)
