"""A page that is mailed does not tell whose computer a survey is on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camtrap_tui.services.report_json import report_json
from camtrap_tui.services.report_page import page
from camtrap_tui.services.report_places import picture_name, place_name, without_paths
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.report_pages import Page, reported
from tests.store.test_grades import grade


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("/home/ann.smith/river/pictures", "pictures"),
        ("/home/ann.smith/river/predictions.json (md5 ab)", "predictions.json (md5 ab)"),
        ("C:\\Users\\ann\\river", "river"),
        ("\\\\server\\ann\\river\\pictures", "pictures"),
        ("/", "/"),
        ("s3://bucket/2024/spring", "s3://bucket/2024/spring"),
        ("pictures/spring", "pictures/spring"),
    ],
)
def test_a_place_is_called_by_its_last_name(place: str, shown: str) -> None:
    assert place_name(place) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("UR011/DCIM/100MEDIA/IMG_0019.JPG", "UR011/DCIM/100MEDIA/IMG_0019.JPG"),
        ("media/UR011/a.jpg", "media/UR011/a.jpg"),
        ("home/ann/river/UR011/a.jpg", "…/river/UR011/a.jpg"),
        ("/home/ann/river/a.jpg", "…/river/a.jpg"),
        ("C:\\Users\\ann\\river\\a.jpg", "…/river/a.jpg"),
        ("mnt/c/Users/ann/a.jpg", "…/a.jpg"),
        ("run/media/ann/stick/a.jpg", "…/stick/a.jpg"),
        ("UR011/2024/spring/users/ann/a.jpg", "UR011/2024/spring/users/ann/a.jpg"),
        ("", ""),
    ],
)
def test_a_picture_is_named_without_a_home(path: str, shown: str) -> None:
    assert picture_name(path) == shown


def test_no_path_of_the_disk_is_on_the_page(store: Store) -> None:
    (key,) = add_images(store, [Said()])
    grade(store, [key], "mallard", grader="ann")
    grade(store, [key], "blank", grader="ben")
    with store.db.transaction():
        store.db.execute("UPDATE source SET location = '/home/ann.smith/river', row_count = 9")
        store.db.execute(
            "INSERT INTO source (kind, location, added_at)"
            " VALUES ('grades', '/media/ann.smith/river', '2024-06-01T00:00:00Z')"
        )
        store.db.execute("UPDATE image SET file_path = 'home/ann.smith/river/UR011/a.jpg'")
    report = reported(store)
    assert report.ledger.discrepancies
    said = f"Do it with: camtrap-tui bursts '{store.path}' --gap 60"
    found = Page(page(replace(report, ledger=replace(report.ledger, unknown=said))))
    assert "ann.smith" not in found.html
    assert str(store.path.parent) not in found.html
    assert "river (source 1): files counted there: 9" in found.text
    assert f"camtrap-tui bursts '{store.path.name}'" in found.text
    assert [row[0] for row in found.tables["Sources of the survey"][1:]] == [
        "river (source 1)",
        "river (source 2)",
    ]
    assert found.tables["Pictures in conflict"][1][0] == "…/river/UR011/a.jpg"
    assert "only the last name is shown" in found.text
    assert report_json(report)["sources"][0]["location"] == "/home/ann.smith/river"


def test_a_place_inside_another_is_cut_as_a_whole(store: Store) -> None:
    with store.db.transaction():
        for place in ("/home/ann", "/home/ann/secret/river"):
            store.db.execute(
                "INSERT INTO source (kind, location, added_at) VALUES ('folder', ?, '2024')",
                [place],
            )
    said = "/home/ann/secret/river: 3 rows; /home/ann: none"
    assert without_paths(said, reported(store)) == "river: 3 rows; ann: none"


def test_nothing_is_said_to_be_hidden_where_nothing_is(store: Store) -> None:
    with store.db.transaction():
        store.db.execute(
            "INSERT INTO source (kind, location, added_at)"
            " VALUES ('s3', 's3://bucket/a', '2024-06-01T00:00:00Z')"
        )
    found = Page(page(reported(store)))
    assert "s3://bucket/a" in found.text
    assert "only the last name is shown" not in found.text
