"""What a reader of an evaluation must not miss, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camtrap_tui.domain.evaluations import Evaluation
from camtrap_tui.domain.holdouts import HoldoutStratum
from camtrap_tui.domain.text import counted

_NAMED = 3


def notes_of(found: Evaluation, without_graded: Sequence[HoldoutStratum]) -> tuple[str, ...]:
    """Return the notes of an evaluation, the gravest first."""
    return tuple(_notes(found, without_graded))


def _notes(found: Evaluation, without_graded: Sequence[HoldoutStratum]) -> Iterator[str]:
    basis = found.basis
    if without_graded:
        names = "; ".join(one.name for one in without_graded[:_NAMED])
        more = "; …" if len(without_graded) > _NAMED else ""
        bursts = sum(one.population for one in without_graded)
        yield (
            f"{counted(len(without_graded), 'stratum has', 'strata have')} no graded burst"
            f" ({names}{more}): nothing here is said of {counted(bursts, 'burst')}, so"
            f" every figure is about {100 * basis.covered:.1f} % of the frame only."
        )
    left_out = basis.missing + basis.conflicts + basis.too_few + basis.unsure
    if left_out:
        yield (
            f"{left_out:,} of {counted(basis.sampled, 'drawn burst')}"
            f" {'is' if left_out == 1 else 'are'} left out, as if like the others of the same"
            " stratum. Hard pictures are rarely like the others: finish them."
        )
    if basis.sampled == basis.population < basis.population_images:
        yield (
            "All bursts are drawn, but one picture of each: the run may say otherwise of the"
            " others, which is why there are intervals."
        )
    if basis.changed:
        yield (
            f"{counted(basis.changed, 'word was', 'words were')} changed after the blind grade,"
            " with the AI's answer in view; the last word counts."
        )
    if basis.seen_before:
        yield (
            f"{counted(basis.seen_before, 'picture was', 'pictures were')} graded with the AI's"
            " answer in view before the same person graded them blind."
        )
    if basis.also:
        yield (
            f"Words of mode {', '.join(basis.also)} count too: nobody knows whether they were"
            " given blind."
        )
    if basis.without_prediction:
        yield (
            f"{counted(basis.without_prediction, 'graded burst has', 'graded bursts have')} no"
            " prediction in this run; each counts as not right."
        )
    if basis.unit == "pictures":
        yield (
            "Figures are about pictures: each graded frame speaks for all pictures of its burst."
        )
