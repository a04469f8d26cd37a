"""A survey file as an object: opened, migrated, and divided into its parts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from camtrap_tui.domain.models import Survey
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import StoreError
from camtrap_tui.store import migrations
from camtrap_tui.store.bulk import Bulk
from camtrap_tui.store.cache import Caches
from camtrap_tui.store.clocks import Clocks
from camtrap_tui.store.database import Database, Durability, columns
from camtrap_tui.store.deployments import Deployments
from camtrap_tui.store.exceptions import Exceptions
from camtrap_tui.store.flags import Flags
from camtrap_tui.store.grades import Grades
from camtrap_tui.store.images import Images
from camtrap_tui.store.ledger import Ledger
from camtrap_tui.store.places import Places
from camtrap_tui.store.queue import Queues
from camtrap_tui.store.runs import Runs
from camtrap_tui.store.saved_filters import SavedFilters
from camtrap_tui.store.taxa import Taxa
from camtrap_tui.store.timelines import Timelines

if TYPE_CHECKING:
    from camtrap_tui.store.comparing import Comparing
    from camtrap_tui.store.expected import ExpectedTaxa
    from camtrap_tui.store.exporting import Exporting
    from camtrap_tui.store.holdouts import Holdouts
    from camtrap_tui.store.joining import Joining
    from camtrap_tui.store.refencing import Refencing
    from camtrap_tui.store.relinking import Relinking
    from camtrap_tui.store.reports import Reports
    from camtrap_tui.store.sources import Sources
    from camtrap_tui.store.splits import Splits
    from camtrap_tui.store.votes import Votes

DEFAULT_BURST_GAP_S = 60


def utc_now() -> str:
    """Return the time as this project writes times of its own: UTC, seconds, with a Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _size_of(path: Path) -> int | None:
    """Return how many bytes a file has, None where there is none."""
    # A new survey in which nothing came to be goes again, also between two questions.
    try:
        return path.stat().st_size if path.is_file() else None
    except FileNotFoundError:
        return None


class Store:
    """An open survey. Use one in each thread, and close it (it is a context manager)."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.taxa = Taxa(db)
        self.images = Images(db)
        self.ledger = Ledger(db)
        self.bulk = Bulk(db)
        self.runs = Runs(db)
        self.caches = Caches(db)
        self.grades = Grades(db)
        self.queues = Queues(db)
        self.saved_filters = SavedFilters(db)
        self.timelines = Timelines(db)
        self.clocks = Clocks(db)
        self.deployments = Deployments(db)
        self.flags = Flags(db)
        self.places = Places(db)
        self.exceptions = Exceptions(db)

    # Parts that no review needs are imported where they are: its first picture waits for none.
    @cached_property
    def sources(self) -> Sources:
        """What sources have held, and their rows."""
        from camtrap_tui.store.sources import Sources

        return Sources(self.db)

    @cached_property
    def relinking(self) -> Relinking:
        """What finds pictures again after a move."""
        from camtrap_tui.store.relinking import Relinking

        return Relinking(self.db)

    @cached_property
    def joining(self) -> Joining:
        """What makes one image of two that were one picture."""
        from camtrap_tui.store.joining import Joining

        return Joining(self.db)

    @cached_property
    def holdouts(self) -> Holdouts:
        """Samples that were drawn to be graded blind."""
        from camtrap_tui.store.holdouts import Holdouts

        return Holdouts(self.db)

    @cached_property
    def exporting(self) -> Exporting:
        """What exports read."""
        from camtrap_tui.store.exporting import Exporting

        return Exporting(self.db)

    @cached_property
    def splits(self) -> Splits:
        """Which images train a model, and which test it."""
        from camtrap_tui.store.splits import Splits

        return Splits(self.db)

    @cached_property
    def votes(self) -> Votes:
        """The votes of many images at once."""
        from camtrap_tui.store.votes import Votes

        return Votes(self.db)

    @cached_property
    def comparing(self) -> Comparing:
        """Two runs beside each other."""
        from camtrap_tui.store.comparing import Comparing

        return Comparing(self.db)

    @cached_property
    def refencing(self) -> Refencing:
        """What a re-fenced run is made of."""
        from camtrap_tui.store.refencing import Refencing

        return Refencing(self.db)

    def has_expected(self) -> bool:
        """Tell whether species are listed that are expected here."""
        return bool(self.db.value("SELECT 1 FROM expected_taxon WHERE turns % 2 = 1"))

    @cached_property
    def expected(self) -> ExpectedTaxa:
        """The list of species that are expected here."""
        from camtrap_tui.store.expected import ExpectedTaxa

        return ExpectedTaxa(self.db)

    @cached_property
    def reports(self) -> Reports:
        """Counts for charts."""
        from camtrap_tui.store.reports import Reports

        return Reports(self.db)

    @classmethod
    def open(cls, path: Path, *, create: bool = False, durability: Durability = "FULL") -> Store:
        """Open the survey at `path`, brought up to date; with `create`, make it if need be.

        `durability` is FULL for whatever a person keys and NORMAL for what can be computed
        again. Raises StoreError where there is no survey, or none that this version can read.
        """
        size = _size_of(path)
        if size is None and not create:
            raise StoreError(
                f"{path}: there is no such survey.",
                f"Make it with: camtrap-tui predict {quoted(str(path))} FOLDER",
            )
        if not path.parent.is_dir():
            raise StoreError(f"{path.parent}: there is no such folder.", "Make it first.")
        if not create and not size:
            raise StoreError(f"{path}: the file is empty: no survey.", "Give a survey's path.")
        with ExitStack() as unless_opened:
            db = Database(path, durability)
            unless_opened.callback(db.close)
            migrations.bring_up_to_date(db)
            store = cls(db)
            store._make_survey_row()
            unless_opened.pop_all()
        return store

    @classmethod
    @contextmanager
    def make(cls, path: Path, *, durability: Durability = "FULL") -> Iterator[Store]:
        """Open the survey at `path`, made if need be, for a command that fills it.

        Where it ends without a source or a run in it, a new file is removed again.
        """
        is_new = not path.exists()
        is_empty = False
        try:
            with cls.open(path, create=True, durability=durability) as store:
                try:
                    yield store
                finally:
                    is_empty = not (store.images.sources() or store.runs.all())
        finally:
            if is_new and is_empty:
                for end in ("", "-wal", "-shm"):
                    path.with_name(path.name + end).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where the survey lies."""
        return self.db.path

    @property
    def survey(self) -> Survey:
        """The row that says which survey this is."""
        return self.db.rows(Survey, f"SELECT {columns(Survey)} FROM survey")[0]

    def backup(self, target: Path) -> None:
        """Write a whole copy to `target`, also while people grade; never over a file."""
        migrations.backup(self.db, target)

    def _make_survey_row(self) -> None:
        if self.db.value("SELECT 1 FROM survey"):
            return
        with self.db.transaction():
            self.db.execute(
                "INSERT OR IGNORE INTO survey VALUES (1, ?, ?, ?, ?)",
                [str(uuid.uuid4()), self.path.stem, utc_now(), DEFAULT_BURST_GAP_S],
            )
            self.taxa.add_builtin()
