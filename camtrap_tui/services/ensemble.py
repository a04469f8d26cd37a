"""SpeciesNet's own rules for turning a box and its classes into one class, without its models.

The modules with these rules need nothing but Python, while the package around them imports torch:
so they are imported under an empty package of its name, which is gone afterwards. What they say
is what `predict` says for the same numbers, to the last bit.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from camtrap_tui.domain.verdict import Verdict
from camtrap_tui.errors import ModelError
from camtrap_tui.services.model_folder import need_speciesnet
from camtrap_tui.services.prediction_parts import shown

# The picture as a whole, among the numbers of detections.
WHOLE = 0
# SpeciesNet's NUM_CLASSIFICATIONS_FOR_ENSEMBLE: what it is given beyond that it leaves out.
CLASSES_USED = 5

_PACKAGE = "speciesnet"


class Seen(NamedTuple):
    """A detection: its number from 1, its category, its confidence (0 to 1)."""

    number: int
    category: str
    confidence: float


class Classes(NamedTuple):
    """The classifier's labels and scores of one detection, the best first."""

    labels: list[str]
    scores: list[float]


class Ensemble:
    """The rules with one taxonomy and one geofence, for one country and state (or none)."""

    def __init__(
        self,
        taxonomy: Path,
        geofence: Path | None,
        country: str | None,
        admin1_region: str | None,
    ) -> None:
        """Read the model's files; without a geofence nothing is fenced.

        Raises ModelError for files that cannot be read, or a speciesnet without these rules.
        """
        constants, combiner, fences = _rules()
        self._combine = combiner.combine_predictions
        self._nothing = {"label": constants.Detection.ANIMAL, "conf": 0.0}
        self._asked = {
            "country": country,
            "admin1_region": admin1_region,
            "taxonomy_map": _taxonomy(taxonomy, constants.Classification),
            "geofence_map": _geofence(geofence) if geofence else {},
            "enable_geofence": geofence is not None,
            "geofence_fn": fences.geofence_animal_classification,
            "roll_up_fn": fences.roll_up_labels_to_first_matching_level,
        }

    def combine(self, boxes: Sequence[Seen], classes: Mapping[int, Classes]) -> dict[int, Verdict]:
        """Return what SpeciesNet makes of each classified detection of a picture, by number.

        `boxes` stand in the detector's order. Classes of the picture as a whole (WHOLE) go with
        its first box, or with an animal of confidence 0 where there is none, as in SpeciesNet 4
        and in its models for whole pictures. Classes of a box that is not there are left out.
        """
        labelled = {box.number: {"label": box.category, "conf": box.confidence} for box in boxes}
        labelled[WHOLE] = labelled[boxes[0].number] if boxes else self._nothing
        numbers = [number for number in classes if number in labelled]
        found = self._combine(
            classifications_list=[
                {
                    "classes": classes[number].labels[:CLASSES_USED],
                    "scores": classes[number].scores[:CLASSES_USED],
                }
                for number in numbers
            ],
            detections=[labelled[number] for number in numbers],
            **self._asked,
        )
        return {
            number: Verdict(one["class"], one["score"], one["source"])
            for number, one in zip(numbers, found, strict=True)
        }


def _rules() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Return SpeciesNet's modules of constants, of the combiner and of the geofence."""
    need_speciesnet()
    try:
        with _without_models():
            return _imported()
    except (ImportError, AttributeError):
        # A version whose rules need the rest of it: that costs seconds and a gigabyte.
        from camtrap_tui.services.quiet import import_speciesnet

        import_speciesnet()
    try:
        return _imported()
    except ImportError as error:
        raise ModelError(
            f"This version of speciesnet has other rules than those that are known: {error}.",
            "Install the extra again: pip install --force-reinstall 'camtrap-tui[speciesnet]'",
        ) from error


def _imported() -> tuple[ModuleType, ModuleType, ModuleType]:
    constants, combiner, fences = (
        importlib.import_module(f"{_PACKAGE}.{name}")
        for name in ("constants", "ensemble_prediction_combiner", "geofence_utils")
    )
    return constants, combiner, fences


@contextmanager
def _without_models() -> Iterator[None]:
    """Let an empty package stand for speciesnet, with its modules in it; afterwards none does.

    Where the package itself was imported before, that is used.
    """
    if _PACKAGE in sys.modules:
        yield
        return
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.submodule_search_locations is None:
        raise ImportError(f"{_PACKAGE} is no package")
    stand_in = ModuleType(_PACKAGE)
    stand_in.__path__ = list(found.submodule_search_locations)
    sys.modules[_PACKAGE] = stand_in
    try:
        yield
    finally:
        # Whoever imports speciesnet later must get the package itself.
        for name in [n for n in sys.modules if n == _PACKAGE or n.startswith(f"{_PACKAGE}.")]:
            del sys.modules[name]


def _taxonomy(path: Path, special: Any) -> dict[str, str]:
    """Return the labels by their five ranks, as SpeciesNet's ensemble loads them.

    Blank, vehicle and unknown cannot be rolled up to; human and animal are always its own.
    """
    try:
        # Not splitlines(): SpeciesNet ends a line at line breaks alone.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: {error}.", "Copy the model again.") from None
    labels = {_ranks(line.strip()): line.strip() for line in lines if line.strip()}
    for label in (special.BLANK, special.VEHICLE, special.UNKNOWN):
        labels.pop(_ranks(label), None)
    return labels | {_ranks(label): label for label in (special.HUMAN, special.ANIMAL)}


def _ranks(label: str) -> str:
    return ";".join(label.split(";")[1:6])


def _geofence(path: Path) -> dict[str, Any]:
    try:
        fences = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}.", "Copy the model again.") from None
    if not isinstance(fences, dict):
        raise ModelError(f"{path}: not a JSON object.", "Copy the model again.")
    for taxon, fence in fences.items():
        if not _is_fence(fence):
            raise ModelError(
                f"{path}: what it says of {shown(taxon)} is no list of countries.",
                "Copy the model again.",
            )
    return fences


def _is_fence(fence: object) -> bool:
    """Tell whether this is {"allow": {"USA": ["IL"]}, "block": …}, where both may be missing."""
    if not isinstance(fence, dict):
        return False
    sides = (fence.get("allow") or {}, fence.get("block") or {})
    return all(
        isinstance(side, dict) and all(isinstance(s, list | None) for s in side.values())
        for side in sides
    )
