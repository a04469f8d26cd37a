"""Extensions: the next ranks of the strata that are meant, nothing taken back, all recorded."""

from __future__ import annotations

from collections import Counter

import pytest

from camtrap_tui.errors import UsageError
from camtrap_tui.services.extending import extend, plan_extension
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.holdout_builder import another_holdout, drawn_survey

RACCOON, MALLARD, BLANK = "northern raccoon", "mallard", "blank"


def test_an_extension_keeps_what_was_drawn_and_weights_follow(store: Store) -> None:
    drawn = drawn_survey(store)
    before = drawn.images()
    phase = extend(store, drawn.holdout, 10, "ben")
    after = drawn.images()
    assert set(before) < set(after)
    assert len(after) == 50
    assert (phase.phase, phase.size, phase.drawn_by, phase.aim) == (2, 10, "ben", "")
    assert store.holdouts.phases(drawn.holdout.id)[1] == phase
    units = Counter(u.stratum for u in store.holdouts.sample(drawn.holdout.id))
    for s in store.holdouts.strata(drawn.holdout.id):
        assert s.sampled == units[s.stratum]
        assert s.weight == s.population / s.sampled
    weights = store.db.execute(
        "SELECT stratum, sum(weight), sum(weight_for_pictures) FROM holdout_sample GROUP BY 1"
    ).fetchall()
    populations = {s.name: s.population for s in store.holdouts.strata(drawn.holdout.id)}
    assert {name: pytest.approx(n) for name, n, _ in weights} == populations


def test_an_extension_may_be_directed(store: Store) -> None:
    drawn = drawn_survey(store)
    had = {s.name: s.sampled for s in store.holdouts.strata(drawn.holdout.id)}
    assert extend(store, drawn.holdout, 5, "ann", species="raccoon").aim == "predicted raccoon"
    assert extend(store, drawn.holdout, 2, "ann", stratum=MALLARD).aim == MALLARD
    assert extend(store, drawn.holdout, 1, "ann", stratum="1").aim == BLANK
    now = {s.name: s.sampled for s in store.holdouts.strata(drawn.holdout.id)}
    assert {name: now[name] - had[name] for name in now} == {
        **{RACCOON: 5, MALLARD: 2, BLANK: 1},
        "no prediction": 0,
    }


def test_a_species_that_shares_its_stratum_says_how_many_to_expect(store: Store) -> None:
    drawn = drawn_survey(store)
    pooled = another_holdout(drawn, "b", minimum=10, size=45).holdout
    planned = plan_extension(store, pooled, 6, species=MALLARD)
    assert planned.more == (0, 6, 0)
    mallards = [t.id for t in store.taxa.all() if t.name == MALLARD]
    (bursts, undrawn) = store.holdouts.predicted(pooled, mallards)[2]
    assert bursts == 10
    left = store.holdouts.strata(pooled.id)[1]
    assert planned.expected == pytest.approx(6 * undrawn / (left.population - left.sampled))


def test_the_luck_of_a_drawing_has_no_say_in_where_it_is_extended(store: Store) -> None:
    # Every band of scores has some of both.
    drawn = drawn_survey(store, ((RACCOON, RACCOON, 120), (MALLARD, MALLARD, 80)))
    planned = set()
    for seed in range(8):
        other = another_holdout(
            drawn, f"seed {seed}", seed=seed, strata=("score",), size=60, minimum=4
        ).holdout
        planned.add(plan_extension(store, other, 30, species=RACCOON).more)
    assert len(planned) == 1


@pytest.mark.parametrize(
    ("more", "asked", "said"),
    [
        (0, {}, "at least one"),
        (38, {}, "Only 37 bursts"),
        (1, {"species": "lynx"}, "nothing left that is predicted as 'lynx'"),
        (99, {"species": "mallard"}, "Only 2 bursts"),
        (1, {"stratum": "lynx"}, "no stratum 'lynx'"),
        (1, {"stratum": "no prediction"}, "All bursts of that are drawn already"),
        (1, {"stratum": "1", "species": "mallard"}, "give one of them"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(
    store: Store, more: int, asked: dict[str, str], said: str
) -> None:
    drawn = drawn_survey(store)
    with pytest.raises(UsageError, match=said):
        extend(store, drawn.holdout, more, "ann", **asked)
    assert len(store.holdouts.phases(drawn.holdout.id)) == 1


def test_a_burst_that_came_later_changes_nothing(store: Store) -> None:
    drawn = drawn_survey(store)
    add_images(store, [Said(RACCOON)] * 9, run=store.runs.all()[0])
    extend(store, drawn.holdout, 37, "ann")
    assert [s.population for s in store.holdouts.strata(drawn.holdout.id)] == [42, 22, 10, 3]
    assert len(drawn.images()) == 77
