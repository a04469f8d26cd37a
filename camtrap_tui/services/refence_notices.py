"""What keeps a re-fenced run from being what `predict` would have given: said before it is made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.taxonomy import SPECIAL, TaxonName
from camtrap_tui.errors import InputError
from camtrap_tui.services.ensemble import CLASSES_USED
from camtrap_tui.services.fence_rules import difference
from camtrap_tui.services.model_folder import RuleFiles
from camtrap_tui.store.store import Store

_MOST_NAMES = 5


def what_differs(
    store: Store, parent: Run, rules: RuleFiles, labels: Mapping[str, TaxonName]
) -> Iterator[str]:
    """Yield sentences on what is not as in `predict`; `labels` are those of the model.

    Raises InputError where nothing of the stored run depends on a country.
    """
    said = store.refencing.classes_said(parent.id)
    if parent.kind == "import":
        yield from _foreign_classes(store, parent, rules, labels, said.keys())
    if changed := difference(parent, rules):
        yield changed
    if parent.kind == "import":
        yield from _of_files(parent, max(said.values()))


def _foreign_classes(
    store: Store,
    parent: Run,
    rules: RuleFiles,
    labels: Mapping[str, TaxonName],
    said: Collection[int],
) -> Iterator[str]:
    """Yield which classes of a file the model does not know: its geofence has none of them."""
    if not said:
        raise InputError(
            f"Run {parent.id} has no classes of a classifier: nothing of it depends on a country.",
            "Predict the pictures, or import a file with SpeciesNet's classes.",
        )
    special = {name.taxon_uuid for name in SPECIAL}
    known = {name.taxon_uuid for name in labels.values()}
    kinds = [t for t in store.taxa.all() if t.id in said and t.taxon_uuid not in special]
    foreign = sorted(taxon.name for taxon in kinds if taxon.taxon_uuid not in known)
    if not foreign:
        return
    model = f"the taxonomy of {rules.name} {rules.version}"
    if len(foreign) == len(kinds):
        raise InputError(
            f"None of the classes of run {parent.id} ({_named(foreign)}) is in {model}: nothing of"
            " it depends on a country.",
            "Predict the pictures, or give the model that made them: --model FOLDER",
        )
    yield (
        f"{len(foreign):,} of the {len(kinds):,} classes of run {parent.id} are not in {model}, and"
        f" no country changes them: {_named(foreign)}."
    )


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    left = len(names) - _MOST_NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown


def _of_files(parent: Run, most_classes: int) -> Iterator[str]:
    """Yield what a run that was read from a file lacks."""
    form = parent.source_format or ""
    if not form.startswith("speciesnet"):
        yield (
            f"Run {parent.id} is of the format {form}, whose classes were not put together by"
            " SpeciesNet's rules: more changes than what the country changes."
        )
    if most_classes < CLASSES_USED:
        yield (
            f"ATTENTION: run {parent.id} has the best {most_classes} classes of a box, and"
            f" SpeciesNet's roll-ups need {CLASSES_USED}: where a class is fenced out or unsure,"
            " more pictures end as animal or unknown than predict would give. SpeciesNet writes"
            f" {CLASSES_USED} with --max_classifications_per_detection {CLASSES_USED}."
        )
    yield (
        f"Run {parent.id} came from a file, and SpeciesNet writes four decimals: a picture that"
        " lies on a threshold may end otherwise than in predict."
    )
