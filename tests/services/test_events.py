"""Events survive the pipe between a prediction and its parent."""

from __future__ import annotations

import json

import pytest

from camtrap_tui.services import events

ALL = [
    events.Started("river.db", "pictures", ""),
    events.Scanning(500, 2000),
    events.Scanned(3, 62, 60, {"here": 62, "unreadable": 1}),
    events.Loading("demo_model"),
    events.Progress(0, 60, 0, 0),
    events.Progress(17, 60, 1, 16, 4.2, 10.5),
    events.Fetching(30, 2, 60, 4_000_000, 12.5, 2.2),
    events.Failure("UR001/ängstlich [/] \ufffd.JPG", "truncated: the file ends"),
    events.Notice("a\nb"),
    events.Finished(3, 59, 1),
    events.Stopped(3, 17, 60),
    events.Exporting(500, 104_937),
    events.Exported({"format": "coco", "pictures": 52, "files": [{"path": "a\u202eb"}]}),
    events.Error("river.db: the disk is full.", "Make room."),
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_a_line_is_read_as_what_was_written(event: events.Event) -> None:
    line = events.format_event(event)
    assert "\n" not in line
    assert events.parse_event(line) == event


def test_every_kind_is_tried() -> None:
    assert {type(event) for event in ALL} == set(events.Event.__args__)


def test_a_field_of_a_newer_version_is_left_out() -> None:
    line = json.dumps({"event": "notice", "text": "hello", "colour": "red"})
    assert events.parse_event(line) == events.Notice("hello")


@pytest.mark.parametrize(
    "line", ["", "YOLOv5 summary", "3", "[]", '{"event": "party"}', '{"event": "failure"}', "{}"]
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"event|Expecting"):
        events.parse_event(line)
