"""What the tests of prediction share: one import of speciesnet and one tiny model a session."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.model_builder import GEOFENCE, build_model
from tests.services.fake_engine import write_model_folder


@pytest.fixture(scope="session")
def speciesnet() -> Any:
    """The real package, imported once."""
    if importlib.util.find_spec("speciesnet") is None:
        pytest.skip("speciesnet is not installed: pip install 'camtrap-tui[speciesnet]'")
    from camtrap_tui.services.quiet import import_speciesnet

    return import_speciesnet()


@pytest.fixture(scope="session")
def tiny_model(speciesnet: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model that crops."""
    return build_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def whole_model(speciesnet: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model that classifies whole pictures."""
    return build_model(tmp_path_factory.mktemp("models") / "whole", kind="full_image")


@pytest.fixture
def rules(speciesnet: Any, tmp_path: Path) -> Path:
    """A model folder of which only the rules can be used; raccoons live in the USA and Canada."""
    folder = write_model_folder(tmp_path / "rules")
    (folder / "geofence.json").write_text(json.dumps(GEOFENCE))
    (folder / "classifier.pt").unlink()
    return folder
