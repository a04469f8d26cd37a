"""Model folders in SpeciesNet's own format: found, checked, hashed, and announced once.

A model folder is a program: torch unpickles its weights, and unpickling runs code. So each
one is named with its hash before it is used for the first time, and a run records the hash.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import camtrap_tui
from camtrap_tui.config import config_path
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import ModelError

TYPES = ("always_crop", "full_image")
_FILES = ("classifier", "classifier_labels", "detector", "taxonomy", "geofence")
_REMOTE = ("kaggle:", "hf:")
_WEB = ("http://", "https://")
_UNCONNECTED = ("ConnectError", "ConnectionError", "Connection refused", "Max retries exceeded")
_LISTED = "trusted-models.txt"
_EXTRA_HINT = "Install the extra: pip install 'camtrap-tui[speciesnet]'"
_OFFLINE_HINT = "Without a network, give the folder of a model: --model FOLDER."


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that lies on this disk; hashes are SHA-256 in hexadecimal.

    `name` is what people read: the folder's name, or the remote name that was asked for.
    `sha256` covers info.json and the five files that it names, in a fixed order.
    """

    path: Path
    name: str
    version: str
    type: str
    labels: Path
    taxonomy: Path
    sha256: str
    taxonomy_sha256: str
    geofence_sha256: str


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """The part of a model that its ensemble reads: the taxonomy, the geofence, and the labels.

    `labels` may be missing on disk, like the weights: the rules need neither.
    """

    name: str
    version: str
    labels: Path
    taxonomy: Path
    geofence: Path
    taxonomy_sha256: str
    geofence_sha256: str


def need_speciesnet() -> None:
    """Raise ModelError where the optional extra is not installed; imports nothing heavy."""
    if importlib.util.find_spec("speciesnet") is None:
        raise ModelError("SpeciesNet is not installed.", _EXTRA_HINT)


def find(model: str) -> ModelFolder | None:
    """Return the model folder that `model` names, None where it is to be fetched first.

    Empty text is SpeciesNet's default model. Raises ModelError for a folder that cannot be used.
    """
    if _is_remote(model):
        return None
    try:
        path = Path(model).expanduser()
    except RuntimeError:
        raise ModelError(
            f"{model}: there is no such home folder.", "Give the whole path."
        ) from None
    if path.is_dir():
        info = _info(path)
        if str(info["detector"]).startswith(_WEB):
            return read(path) if (path / _file_name(info, "detector")).is_file() else None
    return read(path)


def _is_remote(model: str) -> bool:
    return not model or is_name(model)


def is_name(model: str) -> bool:
    """Tell whether `model` is a name that SpeciesNet downloads by, not a folder."""
    return model.startswith(_REMOTE)


def read(path: Path, name: str = "") -> ModelFolder:
    """Return what a model folder is, with its hashes (a second for half a gigabyte).

    Raises ModelError that names the file which is missing or wrong.
    """
    if not path.is_dir():
        raise ModelError(
            f"{path}: there is no such model folder.",
            "Give a folder that holds info.json, or a name such as kaggle:google/speciesnet/….",
        )
    info = _info(path)
    files = {key: path / _file_name(info, key) for key in _FILES}
    for file in files.values():
        if not file.is_file():
            raise ModelError(f"{file}: this file of the model is missing.", "Copy it there.")
    hashes = {"info.json": _sha256(path / "info.json")}
    hashes |= {key: _sha256(file) for key, file in files.items()}
    whole = hashlib.sha256("".join(f"{key} {value}\n" for key, value in hashes.items()).encode())
    return ModelFolder(
        path=path,
        name=clean(name or path.resolve().name),
        version=clean(str(info["version"])),
        type=info["type"],
        labels=files["classifier_labels"],
        taxonomy=files["taxonomy"],
        sha256=whole.hexdigest(),
        taxonomy_sha256=hashes["taxonomy"],
        geofence_sha256=hashes["geofence"],
    )


def read_rules(path: Path, name: str = "") -> RuleFiles:
    """Return the rules of a model folder; nothing in it is run, and its weights may be missing.

    Raises ModelError that names the file which is missing or wrong.
    """
    if not path.is_dir():
        raise ModelError(f"{path}: there is no such model folder.", "Give the folder of a model.")
    info = _info(path)
    taxonomy, geofence = path / str(info["taxonomy"]), path / str(info["geofence"])
    for file in (taxonomy, geofence):
        if not file.is_file():
            raise ModelError(f"{file}: this file of the model is missing.", "Copy it there.")
    return RuleFiles(
        name=clean(name or path.resolve().name),
        version=clean(str(info["version"])),
        labels=path / str(info["classifier_labels"]),
        taxonomy=taxonomy,
        geofence=geofence,
        taxonomy_sha256=_sha256(taxonomy),
        geofence_sha256=_sha256(geofence),
    )


def _info(path: Path) -> dict[str, Any]:
    file = path / "info.json"
    try:
        info = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{path}: no model folder of SpeciesNet, since it has no info.json.",
            "Give the folder in which info.json lies.",
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: {error}.", "Copy the model again.") from None
    if not isinstance(info, dict):
        raise ModelError(f"{file}: not a JSON object.", "Copy the model again.")
    lacking = [key for key in ("version", "type", *_FILES) if not isinstance(info.get(key), str)]
    if lacking:
        raise ModelError(f"{file}: it does not name {', '.join(lacking)}.", "Copy the model again.")
    if info["type"] not in TYPES:
        raise ModelError(
            f"{file}: the type {info['type']!r} is unknown.", f"Known are {' and '.join(TYPES)}."
        )
    return info


def _file_name(info: dict[str, Any], key: str) -> str:
    """Return a file's name in the folder; a detector's address is what it is downloaded as."""
    name = str(info[key])
    if key == "detector" and name.startswith(_WEB):
        return name.split("?")[0].replace(":", "_").replace("/", "_")
    return name


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}.", "Check its permissions.") from None


def fetch(model: str) -> ModelFolder:
    """Return the model that SpeciesNet knows by this name, downloaded if need be.

    `model` is a name (empty for SpeciesNet's default), or a folder whose detector is still
    to be downloaded. Imports speciesnet, so call it in the process that predicts.
    """
    from camtrap_tui.services.quiet import import_speciesnet

    speciesnet = import_speciesnet()
    from speciesnet.utils import ModelInfo

    name = model or str(speciesnet.DEFAULT_MODEL)
    try:
        at = Path(ModelInfo(name).classifier).parent
    except Exception as error:
        # The model's border: the libraries that download share no base class of errors.
        raise ModelError(
            f"{name}: the model could not be downloaded: {_why(error)}.", _OFFLINE_HINT
        ) from error
    while not (at / "info.json").is_file() and at != at.parent:
        at = at.parent
    return read(at, name if _is_remote(model) else "")


def _why(error: Exception) -> str:
    """Return in a few words why a download failed; libraries tell it in paragraphs."""
    said = " ".join(clean(str(error)).split())
    if any(sign in f"{type(error).__name__} {said}" for sign in _UNCONNECTED):
        return "there is no connection"
    return said[:200].rstrip(". ") or type(error).__name__


def is_new(model: ModelFolder) -> bool:
    """Say whether this model was never used here, and remember it; our own demo is known."""
    listed = config_path().parent / _LISTED
    try:
        if model.sha256 in listed.read_text(encoding="utf-8"):
            return False
    except (OSError, UnicodeDecodeError):
        pass
    if model.sha256 == _demo_sha256(model):
        return False
    try:
        listed.parent.mkdir(parents=True, exist_ok=True)
        with listed.open("a", encoding="utf-8") as file:
            file.write(f"{model.sha256}  {model.name} {model.version}\n")
    except OSError:
        pass  # It will be announced again: nothing else depends on the list.
    return True


def notice(model: ModelFolder) -> str:
    """Return what to say of a model that is used for the first time."""
    return (
        f"First use of the model {model.name} {model.version} (SHA-256 {model.sha256}): "
        "a model folder is a program that runs with your rights; use only one whose origin you "
        "trust."
    )


def _demo_sha256(like: ModelFolder) -> str | None:
    """Return the hash of the demo model that came with this program, None without one."""
    package = Path(camtrap_tui.__file__).parent
    for root in (package, package.parent):
        folder = root / "sample_data" / "demo_model"
        try:
            if (folder / "info.json").is_file() and _info(folder)["version"] == like.version:
                return read(folder).sha256
        except ModelError:
            continue
    return None
