"""Random boxes and classes, through SpeciesNet's ensemble and through what is stored of them.

Confidences and scores lie on its thresholds and beside them more often than anywhere else, and the
fence has allowed and blocked countries, states, and groups of which one member is fenced.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.services.engine import Engine, Picture
from camtrap_tui.services.run_writer import RunWriter
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.model_builder import ANCESTORS, LABELS
from tests.refencing import outcomes, run_it, seen

pytestmark = pytest.mark.model

_PICTURES = 250
# A wolf beside the dog, so that a genus is there to roll up to, and their genus and family.
_MORE = (
    "00000000-0000-4000-8000-000000000001;mammalia;carnivora;canidae;canis;lupus;grey wolf",
    "00000000-0000-4000-8000-000000000002;mammalia;carnivora;canidae;canis;;canis species",
    "00000000-0000-4000-8000-000000000003;mammalia;carnivora;canidae;;;canine family",
)
_GEOFENCE = {
    "mammalia;carnivora;procyonidae;procyon;lotor": {"allow": {"USA": ["IL"], "CAN": []}},
    "mammalia;carnivora;canidae;canis;lupus": {"allow": {"USA": [], "CAN": []}},
    "mammalia;carnivora;canidae;canis;": {"block": {"TZA": []}},
    "aves;pelecaniformes;ardeidae;ardea;herodias": {"block": {"USA": ["HI", "IL"], "KEN": []}},
    "aves;;;;": {"block": {"KEN": []}},
}
_PLACES: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    ("USA", "IL"),
    ("USA", "HI"),
    ("USA", None),
    ("KEN", None),
    ("TZA", None),
)
_LABELS = [*LABELS, _MORE[0]]


class RandomModels:
    """A detector and a classifier whose words on a picture come from its number alone."""

    def __init__(self, *, whole: bool) -> None:
        self.device = "cpu"
        self.model_info = SimpleNamespace(type_="full_image" if whole else "always_crop")

    def preprocess(self, _image: Any, bboxes: Any = None) -> Any:
        return [None]

    def predict(self, name: str, crops: Any, num_classes: int | None = None) -> Any:
        if num_classes is None:
            return {"filepath": name, "detections": _boxes(random.Random(f"{name} boxes"))}
        rngs = [crop or random.Random(name) for crop in crops]
        return {"classifications_list": [_classes(rng, num_classes) for rng in rngs]}


def _boxes(rng: random.Random) -> list[dict[str, Any]]:
    kinds = (("1", "animal"), ("1", "animal"), ("2", "human"), ("3", "vehicle"))
    near = (0.05, 0.1, 0.2, 0.5, 0.7)
    found = [
        {
            "category": category,
            "label": label,
            "conf": min(1.0, rng.choice((*near, rng.random())) + rng.choice((0, 1e-9, 1e-3))),
            "bbox": [rng.random() / 2, rng.random() / 2, 0.25, 0.25],
        }
        for category, label in rng.choices(kinds, k=rng.choice((0, 1, 1, 2, 3, 5)))
    ]
    return sorted(found, key=lambda box: -float(str(box["conf"])))


def _classes(rng: random.Random, most: int) -> dict[str, Any]:
    first = rng.choice((0.4, 0.5, 0.65, 0.8, 0.99, rng.random())) + rng.choice((0, 1e-9, 1e-3))
    rest = sorted((rng.random() * (1 - first) for _ in range(most - 1)), reverse=True)
    scores = sorted([first, *(one / 2 for one in rest)], reverse=True)
    return {"classes": rng.sample(_LABELS, most), "scores": scores}


class RandomEngine(Engine):
    """SpeciesNet's ensemble behind random models; a crop is the generator of its classes."""

    def _crop(self, _image: Any, box: Any) -> Any:
        return random.Random(f"{box.xmin} {box.ymin}")


@pytest.fixture
def model(rules: Path) -> Path:
    for file in ("labels.txt", "taxonomy.txt"):
        names = (*_LABELS,) if file == "labels.txt" else (*LABELS, *ANCESTORS, *_MORE)
        (rules / file).write_text("\n".join(names) + "\n", encoding="utf-8")
    (rules / "geofence.json").write_text(json.dumps(_GEOFENCE))
    return rules


@pytest.mark.parametrize("whole", [False, True])
def test_every_place_from_every_other(
    speciesnet: Any, model: Path, store: Store, tmp_path: Path, *, whole: bool
) -> None:
    from PIL import Image

    picture = tmp_path / "a.png"
    Image.new("RGB", (64, 48)).save(picture)
    with store.db.transaction():
        store.taxa.add(map(parse_label, (*LABELS, *ANCESTORS, *_MORE)), "model")
    keys = add_images(store, [Said(None)] * _PICTURES)
    pictures = [Picture(key, picture) for key in keys]
    models = RandomModels(whole=whole)
    runs: dict[tuple[str | None, str | None], Run] = {}
    for country, region in _PLACES:
        fence = speciesnet.SpeciesNetEnsemble(str(model), geofence=country is not None)
        asked = {"country": country, "admin1_region": region, "geofenced": int(country is not None)}
        runs[country, region] = run = add_run(store, f"{country} {region}", **asked)
        engine = RandomEngine(models, models, fence)
        said = engine.run(
            iter(pictures), should_stop=lambda: False, country=country, admin1_region=region
        )
        RunWriter(store, run.id).save(list(said), lambda _: 1, lambda _: None)
    kinds = {str(outcomes(store, run)) for run in runs.values()}
    # All but the country without its states, which has nothing fenced.
    assert len(kinds) == len(_PLACES) - 1
    sources = {row[4] for run in runs.values() for row in outcomes(store, run)}
    assert {"detector", "classifier", "classifier+rollup_to_genus"} < sources
    for start in runs.values():
        for (country, region), wanted in runs.items():
            made = run_it(
                store.path, country, run_id=start.id, model=str(model), admin1_region=region
            ).run
            assert outcomes(store, made) == outcomes(store, wanted)
    assert seen(store, made) == seen(store, wanted)
