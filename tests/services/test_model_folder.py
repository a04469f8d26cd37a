"""Model folders are checked before anything is loaded from them."""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from pathlib import Path

import pytest

import camtrap_tui
from camtrap_tui.config import config_path
from camtrap_tui.errors import ModelError
from camtrap_tui.services import model_folder, quiet
from tests.services.fake_engine import write_model_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model_folder(tmp_path / "model")


def change_info(folder: Path, **changes: object) -> None:
    info = json.loads((folder / "info.json").read_text()) | changes
    kept = {key: value for key, value in info.items() if value is not None}
    (folder / "info.json").write_text(json.dumps(kept))


def test_the_hash_is_that_of_the_files_and_not_of_the_place(folder: Path, tmp_path: Path) -> None:
    model = model_folder.read(folder)
    elsewhere = model_folder.read(write_model_folder(tmp_path / "copy"))
    assert elsewhere.sha256 == model.sha256
    assert len(model.sha256) == 64
    (folder / "notes.txt").write_text("mine")
    assert model_folder.read(folder).sha256 == model.sha256
    for name in ("info.json", "classifier.pt", "detector.pt", "labels.txt", "geofence.json"):
        with (folder / name).open("ab") as file:
            file.write(b"\n")
        changed = model_folder.read(folder).sha256
        assert changed != model.sha256, name
        model = model_folder.read(folder)


@pytest.mark.parametrize("name", ["classifier.pt", "labels.txt", "taxonomy.txt", "detector.pt"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        model_folder.read(folder)


def test_what_is_no_model_folder_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        model_folder.find(str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match=r"no info\.json"):
        model_folder.find(str(tmp_path))
    change_info(folder, taxonomy=None, geofence=None)
    with pytest.raises(ModelError, match="taxonomy, geofence"):
        model_folder.find(str(folder))
    change_info(folder, taxonomy="taxonomy.txt", geofence="geofence.json", type="psychic")
    with pytest.raises(ModelError, match="psychic"):
        model_folder.find(str(folder))
    for text in ("[]", "{", ""):
        (folder / "info.json").write_text(text)
        with pytest.raises(ModelError, match=r"info\.json"):
            model_folder.find(str(folder))


def test_names_are_fetched_and_folders_are_not(folder: Path) -> None:
    assert model_folder.find("") is None
    assert model_folder.find("kaggle:google/speciesnet/pyTorch/v4.0.3a/1") is None
    assert model_folder.find("hf:somebody/something") is None
    assert model_folder.find(str(folder)) is not None


def test_a_detector_s_address_is_fetched_once(folder: Path) -> None:
    change_info(folder, detector="https://example.org/md_v5a.pt?download=1")
    assert model_folder.find(str(folder)) is None
    (folder / "https___example.org_md_v5a.pt").write_bytes(b"fetched")
    assert model_folder.find(str(folder)) is not None


def test_a_model_is_new_once(folder: Path) -> None:
    model = model_folder.read(folder)
    assert model_folder.is_new(model)
    assert not model_folder.is_new(model)
    listed = config_path().parent / "trusted-models.txt"
    assert model.sha256 in listed.read_text()
    (folder / "classifier.pt").write_bytes(b"changed")
    assert model_folder.is_new(model_folder.read(folder))


def test_a_list_that_cannot_be_written_only_repeats_the_notice(
    folder: Path, own_settings: Path
) -> None:
    own_settings.parent.parent.mkdir(exist_ok=True)
    own_settings.parent.write_text("a file where the folder of settings should be")
    model = model_folder.read(folder)
    assert model_folder.is_new(model)
    assert model_folder.is_new(model)


def test_our_own_demo_model_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "camtrap_tui"
    demo = write_model_folder(package / "sample_data" / "demo_model", b"ours")
    monkeypatch.setattr(camtrap_tui, "__file__", str(package / "__init__.py"))
    copied = write_model_folder(tmp_path / "copied", b"ours")
    assert not model_folder.is_new(model_folder.read(demo))
    assert not model_folder.is_new(model_folder.read(copied))
    assert model_folder.is_new(model_folder.read(write_model_folder(tmp_path / "x", b"other")))


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install 'camtrap-tui\[speciesnet\]'"):
        model_folder.need_speciesnet()


class FakeSpeciesnet(types.ModuleType):
    """Knows one name, for which it has a folder."""

    DEFAULT_MODEL = "kaggle:somebody/default"

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        super().__init__("speciesnet.utils")
        self.folder, self.error = folder, error
        self.asked: list[str] = []

    def ModelInfo(self, name: str) -> types.SimpleNamespace:
        self.asked.append(name)
        if self.error:
            raise self.error
        return types.SimpleNamespace(classifier=self.folder / "classifier.pt")


def fetched(
    monkeypatch: pytest.MonkeyPatch, package: FakeSpeciesnet, name: str
) -> model_folder.ModelFolder:
    monkeypatch.setattr(quiet, "import_speciesnet", lambda: package)
    monkeypatch.setitem(sys.modules, "speciesnet", package)
    monkeypatch.setitem(sys.modules, "speciesnet.utils", package)
    return model_folder.fetch(name)


def test_a_fetched_model_bears_the_name_that_was_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = FakeSpeciesnet(folder)
    model = fetched(monkeypatch, package, "")
    assert (model.name, model.path) == ("kaggle:somebody/default", folder)
    assert package.asked == ["kaggle:somebody/default"]
    assert fetched(monkeypatch, package, str(folder)).name == "model"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionError("Max retries exceeded with url: /v1 (Caused by …)"), "no connection"),
        (PermissionError("403 Forbidden.\n\n"), "403 Forbidden. Without"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_a_download_that_fails_is_one_sentence_with_a_way_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    with pytest.raises(ModelError) as caught:
        fetched(monkeypatch, FakeSpeciesnet(folder, error), "hf:somebody/something")
    assert words in str(caught.value)
    assert "--model FOLDER" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("libGL.so.1: cannot open shared object file", "apt install libgl1"),
        ("libgthread-2.0.so.0: cannot open shared object file", "libglib2.0-0"),
        ("No module named 'torchvision'", "force-reinstall"),
    ],
)
def test_an_import_that_fails_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    class Broken:
        """Finds speciesnet, and cannot load what it needs."""

        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "speciesnet":
                raise ImportError(said)

    monkeypatch.setattr(model_folder, "need_speciesnet", lambda: None)
    monkeypatch.delitem(sys.modules, "speciesnet", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(ModelError) as caught:
        quiet.import_speciesnet()
    assert said in str(caught.value)
    assert words in str(caught.value)


def test_a_home_that_nobody_has_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="no such home folder"):
        model_folder.find("~nobody-of-this-name/model")
