"""Which taxonomy and geofence a run is re-fenced with: those of its own model, or those asked for.

A survey knows its models by their hashes, not by where they lie; so a folder counts as a run's own
only where its files are the same, and whatever else is used is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from camtrap_tui.domain.models import Run
from camtrap_tui.errors import ModelError, UsageError
from camtrap_tui.services import model_folder
from camtrap_tui.services.model_folder import RuleFiles
from camtrap_tui.services.sample import known_models

_HINT = "Give the folder with its info.json, taxonomy and geofence: --model FOLDER"


def find_rules(run: Run, model: str, usual: str) -> RuleFiles:
    """Return the rules to use: of `model` where one is asked for, else those of the run itself.

    `usual` is the model of the settings. Its own are looked for there, where the run says that it
    came from, and in the demo model. An imported file names no model's files, so the usual one
    is taken. Raises UsageError where there is none, ModelError for one that cannot be used.
    """
    if model:
        return _read(model)
    if run.taxonomy_sha256 is None:
        if usual:
            return _read(usual)
        raise UsageError(
            f"Run {run.id} was imported, and its file names no model: the taxonomy and the"
            " geofence of one are needed.",
            _HINT,
        )
    for rules in _candidates(run, usual):
        if is_own(run, rules):
            return rules
    raise UsageError(
        f"Run {run.id} was made by the model {run.model_name}, whose files are not at hand.", _HINT
    )


def is_own(run: Run, rules: RuleFiles) -> bool:
    """Tell whether both files are those that the run was made with."""
    return (run.taxonomy_sha256, run.geofence_sha256) == (
        rules.taxonomy_sha256,
        rules.geofence_sha256,
    )


def difference(run: Run, rules: RuleFiles) -> str:
    """Return a sentence on rules that are not the run's own; empty where they are."""
    if run.taxonomy_sha256 is None:
        said = f"Fenced by the taxonomy and geofence of {rules.name} {rules.version}"
        if rules.version != run.model_version:
            return f"{said}; run {run.id} was made by {run.model_version}."
        return f"{said}."
    own = (("taxonomy", run.taxonomy_sha256), ("geofence", run.geofence_sha256))
    theirs = (rules.taxonomy_sha256, rules.geofence_sha256)
    other = [name for (name, sha256), given in zip(own, theirs, strict=True) if sha256 != given]
    if not other:
        return ""
    verb = "is" if len(other) == 1 else "are"
    return (
        f"The {' and the '.join(other)} of {rules.name} {rules.version} {verb} not what run"
        f" {run.id} was made with: what changes is not due to the country alone."
    )


def _candidates(run: Run, usual: str) -> Iterator[RuleFiles]:
    known = [usual, *(folder for folder, _ in known_models())]
    for folder in known:
        if folder and not model_folder.is_name(folder) and Path(folder).is_dir():
            try:
                yield model_folder.read_rules(Path(folder))
            except ModelError:
                continue  # What is wrong with a folder that nobody asked for helps nobody.
    if run.model_name and model_folder.is_name(run.model_name):
        yield _read(run.model_name)


def _read(model: str) -> RuleFiles:
    if model_folder.is_name(model):
        # SpeciesNet knows where it keeps what it downloads.
        return model_folder.read_rules(model_folder.fetch(model).path, model)
    try:
        path = Path(model).expanduser()
    except RuntimeError:
        raise ModelError(
            f"{model}: there is no such home folder.", "Give the whole path."
        ) from None
    return model_folder.read_rules(path)
