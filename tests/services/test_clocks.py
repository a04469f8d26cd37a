"""Clock segments: shown before, applied to whatever is written later, and taken back exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.clock import corrected
from camtrap_tui.domain.models import ClockSegment, Image
from camtrap_tui.errors import UsageError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.clocks import preview, record, revoke, segments
from camtrap_tui.services.exif import Header
from camtrap_tui.services.header_facts import with_header
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.manifest import add_manifest
from camtrap_tui.services.metadata import import_metadata
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, image
from tests.camera_files import photo

FIRST, SECOND, THIRD = (f"2024-06-27 {hour}:00:00" for hour in ("02", "03", "23"))


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Three pictures of UR011 and one of UR005."""
    said = [Said(timestamp=time) for time in (FIRST, SECOND, THIRD)]
    made = add_images(store, [*said, Said(timestamp=FIRST, deployment="UR005")])
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    return made


def times(store: Store, ids: list[int]) -> list[tuple[str | None, int]]:
    return [(found.timestamp, found.clock_shift_s) for found in store.images.by_ids(ids)]


def test_a_segment_moves_the_times_that_it_covers(store: Store, ids: list[int]) -> None:
    made = record(store, "UR011", 3600, SECOND, None, by="ann", now=NOW)

    assert times(store, ids) == [
        (FIRST, 0),
        ("2024-06-27 04:00:00", 3600),
        ("2024-06-28 00:00:00", 3600),
        (FIRST, 0),
    ]
    assert all(found.timestamp_raw != "2024-06-27 04:00:00" for found in store.images.by_ids(ids))
    (listed,) = segments(store)
    assert (listed.segment, listed.deployment, listed.images) == (made, "UR011", 2)
    assert (made.recorded_by, made.revoked_at) == ("ann", None)


def test_a_preview_says_what_would_change_and_changes_nothing(store: Store, ids: list[int]) -> None:
    with store.db.transaction():
        store.db.execute(
            "UPDATE deployment SET deployment_start = ?, deployment_end = ?", [SECOND, THIRD]
        )
    found = preview(store, "UR011", 3600)

    assert (found.images, found.leaving, found.entering, found.beyond) == (3, 1, 1, 0)
    assert (found.first_before, found.first_after) == (FIRST, SECOND)
    # What lies outside, and would stay there, neither leaves nor enters.
    further = preview(store, "UR011", 86_400)
    assert (further.leaving, further.entering) == (2, 0)
    assert (found.last_before, found.last_after) == (THIRD, "2024-06-28 00:00:00")
    assert [hour for hour, n in enumerate(found.hours_before) if n] == [2, 3, 23]
    assert [hour for hour, n in enumerate(found.hours_after) if n] == [0, 3, 4]
    assert times(store, ids) == [(FIRST, 0), (SECOND, 0), (THIRD, 0), (FIRST, 0)]


def test_revoking_brings_back_what_the_camera_showed(store: Store, ids: list[int]) -> None:
    before = store.images.by_ids(ids)
    made = record(store, "UR011", -86_400, by="ann", now=NOW)
    revoked = revoke(store, made.id, by="ben", now=NOW)

    assert store.images.by_ids(ids) == before
    assert (revoked.recorded_by, revoked.revoked_by) == ("ann", "ben")
    assert segments(store)[0].images == 0
    with pytest.raises(UsageError, match="revoked by ben"):
        revoke(store, made.id, by="ann", now=NOW)
    with pytest.raises(UsageError, match="no clock segment 9"):
        revoke(store, 9, by="ann", now=NOW)


def test_segments_in_force_never_overlap(store: Store, ids: list[int]) -> None:
    made = record(store, "UR011", 3600, None, SECOND, by="ann", now=NOW)

    with pytest.raises(UsageError, match=r"segment 1 of ann .* overlaps from 2024-06-27 03:00:00"):
        record(store, "UR011", 60, SECOND, None, by="ben", now=NOW)
    record(store, "UR005", 60, by="ann", now=NOW)
    revoke(store, made.id, by="ann", now=NOW)
    record(store, "UR011", 60, SECOND, None, by="ben", now=NOW)

    assert times(store, ids)[:2] == [(FIRST, 0), ("2024-06-27 03:01:00", 60)]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("nowhere", 3600, None, None), "no deployment 'nowhere'"),
        (("UR011", 0, None, None), "A shift of nothing"),
        (("UR011", 3600, THIRD, FIRST), "is after"),
        (("UR011", 10**12, None, None), "takes 3 times of UR011 out"),
    ],
)
def test_segments_that_cannot_be_are_refused(
    store: Store, ids: list[int], asked: tuple[str, int, str | None, str | None], message: str
) -> None:
    before = store.images.by_ids(ids)
    with pytest.raises(UsageError, match=message):
        record(store, *asked, by="ann", now=NOW)

    assert store.images.by_ids(ids) == before
    assert store.clocks.all() == []


def test_a_moved_picture_joins_the_bursts_of_its_new_time(store: Store) -> None:
    early, late = add_images(store, [Said(timestamp=FIRST), Said(timestamp=SECOND)])
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    made = record(store, "UR011", -3600, SECOND, SECOND, by="ann", now=NOW)
    assert [found.burst_id for found in store.images.by_ids([early, late])] == [early, early]

    revoke(store, made.id, by="ann", now=NOW)
    assert [found.burst_id for found in store.images.by_ids([early, late])] == [early, late]


def test_a_folder_that_is_read_again_keeps_its_corrected_times(
    store: Store, tmp_path: Path
) -> None:
    path = photo(tmp_path / "river/UR011/IMG_0001.JPG", 1, "2024:06:27 02:00:00")
    add_folder(store, tmp_path / "river")
    record(store, "UR011", 3600, by="ann", now=NOW)
    corrected_image = store.images.by_ids([1])
    path.touch()
    add_folder(store, tmp_path / "river")
    assert store.images.by_ids([1]) == corrected_image

    photo(tmp_path / "river/UR011/IMG_0002.JPG", 2, "2024:06:27 05:00:00")
    add_folder(store, tmp_path / "river")
    assert times(store, [1, 2]) == [(SECOND, 3600), ("2024-06-27 06:00:00", 3600)]
    assert store.images.by_ids([2])[0].timestamp_raw == "2024:06:27 05:00:00"


def test_a_manifest_that_moves_a_picture_takes_its_correction_along_or_leaves_it(
    store: Store, tmp_path: Path
) -> None:
    table, columns = tmp_path / "manifest.csv", {"mediaID": "id", "timestamp": "t"}
    columns["folderName"] = "d"
    table.write_text(f"id,t,d\na,{FIRST},UR011\nb,{FIRST},UR011\n")
    add_manifest(store, table, columns)
    record(store, "UR011", 3600, by="ann", now=NOW)
    assert times(store, [1, 2]) == [(SECOND, 3600)] * 2

    table.write_text(f"id,t,d\na,{FIRST},UR005\nb,{FIRST},UR011\n")
    add_manifest(store, table, columns)
    assert times(store, [1, 2]) == [(FIRST, 0), (SECOND, 3600)]
    assert [found.burst_id for found in store.images.by_ids([1, 2])] == [1, 2]

    # What the manifest says now is what the clock was put right to before.
    table.write_text(f"id,t,d\na,{FIRST},UR005\nb,{SECOND},UR011\n")
    add_manifest(store, table, columns)
    assert times(store, [2]) == [("2024-06-27 04:00:00", 3600)]
    revoke(store, 1, by="ann", now=NOW)
    assert times(store, [1, 2]) == [(FIRST, 0), (SECOND, 0)]


# Few hours and pictures, so that times meet segments, and each other, often.
hours = st.integers(0, 6).map(lambda hour: f"2024-06-27 {hour:02}:00:00")
ends = st.one_of(st.none(), hours)
shifts = st.sampled_from([-7200, -3600, -30, 3600, 7200, 400_000])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("exif"), st.integers(0, 1), hours),
        st.tuples(st.just("metadata"), st.integers(1, 2), hours),
        st.tuples(st.just("record"), shifts, st.tuples(ends, ends)),
        st.tuples(st.just("revoke"), st.integers(0, 5)),
    ),
    min_size=5,
    max_size=20,
)


@dataclass(slots=True)
class World:
    """One deployment of three pictures, and what ought to be known of them."""

    store: Store
    folder: Path
    name: str
    ids: list[int]
    shown: dict[int, str] = field(default_factory=dict)
    by_table: set[int] = field(default_factory=set)
    in_force: list[ClockSegment] = field(default_factory=list)

    def images(self) -> list[Image]:
        return self.store.images.by_ids(self.ids)

    def step(self, what: str, *values: object) -> None:
        match what, values:
            case "exif", (int(n), str(time)):
                self.exif(n, time)
            case "metadata", (int(n), str(time)):
                self.metadata(n, time)
            case "record", (int(shift), (str() | None as from_time, str() | None as to_time)):
                self.record(shift, from_time, to_time)
            case "revoke", (int(n),) if self.in_force:
                gone = self.in_force.pop(n % len(self.in_force))
                revoke(self.store, gone.id, by="ann", now=NOW)

    def exif(self, n: int, time: str) -> None:
        raw = time.replace("-", ":")
        told = with_header(self.images()[n], Header(64, 48, time, raw))
        with self.store.db.transaction():
            self.store.ledger.update(told)
        renew_bursts(self.store, [told.deployment_id], now=NOW)
        if n not in self.by_table:
            self.shown[n] = time

    def metadata(self, n: int, time: str) -> None:
        path = self.folder / "metadata.csv"
        path.write_text(f"mediaID,timestamp\n{self.images()[n].media_id},{time}\n")
        import_metadata(self.store, path)
        self.shown[n] = time
        self.by_table.add(n)

    def record(self, shift: int, from_time: str | None, to_time: str | None) -> None:
        try:
            made = record(self.store, self.name, shift, from_time, to_time, by="ann", now=NOW)
        except UsageError:
            return
        self.in_force.append(made)

    def check(self) -> None:
        for n, found in enumerate(self.images()):
            if n not in self.shown:
                assert (found.timestamp, found.clock_shift_s) == (None, 0)
                continue
            wanted = corrected(self.shown[n], self.in_force)
            assert (found.timestamp, found.clock_shift_s) == wanted
            assert (found.timestamp_raw or "").replace(":", "-") == self.shown[n].replace(":", "-")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path, Iterator[int]]]:
    """One survey for all examples, in which each has a deployment of its own."""
    folder = tmp_path_factory.mktemp("clocks")
    with Store.open(folder / "river.db", create=True, durability="NORMAL") as store:
        with store.db.transaction():
            store.images.source("folder", "/pictures", NOW)
        yield store, folder, count()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_times_are_those_of_the_segments_in_force_whatever_came_first(
    shared: tuple[Store, Path, Iterator[int]], steps: list[tuple[str, object]]
) -> None:
    store, folder, numbers = shared
    name = f"UR{next(numbers)}"
    with store.db.transaction():
        deployment_id = store.images.deployment_ids([name])[name]
        ids = [
            store.images.add(image(f"{name}-{n}", deployment_id=deployment_id)) for n in range(3)
        ]
    world = World(store, folder, name, ids)

    for step in steps:
        world.step(*step)
        world.check()
    for segment in world.in_force[:]:
        revoke(store, segment.id, by="ann", now=NOW)
    world.in_force = []
    world.check()
    assert not store.timelines.has_shifts(deployment_id)
