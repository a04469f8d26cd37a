"""Times of a manifest whose days have slashes: as the whole column writes them, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services.adding import AddRequest, add_source
from camtrap_tui.store.store import Store
from tests.services.test_manifest import HEADING, SITE, add, by_id, table


def times(store: Store) -> dict[str, str | None]:
    return dict(store.db.execute("SELECT media_id, timestamp FROM image ORDER BY id").fetchall())


def test_one_time_tells_how_all_of_a_table_are_written(store: Store, tmp_path: Path) -> None:
    lines = [f"{n},{SITE}/{n}.jpg,6/7/2024 2:{n:02}," for n in range(3)]
    file = table(tmp_path, *lines, f"d,{SITE}/d.jpg,27/06/2024 02:14,")

    report = add(store, file)

    assert (report.counts.bad_times, report.counts.unclear_times) == (0, 0)
    assert times(store) == {
        "0": "2024-07-06 02:00:00",
        "1": "2024-07-06 02:01:00",
        "2": "2024-07-06 02:02:00",
        "d": "2024-06-27 02:14:00",
    }
    assert by_id(store, "0").timestamp_raw == "6/7/2024 2:00"


@pytest.mark.parametrize("other", ["7/8/2024 2:14", "27/06/2024 2:14,,\nx,,6/28/2024 2:14"])
def test_times_in_doubt_are_no_times(store: Store, tmp_path: Path, other: str) -> None:
    file = table(tmp_path, f"a,{SITE}/a.jpg,6/7/2024 2:14,,", f"b,{SITE}/b.jpg,{other},,")

    columns = {name: name for name in HEADING.split(",")}
    report = add_source(store, AddRequest(str(file), "manifest", columns))

    assert times(store)["a"] is None
    said = "may have the day or the month first: write such times as 2024-06-27 02:14:05."
    assert any(note.endswith(said) for note in report.notes)
    assert "row 2: '6/7/2024 2:14' is no timestamp" in report.examples
    settled = {"b": "2024-06-27 02:14:00", "x": "2024-06-28 02:14:00"}
    assert {key: time for key, time in times(store).items() if time} == (
        settled if "x" in times(store) else {}
    )


def test_a_contradiction_behind_the_first_thousand_times_is_a_bad_time(
    store: Store, tmp_path: Path
) -> None:
    lines = [f"{n},{SITE}/{n}.jpg,27/6/2024 2:14," for n in range(1000)]

    report = add(store, table(tmp_path, *lines, f"x,{SITE}/x.jpg,6/28/2024 2:14,"))

    assert (report.counts.bad_times, report.counts.unclear_times) == (1, 0)
    assert times(store)["x"] is None
