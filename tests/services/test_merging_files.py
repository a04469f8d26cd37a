"""Which files are merged, and that a merge is never done by halves."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.errors import StoreError, UsageError
from camtrap_tui.services.merging import merge
from camtrap_tui.store import migrations
from camtrap_tui.store.store import Store
from tests.canonical import canonical
from tests.services.test_merging import make, once, three
from tests.services.test_merging_runs import grade


def test_an_older_file_is_read_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = make(tmp_path / "a.db")
    old = tmp_path / "old" / "b.db"
    old.parent.mkdir()
    with monkeypatch.context() as first:
        first.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        first.setattr(migrations, "NAMES", migrations.NAMES[:1])
        Store.open(old, create=True).close()
    with closing(sqlite3.connect(new)) as raw:
        (row,) = raw.execute("SELECT media_id, content_md5 FROM image WHERE id = 1")
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("INSERT INTO source VALUES (1, 'folder', '/pictures', '2026')")
        raw.execute(
            "INSERT INTO image (id, media_id, content_md5, source_id, file_path, timestamp_source)"
            " VALUES (7, ?, ?, 1, 'a.jpg', 'none')",
            row,
        )
        raw.execute(
            "INSERT INTO grade VALUES (1,'g','grade',7,'ann',1,NULL,NULL,'assisted','blank',NULL,"
            "'2026',NULL)"
        )
    before = old.read_bytes()
    assert once(new, old).graders == {"ann": 1}
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == ["b.db"]


def test_a_newer_file_is_refused_before_anything_is_taken(tmp_path: Path) -> None:
    a, b, c = three(tmp_path)
    with closing(sqlite3.connect(c)) as raw, raw:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('camtrap_tui', 'm999_future', '2030')"
        )
    before = canonical(a)
    with Store.open(a) as store, pytest.raises(StoreError, match=r"c\.db: .* newer camtrap-tui"):
        merge(store, [b, c])
    assert canonical(a) == before


@pytest.mark.parametrize("table", ["grade_by_grader", "observation", "mark"])
def test_a_damaged_file_is_refused_and_the_survey_is_not_blamed(tmp_path: Path, table: str) -> None:
    a, b, c = three(tmp_path)
    with closing(sqlite3.connect(c)) as raw:
        (page,) = raw.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", [table]
        ).fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with c.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    before = canonical(a)
    with Store.open(a) as store, pytest.raises(StoreError, match=r"c\.db: .*(damaged|malformed)"):
        merge(store, [b, c])
    assert canonical(a) == before


def test_a_survey_is_not_merged_with_itself(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    link = tmp_path / "link.db"
    link.symlink_to(a)
    for other in (a, link):
        with Store.open(a) as store, pytest.raises(UsageError, match="the survey itself"):
            merge(store, [other])
    with Store.open(a) as store, pytest.raises(StoreError, match="no such survey"):
        merge(store, [tmp_path / "none.db"])
    assert not (tmp_path / "none.db").exists()


def test_somebody_grades_while_it_is_merged(tmp_path: Path) -> None:
    a, b, _ = three(tmp_path)
    stop = threading.Event()

    def grade_on() -> int:
        made = 0
        with Store.open(a) as store:
            while not stop.is_set() or not made:
                grade(store, 1 + made % 5, "otter", "dan")
                made += 1
        return made

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(grade_on)
        with Store.open(a) as store:
            for _ in range(3):
                assert merge(store, [b])[0].is_whole
        stop.set()
        grades = busy.result()
    rows = [dict(row) for row in canonical(a)["grade"]]
    assert sum(row["grader"] == "dan" for row in rows) == grades
    assert {row["grade_uuid"] for row in map(dict, canonical(b)["grade"])} <= {
        row["grade_uuid"] for row in rows
    }


_KILLED = """
import os, signal, sys
from pathlib import Path
from camtrap_tui.services import merging
from camtrap_tui.store.store import Store

def killed(rows):
    assert rows._db.value("SELECT count(*) FROM main.grade") > int(sys.argv[3])
    os.kill(os.getpid(), signal.SIGKILL)

merging.Merging.take_marks = killed
with Store.open(Path(sys.argv[1])) as store:
    merging.merge(store, [Path(sys.argv[2])])
"""


def test_a_merge_that_is_killed_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    a, b, _ = three(tmp_path)
    before = canonical(a)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, a, b, str(len(before["grade"]))],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert killed.returncode == -9, killed.stderr
    assert canonical(a) == before
    assert once(a, b).is_whole
    assert canonical(a) != before
