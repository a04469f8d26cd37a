"""The list of expected species: what it flags of a survey's predictions, and how it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services import charts, expecting
from camtrap_tui.services.filtering import count_filter
from camtrap_tui.store.store import Store
from tests.builders import add_run
from tests.expected_lists import predict, write_list
from tests.store.test_grades import grade

SHARED = Path(__file__).parents[3] / "shared" / "data"
PREDICTED = (
    *("western pond turtle", "western pond turtle", "central american agouti"),
    *("northern raccoon", "mallard", "american coot", "eastern cottontail", "wood duck"),
    *("turtle order", "reptile", "sciuridae family", "blank", "human", "animal"),
)


def flagged(store: Store) -> dict[str, list[str]]:
    """Return the relatives of each predicted class that is flagged, by name."""
    return {
        one.taxon.name: [relative.name for relative in one.relatives.members]
        for one in expecting.unexpected(store).unexpected
    }


def test_predictions_outside_the_list_are_flagged_with_their_relatives(
    store: Store, tmp_path: Path
) -> None:
    predict(store, *PREDICTED)
    assert flagged(store) == {}
    done = expecting.change_list(store, file=write_list(tmp_path), added_by="ann")
    assert done.read is not None
    assert (len(done.read.names), done.new) == (15, 15)
    assert flagged(store) == {
        "western pond turtle": [
            *("Trachemys scripta", "Apalone spinifera", "Chelydra serpentina", "Chrysemys picta"),
        ],
        "central american agouti": ["eastern gray squirrel", "Castor canadensis"],
        "northern raccoon": ["Canis latrans"],
    }
    found = expecting.unexpected(store)
    assert (found.classes, found.pictures, found.unexpected_pictures) == (13, 14, 4)
    assert [one.pictures for one in found.unexpected] == [2, 1, 1]
    assert (found.listed, found.listed_species) == (15, 13)


def test_the_published_list_flags_what_has_never_been_recorded_there(store: Store) -> None:
    listed = SHARED / "gbif_species_list_chicago_river.csv"
    labels = SHARED / "speciesnet_labels.txt"
    if not (listed.exists() and labels.exists()):
        pytest.skip("the published list and labels are not beside this project")
    with store.db.transaction():
        store.taxa.add(map(parse_label, labels.read_text(encoding="utf-8").splitlines()), "model")
    predict(store, *PREDICTED)
    expecting.change_list(store, file=listed)
    found = flagged(store)
    assert set(found) == {"western pond turtle", "central american agouti", "northern raccoon"}
    assert set(found["western pond turtle"]) == {
        *("Trachemys scripta", "Chrysemys picta", "Chelydra serpentina", "Apalone spinifera"),
    }
    assert "eastern chipmunk" in found["central american agouti"]
    assert found["northern raccoon"] == ["coyote"]


def test_the_queue_holds_the_pictures_that_are_flagged(store: Store, tmp_path: Path) -> None:
    predict(store, *PREDICTED)
    assert count_filter(store, "state:unexpected", 1).pictures == 0
    expecting.change_list(store, file=write_list(tmp_path))
    assert count_filter(store, "state:unexpected", 1).pictures == 4
    assert count_filter(store, "-state:unexpected", 1).pictures == len(PREDICTED) - 4
    grade(store, [1], "mallard", "ann")
    assert count_filter(store, "state:mine,unexpected", 1, "ann").pictures == 4
    expecting.change_list(store, add=["northern raccoon"])
    assert count_filter(store, "state:unexpected", 1).pictures == 3


def test_taxa_that_come_later_are_flagged_too(store: Store, tmp_path: Path) -> None:
    expecting.change_list(store, file=write_list(tmp_path))
    assert store.expected.unexpected_ids() == ()
    predict(store, *PREDICTED)
    assert count_filter(store, "state:unexpected", 1).pictures == 4
    with Store.open(store.path) as other:
        expecting.change_list(other, remove=["Fulica americana"])
    assert count_filter(store, "state:unexpected", 1).pictures == 5


def test_charts_mark_the_classes(store: Store, tmp_path: Path) -> None:
    predict(store, *PREDICTED)
    assert charts.frequency(store).unexpected == 0
    expecting.change_list(store, file=write_list(tmp_path))
    table = charts.frequency(store)
    assert {row.label for row in table.rows if row.unexpected} == {
        *("! western pond turtle", "! central american agouti", "! northern raccoon"),
    }
    marked = {row["name"] for row in charts.frequency_json(table)["classes"] if row["unexpected"]}
    assert marked == set(flagged(store))
    hours = charts.hours(store)
    assert {row.name for row in hours.rows if row.unexpected} <= marked


def test_a_species_is_added_and_removed_by_any_of_its_names(store: Store, tmp_path: Path) -> None:
    predict(store, *PREDICTED)
    expecting.change_list(store, file=write_list(tmp_path))
    (added,) = expecting.change_list(store, add=["Northern  Raccoon"], added_by="ann").added
    assert (added.scientific_name, added.taxon_family) == ("Procyon lotor", "procyonidae")
    assert "northern raccoon" not in flagged(store)
    gone = expecting.change_list(store, remove=["procyon lotor"]).removed
    assert [row.name for row in gone] == [added.name]
    assert "northern raccoon" in flagged(store)
    with pytest.raises(UsageError, match="procyon lotor is not on the list"):
        expecting.change_list(store, remove=["mallard", "procyon lotor"])
    assert "mallard" not in flagged(store)
    expecting.change_list(store, remove=["mallard"])
    assert "mallard" in flagged(store)


def test_all_is_looked_up_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    expecting.change_list(store, file=write_list(tmp_path))
    before = store.expected.all()
    for wrong in ({"remove": ["nobody"]}, {"add": ["-"]}, {"file": tmp_path / "nowhere.csv"}):
        with pytest.raises((UsageError, InputError)):
            expecting.change_list(store, clear=True, **wrong)
    assert store.expected.all() == before
    done = expecting.change_list(store, clear=True, add=["badger"], remove=["Badger"])
    assert (done.cleared, [row.name for row in done.removed]) == (15, ["badger"])
    assert store.expected.all() == []


def test_names_that_no_label_bears_are_told_with_what_is_written_alike(store: Store) -> None:
    predict(store, *PREDICTED)
    typed = ["northern racoon", "zorgblatt", "mallard", "Sciuridae", "Aix sponsa (L.)", "anas sp."]
    assert expecting.change_list(store, add=typed).unknown == (
        ("northern racoon", "northern raccoon"),
        ("zorgblatt", ""),
    )
    assert "wood duck" not in flagged(store)
    gone = expecting.change_list(store, remove=["Aix sponsa Linnaeus, 1758"]).removed
    assert [row.scientific_name for row in gone] == ["Aix sponsa"]


def test_a_bare_name_that_nobody_knows_yet_counts_once_it_is_known(store: Store) -> None:
    expecting.change_list(store, add=["sciuridae family", "wood duck"])
    predict(store, *PREDICTED, "eastern gray squirrel")
    assert not {"sciuridae family", "eastern gray squirrel", "wood duck"} & set(flagged(store))
    assert "mallard" in flagged(store)
    with pytest.raises(UsageError, match="no name"):
        expecting.change_list(store, add=["-"])


def test_reading_a_list_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = write_list(tmp_path)
    expecting.change_list(store, file=path)
    before = store.expected.all()
    assert expecting.change_list(store, file=path).new == 0
    assert store.expected.all() == before
    assert expecting.change_list(store, clear=True).cleared == 15
    assert store.expected.all() == []
    assert expecting.change_list(store, file=path).new == 15


def test_a_list_that_cannot_be_read_leaves_the_old_one(store: Store, tmp_path: Path) -> None:
    expecting.change_list(store, file=write_list(tmp_path))
    with pytest.raises(InputError):
        expecting.change_list(store, file=write_list(tmp_path, "<html>", "page.csv"))
    assert len(store.expected.all()) == 15


def test_without_a_run_nothing_is_predicted(store: Store) -> None:
    expecting.change_list(store, add=["mallard"])
    assert expecting.unexpected(store).run_id is None
    add_run(store)
    assert expecting.unexpected(store).classes == 0
    with pytest.raises(UsageError, match="no run 9"):
        expecting.unexpected(store, 9)
