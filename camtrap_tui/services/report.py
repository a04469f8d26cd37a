"""What a report of a survey says: gathered from the services that every screen and command asks.

No figure is reckoned here. The page and the JSON are made from one `SurveyReport`, so that they
say the same; how the accuracy of a run is estimated does not depend on the report's filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from camtrap_tui import __version__
from camtrap_tui.domain.chart_data import FrequencyTable, HoursTable
from camtrap_tui.domain.consensus import UNANIMOUS
from camtrap_tui.domain.evaluations import Evaluation
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Survey
from camtrap_tui.domain.sessions import Session
from camtrap_tui.domain.text import clean_name
from camtrap_tui.errors import InputError
from camtrap_tui.services import charts, holdouts
from camtrap_tui.services.accounts import Ledger, take_ledger
from camtrap_tui.services.agreement import Agreement, agreement
from camtrap_tui.services.consensus_report import (
    ConsensusReport,
    Scope,
    VotedPicture,
    listed,
    report,
)
from camtrap_tui.services.deployments import ListedDeployment, list_deployments
from camtrap_tui.services.evaluation import evaluate
from camtrap_tui.services.exports.camtrapr_effort import Stay, stays
from camtrap_tui.services.filtering import CountedFilter, count_filter
from camtrap_tui.services.sessions import list_sessions, species_names
from camtrap_tui.store.effort import Effort
from camtrap_tui.store.store import Store, utc_now

# Called with what is done next, in a few words.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is to be about.

    `where` is a filter line, `grader` who `state:mine` means in it. `run_id` is the run to chart
    and to judge: unless given the newest finished one is charted, and each holdout judges the one
    it was drawn from. `holdouts` are names, empty for all; `title` is the survey's name unless
    given.
    """

    where: str = ""
    grader: str = ""
    run_id: int | None = None
    holdouts: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class GraderWork:
    """One grader: images with a standing word of theirs, and what their sessions add up to.

    A picture that was graded in two sessions counts in both sums (`single`, `bulk`). `sessions` is
    0 for whoever has only labels that were taken in from elsewhere.
    """

    grader: str
    images: int
    sessions: int
    minutes: float
    single: int
    bulk: int
    accepted: int
    acceptable: int
    undone: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class HoldoutReport:
    """A holdout, how far it is graded, how its graders agree, and what it says of a run.

    `evaluation` is None where it says nothing yet, and `why_not` why.
    """

    progress: holdouts.Progress
    agreement: Agreement
    evaluation: Evaluation | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """All that a report says.

    `run_id` is the run that is charted, None without one. `frequency` and `hours` are by
    prediction (where there is a run) and by truth (where anything is graded); where there are
    both, `hours` has the classes that the run calls most, and `hours_too` those that people do.
    `filter` chooses the pictures of charts, agreement, votes and conflicts; accounts, deployments,
    graders, holdouts and runs are of the whole survey. `names` is how each taxon of a session is
    called. `stays` is how long each deployment was in the field, as camtrapR's tables have it.
    """

    title: str
    made_at: str
    software: str
    path: Path
    survey: Survey
    filter: CountedFilter
    run_id: int | None
    ledger: Ledger
    deployments: tuple[ListedDeployment, ...]
    stays: tuple[Stay, ...]
    without_deployment: int
    frequency: tuple[FrequencyTable, ...]
    hours: tuple[HoursTable, ...]
    hours_too: tuple[HoursTable, ...]
    graders: tuple[GraderWork, ...]
    sessions: tuple[Session, ...]
    names: dict[int, str]
    agreement: Agreement
    votes: ConsensusReport
    conflicts: tuple[VotedPicture, ...]
    holdouts: tuple[HoldoutReport, ...]


def gather(store: Store, request: ReportRequest, tell: Tell) -> SurveyReport:
    """Return what there is to report, as the survey is at one moment, telling what is done.

    Raises UsageError and FilterError for a run, holdout or filter that is not there or has no
    meaning; what cannot be said yet (no run, nothing graded) is no error.
    """
    with store.db.snapshot():
        return _gather(store, request, tell)


def _gather(store: Store, request: ReportRequest, tell: Tell) -> SurveyReport:
    run_id = charts.choose_run(store, request.run_id)
    chosen = [holdouts.find_holdout(store, name) for name in dict.fromkeys(request.holdouts)]
    counted = count_filter(store, request.where, run_id, request.grader)
    tell("counting the accounts")
    ledger = take_ledger(store)
    deployments = tuple(list_deployments(store))
    tell("counting classes and hours")
    frequency = tuple(_frequency(store, request, run_id))
    hours, hours_too = _hours(store, request, run_id)
    tell("reading sessions and votes")
    sessions = tuple(list_sessions(store))
    scope = Scope(request.where, run_id, request.grader)
    agreed = agreement(store, scope)
    votes = report(store, scope, [UNANIMOUS])
    conflicts = tuple(listed(store, scope, UNANIMOUS, "conflict"))
    every = chosen or store.holdouts.all()
    found = tuple(_of_holdouts(store, every, request.run_id, tell))
    return SurveyReport(
        title=clean_name(request.title) or clean_name(store.survey.name) or store.path.name,
        made_at=utc_now(),
        software=f"camtrap-tui {__version__}",
        path=store.path,
        survey=store.survey,
        filter=counted,
        run_id=run_id,
        ledger=ledger,
        deployments=deployments,
        stays=_stays(store, deployments),
        without_deployment=store.flags.without_deployment(),
        frequency=frequency,
        hours=hours,
        hours_too=hours_too,
        graders=graders_of(ledger.graders, sessions),
        sessions=sessions,
        names=species_names(store),
        agreement=agreed,
        votes=votes,
        conflicts=conflicts,
        holdouts=found,
    )


def _stays(store: Store, deployments: Iterable[ListedDeployment]) -> tuple[Stay, ...]:
    """Return the time in the field of each deployment of which anything is known, by name."""
    found, _ = stays((one.deployment for one in deployments), Effort(store.db).times())
    return tuple(sorted(found, key=lambda stay: stay.deployment.deployment_id))


def _frequency(
    store: Store, request: ReportRequest, run_id: int | None
) -> Iterator[FrequencyTable]:
    where, grader = request.where, request.grader
    if run_id is not None:
        yield charts.frequency(store, run_id=run_id, where=where, grader=grader)
    if store.grades.graders():
        yield charts.frequency(store, by="truth", run_id=run_id, where=where, grader=grader)


def _hours(
    store: Store, request: ReportRequest, run_id: int | None
) -> tuple[tuple[HoursTable, ...], tuple[HoursTable, ...]]:
    """Return the hours of what the run calls most, and of what people do, by both."""
    count = partial(charts.hours, store, run_id=run_id, where=request.where, grader=request.grader)
    machine = count() if run_id is not None else None
    people = count(by="truth") if store.grades.graders() else None
    if machine is None or people is None:
        return tuple(one for one in (machine, people) if one is not None), ()
    return (machine, count(by="truth", like=machine)), (count(like=people), people)


def graders_of(images: dict[str, int], sessions: Sequence[Session]) -> tuple[GraderWork, ...]:
    """Return each grader's work, who has the most images first."""
    found = []
    for grader in sorted({*images, *(session.grader for session in sessions)}):
        own = [session for session in sessions if session.grader == grader]
        found.append(
            GraderWork(
                grader=grader,
                images=images.get(grader, 0),
                sessions=len(own),
                minutes=round(sum(session.minutes for session in own), 1),
                single=sum(session.single for session in own),
                bulk=sum(session.bulk for session in own),
                accepted=sum(session.accepted for session in own),
                acceptable=sum(session.acceptable for session in own),
                undone=sum(session.undone for session in own),
                first=min((session.began_at for session in own), default=""),
                last=max((session.ended_at for session in own), default=""),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.images, one.grader)))


def _of_holdouts(
    store: Store, every: Sequence[Holdout], run_id: int | None, tell: Tell
) -> Iterator[HoldoutReport]:
    for number, holdout in enumerate(every, 1):
        tell(f"evaluating the holdout {holdout.name} ({number:,} of {len(every):,})")
        evaluation, why_not = None, ""
        try:
            evaluation = evaluate(store, holdout, run_id=run_id)
        except InputError as error:
            # Where the survey lies is of no interest to whom the page is sent.
            why_not = error.message.removeprefix(f"{store.path}: ")
        yield HoldoutReport(
            holdouts.progress(store, holdout),
            agreement(store, Scope(holdout=holdout)),
            evaluation,
            why_not,
        )
