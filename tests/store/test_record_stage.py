"""Records on their way into a sorted table."""

from __future__ import annotations

from contextlib import closing

from camtrap_tui.store.record_stage import RecordStage, StagedRecord


def test_records_go_by_station_species_camera_and_time() -> None:
    records = [
        StagedRecord(station, species, camera, time, "IMG_0001.JPG", "[]")
        for station in ("b", "É", "a")
        for species in ("raccoon", "mallard")
        for camera in ("2", "1")
        for time in ("2024-06-27 03:00:00", "2024-06-27 02:59:59")
    ]
    with closing(RecordStage()) as stage:
        assert stage.most_frequent() == ""
        stage.add(records)
        found = list(stage.records())
        assert stage.most_frequent() == "mallard"
        stage.add([records[0]])
        assert stage.most_frequent() == "raccoon"
    assert found == sorted(records, key=lambda record: [part.encode() for part in record])
