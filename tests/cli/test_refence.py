"""`camtrap-tui refence` and `camtrap-tui compare` as a person types them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from camtrap_tui.cli import main
from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.model_builder import ANCESTORS, GEOFENCE, LABELS
from tests.services.fake_engine import write_model_folder

NEEDS_SPECIESNET = pytest.mark.skipif(
    importlib.util.find_spec("speciesnet") is None,
    reason="speciesnet is not installed: pip install 'camtrap-tui[speciesnet]'",
)
RACCOON, DOG = "northern raccoon", "domestic dog"


@pytest.fixture
def survey(store: Store, tmp_path: Path) -> Path:
    """Two predicted raccoons and a blank; and `rules`, a folder whose fence keeps them in the
    USA and Canada."""
    folder = write_model_folder(tmp_path / "rules")
    (folder / "geofence.json").write_text(json.dumps(GEOFENCE))
    with store.db.transaction():
        store.taxa.add([parse_label(label) for label in (*LABELS, *ANCESTORS)], "model")
    run = add_run(store)
    add_images(store, [Said("blank", 0.9)] * 3, run=run)
    ids = {taxon.name: taxon.id for taxon in store.taxa.all() if taxon.taxon_class}
    with store.db.transaction():
        for key in (1, 2):
            box = (run.id, key, 1, "animal", 0.8, 0.1, 0.1, 0.2, 0.2)
            store.runs.put_detections([box])
            rows = [(1, ids[RACCOON], 0.9), (2, ids[DOG], 0.08)]
            store.runs.put_classifications((run.id, key, 1, *row) for row in rows)
            end = ("predicted", ids[RACCOON], 0.9, "classifier", None, 1)
            store.runs.put_predictions([(run.id, key, *end)])
    return store.path


class Run:
    """Runs a command line as the shell does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd
        self.out = self.err = ""

    def __call__(self, *arguments: str | Path) -> int:
        self._monkeypatch.setattr("sys.argv", ["camtrap-tui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        self.out, self.err = self._capfd.readouterr()
        return int(ended.value.code or 0)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    # A test's process takes no signals for itself.
    monkeypatch.setattr("camtrap_tui.services.lifeline.stop_on_signals", lambda stop: None)
    monkeypatch.setattr("camtrap_tui.services.lifeline.end_with_parent", lambda stop: None)
    return Run(monkeypatch, capfd)


@NEEDS_SPECIESNET
@pytest.mark.model
def test_a_country_is_tried_and_what_changed_is_said(
    run: Run, survey: Path, tmp_path: Path
) -> None:
    asked = ("refence", survey, "--model", tmp_path / "rules", "--country")
    assert run(*asked, "ken") == 0
    assert "predicted             3" in run.out
    assert "Run 2 is run 1 for KEN." in run.err
    assert f"camtrap-tui compare {survey} 1 2" in run.err
    assert run(*asked, "KEN") == 0
    assert "Run 2 is that already" in run.err
    assert run(*asked, "USA", "--admin1-region", "IL", "--json") == 0
    assert json.loads(run.out) | {"software": "", "finished_at": ""} == {
        "run": 3,
        "is_new": True,
        "of_run": 1,
        "country": "USA",
        "admin1_region": "IL",
        "taxonomy_sha256": json.loads(run.out)["taxonomy_sha256"],
        "geofence_sha256": json.loads(run.out)["geofence_sha256"],
        "software": "",
        "finished_at": "",
        "taken_now": 3,
        "left": 0,
        "outcomes": {"predicted": 3},
        "stopped": False,
    }
    assert run(*asked, "TZA", "--events") == 0
    told = [json.loads(line)["event"] for line in run.out.splitlines()]
    assert told[-1] == "finished"

    assert run("compare", survey, "1", "2") == 0
    assert "northern raccoon  carnivorous mammal  coarser         2" in run.out
    assert "--run 2 --where changed:1" in run.err
    assert run("compare", survey, "1", "2", "--json") == 0
    change = json.loads(run.out)["changes"][0]
    assert (change["now"], change["pictures"]) == ("carnivorous mammal", 2)
    assert run("compare", survey, "2", "1", "--list") == 0
    assert "finer" in run.out
    assert run("compare", survey, "2", "1", "--list", "--json") == 0
    assert [one["file_path"] for one in json.loads(run.out)] == ["IMG_0001.JPG", "IMG_0002.JPG"]
    assert run("compare", survey, "1", "2", "--classes") == 0
    assert "northern raccoon        2      0          -2" in run.out
    with Store.open(survey) as store, store.db.transaction():
        store.runs.reopen(3)
    assert run("compare", survey, "1", "3") == 0
    assert "Run 3: refence of 1, model demo-1.0, USA-IL; not finished" in run.err
    assert "changed                       0" in run.out

    assert run("status", survey) == 0
    assert "Everything adds up." in run.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "--country USA, or --none"),
        (("--none", "--country", "USA"), "give one of them"),
        (("--country", "Kenia"), "KEN"),
        (("--country", "KEN", "--admin1-region", "IL"), "needs the country USA"),
        pytest.param(("--none", "--run", "7"), "no run 7", marks=[NEEDS_SPECIESNET]),
    ],
)
def test_what_cannot_be_asked(run: Run, survey: Path, options: tuple[str, ...], says: str) -> None:
    assert run("refence", survey, *options) == 2
    assert says in run.err


def test_without_speciesnet_one_sentence_says_what_to_install(
    run: Run, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> object:
        return None if name == "speciesnet" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    assert run("refence", survey, "--country", "KEN") == 1
    assert run.err.strip() == (
        "camtrap-tui: SpeciesNet is not installed."
        " Install the extra: pip install 'camtrap-tui[speciesnet]'"
    )
    with Store.open(survey) as store:
        assert len(store.runs.all()) == 1


def test_two_lists_at_once(run: Run, survey: Path) -> None:
    assert run("compare", survey, "1", "1", "--list", "--classes") == 2
    assert "give one of them" in run.err
    assert run("compare", survey, "1", "2") == 2
    assert "no run 2" in run.err
