"""Tables of deployments: what they say is taken, what is unclear is named, and all reads back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.models import Deployment
from camtrap_tui.domain.text import clean_cell
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.deployments import (
    DeploymentReport,
    describe_deployments,
    export_deployments,
    list_deployments,
)
from camtrap_tui.services.quality import flag_counts
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images

WHOLE = (
    "deploymentID,locationID,locationName,latitude,longitude,coordinateUncertainty,"
    "deploymentStart,deploymentEnd,cameraID,utcOffset\n"
)
ROW = "UR011,L1,Old mill,41.9,-87.65,30,2024-06-01T08:00:00,2024-06-30T08:00:00,C7,-05:00\n"


def read(store: Store, tmp_path: Path, text: str, **options: object) -> DeploymentReport:
    path = tmp_path / "deployments.csv"
    path.write_text(text, encoding="utf-8")
    return describe_deployments(store, path, **options)  # type: ignore[arg-type]


def only(store: Store) -> Deployment:
    (found,) = store.deployments.all()
    return found


def test_a_whole_row_is_taken(store: Store, tmp_path: Path) -> None:
    report = read(store, tmp_path, WHOLE + ROW)

    assert (report.rows, report.added, report.bad, report.written) == (1, 1, 0, True)
    assert only(store) == Deployment(
        1,
        "UR011",
        "L1",
        41.9,
        -87.65,
        -300,
        "Old mill",
        30.0,
        "C7",
        "2024-06-01 08:00:00",
        "2024-06-30 08:00:00",
    )


def test_the_usual_words_and_signs_are_understood(store: Store, tmp_path: Path) -> None:
    report = read(
        store,
        tmp_path,
        "\ufeffDeployment;Site;Lat;Lon;Start date;End_Date;UTC offset\n"
        "UR011;L1;41,9;-87,65;2024-06-01;2024-06-30;UTC-5\n",
    )

    assert report.columns["deploymentStart"] == "Start date"
    found = only(store)
    assert (found.location_id, found.latitude, found.longitude) == ("L1", 41.9, -87.65)
    # A day counts whole.
    assert (found.deployment_start, found.deployment_end) == (
        "2024-06-01 00:00:00",
        "2024-06-30 23:59:59",
    )
    assert found.utc_offset_min == -300


def test_headings_can_be_named(store: Store, tmp_path: Path) -> None:
    text = "Station,Where\nUR011,Old mill\n"
    with pytest.raises(InputError, match=r"no column deploymentID .it has Station, Where"):
        read(store, tmp_path, text)
    with pytest.raises(UsageError, match="no column 'name' of deployments"):
        read(store, tmp_path, text, columns={"name": "Where"})
    with pytest.raises(InputError, match="no column 'Place'"):
        read(store, tmp_path, text, columns={"deploymentID": "Place"})

    read(store, tmp_path, text, columns={"deploymentID": "Station", "locationName": "Where"})
    assert only(store).location_name == "Old mill"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-06-01T08:00:00+02:00", "2024-06-30T08:00:00+02:00", 120),
        ("2024-06-01T08:00:00+02:00", "", 120),
        ("2024-06-01T08:00:00+00:00", "", 0),
        ("2024-06-01T08:00:00Z", "", None),
        ("2024-03-01T08:00:00+01:00", "2024-06-30T08:00:00+02:00", None),
        ("2024-06-01 08:00", "2024-06-30", None),
    ],
)
def test_an_offset_that_the_times_agree_on_is_the_deployments(
    store: Store, tmp_path: Path, start: str, end: str, expected: int | None
) -> None:
    read(store, tmp_path, f"deploymentID,start,end\nUR011,{start},{end}\n")

    assert only(store).utc_offset_min == expected
    assert (only(store).deployment_start or "").endswith("08:00:00")


@pytest.mark.parametrize(
    ("cells", "trouble"),
    [
        ({"latitude": "91"}, "latitude 91 is not between -90 and 90"),
        ({"longitude": "180.1"}, "longitude 180.1 is not between -180 and 180"),
        ({"latitude": "north"}, "latitude 'north' is no number"),
        ({"latitude": "nan"}, "there is a longitude and no other half"),
        ({"latitude": "41.9.1"}, "is no number"),
        ({"latitude": "0", "longitude": "0.0"}, "the position is 0, 0"),
        ({"coordinateUncertainty": "1,500"}, "coordinateUncertainty '1,500' is no number"),
        ({"deploymentStart": "1.6.2024"}, "deploymentStart '1.6.2024' is no time"),
        ({"deploymentStart": "2024-07-01"}, "it ends (2024-06-30 08:00:00) before it starts"),
        ({"utcOffset": "120"}, "utcOffset '120' is no clear offset"),
        ({"utcOffset": "5"}, "utcOffset '5' is no clear offset"),
        ({"utcOffset": "Europe/Berlin"}, "is no clear offset"),
        ({"deploymentStart": "2024-06-01T08:00:00+01:00"}, "says UTC+01:00, utcOffset UTC-05:00"),
        ({"deploymentID": ""}, "there is no deploymentID"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_stops_all(
    store: Store, tmp_path: Path, cells: dict[str, str], trouble: str
) -> None:
    row = dict(zip(WHOLE.strip().split(","), ROW.strip().split(","), strict=True)) | cells
    bad = ",".join(f'"{cell}"' for cell in row.values())
    text = f"{WHOLE}{ROW.replace('UR011', 'UR005')}\n{bad}\n"

    report = read(store, tmp_path, text)
    assert (report.bad, report.written) == (1, False)
    assert report.examples[0].startswith("row 4")
    assert trouble in report.examples[0]
    assert store.deployments.all() == []

    report = read(store, tmp_path, text, skip_bad=True)
    assert (report.bad, report.added, report.written) == (1, 1, True)
    assert only(store).deployment_id == "UR005"


def test_a_deployment_that_comes_twice_must_say_the_same(store: Store, tmp_path: Path) -> None:
    report = read(store, tmp_path, WHOLE + ROW + ROW + ROW.replace("L1", "L2"))

    assert (report.rows, report.repeated, report.bad) == (3, 1, 1)
    assert report.examples == ["row 4 (UR011): named before in row 2, with other values"]


def test_a_table_takes_nothing_away_and_the_rest_is_listed(store: Store, tmp_path: Path) -> None:
    add_images(store, [Said(deployment="UR005"), Said(deployment="UR011")])
    read(store, tmp_path, WHOLE + ROW)
    report = read(store, tmp_path, "deploymentID,locationName,cameraID\nUR011,,C8\nUR012,NA,\n")

    assert (report.added, report.changed, report.without_row) == (1, 1, ["UR005"])
    found = store.deployments.by_name("UR011")
    assert found
    assert (found.location_name, found.camera_id, found.latitude) == ("Old mill", "C8", 41.9)
    assert read(store, tmp_path, WHOLE + ROW.replace("C7", "C8")).unchanged == 1


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    report = read(store, tmp_path, WHOLE + ROW, dry_run=True)

    assert (report.added, report.written) == (1, False)
    assert store.deployments.all() == []


def test_new_dates_renew_what_lies_outside(store: Store, tmp_path: Path) -> None:
    add_images(
        store, [Said(timestamp="2024-06-27 02:14:05"), Said(timestamp="2024-07-01 00:00:00")]
    )
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    read(store, tmp_path, WHOLE + ROW)
    assert flag_counts(store)["outside_deployment"] == 1

    read(store, tmp_path, "deploymentID,end\nUR011,2024-07-01\n")
    assert flag_counts(store)["outside_deployment"] == 0
    (listed,) = list_deployments(store)
    assert listed.taken == (2, "2024-06-27 02:14:05", "2024-07-01 00:00:00")


cells = st.text(max_size=8).map(clean_cell).filter(lambda text: text != "NA")
deployments = st.builds(
    Deployment,
    st.just(0),
    cells.filter(bool),
    cells.map(lambda text: text or None),
    st.none(),
    st.none(),
    st.one_of(st.none(), st.integers(-720, 840)),
    cells.map(lambda text: text or None),
    st.one_of(st.none(), st.floats(0, 1000).map(lambda x: round(x, 3))),
    cells.map(lambda text: text or None),
    st.one_of(st.none(), st.just("2024-06-01 08:00:00")),
    st.one_of(st.none(), st.just("2024-06-01 08:00:00"), st.just("2024-07-01 23:59:59")),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deployments, max_size=4, unique_by=lambda d: d.deployment_id))
def test_what_is_written_reads_back(
    store: Store, tmp_path: Path, given_deployments: list[Deployment]
) -> None:
    with store.db.transaction():
        store.db.execute("DELETE FROM deployment")
        for number, deployment in enumerate(given_deployments):
            place = (float(number) - 1.5, -179.123456) if number % 2 else (None, None)
            values = {name: getattr(deployment, name) for name in deployment.__dataclass_fields__}
            store.deployments.put(
                Deployment(**{**values, "latitude": place[0], "longitude": place[1]})
            )
    before = store.deployments.all()
    out = tmp_path / "out.csv"
    assert export_deployments(store, out) == len(before)
    assert describe_deployments(store, out).unchanged == len(before)

    with store.db.transaction():
        store.db.execute("DELETE FROM deployment")
    assert describe_deployments(store, out).added == len(before)
    after = store.deployments.all()
    assert [(d.deployment_id, *_told(d)) for d in after] == [
        (d.deployment_id, *_told(d)) for d in before
    ]


def _told(deployment: Deployment) -> list[object]:
    names = deployment.__dataclass_fields__
    return [getattr(deployment, name) for name in names if name != "id"]
