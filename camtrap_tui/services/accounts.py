"""The ledger's two accounts: each source's rows by state, each run's images by outcome.

They are counted in one state of the file, and what does not add up is said in a sentence
with its numbers; no account is ever made to fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from camtrap_tui.domain.models import Run, Source
from camtrap_tui.domain.text import counted
from camtrap_tui.services.quality import flag_counts, flags_unknown
from camtrap_tui.store.accounts import OUTCOMES, STATES, Accounts, Behind, Extent
from camtrap_tui.store.store import Store

# Files that are gone or left out by hand are no longer counted where a folder is looked at.
_NOT_IN_FOLDER = ("missing", "excluded")
_MOST_DAMAGE = 10
_MEANINGS = {
    "here": "the picture is here",
    "duplicate": "the same picture as another row",
    "not_a_picture": "another kind of file, videos among them",
    "unreadable": "a picture that cannot be read",
    "missing": "looked for, and not there",
    "excluded": "left out by hand",
    "predicted": "the run says what it shows",
    "failed": "the run could not read it, or not tell",
    "never_asked": "the run was never given it",
}
_PENDING = {"row": "named, and its picture not here yet", "image": "waits for the run"}


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """A source and how many of its rows are in each state; states without rows are left out."""

    source: Source
    states: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows the ledger has of this source."""
        return sum(self.states.values())

    @property
    def counted(self) -> int:
        """How many rows there are of what the source's reader counts in `row_count`."""
        left_out = _NOT_IN_FOLDER if self.source.kind == "folder" else ()
        return sum(count for state, count in self.states.items() if state not in left_out)


@dataclass(frozen=True, slots=True)
class RunAccount:
    """A run and how many images of the survey are in each of `OUTCOMES`, zeros included."""

    run: Run
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Both accounts of a survey, and the sentences that say what does not add up.

    `flags` and `graders` are counts of images, by quality flag and by grader; `unknown` says
    what of these was never worked out.
    """

    images: int
    sources: tuple[SourceAccount, ...]
    runs: tuple[RunAccount, ...]
    flags: dict[str, int]
    graders: dict[str, int]
    discrepancies: tuple[str, ...]
    unknown: str = ""

    @property
    def states(self) -> dict[str, int]:
        """How many rows of all sources are in each state; states without rows are left out."""
        total: dict[str, int] = {}
        for account in self.sources:
            for state, count in account.states.items():
                total[state] = total.get(state, 0) + count
        return {state: total[state] for state in (*STATES, *total) if state in total}


def take_ledger(store: Store, *, deep: bool = False) -> Ledger:
    """Count both accounts and check that each adds up.

    With `deep`, every reference between tables and the file itself are checked too, which
    reads all of it.
    """
    accounts = Accounts(store.db)
    with store.db.snapshot():
        images = accounts.images()
        sources = store.images.sources()
        by_state = accounts.rows_by_state()
        source_accounts = tuple(
            SourceAccount(source, _in_order(by_state.pop(key, {})))
            for key, source in sources.items()
        )
        known = store.runs.all()
        asked = {run.id: accounts.images_of_run(run.id) for run in known}
        runs = tuple(_run_account(store, run, images.count - asked[run.id].count) for run in known)
        wrong = [
            *_wrong_rows(accounts, images, source_accounts, by_state),
            *(
                said
                for one in runs
                for said in _wrong_run(accounts, images, one, asked[one.run.id])
            ),
            *(
                f"{counted(accounts.images_of_run(key).count, 'outcome')} of run {key}, which is"
                " not there."
                for key in sorted(accounts.runs_with_outcomes() - asked.keys())
            ),
        ]
        if deep:
            wrong += _wrong_deep(accounts)
        return Ledger(
            images.count,
            source_accounts,
            runs,
            flag_counts(store),
            store.grades.graders(),
            tuple(wrong),
            flags_unknown(store),
        )


def meaning_of(name: str, behind: Behind) -> str:
    """Return what a state of source rows, or an outcome of images, means."""
    return _MEANINGS.get(name, _PENDING[behind])


def _in_order(states: dict[str, int]) -> dict[str, int]:
    return {state: states[state] for state in dict.fromkeys((*STATES, *states)) if state in states}


def _run_account(store: Store, run: Run, never_asked: int) -> RunAccount:
    found = store.runs.outcomes(run.id)
    outcomes = {outcome: found.get(outcome, 0) for outcome in OUTCOMES}
    return RunAccount(run, outcomes | {"never_asked": max(never_asked, 0)})


def _wrong_rows(
    accounts: Accounts,
    images: Extent,
    sources: tuple[SourceAccount, ...],
    strays: dict[int, dict[str, int]],
) -> Iterator[str]:
    """Yield what is wrong with the first account."""
    names = {account.source.id: account.source.location for account in sources}
    for account in sources:
        expected = account.source.row_count
        if expected is not None and account.counted != expected:
            is_short = account.counted < expected and account.source.kind != "predictions"
            again = " Add it again to complete it." if is_short else ""
            yield (
                f"{account.source.location}: {_COUNTED.get(account.source.kind, 'rows')} counted"
                f" there: {expected:,}; rows that the ledger has of them: {account.counted:,}."
                f"{again}"
            )
        for state in account.states.keys() - set(STATES):
            yield (
                f"{account.source.location}: {counted(account.states[state], 'row')} in"
                f" {state!r}, which is no state."
            )
    for key, states in strays.items():
        yield f"{counted(sum(states.values()), 'row')} of source {key}, which is not there."
    for key, count in accounts.rows_without_image().items():
        yield f"{names.get(key, key)}: {counted(count, 'row')} without the image that it is of."
    of_rows = accounts.images_of_rows()
    if not images.holds(of_rows):
        for key, count in accounts.rows_of_no_image().items():
            yield f"{names.get(key, key)}: {counted(count, 'row')} of an image that is not there."
    # Where all images of rows exist, as many of each say that each image has a row.
    if not images.holds(of_rows) or of_rows.count != images.count:
        count = accounts.images_without_row()
        if count:
            yield f"{counted(count, 'image')} that no row of any source accounts for."


_COUNTED = {"folder": "files", "s3": "objects", "predictions": "records"}


def _wrong_run(
    accounts: Accounts, images: Extent, account: RunAccount, asked: Extent
) -> Iterator[str]:
    """Yield what is wrong with the second account, for one run."""
    run = account.run
    parts = {name: n for name, n in account.outcomes.items() if name != "never_asked"}
    if sum(parts.values()) != asked.count:
        told = " + ".join(f"{count:,} {name}" for name, count in parts.items())
        yield f"Run {run.id}: {told} is not the {counted(asked.count, 'image')} that it has."
    if not images.holds(asked):
        count = accounts.outcomes_of_no_image(run.id)
        if count:
            yield f"Run {run.id}: {counted(count, 'outcome')} of an image that is not there."


def _wrong_deep(accounts: Accounts) -> Iterator[str]:
    for table, count in accounts.broken_references().items():
        yield f"Table {table}: {counted(count, 'row')} of something that is not there."
    damage = accounts.damage()
    yield from (f"The file is damaged: {said}." for said in damage[:_MOST_DAMAGE])
    if len(damage) > _MOST_DAMAGE:
        yield f"The file is damaged in {len(damage) - _MOST_DAMAGE:,} more places."


def ledger_json(ledger: Ledger) -> dict[str, Any]:
    """Return the accounts as JSON's types; `row_count` is None where nobody counted."""
    return {
        "images": ledger.images,
        "rows": ledger.states,
        "sources": [
            {
                "source": account.source.id,
                "kind": account.source.kind,
                "location": account.source.location,
                "row_count": account.source.row_count,
                "rows": account.rows,
                "states": account.states,
            }
            for account in ledger.sources
        ],
        "runs": [
            {
                "run": account.run.id,
                "kind": account.run.kind,
                "parent_run": account.run.parent_run_id,
                "model_version": account.run.model_version,
                "country": account.run.country,
                "admin1_region": account.run.admin1_region,
                "finished_at": account.run.finished_at,
                **account.outcomes,
            }
            for account in ledger.runs
        ],
        "flags": ledger.flags,
        "graded_by": ledger.graders,
        "unknown": ledger.unknown or None,
        "discrepancies": list(ledger.discrepancies),
    }
