"""A Camtrap DP package: media and deployments into the ledger, times as they are written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services.adding import AddReport, AddRequest, add_source, kind_of
from camtrap_tui.services.camtrap_dp import add_package, descriptor_of
from camtrap_tui.store.store import Store
from tests.camera_files import photo

EXAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "camtrap-dp" / "example"
MEDIA = "mediaID,deploymentID,captureMethod,timestamp,filePath,filePublic,fileName,fileMediatype\n"
DEPLOYMENTS = (
    "deploymentID,locationID,locationName,latitude,longitude,coordinateUncertainty,"
    "deploymentStart,deploymentEnd,cameraID\n"
)


def package(folder: Path, media: str, deployments: str = "", *, file: str = "media.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    resources = [
        {"name": "deployments", "path": "deployments.csv"},
        {"name": "media", "path": file},
        {"name": "individuals", "data": [{"id": 1}]},
    ]
    descriptor = folder / "datapackage.json"
    descriptor.write_text(json.dumps({"resources": resources}))
    (folder / "deployments.csv").write_text(DEPLOYMENTS + deployments)
    (folder / "media.csv").write_text(MEDIA + media)
    return descriptor


def add(store: Store, folder: Path, images: Path | None = None) -> AddReport:
    return add_source(store, AddRequest(str(folder), kind_of(str(folder)), images=images))


def test_media_and_deployments_are_taken_as_they_are_written(store: Store, tmp_path: Path) -> None:
    descriptor = package(
        tmp_path / "p",
        "m1,d1,activityDetection,2020-05-30T04:57:37+02:00,https://x.example/1/file,true,"
        "RCNX0001.JPG,image/jpeg\n"
        "m2,d1,activityDetection,2020-05-30T04:57:40+02:00,https://x.example/2/file,true,"
        "RCNX0002.MP4,video/mp4\n",
        "d1,l1,Mill,51.5,4.77,187,2020-05-30T04:00:00+02:00,2020-07-01T11:00:00+02:00,cam 3\n"
        "d2,l2,Weir,51.6,4.78,,2020-05-30T04:00:00+02:00,2020-12-01T11:00:00+01:00,\n"
        "d3,l3,Ford,51.6,4.79,,2020-05-30T04:00:00Z,2020-12-01T11:00:00Z,\n",
    )

    report = add(store, descriptor.parent)

    assert report.states == {"pending": 1, "not_a_picture": 1}
    assert any("observations.csv was not read" in note for note in report.notes)
    image = store.images.by_media_id("m1")
    assert image is not None
    assert (image.timestamp, image.exif_offset) == ("2020-05-30 04:57:37", "+02:00")
    assert (image.url, image.file_path) == ("https://x.example/1/file", "RCNX0001.JPG")
    first, second, third = map(store.deployments.by_name, ("d1", "d2", "d3"))
    assert first is not None
    assert second is not None
    assert third is not None
    assert image.deployment_id == first.id
    assert (first.location_id, first.location_name, first.camera_id) == ("l1", "Mill", "cam 3")
    assert (first.latitude, first.longitude, first.coordinate_uncertainty) == (51.5, 4.77, 187)
    assert (first.deployment_start, first.utc_offset_min) == ("2020-05-30 04:00:00", 120)
    assert second.utc_offset_min is None
    assert third.utc_offset_min == 0
    assert add(store, descriptor).already_added


def test_a_camera_that_kept_two_offsets_has_none_of_its_own(store: Store, tmp_path: Path) -> None:
    descriptor = package(
        tmp_path / "p",
        "m1,d1,timeLapse,2020-01-30T04:57:37+01:00,a.jpg,true,a.jpg,image/jpeg\n"
        "m2,d1,timeLapse,2020-07-30T04:57:37+02:00,b.jpg,true,b.jpg,image/jpeg\n",
        "d1,l1,Mill,51.5,4.77,,2020-01-01T00:00:00+01:00,2020-12-31T00:00:00+01:00,\n",
    )
    add(store, descriptor)
    deployment = store.deployments.by_name("d1")
    assert deployment is not None
    assert deployment.utc_offset_min is None
    summer = store.images.by_media_id("m2")
    assert summer is not None
    assert (summer.timestamp, summer.exif_offset) == ("2020-07-30 04:57:37", "+02:00")


def test_start_and_end_are_moments_that_the_cameras_own_clock_tells(
    store: Store, tmp_path: Path
) -> None:
    descriptor = package(
        tmp_path / "p",
        "m1,utc,timeLapse,2020-06-30T04:57:37+02:00,a.jpg,true,a.jpg,image/jpeg\n"
        "m2,spring,timeLapse,2020-06-30T04:57:37+02:00,b.jpg,true,b.jpg,image/jpeg\n"
        "m3,old,timeLapse,2020-06-30T04:57:37+02:00,c.jpg,true,c.jpg,image/jpeg\n",
        "utc,l1,Mill,51.5,4.77,,2020-06-01T22:30:00Z,2020-07-31T22:00:00Z,\n"
        "spring,l1,Mill,51.5,4.77,,2020-03-01T08:00:00+01:00,2020-07-31T08:00:00+02:00,\n"
        "old,l1,Mill,51.5,4.77,,9999-12-31T23:00:00Z,9999-12-31T23:00:00Z,\n",
    )
    add(store, descriptor)
    told = {
        one.deployment_id: (one.deployment_start, one.deployment_end, one.utc_offset_min)
        for one in store.deployments.all()
    }
    assert told == {
        "utc": ("2020-06-02 00:30:00", "2020-08-01 00:00:00", 120),
        "spring": ("2020-03-01 09:00:00", "2020-07-31 08:00:00", 120),
        "old": (None, None, 120),
    }


def test_relative_files_are_looked_for_in_the_package(store: Store, tmp_path: Path) -> None:
    descriptor = package(
        tmp_path / "p",
        "m1,d1,timeLapse,2020-05-30T04:57:37Z,media/d1/a.jpg,false,a.jpg,image/jpeg\n"
        "m2,d1,timeLapse,2020-05-30T04:57:38Z,media/d1/b.jpg,false,b.jpg,image/jpeg\n",
    )
    photo(tmp_path / "p/media/d1/a.jpg", 1)

    report = add(store, descriptor)

    assert report.states == {"here": 1, "missing": 1}
    assert report.folder is not None
    image = store.images.by_media_id("m1")
    assert image is not None
    assert image.content_md5 is not None


def test_files_that_lie_elsewhere_are_looked_for_where_it_is_said(
    store: Store, tmp_path: Path
) -> None:
    descriptor = package(tmp_path / "p", "m1,d1,timeLapse,,media/d1/a.jpg,false,a.jpg,image/jpeg\n")
    first = add(store, descriptor)
    assert first.states == {"pending": 1}
    assert any("--images" in note for note in first.notes)
    photo(tmp_path / "disk/media/d1/a.jpg", 1)

    assert add(store, descriptor, tmp_path / "disk").states == {"here": 1}


def test_tables_may_be_packed(store: Store, tmp_path: Path) -> None:
    descriptor = package(tmp_path / "p", "", file="media.csv.gz")
    with gzip.open(tmp_path / "p/media.csv.gz", "wt") as packed:
        packed.write(f"{MEDIA}m1,d1,timeLapse,,https://x.example/1,true,a.jpg,image/jpeg\n")

    assert add(store, descriptor).states == {"pending": 1}


@pytest.mark.parametrize(
    ("descriptor", "said"),
    [
        ("{", "this is no JSON"),
        ("[1]", "this is no data package"),
        ("{}", "it names no table of media"),
        ('{"resources": [{"name": "media", "path": "../x.csv"}]}', "lies outside the package"),
        ('{"resources": [{"name": "media", "path": "/etc/passwd"}]}', "lies outside"),
        ('{"resources": [{"name": "media", "path": "https://x/m.csv"}]}', "lies outside"),
        ('{"resources": [{"name": "media", "data": []}]}', "is not in one file"),
        ('{"resources": [{"name": "media", "path": "none.csv"}]}', "no such file"),
    ],
)
def test_what_is_no_package_is_one_sentence(
    store: Store, tmp_path: Path, descriptor: str, said: str
) -> None:
    path = tmp_path / "datapackage.json"
    path.write_text(descriptor)

    with pytest.raises(InputError, match=said):
        add_package(store, path)

    assert store.images.sources() == {}
    assert store.images.deployments() == {}


def test_the_published_example(store: Store) -> None:
    descriptor = descriptor_of(EXAMPLE)
    if descriptor is None:
        pytest.skip("the published example package is not here")
    report = add_package(store, descriptor)
    assert report.media.states == {"pending": 423}
    assert report.deployments is not None
    assert len(store.deployments.all()) == report.deployments.rows == 4


def test_a_link_out_of_the_package_is_not_followed(store: Store, tmp_path: Path) -> None:
    descriptor = package(tmp_path / "p", "")
    outside = tmp_path / "outside.csv"
    outside.write_text(f"{MEDIA}m1,d1,timeLapse,,https://x.example/1,true,a.jpg,image/jpeg\n")
    (tmp_path / "p/media.csv").unlink()
    (tmp_path / "p/media.csv").symlink_to(outside)

    with pytest.raises(InputError, match="lies outside the package"):
        add_package(store, descriptor)

    assert store.images.sources() == {}


def test_a_package_that_was_stopped_behind_its_media_is_read_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = "m1,d1,timeLapse,2024-06-27T02:14:05Z,https://x.example/1,true,a.jpg,image/jpeg\n"
    descriptor = package(tmp_path / "p", media, "d1,l1,,50.5,4.5,,,,\n")

    def stop(*_: object, **asked: object) -> object:
        if "skip_bad" in asked:
            raise KeyboardInterrupt
        return None

    with monkeypatch.context() as patched:
        patched.setattr("camtrap_tui.services.camtrap_dp.describe_deployments", stop)
        with pytest.raises(KeyboardInterrupt):
            add_package(store, descriptor)
    assert store.ledger.states() == {"pending": 1}

    report = add(store, descriptor)

    (deployment,) = store.images.deployments().values()
    assert (deployment.latitude, deployment.longitude) == (50.5, 4.5)
    assert (report.states, report.new_rows, report.already_added) == ({"pending": 1}, 0, False)
    assert add(store, descriptor).already_added
