"""A copy that is made while somebody grades: whole, one file, each grade in it or not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

# Grades picture after picture, each in a transaction of its own, until it is told to stop.
_GRADES = """
import sys
from itertools import count
from pathlib import Path
from camtrap_tui.store.store import Store
from tests.store.test_grades import grade

with Store.open(Path(sys.argv[1])) as store:
    for n in count():
        grade(store, [n % 50 + 1], "mallard", grader=f"g{n // 50}")
        print(n, flush=True)
"""


def test_a_copy_is_whole_while_others_grade(store: Store, tmp_path: Path) -> None:
    add_images(store, [Said() for _ in range(50)])
    with subprocess.Popen(
        [sys.executable, "-c", _GRADES, str(store.path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        copies = []
        try:
            for number in range(4):
                before = int(writer.stdout.readline())
                copies.append((tmp_path / f"copy{number}.db", before))
                store.backup(copies[-1][0])
        finally:
            writer.kill()
    seen = []
    for copy, before in copies:
        with closing(sqlite3.connect(copy)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            grades, observations, votes = (
                raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("grade", "observation", "vote")
            )
        # All three are written in one transaction.
        assert grades == observations == votes
        assert grades > before
        seen.append(grades)
    assert seen == sorted(seen)
    assert sorted(path.name for path in tmp_path.glob("copy*")) == [c.name for c, _ in copies]
