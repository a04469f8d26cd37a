"""An import that is killed leaves a survey as it was, whichever journal it wrote through."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from camtrap_tui.services.imports import import_predictions
from camtrap_tui.store.store import Store
from tests.camera_files import record, write_predictions
from tests.survey_dump import dump

# Every page goes to the disk as soon as it can, as with a survey larger than the cache.
_IMPORT = """
import os, signal, sys
from pathlib import Path
from camtrap_tui.services import imports
from camtrap_tui.services.import_writer import ImportWriter
from camtrap_tui.store.store import Store
write, left = ImportWriter.write, [int(sys.argv[3])]
def killed(self, records):
    write(self, records)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
ImportWriter.write = killed
imports._CHUNK = 50
with Store.open(Path(sys.argv[1]), create=True) as store:
    store.db.execute("PRAGMA cache_size = 5")
    imports.import_predictions(store, Path(sys.argv[2]))
"""


@pytest.mark.parametrize("chunks", [1, 6, 12])
@pytest.mark.parametrize("before", [False, True])
def test_a_killed_import_changes_nothing(tmp_path: Path, before: bool, chunks: int) -> None:
    survey = tmp_path / "river.db"
    with Store.open(survey, create=True) as store:
        if before:
            import_predictions(store, write_predictions(tmp_path / "a.json", [record("a.jpg")]))
    was = dump(survey)
    file = write_predictions(tmp_path / "p.json", [record(f"{n}.jpg") for n in range(600)])

    command = [sys.executable, "-c", _IMPORT, str(survey), str(file), str(chunks)]
    done = subprocess.run(command, check=False)

    assert done.returncode == -signal.SIGKILL
    with Store.open(survey) as store:
        assert store.db.value("PRAGMA journal_mode") == "wal"
        assert store.db.value("PRAGMA integrity_check") == "ok"
        assert store.db.value("SELECT count(*) FROM sqlite_master WHERE name = 'image_by_path'")
    assert dump(survey) == was
    with Store.open(survey) as store:
        assert import_predictions(store, file).counts.new_images == 600
