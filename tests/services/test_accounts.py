"""The ledger's accounts: what they count, and that a damaged survey is told with its numbers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.services import listing
from camtrap_tui.services.accounts import Ledger, ledger_json, take_ledger
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, image

Damage = Callable[..., None]


@pytest.fixture
def survey(store: Store) -> Store:
    """A folder of five images, one file beside them, two runs, and a manifest of three rows."""
    run = add_run(store)
    keys = add_images(
        store, [Said(), Said("blank"), Said("blank"), Said(None), Said(None)], run=run
    )
    later = add_run(store, "later")
    with store.db.transaction():
        store.ledger.put_files([(1, "a.mp4", "not_a_picture", "a video", None, 9, 9)])
        store.ledger.put_files([(1, "gone.jpg", "missing", "no longer in the folder", None, 9, 9)])
        store.runs.put_predictions([(later.id, keys[0], "pending", None, None, None, None, 0)])
        table = store.images.source("manifest", "/m.csv", NOW)
        new = store.images.add(image("X", source_id=table.id, url="https://x.org/x.jpg"))
        store.db.executemany(
            "INSERT INTO source_row (source_id, row_number, file_path, media_id, url, state,"
            " reason, image_id, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (table.id, 2, "", "X", "https://x.org/x.jpg", "pending", None, new, 0),
                (table.id, 3, "", "X", None, "duplicate", "the same id as row 2", new, 0),
                (table.id, 4, "", None, "https://x.org/y", "missing", "HTTP 404", None, 5),
            ],
        )
        store.db.execute("UPDATE source SET row_count = 6 WHERE id = 1")
        store.db.execute("UPDATE source SET row_count = 3 WHERE id = 2")
    return store


@pytest.fixture
def damage(survey: Store) -> Damage:
    """Return what changes the file as no part of this program does."""

    def do(*statements: str) -> None:
        with closing(sqlite3.connect(survey.path, isolation_level=None)) as raw:
            raw.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements:
                raw.execute(statement)

    return do


def test_both_accounts_add_up(survey: Store) -> None:
    ledger = take_ledger(survey, deep=True)
    assert ledger.discrepancies == ()
    assert ledger.images == 6
    assert [(a.rows, a.counted, a.source.row_count) for a in ledger.sources] == [
        (7, 6, 6),
        (3, 3, 3),
    ]
    assert ledger.states == {
        "pending": 1,
        "here": 5,
        "duplicate": 1,
        "not_a_picture": 1,
        "missing": 2,
    }
    first, later = (account.outcomes for account in ledger.runs)
    assert first == {"predicted": 3, "failed": 2, "pending": 0, "never_asked": 1}
    assert later == {"predicted": 0, "failed": 0, "pending": 1, "never_asked": 5}
    assert ledger.flags["no_time"] == 1


def test_a_survey_without_anything_adds_up(store: Store) -> None:
    ledger = take_ledger(store, deep=True)
    assert (ledger.images, ledger.sources, ledger.runs, ledger.discrepancies) == (0, (), (), ())


def test_what_nobody_counted_is_not_checked(survey: Store, damage: Damage) -> None:
    damage("UPDATE source SET row_count = NULL", "DELETE FROM source_row WHERE id = 6")
    assert take_ledger(survey).discrepancies == ()
    assert ledger_json(take_ledger(survey))["sources"][0]["row_count"] is None


NO_KEYS = "PRAGMA foreign_keys = OFF"


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["DELETE FROM source_row WHERE id = 6"], "files counted there: 6; rows .* of them: 5"),
        (
            ["UPDATE source SET row_count = 9 WHERE id = 2"],
            "/m.csv: rows counted there: 9.* 3. Add",
        ),
        (["UPDATE source_row SET state = 'lost' WHERE id = 6"], "1 row in 'lost', which is no"),
        (["UPDATE source_row SET image_id = NULL WHERE id = 1"], "1 row without the image"),
        (["UPDATE source_row SET image_id = NULL WHERE id = 1"], "1 image that no row"),
        ([NO_KEYS, "DELETE FROM image WHERE id = 3"], "/pictures: 1 row of an image that is not"),
        ([NO_KEYS, "DELETE FROM image WHERE id = 3"], "Run 1: 1 outcome of an image that is not"),
        # The last one leaves no gap in the ids.
        ([NO_KEYS, "DELETE FROM image WHERE id = 6"], "/m.csv: 2 rows of an image that is not"),
        ([NO_KEYS, "DELETE FROM image WHERE id = 1"], "Run 2: 1 outcome of an image that is not"),
        ([NO_KEYS, "DELETE FROM source WHERE id = 2"], "3 rows of source 2, which is not there"),
        ([NO_KEYS, "DELETE FROM run WHERE id = 1"], "5 outcomes of run 1, which is not there"),
        (
            ["UPDATE prediction SET outcome = 'odd', taxon_id = NULL WHERE image_id = 1"],
            "Run 1: 2 predicted .* 2 failed .* 0 pending is not the 5 images that it has",
        ),
        # One image without a row and one row without an image make the numbers equal.
        (
            [
                NO_KEYS,
                "DELETE FROM image WHERE id = 3",
                "INSERT INTO image (media_id, source_id, file_path, timestamp_source)"
                " VALUES ('new', 1, 'new.jpg', 'none')",
            ],
            "1 image that no row",
        ),
    ],
)
def test_what_does_not_add_up_is_a_sentence_with_numbers(
    survey: Store, damage: Damage, statements: list[str], says: str
) -> None:
    damage(*statements)
    found = take_ledger(survey).discrepancies
    assert [said for said in found if _matches(says, said)], found


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def test_a_deep_check_finds_what_counts_cannot(survey: Store, damage: Damage) -> None:
    damage(NO_KEYS, "INSERT INTO detection VALUES (1, 77, 1, 'animal', 0.5, 0, 0, 1, 1)")
    assert take_ledger(survey).discrepancies == ()
    found = take_ledger(survey, deep=True).discrepancies
    assert found == ("Table detection: 1 row of something that is not there.",)


def test_a_deep_check_finds_a_damaged_page(survey: Store) -> None:
    path = survey.path
    survey.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = int(survey.db.value("PRAGMA page_size"))
    root = int(survey.db.value("SELECT rootpage FROM sqlite_master WHERE name = 'grade_by_grader'"))
    survey.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * 100)
    with Store.open(path) as opened:
        found = take_ledger(opened, deep=True).discrepancies
    assert found
    assert all(said.startswith("The file is damaged") for said in found)


def names(store: Store, what: str, run: int | None = None) -> list[tuple[str, str]]:
    asked = listing.wanted(store, what, run)
    lines = listing.walk(store, asked, listing.ids(store, asked))
    return [(listing.name_of(line), listing.reason_of(asked, line)) for line in lines]


def test_lists_name_files_and_reasons(survey: Store) -> None:
    failed = [("IMG_0004.JPG", "truncated"), ("IMG_0005.JPG", "truncated")]
    assert names(survey, "failed") == []
    assert names(survey, "failed", 1) == failed
    assert names(survey, "missing") == [
        ("gone.jpg", "no longer in the folder"),
        ("https://x.org/y", "HTTP 404"),
    ]
    assert names(survey, "not-a-picture") == [("a.mp4", "a video")]
    assert names(survey, "pending") == [("https://x.org/x.jpg", "")]
    assert names(survey, "pending", 2) == [("IMG_0001.JPG", "")]
    assert [name for name, _ in names(survey, "never-asked", 1)] == ["X.JPG"]
    assert len(names(survey, "predicted", 1)) == 3
    assert names(survey, "no_time") == [("X.JPG", "no time is known")]


def test_every_number_of_the_accounts_is_as_long_as_its_list(survey: Store) -> None:
    ledger: Ledger = take_ledger(survey)
    for state, count in ledger.states.items():
        assert len(names(survey, state)) == count
    for account in ledger.runs:
        for outcome, count in account.outcomes.items():
            assert len(names(survey, outcome, account.run.id)) == count
    for flag, count in ledger.flags.items():
        assert len(names(survey, flag)) == count


def test_what_failed_says_how_it_is_taken_up_again(survey: Store, tmp_path: Path) -> None:
    def hint(what: str, run: int | None = None) -> str:
        return listing.how_to_go_on(survey, listing.wanted(survey, what, run))

    asks = f"camtrap-tui predict {survey.path} --model FOLDER/demo --no-geofence"
    assert hint("failed", 1) == f"To take them up again: {asks} --retry"
    assert hint("never_asked", 1) == f"To predict them: {asks}"
    assert f"camtrap-tui fetch {survey.path} --retry" in hint("missing")
    assert hint("pending") == f"To fetch them: camtrap-tui fetch {survey.path}"
    assert hint("here") == hint("predicted", 1) == ""
    imported = add_run(survey, "file", kind="import")
    assert "--retry" not in hint("failed", imported.id)
    fetched = add_run(
        survey, "web", input_size="800 q60", country="USA", geofenced=1, model_name="kaggle:x/y"
    )
    assert hint("failed", fetched.id).endswith(
        " --fetch --width 800 --quality 60 --model kaggle:x/y --country USA --retry"
    )
