"""Unites what people keyed in another copy of a survey with this one, by uuids; nothing here goes.

The other file is attached as `other`; which row of it is which row here stands in temporary
tables. Everything is called inside one transaction, in the order of the methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.store.database import Database
from camtrap_tui.store.expected import ExpectedTaxa

_TEMPORARY = ("merge_image", "merge_taxon", "merge_run", "merge_said")
_IMAGE = "(SELECT ours FROM temp.merge_image WHERE theirs = t.image_id)"
_RUN = "(SELECT ours FROM temp.merge_run WHERE theirs = t.run_id)"
_MATCHED = "EXISTS (SELECT 1 FROM temp.merge_image AS m WHERE m.theirs = t.image_id)"


@dataclass(frozen=True, slots=True)
class Matched:
    """How many images the other file has, and how many of them are here, found in which way."""

    images: int
    by_id: int
    by_content: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A picture of the other file that somebody graded or marked and that is not here.

    `reason` is `not here`, or `other content` where an image here has its media id.
    """

    media_id: str
    file_path: str
    reason: str
    grades: int
    marks: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows that came from the other file, rows that were here before, and rows that found no
    picture here."""

    new: int
    known: int
    unmatched: int


@contextmanager
def attached(db: Database, path: Path) -> Iterator[None]:
    """Attach the other survey as `other`; afterwards no temporary table is left."""
    with db.attached(path, "other"):
        try:
            yield
        finally:
            for table in _TEMPORARY:
                db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def copied(
    db: Database, table: str, instead: Mapping[str, str], rest: str, *, first: str = ""
) -> int:
    """Copy rows of `other.table`, called `t` in `rest`, all columns but the row id.

    `instead` says what to take for a column that means another row here, `first` is what is
    joined before the table; `rest` has a WHERE. Rows that are here are left as they are. Returns
    how many were added.
    """
    found = db.execute("SELECT name FROM pragma_table_info(?) WHERE name <> 'id'", [table])
    names = [name for (name,) in found]
    chosen = ", ".join(instead.get(name, f"t.{name}") for name in names)
    # OR IGNORE would also pass over rows that lack what they must have.
    return db.execute(
        f"INSERT INTO main.{table} ({', '.join(names)})"
        f" SELECT {chosen} FROM {first} other.{table} AS t {rest} ON CONFLICT DO NOTHING"
    ).rowcount


class Merging:
    """Images, taxa, grades, marks, saved filters and expected species of the attached file."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def match_images(self) -> Matched:
        """Find which image here each of the others is: by media id, else by content.

        A media id under which another content lies (both md5 known) is no match. Of several
        images here with the same content the one with the first media id is taken.
        """
        run = self._db.execute
        run("CREATE TEMP TABLE merge_image (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)")
        by_id = run(
            "INSERT INTO temp.merge_image SELECT t.id, o.id FROM other.image AS t"
            " CROSS JOIN main.image AS o ON o.media_id = t.media_id"
            " WHERE coalesce(o.content_md5 = t.content_md5, TRUE)"
        ).rowcount
        by_content = run(
            "INSERT INTO temp.merge_image SELECT t.id, o.id FROM other.image AS t"
            " CROSS JOIN main.image AS o ON o.media_id = (SELECT min(media_id)"
            " FROM main.image WHERE content_md5 = t.content_md5)"
            " WHERE t.content_md5 IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM main.image AS named WHERE named.media_id = t.media_id)"
        ).rowcount
        images = int(self._db.value("SELECT count(*) FROM other.image"))
        return Matched(images, by_id, by_content)

    def unmatched(self) -> list[Unmatched]:
        """Return the pictures whose grades or marks are not here and find no image, by path."""
        lost = " UNION ALL ".join(
            f"SELECT t.image_id, {number} AS is_mark FROM other.{table} AS t"
            f" WHERE t.image_id IS NOT NULL AND NOT {_MATCHED}"
            f" AND NOT EXISTS (SELECT 1 FROM main.{table} AS o"
            f" WHERE o.{table}_uuid = t.{table}_uuid)"
            for number, table in enumerate(("grade", "mark"))
        )
        sql = f"""
            SELECT i.media_id, i.file_path,
                CASE WHEN EXISTS (SELECT 1 FROM main.image AS o WHERE o.media_id = i.media_id)
                    THEN 'other content' ELSE 'not here' END,
                sum(NOT lost.is_mark), sum(lost.is_mark)
            FROM ({lost}) AS lost CROSS JOIN other.image AS i ON i.id = lost.image_id
            GROUP BY i.id ORDER BY i.file_path, i.media_id"""
        return self._db.rows(Unmatched, sql)

    def take_taxa(self) -> int:
        """Add the taxa that are not here, and find which is which; return how many were added."""
        added = copied(self._db, "taxon", {}, "WHERE TRUE ORDER BY t.id")
        run = self._db.execute
        run("CREATE TEMP TABLE merge_taxon (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)")
        run(
            "INSERT INTO temp.merge_taxon SELECT t.id, o.id FROM other.taxon AS t"
            " CROSS JOIN main.taxon AS o ON o.taxon_uuid = t.taxon_uuid"
        )
        return added

    def last_grade(self) -> int:
        """Return the highest row id of a grade, 0 for none."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM main.grade"))

    def take_grades(self) -> Taken:
        """Add the grades of matched images, with their observations, and all undoing and redoing.

        What undoes comes first, whatever its target is: a vote is worked out for each row that
        touches it, and so for fewer of them. The votes follow from the rows by triggers.
        """
        last = self.last_grade()
        unmatched = self._unmatched("grade")
        total = self._db.value("SELECT count(*) FROM other.grade WHERE action = 'grade'")
        copied(
            self._db,
            "grade",
            {
                "image_id": _IMAGE,
                "run_id": _RUN,
            },
            f"WHERE (t.image_id IS NULL OR {_MATCHED}) AND NOT EXISTS"
            " (SELECT 1 FROM main.grade AS o WHERE o.grade_uuid = t.grade_uuid)"
            " ORDER BY t.action = 'grade', t.id",
        )
        copied(
            self._db,
            "observation",
            {
                "grade_id": "o.id",
                "taxon_id": "(SELECT ours FROM temp.merge_taxon WHERE theirs = t.taxon_id)",
            },
            f"ON t.grade_id = g.id WHERE o.id > {last} ORDER BY o.id, t.observation_number",
            first="main.grade AS o CROSS JOIN other.grade AS g ON g.grade_uuid = o.grade_uuid"
            " CROSS JOIN",
        )
        new = sum(self.graders_after(last).values())
        return Taken(new, total - new - unmatched, unmatched)

    def graders_after(self, last: int) -> dict[str, int]:
        """Return how many grades above a row id each grader has, by name."""
        sql = (
            "SELECT grader, count(*) FROM main.grade WHERE id > ? AND action = 'grade'"
            " GROUP BY grader ORDER BY grader"
        )
        return dict(self._db.execute(sql, [last]).fetchall())

    def reversals_after(self, last: int) -> int:
        """Return how many rows above a row id undo or redo."""
        sql = "SELECT count(*) FROM main.grade WHERE id > ? AND action <> 'grade'"
        return int(self._db.value(sql, [last]))

    def take_marks(self) -> Taken:
        """Add the marks and notes of matched images."""
        unmatched = self._unmatched("mark")
        total = self._db.value("SELECT count(*) FROM other.mark")
        new = copied(
            self._db,
            "mark",
            {"image_id": _IMAGE},
            f"WHERE {_MATCHED} ORDER BY t.id",
        )
        return Taken(new, total - new - unmatched, unmatched)

    def take_peeks(self) -> int:
        """Add what graders have seen of the AI's word on a holdout; return how many rows."""
        return copied(
            self._db,
            "peek",
            {
                "image_id": _IMAGE,
                "run_id": _RUN,
            },
            f"WHERE {_MATCHED}",
        )

    def _unmatched(self, table: str) -> int:
        """Return how many rows of the other file are not here, nor is their picture."""
        return int(
            self._db.value(
                f"SELECT count(*) FROM other.{table} AS t WHERE t.image_id IS NOT NULL"
                f" AND NOT {_MATCHED} AND NOT EXISTS (SELECT 1 FROM main.{table} AS o"
                f" WHERE o.{table}_uuid = t.{table}_uuid)"
            )
        )

    def take_filters(self) -> tuple[int, list[str]]:
        """Add saved filters; return how many, and the names under which others are saved here."""
        clashes = self._db.execute(
            "SELECT t.name FROM other.saved_filter AS t JOIN main.saved_filter AS o USING (name)"
            " WHERE o.filter <> t.filter ORDER BY t.name"
        ).fetchall()
        return copied(self._db, "saved_filter", {}, "WHERE TRUE"), [name for (name,) in clashes]

    def take_expected(self) -> tuple[int, int]:
        """Unite the lists of expected species; return how many names came on the one here, and how
        many off it."""
        return ExpectedTaxa(self._db).unite("other")

    def deployments_here(self, theirs: int) -> set[int | None]:
        """Return the deployments here that matched images of one of theirs are of, None for
        none."""
        found = self._db.execute(
            "SELECT DISTINCT o.deployment_id FROM other.image AS t JOIN temp.merge_image AS m"
            " ON m.theirs = t.id JOIN main.image AS o ON o.id = m.ours WHERE t.deployment_id = ?",
            [theirs],
        )
        return {deployment_id for (deployment_id,) in found}
