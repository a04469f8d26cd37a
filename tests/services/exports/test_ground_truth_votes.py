"""What is final in the ground-truth CSV where several people's words differ."""

from __future__ import annotations

from camtrap_tui.domain.taxonomy import UNKNOWN, TaxonName
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, md5, taxon
from tests.services.exports.test_ground_truth import export
from tests.store.test_reports import MALLARD, RACCOON


def test_of_coarser_and_finer_words_the_finest_is_final_in_the_name_of_who_says_it(
    store: Store,
) -> None:
    (key,) = add_images(store, [Said(MALLARD)])
    bird = TaxonName("u-aves", "aves", "", "", "", "", "bird")
    duck = TaxonName("u-duck", "aves", "anseriformes", "anatidae", "anas", "crecca", "teal")
    for name, said in (("ann", duck), ("ben", duck), ("cem", bird), ("dan", UNKNOWN)):
        seen = (NewObservation(taxon(store, said).id),)
        store.grades.append(name, [NewGrade(md5(name), key, seen, "assisted", "species")], NOW)
    shown = [(row["label"], row["labeled_by"], row["is_final"]) for row in export(store)]
    assert shown == [("teal", "ann;ben", "true")]
    everybody = export(store, all_graders=True)
    assert [row["is_final"] for row in everybody].count("true") == 1
    assert len(everybody) == 4


def test_what_was_adjudicated_is_final_in_the_adjudicators_name(store: Store) -> None:
    (key,) = add_images(store, [Said(MALLARD)])
    for name, said, mode in (
        ("ann", RACCOON, "assisted"),
        ("ben", MALLARD, "assisted"),
        ("eve", MALLARD, "adjudicated"),
    ):
        seen = (NewObservation(taxon(store, said).id),)
        store.grades.append(name, [NewGrade(md5(name), key, seen, mode, "species")], NOW)
    found = [
        (row["label"], row["labeled_by"], row["label_mode"], row["is_final"])
        for row in export(store)
    ]
    assert found == [(MALLARD, "eve", "adjudicated", "true")]
