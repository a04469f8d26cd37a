"""What a rule makes of the votes of a survey, of some of its images, or of a holdout.

Pictures with the same votes are settled once: a survey of many votes has few kinds of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from camtrap_tui.domain.consensus import Ballot, Rule, Settled, settle
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.lineage import Relations
from camtrap_tui.domain.skill import Skill, measure
from camtrap_tui.errors import UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.store import Store

# Modes of grades that a holdout may take beside blind and adjudicated ones, where asked for.
ALSO = ("import",)


def truth_of(store: Store, image_ids: Sequence[int] | None, rule: Rule) -> dict[int, Settled]:
    """Return what the rule makes of each of these images that has a vote, or of all (None).

    For the rule `weighted`, skill is measured on all pictures of the survey with several votes.
    Raises UsageError where the rule's expert graded nothing here.
    """
    check_expert(store, rule)
    skills = skills_of(store) if rule.kind == "weighted" else {}
    return dict(settled_by(store.votes.ballots(image_ids), rule, skills))


def holdout_truth(
    store: Store, holdout: Holdout, rule: Rule, *, also: Sequence[str] = ()
) -> dict[int, Settled]:
    """Return what the rule makes of the drawn images of a holdout for which a word counts.

    That is the latest standing word of whoever graded the image blind for it, and of adjudicators;
    with `import` in `also`, labels that were taken in from elsewhere too. What was keyed blind for
    another holdout makes nobody count here. For the rule `weighted`, skill is measured on these
    words alone. Raises UsageError for another mode, and where the rule's expert graded nothing
    here.
    """
    check_expert(store, rule)
    ballots = holdout_ballots(store, holdout, also=also)
    skills = measure(kinds(ballots)) if rule.kind == "weighted" else {}
    return dict(settled_by(ballots, rule, skills))


def holdout_ballots(
    store: Store, holdout: Holdout, *, also: Sequence[str] = ()
) -> list[list[Ballot]]:
    """Return the ballots that count for a holdout, by image; see `holdout_truth`."""
    for mode in also:
        if mode not in ALSO:
            raise UsageError(
                f"{mode!r} grades cannot count for a holdout:", f"only {', '.join(ALSO)} can."
            )
    return list(store.votes.of_holdout(holdout.id, holdout.holdout_uuid, also))


def conflicts(
    store: Store,
    rule: Rule,
    *,
    holdout: Holdout | None = None,
    where: str = "",
    run_id: int | None = None,
    grader: str = "",
    also: Sequence[str] = (),
) -> list[int]:
    """Return the images whose votes are in conflict by the rule, in the order of the filter.

    Of a holdout, its drawn images by the words that count for it; `grader` is who `state:mine`
    means in `where`, `run_id` the run in view (the newest finished one unless given). Raises
    UsageError and FilterError as the rule and the filter do.
    """
    wanted = read_filter(store, where, grader)
    if holdout is not None:
        found = holdout_truth(store, holdout, rule, also=also)
    else:
        # Whom nobody else has voted beside contradicts nobody.
        found = truth_of(store, store.votes.shared(), rule)
    open_ones = {key for key, settled in found.items() if settled.state == "conflict"}
    if not open_ones:
        return []
    if not wanted.terms and not where:
        return sorted(open_ones)
    queue = store.queues.build(wanted, choose_run(store, run_id))
    return [key for key in queue if key in open_ones]


def skills_of(store: Store) -> dict[str, Skill]:
    """Return how often each grader is right, on all pictures of the survey with several votes."""
    return measure(kinds(store.votes.ballots(store.votes.shared())))


def check_expert(store: Store, rule: Rule) -> None:
    """Raise UsageError where the rule's expert has no standing grade in the survey."""
    known = store.grades.graders()
    if rule.kind == "expert" and rule.expert not in known:
        names = ", ".join(known) or "nobody yet"
        raise UsageError(
            f"{store.path}: {rule.expert} has graded nothing here.", f"Who has: {names}."
        )


def kinds(pictures: Iterable[Sequence[Ballot]]) -> Iterator[tuple[Sequence[Ballot], int]]:
    """Yield each kind of votes on a picture, counts left out, and how many pictures have it."""
    first: dict[tuple[object, ...], Sequence[Ballot]] = {}
    number: dict[tuple[object, ...], int] = {}
    for ballots in pictures:
        key = tuple((b.grader, b.mode, *(t.id for t in b.species)) for b in ballots)
        number[key] = number.get(key, 0) + 1
        if key not in first:
            first[key] = ballots
    return ((first[key], number[key]) for key in first)


def settled_by(
    pictures: Iterable[Sequence[Ballot]], rule: Rule, skills: Mapping[str, Skill]
) -> Iterator[tuple[int, Settled]]:
    """Yield the id of each picture and what the rule makes of its ballots."""
    weights = {grader: skill.weight for grader, skill in skills.items()}
    related = Relations()
    known: dict[tuple[object, ...], Settled] = {}
    for ballots in pictures:
        key = tuple(_kind(ballot) for ballot in ballots)
        settled = known.get(key)
        if settled is None:
            settled = known[key] = settle(ballots, rule, weights, related)
        yield ballots[0].image_id, settled


def _kind(ballot: Ballot) -> tuple[object, ...]:
    flags = ballot.changed_in_view, ballot.seen_before
    return ballot.grader, ballot.mode, ballot.counts, flags, *(t.id for t in ballot.species)
