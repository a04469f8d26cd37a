"""Sessions of `camtrap-tui review` on a queue that was chosen beforehand: a holdout, conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.models import Run
    from camtrap_tui.services.review import ReviewSession
    from camtrap_tui.store.store import Store

# Enough to measure agreement, without grading everything twice.
_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class FixedRequest:
    """What is to be graded: a holdout blind, all of it or a share; or what is in conflict."""

    holdout: str = ""
    share: str = ""
    overlap: float = _OVERLAP
    adjudicate: bool = False
    hide_votes: bool = False
    rule: str = ""
    where: str = ""

    @property
    def text(self) -> str:
        """The options that ask for the same again."""
        parts = [f"--holdout {quoted(self.holdout)}"] if self.holdout else []
        parts += [f"--share {self.share} --overlap {self.overlap:g}"] if self.share else []
        parts += ["--adjudicate"] if self.adjudicate else []
        parts += ["--hide-votes"] if self.hide_votes else []
        parts += [f"--rule {quoted(self.rule)}"] if self.rule else []
        parts += [f"--where {quoted(self.where)}"] if self.where else []
        return " ".join(parts)


def fixed_request(options: Mapping[str, Any], where: str | None) -> FixedRequest | None:
    """Return what these options of `review` ask for, None where that is the usual review.

    Raises UsageError for options that do not go together.
    """
    for name in ("holdout", "share", "rule"):
        # An empty variable of a script must not open the usual review, the AI's word in view.
        if options[name] is not None and not options[name].strip():
            raise UsageError(f"--{name} says nothing:", "give it a value, or leave it out.")
    holdout, adjudicate = options["holdout"] or "", options["adjudicate"]
    share, overlap = options["share"] or "", options["overlap"]
    if share and (adjudicate or not holdout):
        raise UsageError("--share deals out a holdout:", "give --holdout NAME with it.")
    if overlap is not None and not share:
        raise UsageError("--overlap is of shares:", "give --share K/N with it, as in 2/3.")
    if not adjudicate and (options["hide_votes"] or options["rule"]):
        raise UsageError("--hide-votes and --rule are for adjudicating:", "give --adjudicate.")
    if holdout and where:
        raise UsageError(
            "A holdout is graded as it was drawn:", "--where chooses pictures when it is drawn."
        )
    if not holdout and not adjudicate:
        return None
    return FixedRequest(
        holdout=holdout,
        share=share,
        overlap=_OVERLAP if overlap is None else overlap,
        adjudicate=adjudicate,
        hide_votes=options["hide_votes"],
        rule=options["rule"] or "",
        where=where or "",
    )


def fixed_session(store: Store, grader: str, run: Run | None, asked: FixedRequest) -> ReviewSession:
    """Return the session that is asked for. Raises UsageError where there is nothing to grade."""
    from camtrap_tui.services.blind_queue import find_holdout

    if not grader:
        raise UsageError("Who grades decides what is dealt:", "give your name with --grader.")
    if store.db.read_only:
        raise UsageError(f"{store.path}: the survey is read-only:", "nothing can be graded in it.")
    holdout = find_holdout(store, asked.holdout) if asked.holdout else None
    if asked.adjudicate:
        from camtrap_tui.domain.consensus import UNANIMOUS, parse_rule
        from camtrap_tui.services.adjudicating import AdjudicationSession, open_conflicts

        rule = parse_rule(asked.rule) if asked.rule else UNANIMOUS
        word = None if holdout else run or store.runs.latest()
        found = open_conflicts(store, grader, rule, holdout=holdout, where=asked.where, run=word)
        return AdjudicationSession(
            store, grader, found, holdout=holdout, hides_votes=asked.hide_votes, run=word
        )
    assert holdout is not None
    from camtrap_tui.domain.dealing import Share, parse_share
    from camtrap_tui.services.blind import BlindSession
    from camtrap_tui.services.blind_queue import deal

    share = parse_share(asked.share, asked.overlap) if asked.share else Share()
    drawn_from = next((r for r in store.runs.all() if r.id == holdout.run_id), None)
    return BlindSession(store, grader, deal(store, holdout, grader, share), word=run or drawn_from)
