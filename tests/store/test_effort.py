"""When cameras took pictures."""

from __future__ import annotations

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.store.effort import Effort
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

LATE, EARLY = "2024-06-28 02:00:00", "2024-06-27 02:00:00"


def test_times_are_those_of_pictures_that_have_one_camera_by_camera(store: Store) -> None:
    add_images(
        store,
        [
            Said(timestamp=LATE),
            Said(timestamp=None),
            Said(timestamp=EARLY),
            Said(timestamp=EARLY, deployment="UR000"),
        ],
    )
    by_name = {one.deployment_id: one.id for one in store.images.deployments().values()}
    found = list(Effort(store.db).times())
    assert sorted(found) == found
    assert [time for key, time in found if key == by_name["UR011"]] == [EARLY, LATE]
    assert [time for key, time in found if key == by_name["UR000"]] == [EARLY]
    chosen = Effort(store.db).of_pictures(parse_filter("camera:UR000"), None)
    assert chosen == {by_name["UR000"]}


def test_a_survey_knows_the_folders_of_its_pictures(store: Store) -> None:
    add_images(store, [Said()])
    with store.db.transaction():
        source = store.images.source("folder", "/pictures", "2026-06-01T12:00:00Z")
        store.ledger.put_files(
            [(source.id, "North_1/St1/IMG_9.JPG", "missing", "gone", None, None, None)]
        )
    assert [store.joining.has_folder(name) for name in ("North_1", "St1")] == [True, True]
    assert not any(map(store.joining.has_folder, ("NorthX1", "St", "IMG_9.JPG", "%", "Nort_1")))
