"""The ledger of an import: a row a record, whatever the chunks, and tables that hold together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import StoreError
from camtrap_tui.services import imports
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.store.store import Store
from tests.camera_files import MALLARD, record
from tests.services.test_imports import ID_A, ID_B, adds_up, bring
from tests.survey_dump import dump

named_paths = st.lists(
    st.sampled_from([f"{ID_A}.jpg", f"a/{ID_A}.jpg", f"{ID_B}.jpg", "x.jpg", "b/x.jpg", "..", ""])
    | st.sampled_from(["x.jpg", f"{ID_B}.jpg", "v.mp4"]).map(lambda path: f"video {path}"),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(named_paths, named_paths)
def test_chunks_of_any_size_give_the_same_survey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: list[str], second: list[str]
) -> None:
    dumps = []
    for chunk in (1, 3, 1000):
        monkeypatch.setattr(imports, "_CHUNK", chunk)
        (tmp_path / "river.db").unlink(missing_ok=True)
        with Store.open(tmp_path / "river.db", create=True) as store:
            for name, paths in (("p.json", first), ("q.json", second)):
                items: list[Any] = [
                    {"file": path.removeprefix("video "), "detections": []}
                    | ({"frame_rate": 1} if path.startswith("video ") else {})
                    for path in [*paths, "last.jpg"]
                ]
                path = tmp_path / name
                path.write_text(json.dumps({"images": items, "info": {"turn": name}}))
                counts = import_predictions(store, path).counts
                assert counts.records == len(items)
            assert adds_up(store)
            assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
            assert store.db.value("PRAGMA integrity_check") == "ok"
        dumps.append(dump(tmp_path / "river.db"))
    assert all(other == dumps[0] for other in dumps)


def test_other_predictions_at_the_same_place_are_a_source_of_their_own(
    store: Store, tmp_path: Path
) -> None:
    bring(store, tmp_path / "p.json", [record("x.jpg"), record("y.jpg")])
    bring(store, tmp_path / "p.json", [record("x.jpg", label=MALLARD)])

    assert adds_up(store)
    first, second = store.images.sources().values()
    assert (first.location, first.row_count) == (str(tmp_path / "p.json"), 2)
    assert (second.location, second.row_count) == (
        f"{first.location} (md5 {second.content_md5})",
        1,
    )


def test_keys_are_checked_again_after_an_import(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path / "p.json", [record("x.jpg")])

    assert store.db.value("PRAGMA foreign_keys") == 1
    assert store.db.value("PRAGMA journal_mode") == "wal"
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.db.transaction():
        store.db.execute("UPDATE image SET source_id = 99")
    with pytest.raises(StoreError, match="CHECK"), store.db.transaction():
        store.db.execute("UPDATE image SET timestamp_source = 'guessed'")


def test_an_import_while_others_look_at_the_empty_survey(store: Store, tmp_path: Path) -> None:
    with Store.open(store.path) as other:
        assert other.images.count() == 0
        bring(store, tmp_path / "p.json", [record("x.jpg")])
        assert other.images.count() == 1
