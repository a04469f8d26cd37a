"""A survey file: made once, opened again, refused when newer, backed up before it changes."""

from __future__ import annotations

import resource
import sqlite3
from dataclasses import fields
from pathlib import Path

import pytest

from camtrap_tui.domain import expected, holdouts, models, splitting
from camtrap_tui.errors import StoreError
from camtrap_tui.store import migrations
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

ROWS = {
    "survey": models.Survey,
    "source": models.Source,
    "source_row": models.SourceRow,
    "deployment": models.Deployment,
    "clock_segment": models.ClockSegment,
    "image": models.Image,
    "cached_file": models.CachedFile,
    "taxon": models.Taxon,
    "run": models.Run,
    "detection": models.Detection,
    "classification": models.Classification,
    "prediction": models.Prediction,
    "grade": models.Grade,
    "observation": models.Observation,
    "mark": models.Mark,
    "place": models.Place,
    "expected_taxon": expected.ExpectedTaxon,
    "holdout": holdouts.Holdout,
    "holdout_phase": holdouts.HoldoutPhase,
    "holdout_stratum": holdouts.HoldoutStratum,
    "holdout_unit": holdouts.HoldoutUnit,
    "split_made": splitting.SplitMade,
}


@pytest.mark.parametrize("table", ROWS)
def test_the_fields_of_a_row_are_the_columns_of_its_table(store: Store, table: str) -> None:
    found = store.db.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()
    assert [name for (name,) in found] == [field.name for field in fields(ROWS[table])]


def test_every_table_is_strict_and_foreign_keys_hold(store: Store) -> None:
    tables = store.db.execute(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table'"
        " AND schema = 'main' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    assert len(tables) >= 14
    assert [name for name, strict in tables if not strict] == []
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.db.transaction():
        store.db.execute("INSERT INTO observation VALUES (1, 99, 1, 1, NULL, NULL, NULL, NULL)")


def test_a_survey_opens_again_with_its_identity(tmp_path: Path) -> None:
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        first = store.survey
    with Store.open(path) as store:
        assert store.survey == first
        assert store.survey.name == "river"


def test_grades_are_written_with_full_durability(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        assert store.db.value("PRAGMA synchronous") == 2
        assert store.db.value("PRAGMA journal_mode") == "wal"
        assert store.db.value("PRAGMA foreign_keys") == 1
    with Store.open(tmp_path / "a.db", durability="NORMAL") as store:
        assert store.db.value("PRAGMA synchronous") == 1


def test_a_missing_survey_is_one_sentence_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such survey"):
        Store.open(tmp_path / "none.db")
    assert list(tmp_path.glob("none*")) == []
    with pytest.raises(StoreError, match="no such folder"):
        Store.open(tmp_path / "nowhere" / "none.db", create=True)


def fail_after_an_image(store: Store) -> None:
    add_images(store, [Said()])
    raise StoreError("why")


def test_a_new_survey_goes_again_where_nothing_came_into_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="why"), Store.make(tmp_path / "a.db"):
        raise StoreError("why")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="why"), Store.make(tmp_path / "a.db") as store:
        fail_after_an_image(store)
    with Store.make(tmp_path / "a.db") as store:
        assert store.images.count() == 1


def test_an_empty_file_is_no_survey_to_read(tmp_path: Path) -> None:
    path = tmp_path / "river.db"
    path.touch()
    with pytest.raises(StoreError, match="empty"):
        Store.open(path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_nothing_is_written_into_a_file_that_is_gone(store: Store, how: str) -> None:
    add_images(store, [Said()])
    store.path.rename(store.path.with_name("moved.db"))
    if how == "replaced":
        store.path.write_bytes(b"another")
    with pytest.raises(StoreError, match="moved, replaced or deleted"), store.db.transaction():
        store.db.execute("DELETE FROM vote")


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "river.db"
    Store.open(path, create=True).close()
    with sqlite3.connect(path) as raw:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('camtrap_tui', 'm999_future', '2030')"
        )
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer camtrap-tui"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all, but long enough", b"\x00" * 64])
def test_a_file_that_is_no_survey_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="notes"):
        Store.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE birds (name TEXT)")
    raw.close()
    with pytest.raises(StoreError, match="not a survey"):
        Store.open(path)


def test_a_file_that_a_full_disk_left_unfinished_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "river.db"
    with sqlite3.connect(path) as raw:
        raw.execute(
            "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT,"
            " PRIMARY KEY (migration_set, name))"
        )
    raw.close()
    with Store.open(path) as store:
        assert store.images.count() == 0


def test_a_backup_stands_before_a_pending_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        identity = store.survey.survey_uuid

    def m999_more(db: object) -> None:
        db.execute("CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT")  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m999_more))
    monkeypatch.setattr(migrations, "NAMES", (*migrations.NAMES, "m999_more"))
    with Store.open(path) as store:
        assert store.db.value("SELECT count(*) FROM more") == 0
    (backup,) = tmp_path.glob("river.before-migration-*.db")
    with sqlite3.connect(backup) as raw:
        assert raw.execute("SELECT survey_uuid FROM survey").fetchone() == (identity,)
    raw.close()


def test_a_survey_of_the_first_version_keeps_all_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "river.db"
    with monkeypatch.context() as first:
        first.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        first.setattr(migrations, "NAMES", migrations.NAMES[:1])
        Store.open(path, create=True).close()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO source VALUES (1, 'folder', '/pictures', '2026')")
        raw.execute(
            "INSERT INTO image (id, media_id, source_id, file_path, timestamp, timestamp_source)"
            " VALUES (1, 'a', 1, 'a.jpg', '2024-06-27 02:14:05', 'exif')"
        )
        raw.execute("INSERT INTO source_row VALUES (1,1,0,'a.jpg',NULL,NULL,'here',NULL,1,9,9)")
        raw.execute(
            "INSERT INTO grade VALUES (1,'g','grade',1,'ann',1,NULL,NULL,'assisted','blank',NULL,"
            "'2026',NULL)"
        )
    raw.close()
    with Store.open(path) as store:
        (image,) = store.images.by_ids([1])
        assert (image.timestamp, image.clock_shift_s) == ("2024-06-27 02:14:05", 0)
        row = store.ledger.row(1, "a.jpg")
        assert row is not None
        assert (row.state, row.attempts, row.content_md5) == ("here", 0, None)
        assert store.grades.graders() == {"ann": 1}
        assert not store.flags.are_known()
    assert len(list(tmp_path.glob("river.before-migration-m001*.db"))) == 1


def test_a_new_file_is_as_sqlite_utils_makes_it(tmp_path: Path) -> None:
    migrations._apply(tmp_path / "slow.db")
    Store.open(tmp_path / "quick.db", create=True).close()

    shapes = []
    for name in ("slow.db", "quick.db"):
        with sqlite3.connect(tmp_path / name) as raw:
            shapes.append(
                (
                    raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall(),
                    raw.execute("PRAGMA application_id").fetchone(),
                    raw.execute(
                        "SELECT id, migration_set, name FROM _sqlite_migrations"
                    ).fetchall(),
                    [len(at) for (at,) in raw.execute("SELECT applied_at FROM _sqlite_migrations")],
                )
            )
        raw.close()
    assert shapes[0] == shapes[1]


def test_sqlite_utils_takes_over_from_a_new_file(tmp_path: Path) -> None:
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    path = tmp_path / "river.db"
    Store.open(path, create=True).close()
    known = Migrations(migrations.MIGRATION_SET)
    for migration in migrations.MIGRATIONS:
        known()(migration)
    with sqlite3.connect(path) as raw:
        assert known.pending(sqlite_utils.Database(raw)) == []
    raw.close()


def test_making_a_survey_does_not_import_sqlite_utils(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from camtrap_tui.store.store import Store;"
        f"Store.open(Path({str(tmp_path / 'a.db')!r}), create=True).close();"
        "print('sqlite_utils' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.survey == store.survey
    with pytest.raises(StoreError, match="exists"):
        store.backup(tmp_path / "copy.db")


def test_a_backup_that_cannot_be_finished_leaves_no_file(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited[1]))
    try:
        with pytest.raises(StoreError, match=r"copy\.db"):
            store.backup(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert not list(tmp_path.glob("*copy.db*"))


def test_opening_an_up_to_date_survey_does_not_import_sqlite_utils(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "river.db"
    Store.open(path, create=True).close()
    code = (
        "import sys; from pathlib import Path; from camtrap_tui.store.store import Store;"
        f"Store.open(Path({str(path)!r})).close(); print('sqlite_utils' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
