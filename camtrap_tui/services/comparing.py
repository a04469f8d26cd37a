"""Two runs of one survey: which pictures changed, from what to what, and how to look at them.

Every picture of either run is in exactly one part of the account: the same, changed, predicted in
one of them alone, or in neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from camtrap_tui.domain.filter_lexing import quoted_part
from camtrap_tui.domain.filter_text import render
from camtrap_tui.domain.filters import Changed, Filter, Term
from camtrap_tui.domain.lineage import Relation, relation
from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.errors import UsageError
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.comparing import Pair
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """`pictures` that a run called `was` and the other calls `now`.

    `relation` is that of `now` to `was`: coarser (a group of it), finer, other; same where one
    taxon goes by two ids. `where` is the filter that opens them with the other run in view.
    """

    was: str
    now: str
    relation: Relation
    pictures: int
    where: str


@dataclass(frozen=True, slots=True)
class ClassChange:
    """How many pictures each run calls so."""

    name: str
    pictures: int
    other_pictures: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the pictures of two runs ended; the parts add up to `pictures`.

    `failed` and `other_failed` are those on which a run failed, whatever the other said. Changes
    are in order of their size; `where` limits all to a filter's pictures.
    """

    run: Run
    other: Run
    where: str
    pictures: int
    same: int
    changed: int
    only_in_run: int
    only_in_other: int
    in_neither: int
    failed: int
    other_failed: int
    changes: tuple[Change, ...]
    classes: tuple[ClassChange, ...]

    @property
    def relations(self) -> dict[str, int]:
        """How many pictures became coarser, finer, or something else."""
        counts: Counter[str] = Counter()
        for change in self.changes:
            counts[change.relation] += change.pictures
        order = ("coarser", "finer", "other", "same")
        return {name: counts[name] for name in order if counts[name] or name != "same"}


@dataclass(frozen=True, slots=True)
class ChangedPicture:
    """One picture that changed; `source` says who decided in the other run."""

    media_id: str
    file_path: str
    was: str
    was_score: float | None
    now: str
    now_score: float | None
    source: str | None
    relation: Relation


def changed_filter(run_id: int, where: str = "") -> str:
    """Return the filter that chooses what a run says otherwise than the run in view."""
    return f"changed:{run_id} {where}".strip()


def compare(
    store: Store, run_id: int, other_id: int, *, where: str = "", grader: str = ""
) -> Comparison:
    """Compare two runs over the pictures of a filter, whose words speak of the second one.

    Raises UsageError for a run that is not there, or a filter that says nothing.
    """
    run, other = _runs(store, run_id, other_id)
    wanted = read_filter(store, where, grader)
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    with store.db.snapshot():
        pairs = store.comparing.pairs(run_id, other_id, wanted)
    changes = _changes(pairs, taxa, run_id, wanted)
    same = sum(n for p, n in pairs.items() if p.taxon_id is not None and p[1] == p[3])
    alone = sum(n for p, n in pairs.items() if p.taxon_id and p.other_taxon_id is None)
    other_alone = sum(n for p, n in pairs.items() if p.other_taxon_id and p.taxon_id is None)
    changed, total = sum(change.pictures for change in changes), sum(pairs.values())
    return Comparison(
        run,
        other,
        wanted.text,
        total,
        same,
        changed,
        alone,
        other_alone,
        total - same - changed - alone - other_alone,
        sum(n for p, n in pairs.items() if p.outcome == "failed"),
        sum(n for p, n in pairs.items() if p.other_outcome == "failed"),
        changes,
        _classes(pairs, taxa),
    )


def _runs(store: Store, run_id: int, other_id: int) -> tuple[Run, Run]:
    runs = {run.id: run for run in store.runs.all()}
    for wanted in (run_id, other_id):
        if wanted not in runs:
            known = ", ".join(map(str, runs)) or "none yet"
            raise UsageError(f"{store.path}: there is no run {wanted}.", f"Its runs: {known}.")
    if run_id == other_id:
        raise UsageError(f"Run {run_id} and run {run_id} are one:", "give two runs.")
    return runs[run_id], runs[other_id]


def _changes(
    pairs: Counter[Pair], taxa: Mapping[int, Taxon], run_id: int, wanted: Filter
) -> tuple[Change, ...]:
    # Two taxa may go by one name, and a filter, which knows names, opens the pictures of both.
    found: dict[tuple[str, str], Counter[tuple[int, int]]] = {}
    for pair, count in pairs.items():
        was, now = pair.taxon_id, pair.other_taxon_id
        if was and now and was != now:
            names = (taxa[was].name.casefold(), taxa[now].name.casefold())
            found.setdefault(names, Counter())[was, now] += count
    within = render(wanted)
    made: list[Change] = []
    for counts in found.values():
        # The larger part speaks for a row.
        was, now = max(counts, key=lambda pair: (counts[pair], pair))
        first, second = taxa[was].name, taxa[now].name
        where = f"{_pair_filter(run_id, first, second)} {within}".strip()
        relates = relation(taxa[now], taxa[was])
        made.append(Change(first, second, relates, counts.total(), where))
    return tuple(sorted(made, key=lambda one: (-one.pictures, one.was, one.now)))


def _pair_filter(run_id: int, was: str, now: str) -> str:
    said = f"was:{run_id}:{quoted_part(f'={was}')} species:{quoted_part(f'={now}')}"
    # Two taxa may go by one name.
    return f"{changed_filter(run_id)} {said}" if was.casefold() == now.casefold() else said


def _classes(pairs: Counter[Pair], taxa: Mapping[int, Taxon]) -> tuple[ClassChange, ...]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for pair, count in pairs.items():
        if pair.taxon_id:
            before[taxa[pair.taxon_id].name] += count
        if pair.other_taxon_id:
            after[taxa[pair.other_taxon_id].name] += count
    names = sorted(before | after, key=lambda name: (-max(before[name], after[name]), name))
    return tuple(ClassChange(name, before[name], after[name]) for name in names)


def changed_pictures(
    store: Store, run_id: int, other_id: int, *, where: str = "", grader: str = ""
) -> Iterator[ChangedPicture]:
    """Yield the pictures that changed, camera by camera, in time; arguments as in `compare`."""
    _runs(store, run_id, other_id)
    wanted = read_filter(store, where, grader)
    term = Term("changed", (str(run_id),), Changed((run_id,)))
    chosen = Filter((*wanted.terms, term), wanted.order, wanted.seed, grader)
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    ids = store.queues.build(chosen, other_id)
    for one in store.comparing.walk(ids, run_id, other_id):
        was, now = taxa[one.was_taxon_id], taxa[one.taxon_id]
        yield ChangedPicture(
            one.media_id,
            one.file_path,
            was.name,
            one.was_score,
            now.name,
            one.score,
            one.source,
            relation(now, was),
        )


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON's types."""
    values = asdict(found)
    values["run"], values["other"] = _run_json(found.run), _run_json(found.other)
    return {**values, "relations": found.relations}


def _run_json(run: Run) -> dict[str, Any]:
    names = ("kind", "model_version", "country", "admin1_region", "parent_run_id", "finished_at")
    return {"run": run.id, **{name: getattr(run, name) for name in names}}
