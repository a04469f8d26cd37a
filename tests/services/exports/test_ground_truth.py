"""The ground-truth CSV: its columns, who is in it, and whose word is final."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from camtrap_tui.domain.cells import read_cell
from camtrap_tui.domain.table_edits import votes_id
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.ground_truth import FORMAT, SHOWS_PEOPLE
from camtrap_tui.services.exports.ground_truth_columns import EXPORT_COLUMNS, text_columns
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from camtrap_tui.store.truth import Truth
from tests.builders import NOW, Said, add_images, add_run, md5, taxon
from tests.holdout_builder import drawn_survey, grade_as, grade_blind
from tests.store.test_reports import MALLARD, RACCOON, grade

LATER = "2026-06-02T12:00:00Z"
# What files in the world rely on: names and order may only ever grow at the end.
HEADER = (
    "observation_id,media_id,file_path,content_md5,deployment_id,location_id,latitude,"
    "longitude,datetime_local,utc_offset_min,datetime_source,event_id,event_frame,"
    "event_frames,width_px,height_px,level,observation_type,label,scientific_name,"
    "taxon_rank,taxon_class,taxon_order,taxon_family,taxon_genus,taxon_species,"
    "wi_taxon_id,count,life_stage,sex,behavior,labeled_by,labeled_at,label_mode,"
    "is_final,ai_type,ai_label,ai_scientific_name,ai_wi_taxon_id,ai_score,ai_source,"
    "ai_det_conf,ai_run_id,ai_model,ai_region,comments,clock_shift_s,split,sample_id,"
    "stratum,stratum_pop,stratum_n,weight,votes_id"
)


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of an exported file, text cells read back."""
    texts = text_columns()
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: read_cell(value) if name in texts else value for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def write(
    store: Store, out: Path, *, all_graders: bool = False, excel: bool = False, **asked: object
) -> ExportReport:
    """Export the survey to a file."""
    options = Options(all_graders=all_graders, excel=excel)
    request = ExportRequest(out, options=options, **asked)  # type: ignore[arg-type]
    return FORMAT.write(store, request, lambda done, total: None)


def export(store: Store, where: str = "", **asked: object) -> list[dict[str, str]]:
    """Export the survey and read the file."""
    out = store.path.with_name("truth.csv")
    write(store, out, where=where, **asked)  # type: ignore[arg-type]
    return read(out)


def test_the_columns_are_the_documented_ones() -> None:
    assert ",".join(column.name for column in EXPORT_COLUMNS).startswith(HEADER)
    assert all(column.help.endswith((".", "…")) for column in EXPORT_COLUMNS)


def test_a_grade_becomes_a_row(store: Store) -> None:
    run = add_run(store, country="USA", admin1_region="IL")
    box = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
    (key,) = add_images(store, [Said(RACCOON, 0.87654321, boxes=[box])], run=run)
    with store.db.transaction():
        store.db.execute(
            "UPDATE deployment SET latitude = 41.9, longitude = -87.7, location_id = 'river'"
        )
        store.db.execute("UPDATE image SET burst_id = id, exif_offset = '-05:00'")
    seen = (
        NewObservation(taxon(store, MALLARD).id, 2, "adult", "female", "swims"),
        NewObservation(taxon(store, MALLARD).id, 3, "juvenile"),
    )
    new = NewGrade(md5("grade"), key, seen, "assisted", "species", run.id)
    store.grades.append("ann", [new], NOW)
    first, second = export(store)
    assert first == {
        "observation_id": f"o_{md5('grade')}_1",
        "media_id": md5("IMG_0001"),
        "file_path": "IMG_0001.JPG",
        "content_md5": md5("IMG_0001"),
        "deployment_id": "UR011",
        "location_id": "river",
        "latitude": "41.9",
        "longitude": "-87.7",
        "datetime_local": "2024-06-27 02:14:05",
        "utc_offset_min": "-300",
        "datetime_source": "exif",
        "event_id": f"e_{md5('IMG_0001')}",
        "event_frame": "0",
        "event_frames": "1",
        "width_px": "1280",
        "height_px": "960",
        "level": "image",
        "observation_type": "animal",
        "label": MALLARD,
        "scientific_name": "",
        "taxon_rank": "",
        "taxon_class": "",
        "taxon_order": "",
        "taxon_family": "",
        "taxon_genus": "",
        "taxon_species": "",
        "wi_taxon_id": taxon(store, MALLARD).taxon_uuid,
        "count": "2",
        "life_stage": "adult",
        "sex": "female",
        "behavior": "swims",
        "labeled_by": "ann",
        "labeled_at": NOW,
        "label_mode": "assisted",
        "is_final": "true",
        "ai_type": "animal",
        "ai_label": RACCOON,
        "ai_scientific_name": "",
        "ai_wi_taxon_id": taxon(store, RACCOON).taxon_uuid,
        "ai_score": "0.87654321",
        "ai_source": "classifier",
        "ai_det_conf": "0.9",
        "ai_run_id": run.run_uuid,
        "ai_model": "demo-1.0",
        "ai_region": "USA-IL",
        "comments": "",
        "clock_shift_s": "0",
        "split": "",
        "sample_id": "",
        "stratum": "",
        "stratum_pop": "",
        "stratum_n": "",
        "weight": "",
        "votes_id": votes_id([(md5("grade"), "ann", None)], 2, 2),
    }
    assert (second["count"], second["life_stage"], second["sex"]) == ("3", "juvenile", "")
    assert second["observation_id"] == f"o_{md5('grade')}_2"


def test_missing_is_empty_and_no_time_is_said(store: Store) -> None:
    (key,) = add_images(store, [Said(None, timestamp=None)])
    grade(store, "ann", key, "blank")
    (row,) = export(store)
    assert row["observation_type"] == row["label"] == "blank"
    assert row["datetime_source"] == "missing"
    empty = ("datetime_local", "utc_offset_min", "event_id", "event_frame", "event_frames")
    assert [row[name] for name in empty] == [""] * 5
    assert not any(value for name, value in row.items() if name.startswith("ai_"))


def test_frames_of_a_burst_are_numbered_in_time(store: Store) -> None:
    times = [f"2024-06-27 02:14:0{second}" for second in (7, 5, 6)]
    keys = add_images(store, [Said(timestamp=time) for time in times])
    with store.db.transaction():
        store.db.execute("UPDATE image SET burst_id = ?", [keys[1]])
    for key in keys:
        grade(store, "ann", key, RACCOON)
    rows = export(store)
    assert [row["event_frame"] for row in rows] == ["2", "0", "1"]
    assert {(row["event_id"], row["event_frames"]) for row in rows} == {
        (f"e_{md5('IMG_0002')}", "3")
    }


def vote(store: Store) -> Store:
    """One picture agreed by two (ben later), one in conflict, one undone, one nobody saw."""
    one, two, three, _ = add_images(store, [Said()] * 4)
    raccoon, mallard = taxon(store, RACCOON).id, taxon(store, MALLARD).id

    def say(grader: str, key: int, at: str, *seen: NewObservation) -> None:
        uuid = md5(f"{grader}{key}")
        store.grades.append(grader, [NewGrade(uuid, key, seen, "blind", "species")], at)

    say("ann", one, NOW, NewObservation(raccoon, 1))
    say("ben", one, LATER, NewObservation(raccoon, 2))
    say("ann", two, NOW, NewObservation(raccoon), NewObservation(mallard))
    say("ben", two, NOW, NewObservation(mallard))
    say("ann", three, NOW, NewObservation(mallard))
    store.grades.append_reversal("ann", "undo", md5(f"ann{three}"), md5("undo"), LATER)
    return store


@pytest.fixture
def votes(store: Store) -> Store:
    """The survey with the votes of two."""
    return vote(store)


def test_agreement_is_one_row_and_conflict_is_not_final(votes: Store) -> None:
    found = [
        (row["file_path"], row["label"], row["count"], row["labeled_by"], row["is_final"])
        for row in export(votes)
    ]
    assert found == [
        ("IMG_0001.JPG", RACCOON, "2", "ann;ben", "true"),
        ("IMG_0002.JPG", RACCOON, "", "ann", "false"),
        ("IMG_0002.JPG", MALLARD, "", "ann", "false"),
        ("IMG_0002.JPG", MALLARD, "", "ben", "false"),
    ]


def test_all_graders_have_their_rows_and_one_is_final(votes: Store) -> None:
    found = [
        (row["file_path"], row["count"], row["labeled_by"], row["is_final"])
        for row in export(votes, all_graders=True)
        if row["file_path"] == "IMG_0001.JPG"
    ]
    assert found == [
        ("IMG_0001.JPG", "1", "ann", "false"),
        ("IMG_0001.JPG", "2", "ben", "true"),
    ]


def test_final_rows_are_the_same_with_and_without_all_graders(votes: Store) -> None:
    def final(all_graders: bool) -> list[str]:
        rows = export(votes, all_graders=all_graders)
        return [row["observation_id"] for row in rows if row["is_final"] == "true"]

    assert final(all_graders=True) == final(all_graders=False)


def test_the_report_says_what_is_in_it_and_what_is_not(votes: Store) -> None:
    out = votes.path.with_name("truth.csv")
    report = write(votes, out)
    assert (report.rows, report.pictures, report.unlabeled) == (4, 2, 1)
    assert report.left_out == {"was graded by nobody": 2}
    assert report.notes == ("1 picture is in conflict: 3 rows with is_final=false.",)
    assert [(file.path, file.rows) for file in report.files] == [("truth.csv", 4)]


def test_notes_are_the_comments_of_those_whose_word_it_is(store: Store) -> None:
    (key,) = add_images(store, [Said(MALLARD)])
    for name in ("ann", "ben"):
        grade(store, name, key, MALLARD)
    for number, (name, note) in enumerate(
        [("ann", "wet"), ("ann", "wet paw"), ("ben", "=two?"), ("eve", "no grade"), ("ben", "two?")]
    ):
        store.grades.append_mark(str(number), key, name, "note", note, NOW)
    assert [row["comments"] for row in export(store)] == ["wet paw | two?"]
    assert [row["comments"] for row in export(store, all_graders=True)] == ["wet paw", "two?"]
    store.grades.append_mark("off", key, "ann", "note", "", NOW)
    assert [row["comments"] for row in export(store)] == ["two?"]


def test_a_filter_chooses_the_pictures(votes: Store) -> None:
    assert {row["file_path"] for row in export(votes, "state:conflict")} == {"IMG_0002.JPG"}
    out = votes.path.with_name("truth.csv")
    assert write(votes, out, where="state:ungraded").left_out == {"was graded by nobody": 2}


def test_the_ai_word_is_of_the_run_that_the_grader_saw(store: Store) -> None:
    seen = add_run(store, "seen")
    key, other = add_images(store, [Said(RACCOON, 0.9)] * 2, run=seen)
    newest = add_run(store, "newest")
    mallard = taxon(store, MALLARD).id
    with store.db.transaction():
        store.runs.put_predictions(
            [(newest.id, k, "predicted", mallard, 0.5, "classifier", None, 1) for k in (key, other)]
        )
    for image_id, run_id in ((key, seen.id), (other, None)):
        sight = (NewObservation(mallard),)
        new = NewGrade(md5(str(image_id)), image_id, sight, "assisted", "species", run_id)
        store.grades.append("ann", [new], NOW)
    assert [row["ai_label"] for row in export(store)] == [RACCOON, MALLARD]
    assert [row["ai_label"] for row in export(store, run_id=newest.id)] == [MALLARD, MALLARD]
    with pytest.raises(UsageError, match="no run 9"):
        export(store, run_id=9)


def test_no_plan_sorts_or_walks_more_than_it_must(store: Store) -> None:
    truth = Truth(store.db)
    sql, parameters = truth.rows_query([1, 2], run_id=None, latest_run_id=1)
    steps = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    assert not [s for s in steps if "AUTOMATIC" in s], steps
    assert not [s for s in steps if s.startswith("SCAN") and "holdout" not in s], steps


def test_a_rule_or_a_grader_decides_what_is_final(votes: Store) -> None:
    def said(rows: Sequence[dict[str, str]]) -> list[tuple[str, ...]]:
        return [(r["file_path"][4:8], r["label"], r["labeled_by"], r["is_final"]) for r in rows]

    assert said(export(votes, truth="ben")) == [
        ("0001", RACCOON, "ben", "true"),
        ("0002", MALLARD, "ben", "true"),
    ]
    assert said(export(votes, truth="expert:ann"))[1:] == [
        ("0002", RACCOON, "ann", "true"),
        ("0002", MALLARD, "ann;ben", "true"),
    ]
    # Short of voters: what each says, and nothing of it final.
    assert {row["is_final"] for row in export(votes, truth="majority:3")} == {"false"}
    grade(votes, "ann", 3, MALLARD)
    report = write(votes, votes.path.with_name("x.csv"), truth="ben")
    assert report.left_out == {"was not graded by ben": 1, "was graded by nobody": 1}


def test_pictures_that_may_show_people_are_left_out(store: Store) -> None:
    one, two = add_images(store, [Said(), Said()])
    grade(store, "ann", one, "human")
    grade(store, "ann", two, RACCOON)
    out = store.path.with_name("truth.csv")
    report = write(store, out, people="exclude")
    assert [row["label"] for row in read(out)] == [RACCOON]
    assert report.left_out == {SHOWS_PEOPLE: 1}
    with pytest.raises(UsageError, match="writes no pictures"):
        write(store, out, people="blur")


def test_a_holdout_has_its_strata_and_weights_and_only_what_was_keyed_blind(store: Store) -> None:
    drawn = drawn_survey(store)
    first, second, *rest = drawn.images()
    grade_blind(drawn, "ann", [first, *rest])
    grade_as(drawn, second, [taxon(store, RACCOON)], "assisted", "ben")
    grade_as(drawn, first, [taxon(store, "moose")], "assisted", "ben")
    report = write(store, store.path.with_name("truth.csv"), holdout="river2024")
    rows = read(store.path.with_name("truth.csv"))
    assert report.left_out == {"has no word that counts for the holdout": 1}
    assert "once all of it is graded" in report.notes[-1]
    assert {row["labeled_by"] for row in rows} == {"ann"}
    assert {row["is_final"] for row in rows} == {"true"}
    assert {(row["split"], row["sample_id"]) for row in rows} == {
        ("holdout", f"h_{drawn.holdout.holdout_uuid}")
    }
    strata = {s.name: s for s in store.holdouts.strata(drawn.holdout.id)}
    for row in rows:
        stratum = strata[row["stratum"]]
        told = (int(row["stratum_pop"]), int(row["stratum_n"]), float(row["weight"]))
        assert told == (stratum.population, stratum.sampled, stratum.weight)
    # Elsewhere a picture that was drawn is said to be, without a weight that would mean nothing.
    usual = {row["media_id"]: row for row in export(store)}
    assert {usual[row["media_id"]]["split"] for row in rows} == {"holdout"}
    assert {row["weight"] for row in usual.values()} == {""}


def test_parts_of_a_split_are_named(store: Store) -> None:
    keys = add_images(store, [Said()] * 2)
    for key in keys:
        grade(store, "ann", key, RACCOON)
    with store.db.transaction():
        store.db.execute("INSERT INTO split VALUES (?, 'val')", [keys[1]])
    assert [row["split"] for row in export(store)] == ["", "val"]


def test_a_votes_id_changes_with_what_is_said_of_the_picture_alone(votes: Store) -> None:
    before = {row["file_path"]: row["votes_id"] for row in export(votes)}
    everyone = {row["file_path"]: row["votes_id"] for row in export(votes, all_graders=True)}
    assert everyone["IMG_0001.JPG"] == before["IMG_0001.JPG"][:-3] + "2_1"
    assert everyone["IMG_0002.JPG"] == before["IMG_0002.JPG"]
    first, *_ = votes.queues.build(read_filter(votes, "", ""), None)
    grade(votes, "ann", first, MALLARD)
    after = {row["file_path"]: row["votes_id"] for row in export(votes)}
    assert [path for path in before if before[path] != after[path]] == ["IMG_0001.JPG"]
