"""What waits for a run: found by index, in order, each image once and where its file is."""

from __future__ import annotations

from collections.abc import Callable

from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, image

WAITING = ("pending",)


def folder(store: Store, location: str, files: list[tuple[str, str, int | None]]) -> int:
    """Add a folder's rows (file, state, image id), with images as far as they are new."""
    with store.db.transaction():
        source = store.images.source("folder", location, NOW)
        for _, _, key in files:
            if key is not None and not store.images.by_ids([key]):
                assert store.images.add(image(f"I{key}", source_id=source.id)) == key
        store.ledger.put_files(
            (source.id, path, state, None if state in ("pending", "here") else "x", key, None, None)
            for path, state, key in files
        )
    return source.id


def begin(store: Store, source_id: int, key: str = "run") -> int:
    run = add_run(store, key)
    with store.db.transaction():
        store.runs.add_pending(run.id, source_id)
    return run.id


def test_each_image_waits_once_at_a_file_that_is_there(store: Store) -> None:
    source = folder(
        store,
        "/a",
        [
            ("a/gone.jpg", "missing", 1),
            ("b/copy.jpg", "duplicate", 1),
            ("c.jpg", "here", 2),
            ("d.jpg", "excluded", 3),
            ("e.jpg", "missing", 4),
            ("film.mp4", "not_a_picture", None),
        ],
    )
    run = begin(store, source)
    assert store.runs.to_predict(run, source, WAITING, 0, 10) == [
        (1, "b/copy.jpg", 0),
        (2, "c.jpg", 0),
        (4, "e.jpg", 0),
    ]
    assert store.runs.outcomes_of_source(run, source) == {"pending": 3}


def test_pages_follow_each_other(store: Store) -> None:
    source = folder(store, "/a", [(f"{n}.jpg", "here", n) for n in range(1, 8)])
    run = begin(store, source)
    seen: list[int] = []
    while page := store.runs.to_predict(run, source, WAITING, seen[-1] if seen else 0, 3):
        assert len(page) <= 3
        seen += [key for key, _, _ in page]
    assert seen == list(range(1, 8))


def test_only_what_was_asked_for_waits(store: Store) -> None:
    source = folder(store, "/a", [(f"{n}.jpg", "here", n) for n in range(1, 4)])
    other = folder(store, "/b", [("z.jpg", "here", 4), ("y.jpg", "duplicate", 3)])
    run = begin(store, source)
    begin(store, other)
    with store.db.transaction():
        store.runs.put_predictions([(run, 2, "failed", None, None, None, "truncated", 2)])
    assert [key for key, _, _ in store.runs.to_predict(run, source, WAITING, 0, 9)] == [1, 3]
    both = store.runs.to_predict(run, source, (*WAITING, "failed"), 0, 9)
    assert both == [(1, "1.jpg", 0), (2, "2.jpg", 2), (3, "3.jpg", 0)]
    assert store.runs.to_predict(run, other, WAITING, 0, 9) == [(3, "y.jpg", 0), (4, "z.jpg", 0)]
    assert store.runs.failures_of_source(run, source) == [("2.jpg", "truncated", 2)]
    assert store.runs.failures_of_source(run, other) == []


def test_an_outcome_is_never_made_to_wait_again(store: Store) -> None:
    source = folder(store, "/a", [("1.jpg", "here", 1)])
    run = begin(store, source)
    with store.db.transaction():
        store.runs.put_predictions([(run, 1, "failed", None, None, None, "truncated", 1)])
        assert store.runs.add_pending(run, source) == 0
    assert store.runs.outcomes(run) == {"failed": 1}


def plan_of(store: Store, ask: Callable[[], object]) -> list[str]:
    """Return how SQLite finds what `ask` asks first."""
    asked: list[str] = []
    store.db._connection.set_trace_callback(asked.append)
    ask()
    store.db._connection.set_trace_callback(None)
    return [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]


def test_a_page_is_found_by_index(store: Store) -> None:
    plan = plan_of(store, lambda: store.runs.to_predict(1, 1, WAITING, 0, 500))
    assert "prediction_by_outcome (run_id=? AND outcome=? AND image_id>?)" in plan[0]
    assert len(plan) == 2, plan  # no sorting of all that waits


def test_outcomes_and_failures_are_counted_from_indexes(store: Store) -> None:
    add_images(store, [Said(), Said("mallard"), Said(None)])
    assert store.runs.outcomes(1) == {"failed": 1, "predicted": 2}
    assert store.runs.outcomes(2) == {}
    assert [path for path, _, _ in store.runs.failures(1)] == ["IMG_0003.JPG"]
    counting = plan_of(store, lambda: store.runs.outcomes(1))
    assert [line for line in counting if line.startswith("SEARCH")] == [
        "SEARCH prediction USING COVERING INDEX prediction_by_outcome (run_id=?)",
        "SEARCH prediction USING COVERING INDEX prediction_by_taxon (run_id=? AND taxon_id>?)",
    ]
    assert "prediction_by_outcome" in plan_of(store, lambda: store.runs.failures(1))[0]
