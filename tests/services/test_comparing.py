"""Two runs compared: every picture in one part of the account, every change with its pictures."""

from __future__ import annotations

import random

import pytest

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import UsageError
from camtrap_tui.services.comparing import (
    Change,
    changed_filter,
    changed_pictures,
    compare,
    comparison_json,
)
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store import comparing
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run, taxon

COYOTE = TaxonName("u1", "mammalia", "carnivora", "canidae", "canis", "latrans", "coyote")
CANIS = TaxonName("u2", "mammalia", "carnivora", "canidae", "canis", "", "canis species")
MALLARD = TaxonName("u3", "aves", "anseriformes", "anatidae", "anas", "platyrhynchos", "mallard")

# What the first run says, and the second: None for a failure, "" where it was never asked.
SAID = [
    ("coyote", "canis species"),
    ("coyote", "canis species"),
    ("canis species", "coyote"),
    ("coyote", "mallard"),
    ("mallard", "mallard"),
    ("mallard", None),
    (None, "mallard"),
    (None, None),
    ("coyote", ""),
]


@pytest.fixture
def two(store: Store) -> Store:
    names = {name.common_name: taxon(store, name).id for name in (COYOTE, CANIS, MALLARD)}
    first, second = add_run(store, "first"), add_run(store, "second", country="KEN")
    add_images(store, [Said("blank", 0.5)] * len(SAID), run=first)
    with store.db.transaction():
        store.db.execute("DELETE FROM prediction")
        for run, words in zip((first, second), zip(*SAID, strict=True), strict=True):
            for key, name in enumerate(words, 1):
                if name is None:
                    row = (run.id, key, "failed", None, None, None, "truncated", 1)
                    store.runs.put_predictions([row])
                elif name:
                    end = (names[name], key / 10, "classifier", None, 1)
                    store.runs.put_predictions([(run.id, key, "predicted", *end)])
    return store


def test_each_picture_is_in_one_part(two: Store) -> None:
    found = compare(two, 1, 2)
    assert found.changes == (
        Change(
            "coyote",
            "canis species",
            "coarser",
            2,
            'was:1:=coyote species:="canis species"',
        ),
        Change("canis species", "coyote", "finer", 1, 'was:1:="canis species" species:=coyote'),
        Change("coyote", "mallard", "other", 1, "was:1:=coyote species:=mallard"),
    )
    assert found.relations == {"coarser": 2, "finer": 1, "other": 1}
    parts = (found.same, found.changed, found.only_in_run, found.only_in_other, found.in_neither)
    assert parts == (1, 4, 2, 1, 1)
    assert found.pictures == sum(parts) == len(SAID)
    assert (found.failed, found.other_failed) == (2, 2)
    assert [(c.name, c.pictures, c.other_pictures) for c in found.classes] == [
        ("coyote", 4, 1),
        ("mallard", 2, 3),
        ("canis species", 1, 2),
    ]
    assert comparison_json(found)["other"]["country"] == "KEN"


def test_the_other_way_round_is_the_mirror_image(two: Store) -> None:
    one, other = compare(two, 1, 2), compare(two, 2, 1)
    mirrored = {"coarser": "finer", "finer": "coarser", "other": "other"}
    assert {(c.now, c.was, mirrored[c.relation], c.pictures) for c in one.changes} == {
        (c.was, c.now, c.relation, c.pictures) for c in other.changes
    }
    assert (one.only_in_run, one.only_in_other) == (other.only_in_other, other.only_in_run)


def test_a_change_opens_its_pictures(two: Store) -> None:
    for run, other in ((1, 2), (2, 1)):
        found = compare(two, run, other)
        for change in found.changes:
            size = two.queues.size(read_filter(two, change.where), other)
            assert size.pictures == change.pictures
        changed = two.queues.build(read_filter(two, changed_filter(run)), other)
        assert len(changed) == found.changed
        pictures = list(changed_pictures(two, run, other))
        assert len(pictures) == found.changed
        assert {(p.was, p.now, p.relation) for p in pictures} == {
            (c.was, c.now, c.relation) for c in found.changes
        }


def test_taxa_of_one_name_are_one_row_that_opens_what_it_counts(two: Store) -> None:
    """SpeciesNet has groups that share a common name; a filter cannot tell them apart."""
    namesake = TaxonName("u4", "aves", "anseriformes", "anatidae", "anas", "zonorhyncha", "Mallard")
    other = taxon(two, namesake).id
    with two.db.transaction():
        ends = [("predicted", other, 0.5, "classifier", None, 1)] * 2
        two.runs.put_predictions([(2, 1, *ends[0]), (2, 5, *ends[1])])
    found = compare(two, 1, 2)
    assert [(c.was, c.now.casefold(), c.pictures) for c in found.changes] == [
        ("coyote", "mallard", 2),
        ("canis species", "coyote", 1),
        ("coyote", "canis species", 1),
        ("mallard", "mallard", 1),
    ]
    for change in found.changes:
        assert two.queues.size(read_filter(two, change.where), 2).pictures == change.pictures


def test_a_filter_speaks_of_the_second_run(two: Store) -> None:
    where = 'species:="canis species"'
    found = compare(two, 1, 2, where=where)
    assert [(c.now, c.pictures) for c in found.changes] == [("canis species", 2)]
    assert found.pictures == 2
    assert found.changes[0].where.endswith(where)
    pictures = changed_pictures(two, 1, 2, where=f"score:>0.1 {where}")
    assert [one.file_path for one in pictures] == ["IMG_0002.JPG"]
    assert compare(two, 1, 2, where="state:unpredicted was:1").only_in_run == 2
    assert compare(two, 1, 2, where="-was:1 -state:unpredicted").only_in_other == 1


def test_runs_that_are_not_there_or_one(two: Store) -> None:
    with pytest.raises(UsageError, match=r"no run 7\. Its runs: 1, 2"):
        compare(two, 1, 7)
    with pytest.raises(UsageError, match="give two runs"):
        compare(two, 2, 2)


def test_stretches_change_nothing(two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compare(two, 1, 2)
    rng = random.Random(1)
    for size in (1, 2, rng.randrange(3, 9)):
        monkeypatch.setattr(comparing, "_STRETCH", size)
        monkeypatch.setattr(comparing, "_PAGE", size)
        assert compare(two, 1, 2) == whole
        assert len(list(changed_pictures(two, 1, 2))) == whole.changed


@pytest.mark.parametrize("where", ["", "species:mallard hour:1-5"])
def test_no_run_is_walked_for_each_picture(two: Store, where: str) -> None:
    for sql, parameters in two.comparing.queries(1, 2, parse_filter(where), 1, 9):
        plan = [row[3] for row in two.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        assert not [step for step in plan if step.startswith("SCAN")], plan
