"""What the holdout screen says of the sample itself: its strata, and how far they are graded."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from textual.content import Content

from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.holdouts import Plan, Progress
from camtrap_tui.tui.holdout_rows import HoldoutRow, fit, heading, opens, plain
from camtrap_tui.tui.review_views import bar

_BAR_CELLS = 12
_MOST_CELLS = 110
_WITH_BARS = 90


def strata_page(
    found: Progress, graded: Mapping[int, tuple[int, ...]], width: int
) -> list[HoldoutRow]:
    """Return the strata with how far each is graded, then who graded, and the drawings.

    `graded` are the ids of the pictures of each stratum that somebody graded for the holdout:
    no others can be opened, since they are still to be graded blind.
    """
    width = min(width, _MOST_CELLS)
    has_bars = width >= _WITH_BARS
    name = max(width - (54 if has_bars else 39), 12)
    titles = f"{'bursts':>9} {'drawn':>6} {'graded':>6} {'one stands for':>14}"
    rows = [heading(f"{fit('stratum', name)} {titles}")]
    for one in found.strata:
        stratum = one.stratum
        ids = graded.get(stratum.stratum, ())
        share = one.graded / stratum.sampled if stratum.sampled else 0.0
        text = (
            f"{fit(stratum.name, name)} {stratum.population:>9,} {stratum.sampled:>6,}"
            f" {one.graded:>6,} {stratum.weight:>14,.1f}"
        )
        if has_bars:
            text += f" ▕{bar(share, _BAR_CELLS)}▏"
        title = f"stratum {clean(stratum.name)}"
        left = stratum.sampled - one.graded
        hint = f"{opens(ids)}; {title}: {left:,} left to grade"
        key = f"stratum|{stratum.stratum}"
        rows.append(HoldoutRow(Content(text), ids, title, hint, key, stratum=stratum.stratum))
    total = f"{found.population:>9,} {found.sampled:>6,} {found.graded:>6,}"
    rows += [plain(f"{fit('in all', name)} {total}"), plain(), heading("Who graded it blind")]
    rows += [
        plain(
            f"{clean(one.grader)}: {one.pictures:,} of {found.sampled:,}"
            + (f", {one.again:,} of them twice" if one.again else "")
        )
        for one in found.graders
    ] or [plain("Nobody yet.")]
    rows += [plain(), heading("How it was drawn")]
    rows += [plain(line) for line in textwrap.wrap(drawn_text(found.holdout), width)]
    for phase in found.phases:
        what = "drawn" if phase.phase == 1 else "extended"
        aim = f", {clean(phase.aim)}" if phase.aim else ""
        who = f" by {clean(phase.drawn_by)}" if phase.drawn_by else ""
        rows.append(
            plain(f"{phase.drawn_at[:10]} {what}{who}: {counted(phase.size, 'burst')}{aim}")
        )
    if found.graded_before:
        said = ", ".join(f"{clean(who)} {n:,}" for who, n in found.graded_before.items())
        text = f"Graded with the AI's answer in view, which does not count: {said}."
        rows += [plain(line) for line in textwrap.wrap(text, width)]
    return rows


def drawn_text(holdout: Holdout) -> str:
    """Return what determined a drawing, as a sentence."""
    run = f"run {holdout.run_id}" if holdout.run_id is not None else "no run"
    strata = holdout.strata.replace(",", " and ") or "nothing"
    chosen = f", out of {clean(holdout.filter)}" if holdout.filter else ""
    return (
        f"From {run}{chosen}, by {strata}, {holdout.allocation} allocation, at least"
        f" {holdout.minimum:,} a stratum, seed {holdout.seed:,}; {holdout.repeat_share:.0%} of the"
        " pictures come a second time."
    )


def plan_rows(plan: Plan, width: int) -> Sequence[Content]:
    """Return what a request would draw: what must be known of it, since a small screen may have
    room for no more, then the strata with the expected half-widths."""
    width = min(width, _MOST_CELLS)
    name = max(width - 44, 12)
    titles = f"{'bursts':>9} {'draw':>6} {'one stands for':>14} {'± points':>9}"
    total = (
        f"{fit('in all: accuracy', name)} {plan.population:>9,} {plan.sampled:>6,}"
        f" {'':>14} {100 * plan.half_width:>9.1f}"
    )
    said = list(map(clean, plan.notes))
    if plan.graded_before:
        known = ", ".join(f"{clean(who)} {n:,}" for who, n in plan.graded_before.items())
        said.append(f"Graded before with the AI's answer in view, to be graded anew: {known}.")
    rows = _wrapped(said, width)
    rows += [
        Content.styled(f"{fit('stratum', name)} {titles}", "bold underline"),
        Content.styled(total, "bold"),
    ]
    rows += [
        Content(
            f"{fit(one.name, name)} {one.population:>9,} {one.sampled:>6,}"
            f" {one.weight:>14,.1f} {100 * one.half_width:>9.1f}"
        )
        for one in plan.strata
    ]
    points = "± points is half of the 95 % interval that is to be expected, were 9 in 10 right."
    return [*rows, *_wrapped([points], width)]


def _wrapped(sentences: Sequence[str], width: int) -> list[Content]:
    return [Content(line) for text in sentences for line in textwrap.wrap(text, max(width, 20))]
