"""Labels from elsewhere on their way into the survey: staged beside it, then appended as grades.

An imported grade has a number below all that its author ever keys here: whatever somebody keyed is
later than what is imported in their name, on whichever copy of the file. Of what is imported of one
picture in one name the number counts up; uuids follow from words and number, so that copies that
took in the same tables, in whichever order, are united.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.store.database import Database

# What an author says of a picture in tables is numbered from here on, towards 0.
FIRST_IMPORTED = -(1 << 40)
_TABLES = ("label", "label_place", "label_grade", "label_word", "label_taxon")
_COLUMNS = (
    "number, media_id, path, grader, time, observation_id, own_uuid, name, count, life_stage,"
    " sex, behavior, note"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A staged label whose picture is here; `name` is the number of what it says it shows."""

    image_id: int
    image_media_id: str
    grader: str
    number: int
    time: str
    observation_id: str
    name: int
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A picture that labels name and that is not here: the first row that does, and how many.

    `is_ambiguous` says that its path may be that of several pictures.
    """

    media_id: str
    path: str
    number: int
    labels: int
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class StagedGrade:
    """What one author says of one picture, and the words that it is made of."""

    grade_uuid: str
    graded_at: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Appended:
    """How many labels of staged grades were new, by the number of what they say, and how many
    are in grades that were here; new grades by author, and how many pictures they are of."""

    by_name: dict[int, int]
    known: int
    graders: dict[str, int]
    pictures: int


class LabelStage:
    """Labels in a temporary table of this connection; close it (it is gone then)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.close()
        db.execute(
            "CREATE TEMP TABLE label (id INTEGER PRIMARY KEY, number INTEGER, media_id TEXT,"
            " path TEXT, grader TEXT, time TEXT, observation_id TEXT, own_uuid TEXT,"
            " name INTEGER, count INTEGER, life_stage TEXT, sex TEXT, behavior TEXT, note TEXT,"
            " image_id INTEGER)"
        )
        db.execute(
            "CREATE TEMP TABLE label_place (media_id TEXT, path TEXT, image_id INTEGER,"
            " PRIMARY KEY (media_id, path)) WITHOUT ROWID"
        )
        db.execute(
            "CREATE TEMP TABLE label_grade (id INTEGER PRIMARY KEY, grade_uuid TEXT UNIQUE,"
            " image_id INTEGER, grader TEXT, graded_at TEXT, is_known INTEGER, again INTEGER)"
        )
        db.execute(
            "CREATE TEMP TABLE label_word (grade INTEGER, number INTEGER, name INTEGER,"
            " count INTEGER, life_stage TEXT, sex TEXT, behavior TEXT,"
            " PRIMARY KEY (grade, number)) WITHOUT ROWID"
        )
        db.execute("CREATE TEMP TABLE label_taxon (name INTEGER PRIMARY KEY, taxon_id INTEGER)")
        self._staged = 0

    def close(self) -> None:
        """Drop the tables."""
        for table in _TABLES:
            self._db.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """Stage labels: values in the order of the columns, without the image."""
        marks = ", ".join("?" * (_COLUMNS.count(",") + 1))
        with self._db.beside():
            self._db.executemany(f"INSERT INTO temp.label ({_COLUMNS}) VALUES ({marks})", rows)

    def drop_own(self) -> int:
        """Drop labels that our own CSV took from grades that are here; return how many."""
        return self._db.execute(
            "DELETE FROM temp.label WHERE own_uuid <> '' AND EXISTS"
            " (SELECT 1 FROM main.grade WHERE grade_uuid = label.own_uuid)"
        ).rowcount

    def match_ids(self) -> None:
        """Find the images that media ids name, as they stand, else in small letters."""
        self._db.execute(
            "UPDATE temp.label SET image_id = coalesce("
            " (SELECT id FROM main.image WHERE media_id = label.media_id),"
            " (SELECT id FROM main.image WHERE media_id = lower(label.media_id)))"
            " WHERE media_id <> ''"
        )

    def unplaced(self) -> list[tuple[str, str]]:
        """Return (media id, path) of the pictures that are not found yet, each once."""
        return self._db.execute(
            "SELECT DISTINCT media_id, path FROM temp.label WHERE image_id IS NULL"
        ).fetchall()

    def place(self, found: Iterable[tuple[str, str, int | None]]) -> int:
        """Give labels the images that their (media id, path) mean; return how many got one.

        None stands for an image that cannot be told from others.
        """
        with self._db.beside():
            self._db.executemany("INSERT INTO temp.label_place VALUES (?, ?, ?)", found)
        return self._db.execute(
            "UPDATE temp.label SET image_id = p.image_id FROM temp.label_place AS p"
            " WHERE label.image_id IS NULL AND p.image_id IS NOT NULL"
            " AND p.media_id = label.media_id AND p.path = label.path"
        ).rowcount

    def lost(self) -> list[Lost]:
        """Return the pictures that were not found, by the first row that names each."""
        found = self._db.execute(
            "SELECT media_id, path, min(number), count(*), EXISTS (SELECT 1"
            " FROM temp.label_place AS p WHERE p.media_id = label.media_id AND p.path = label.path)"
            " FROM temp.label WHERE image_id IS NULL GROUP BY media_id, path ORDER BY 3"
        )
        return [Lost(one, path, row, labels, bool(here)) for one, path, row, labels, here in found]

    def words(self) -> Iterator[Word]:
        """Yield the labels whose pictures are here, by picture, author and row."""
        found = self._db.execute(
            "SELECT label.image_id, image.media_id, grader, number, time, observation_id, name,"
            " count, life_stage, sex, behavior FROM temp.label"
            " CROSS JOIN main.image ON image.id = label.image_id"
            " ORDER BY label.image_id, grader, number"
        )
        return (Word(*row) for row in found)

    def add_grades(self, grades: Sequence[StagedGrade]) -> None:
        """Stage grades, with what they say; no uuid twice."""
        numbered = list(enumerate(grades, self._staged + 1))
        self._staged += len(numbered)
        heads = (
            (key, g.grade_uuid, g.words[0].image_id, g.words[0].grader, g.graded_at)
            for key, g in numbered
        )
        words = (
            (key, number, w.name, w.count, w.life_stage, w.sex, w.behavior)
            for key, g in numbered
            for number, w in enumerate(g.words, 1)
        )
        with self._db.beside():
            self._db.executemany(
                "INSERT INTO temp.label_grade (id, grade_uuid, image_id, grader, graded_at)"
                " VALUES (?, ?, ?, ?, ?)",
                heads,
            )
            self._db.executemany("INSERT INTO temp.label_word VALUES (?, ?, ?, ?, ?, ?, ?)", words)

    # ── inside a transaction ─────────────────────────────────────────────────────────────

    def compare(self) -> Appended:
        """Find out which of the staged grades are not here; return what will be appended."""
        run = self._db.execute
        run(
            "UPDATE temp.label_grade SET again = 0, is_known = EXISTS"
            " (SELECT 1 FROM main.grade AS g WHERE g.grade_uuid = label_grade.grade_uuid)"
        )
        self._number_again()
        words = "FROM temp.label_grade AS g CROSS JOIN temp.label_word AS w ON w.grade = g.id WHERE"
        new = run(f"SELECT w.name, count(*) {words} NOT g.is_known GROUP BY 1").fetchall()
        graders = run(
            "SELECT grader, count(*) FROM temp.label_grade WHERE NOT is_known GROUP BY grader"
        ).fetchall()
        return Appended(
            dict(new),
            int(self._db.value(f"SELECT count(*) {words} g.is_known")),
            dict(graders),
            int(
                self._db.value(
                    "SELECT count(DISTINCT image_id) FROM temp.label_grade WHERE NOT is_known"
                )
            ),
        )

    def _number_again(self) -> None:
        """Number the grades whose authors said something else of the picture in other tables."""
        found = self._db.execute(
            "SELECT s.id, s.grade_uuid, max(g.grader_number) - ? + 1 FROM temp.label_grade AS s"
            " CROSS JOIN main.grade AS g ON g.image_id = s.image_id AND g.grader = s.grader"
            " WHERE g.grader_number < 0 AND NOT s.is_known GROUP BY s.id",
            [FIRST_IMPORTED],
        )
        for key, first_uuid, again in found.fetchall():
            uuids = [_again(first_uuid, number) for number in range(1, again + 1)]
            marks = ", ".join("?" * len(uuids))
            self._db.execute(
                "UPDATE temp.label_grade SET grade_uuid = ?, again = ?, is_known = EXISTS"
                f" (SELECT 1 FROM main.grade WHERE grade_uuid IN ({marks})) WHERE id = ?",
                [uuids[-1], again, *uuids, key],
            )

    def append(self, taxa: Mapping[int, int]) -> None:
        """Append the grades that are not here; `taxa` are row ids by the numbers of names."""
        run = self._db.execute
        self._db.executemany("INSERT INTO temp.label_taxon VALUES (?, ?)", taxa.items())
        last = int(self._db.value("SELECT coalesce(max(id), 0) FROM grade"))
        run(
            "INSERT INTO grade (id, grade_uuid, action, image_id, grader, grader_number, mode,"
            " gesture, graded_at) SELECT ?1 + g.id, g.grade_uuid, 'grade', g.image_id, g.grader,"
            " ?2 + g.again, 'import', 'import', g.graded_at FROM temp.label_grade AS g"
            " WHERE NOT g.is_known ORDER BY g.id",
            [last, FIRST_IMPORTED],
        )
        run(
            "INSERT INTO observation (grade_id, observation_number, taxon_id, count, life_stage,"
            " sex, behavior) SELECT ?1 + g.id, w.number, t.taxon_id, w.count, w.life_stage, w.sex,"
            " w.behavior FROM temp.label_grade AS g"
            " CROSS JOIN temp.label_word AS w ON w.grade = g.id"
            " CROSS JOIN temp.label_taxon AS t ON t.name = w.name"
            " WHERE NOT g.is_known ORDER BY g.id, w.number",
            [last],
        )

    def notes(self) -> list[tuple[int, str, str, str]]:
        """Return (image id, its media id, author, note) of labels whose pictures are here, each
        once, in order of rows."""
        return self._db.execute(
            "SELECT label.image_id, image.media_id, grader, note FROM temp.label"
            " CROSS JOIN main.image ON image.id = label.image_id WHERE note <> ''"
            " GROUP BY label.image_id, grader, note ORDER BY min(number)"
        ).fetchall()

    def append_notes(self, notes: Iterable[tuple[str, int, str, str, str]]) -> None:
        """Append (mark uuid, image id, author, note, time) that are not here yet."""
        self._db.executemany(
            "INSERT INTO mark (mark_uuid, image_id, grader, grader_number, kind, value, marked_at)"
            f" VALUES (?, ?, ?, {FIRST_IMPORTED}, 'note', ?, ?) ON CONFLICT (mark_uuid) DO NOTHING",
            notes,
        )

    def note_source(self, source_id: int, content_md5: str, column_map: str) -> None:
        """Record which file labels came from, and how its columns were taken."""
        self._db.execute(
            "UPDATE source SET content_md5 = ?, column_map = ? WHERE id = ?",
            [content_md5, column_map, source_id],
        )


def _again(first_uuid: str, number: int) -> str:
    """Return the uuid of a grade whose words come after `number` others of the same person."""
    return str(uuid.uuid5(uuid.UUID(first_uuid), str(number)))
