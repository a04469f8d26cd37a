"""The sample pictures, copied to a folder of the user's own and predicted there.

With the extra `speciesnet` the real package predicts them with the demo model; without it,
the predictions that lie in the sample are imported.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import InputError, ModelError
from camtrap_tui.services.events import Event
from camtrap_tui.services.sample import sample_folder
from camtrap_tui.store.store import Store

DEFAULT_NAME = "camtrap-demo"


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """How the demo stands: rows of the ledger and images of the run, by how they ended."""

    survey: Path
    files: int
    rows: dict[str, int]
    outcomes: dict[str, int]
    predicted_here: bool


def has_speciesnet() -> bool:
    """Whether the extra `speciesnet` is installed; it is not imported to find out."""
    return find_spec("speciesnet") is not None


def fresh_folder(parent: Path) -> Path:
    """Return a folder of `parent` that does not exist yet: camtrap-demo, camtrap-demo-2, …"""
    number, folder = 1, parent / DEFAULT_NAME
    while folder.exists():
        number += 1
        folder = parent / f"{DEFAULT_NAME}-{number}"
    return folder


def copy_sample(into: Path) -> Path:
    """Copy the sample's pictures and tables to `into`, made if need be; return demo.db's path.

    Files that are there already stay as they are. Raises InputError where that cannot be done.
    """
    sample = sample_folder()
    try:
        into.mkdir(parents=True, exist_ok=True)
        for path in sorted(sample.rglob("*")):
            relative = path.relative_to(sample)
            wanted = relative.parts[0] == "pictures" or relative.suffix in (".csv", ".json")
            if not wanted or relative.parts[0] in ("make", "demo_model") or not path.is_file():
                continue
            target = into / relative
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    except OSError as error:
        raise InputError(
            f"{into}: the sample cannot be copied there: {error.strerror}.",
            "Name another folder with --into.",
        ) from error
    return into / "demo.db"


def predict_sample(survey: Path, tell: Callable[[Event], None]) -> None:
    """Predict the copied pictures with the demo model, in a process of its own.

    Raises ModelError where that process says why it could not.
    """
    from camtrap_tui.services.child import predict_in_child
    from camtrap_tui.services.events import Error

    said: list[Error] = []

    def listen(event: Event) -> None:
        if isinstance(event, Error):
            said.append(event)
        tell(event)

    pictures = survey.parent / "pictures"
    model = str(sample_folder() / "demo_model")
    code = predict_in_child(survey, pictures, listen, model=model)
    if said:
        raise ModelError(said[0].message, said[0].hint)
    if code:
        words = " ".join(quoted(str(path)) for path in (survey, pictures, "--model", model))
        raise ModelError(
            f"The prediction ended with code {code}.",
            f"See why with: camtrap-tui predict {words}",
        )


def import_sample(survey: Path) -> None:
    """Add the copied pictures, and import the predictions that lie beside them."""
    from camtrap_tui.services.imports import import_predictions
    from camtrap_tui.services.ingest import add_folder

    with Store.open(survey, create=True) as store:
        add_folder(store, survey.parent / "pictures")
        import_predictions(store, survey.parent / "predictions.json", images=None, metadata=None)


def summary(survey: Path, *, predicted_here: bool) -> DemoSummary:
    """Return how the demo stands; the rows add up to the files that were copied."""
    pictures = survey.parent / "pictures"
    files = sum(1 for path in pictures.rglob("*") if path.is_file())
    with Store.open(survey) as store:
        latest = store.runs.latest()
        outcomes = store.runs.outcomes(latest.id) if latest else {}
        source = next(s for s in store.images.sources().values() if s.kind == "folder")
        rows = store.ledger.states(source.id)
    return DemoSummary(survey, files, rows, outcomes, predicted_here)
