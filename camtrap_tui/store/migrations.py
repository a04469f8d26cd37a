"""The shape of a survey file, one numbered migration a change; landed ones are frozen.

A new file gets them all by plain SQL, with the rows that sqlite-utils keeps of them. It brings
older files up to date, and is imported only for that: it costs 0.2 s and 45 MB.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.errors import StoreError
from camtrap_tui.store import (
    schema,
    schema_002,
    schema_003,
    schema_004,
    schema_005,
    schema_006,
    schema_007,
    schema_008,
    schema_009,
)
from camtrap_tui.store.database import Database, explain

if TYPE_CHECKING:
    from sqlite_utils import Database as UtilsDatabase

    AnyDatabase = Database | UtilsDatabase

MIGRATION_SET = "camtrap_tui"
# In the file's header: tools like `file` can tell a survey from other SQLite files.
APPLICATION_ID = 0x63747569  # "ctui"


def m001_initial(db: AnyDatabase) -> None:
    """Create the ledger, the runs and the grades."""
    for statement in schema.M001:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def m002_sources(db: AnyDatabase) -> None:
    """Add what manifests, downloads, clocks and flags need."""
    for statement in schema_002.M002:
        db.execute(statement)
    if db.execute("SELECT 1 FROM image LIMIT 1").fetchone():
        db.execute(f"PRAGMA user_version = {schema_002.NOT_WORKED_OUT}")


def m003_day(db: AnyDatabase) -> None:
    """Add saved filters, graders' places, and the contact sheet's exceptions."""
    for statement in schema_003.M003:
        db.execute(statement)


def m004_undo(db: AnyDatabase) -> None:
    """Number the votes, so that undo finds the latest at once."""
    for statement in schema_004.M004:
        db.execute(statement)


def m005_holdouts(db: AnyDatabase) -> None:
    """Add holdouts, and which grades were keyed for one."""
    for statement in schema_005.M005:
        db.execute(statement)


def m006_truth(db: AnyDatabase) -> None:
    """Let adjudicators settle conflicts, and coarser words contradict no finer ones."""
    for statement in schema_006.M006:
        db.execute(statement)


def m007_expected(db: AnyDatabase) -> None:
    """Add the list of expected species."""
    for statement in schema_007.M007:
        db.execute(statement)


def m008_splits(db: AnyDatabase) -> None:
    """Add which images train a model, and which test it."""
    for statement in schema_008.M008:
        db.execute(statement)


def m009_peeks(db: AnyDatabase) -> None:
    """Add which graders have seen what the AI says of a holdout's picture."""
    for statement in schema_009.M009:
        db.execute(statement)


# As sqlite-utils makes them, letter for letter: it takes over from here with the next change.
_BOOKKEEPING = (
    """CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
)""",
    """CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name")""",
)

MIGRATIONS = (
    m001_initial,
    m002_sources,
    m003_day,
    m004_undo,
    m005_holdouts,
    m006_truth,
    m007_expected,
    m008_splits,
    m009_peeks,
)
NAMES = tuple(migration.__name__ for migration in MIGRATIONS)


def applied(db: Database) -> tuple[str, ...]:
    """Return the names of the migrations that the file has, in order; none for a new file."""
    if not db.value("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"):
        return ()
    found = db.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid",
        [MIGRATION_SET],
    )
    return tuple(name for (name,) in found)


def bring_up_to_date(db: Database) -> None:
    """Apply what is pending, after a backup where the file already holds data.

    Raises StoreError for a file made by a newer camtrap-tui, or by another program; such a
    file is left as it is.
    """
    have = applied(db)
    newer = [name for name in have if name not in NAMES]
    if newer:
        raise StoreError(
            f"{db.path}: the file was made by a newer camtrap-tui ({newer[-1]}).",
            "Update camtrap-tui to open it; nothing was changed.",
        )
    if len(have) == len(NAMES):
        return
    if db.read_only:
        raise StoreError(
            f"{db.path}: an older camtrap-tui made it, and it is read-only: it cannot be updated.",
            "Copy it to a folder that can be written to, and open the copy.",
        )
    # A full disk may have left a file with nothing but the empty bookkeeping table.
    foreign = "SELECT count(*) FROM sqlite_master WHERE tbl_name <> '_sqlite_migrations'"
    if not have and db.value(foreign):
        raise StoreError(
            f"{db.path}: this is an SQLite file, but not a survey of camtrap-tui.",
            "Give another name; nothing was changed.",
        )
    if have:
        backup(db, _backup_path(db.path, have[-1]))
    if not _make(db):
        _apply(db.path)


def backup(db: Database, target: Path) -> None:
    """Write a whole copy of the survey to `target`, also while others write to it.

    Raises StoreError where `target` exists: a backup never overwrites one.
    """
    if target.exists():
        raise StoreError(f"{target}: the file exists already.", "Give the backup another name.")
    db.copy_to(target)


def _backup_path(path: Path, last: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return path.with_name(f"{path.stem}.before-migration-{last}-{stamp}{path.suffix}")


def _make(db: Database) -> bool:
    """Give an empty file its whole shape at once; return whether that was done."""
    with db.transaction():
        # Looked at under the lock: another program may be making the same file.
        if db.value("SELECT 1 FROM sqlite_master"):
            return False
        for statement in _BOOKKEEPING:
            db.execute(statement)
        for migration in MIGRATIONS:
            migration(db)
            db.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                [MIGRATION_SET, migration.__name__, str(datetime.now(UTC))],
            )
    return True


def _apply(path: Path) -> None:
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(MIGRATION_SET)
    for migration in MIGRATIONS:
        migrations()(migration)
    # sqlite-utils opens transactions of its own, so it gets a connection of its own.
    connection = sqlite3.connect(path, timeout=5)
    try:
        migrations.apply(sqlite_utils.Database(connection))
    except sqlite3.Error as error:
        raise explain(path, error) from error
    finally:
        connection.close()
