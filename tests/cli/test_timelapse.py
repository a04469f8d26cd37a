"""`export --format timelapse` and `import-grades` of what comes back, as a person types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.export import export_command
from camtrap_tui.cli.import_grades import import_grades_command
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(store: Store) -> Path:
    """Three pictures, the first two graded."""
    one, two, _ = add_images(store, [Said(), Said(), Said()])
    grade(store, "ann", one, RACCOON)
    grade(store, "ann", two, RACCOON, MALLARD)
    return store.path


def export(*args: object) -> Result:
    asked = [str(arg) for arg in args]
    return CliRunner().invoke(export_command, asked, catch_exceptions=False)


def bring(*args: object) -> Result:
    asked = [str(arg) for arg in args]
    return CliRunner().invoke(import_grades_command, asked, catch_exceptions=False)


def test_it_goes_to_timelapse_and_comes_back_in_the_name_of_who_worked_there(
    survey: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.csv"
    done = export(survey, out, "--format", "timelapse", "--map", "label=Species", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["pictures"], told["left_out"]) == (2, {"is not graded": 1})
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.append({"File": "IMG_0003.JPG", "RelativePath": "", "DateTime": "", "Species": ""})
    rows[0]["Species"] = MALLARD
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(UsageError, match="label would be a guess"):
        bring(survey, out, "--grader", "ben")
    done = bring(survey, out, "--grader", "ben", "--map", "label=Species")
    # A row without a label is no label that was lost.
    assert done.exit_code == 0
    assert "left out: is not labelled      1" in done.stdout
    with Store.open(survey) as store:
        said = store.db.execute(
            "SELECT grader, count(*) FROM vote GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert said == [("ann", 2), ("ben", 2)]


def test_a_dry_run_says_what_the_table_is(survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    export(survey, out, "--format", "timelapse")
    done = bring(survey, out, "--grader", "ben", "--dry-run")
    assert "This is a table of Timelapse" in done.stderr
    assert "not used: DateTime" in done.stderr
