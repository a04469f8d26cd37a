"""Words on events come in where they are surely true of a picture, and nowhere else."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from camtrap_tui.services.grade_imports import import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.grade_imports_events import event_pictures
from camtrap_tui.services.grade_imports_rows import OF_EVENT
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.services.test_grade_imports import media, survey, votes

__all__ = ["survey"]

HEADINGS = (
    "observationID", "deploymentID", "mediaID", "eventStart", "eventEnd", "observationLevel",
    "observationType", "scientificName", "count", "classificationMethod", "classifiedBy",
)  # fmt: skip
DAY = "2024-06-27T"


def event(
    kind: str, start: str, end: str, name: str = "", by: str = "zoe", method: str = "human"
) -> list[str]:
    moments = [f"{DAY}{start}Z", f"{DAY}{end}Z"]
    return ["e1", "d1", "", *moments, "event", kind, name, "2" if name else "", method, by]


def tables(folder: Path, said: Sequence[Sequence[str]]) -> tuple[Path, Path]:
    """Write observations, and media that are a minute apart in a zone of its own."""
    observations, pictures = folder / "observations.csv", folder / "media.csv"
    with observations.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *said])
    with pictures.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mediaID", "deploymentID", "timestamp"])
        for number in (3, 1, 2):
            writer.writerow([media(number), "d1", f"{DAY}04:0{number}:00+02:00"])
        writer.writerow([media(4), "d2", f"{DAY}04:01:30+02:00"])
    return observations, pictures


def own(number: int, kind: str = "animal") -> list[str]:
    """Return a row on a picture."""
    return ["o", "d1", media(number), "", "", "media", kind, "", "", "human", "ann"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([event("blank", "02:01:00", "02:02:00")], {2: [1, 2]}),
        ([event("animal", "02:01:00", "02:02:00", "Procyon lotor")], {}),
        ([event("animal", "02:03:00", "02:03:00", "Procyon lotor")], {2: [3]}),
        ([event("blank", "02:00:00", "02:09:00"), own(2)], {2: [1, 3]}),
        ([event("animal", "02:03:00", "02:03:00", "Procyon lotor"), own(3)], {}),
        ([event("blank", "02:01:00", "02:02:00", method="machine")], {}),
        ([event("blank", "04:01:00", "04:09:00")], {}),
        (
            [
                event("blank", "02:01:00", "02:03:00"),
                event("animal", "02:02:00", "02:03:00", "Procyon lotor"),
            ],
            {2: [1]},
        ),
    ],
)
def test_only_what_is_surely_true_of_a_picture(
    tmp_path: Path, said: list[list[str]], found: dict[int, list[int]]
) -> None:
    pictures = event_pictures(*tables(tmp_path, said))
    assert pictures == {row: [media(n) for n in numbers] for row, numbers in found.items()}


def test_an_event_becomes_grades_of_its_pictures(survey: Store, tmp_path: Path) -> None:
    said = [
        event("blank", "02:01:00", "02:01:00"),
        event("animal", "02:03:00", "02:03:00", "Procyon lotor"),
        event("animal", "02:02:00", "02:03:00", "Lynx rufus"),
    ]
    observations, pictures = tables(tmp_path, said)
    columns = label_table(observations, read_head(observations), {})
    report = import_grades(survey, observations, columns, media=pictures)
    assert (report.taken, report.skipped) == (2, {OF_EVENT: 1})
    assert votes(survey, 1) == {"zoe": [("blank", None)]}
    assert votes(survey, 3) == {"zoe": [("raccoon", 2)]}
    again = import_grades(survey, observations, columns, media=pictures)
    assert (again.taken, again.known) == (0, 2)
