"""Filters with what a survey has saved, and counts of what is being typed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from camtrap_tui.errors import FilterError, UsageError
from camtrap_tui.services import filtering
from camtrap_tui.services.previewing import Known, Preview, Previewing, known_values
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.holdout_builder import drawn_survey
from tests.store.test_grades import grade

PATIENCE_S = 20


@pytest.fixture
def river(store: Store) -> Store:
    names = ["dog", "prairie dog", "dog", "mallard"]
    add_images(store, [Said(name, 0.5 + n / 10) for n, name in enumerate(names)])
    grade(store, [1], "mallard", "ann")
    return store


def test_a_saved_filter_is_used_with_further_words_and_replaced(river: Store) -> None:
    assert "@dogs" in filtering.save_filter(river, " @dogs ", "species:dog", "ann")
    wanted = filtering.read_filter(river, "@dogs state:ungraded")
    assert list(river.queues.build(wanted, 1)) == [2, 3]
    said = filtering.save_filter(river, "dogs", "@dogs order:score", "ben")
    assert said.endswith("It was: species:dog")
    (saved,) = river.saved_filters.all()
    assert (saved.filter, saved.saved_by) == ("species:dog order:score", "ben")


def test_a_queue_is_called_by_its_name_or_in_words(river: Store) -> None:
    filtering.save_filter(river, "my dogs", "species:dog", "ann")
    session = ReviewSession(river, "ann", where='@"my dogs"')
    assert session.title == "my dogs"
    session.open_queue("species:dog order:score state:mine")
    assert session.title == "dog, graded by you, least sure first"
    session.open_queue("")
    assert session.title == "all pictures"


def test_a_filter_that_says_nothing_is_not_saved(river: Store) -> None:
    with pytest.raises(FilterError, match="column 7"):
        filtering.save_filter(river, "x", "state:done")
    with pytest.raises(UsageError, match="needs a name"):
        filtering.save_filter(river, " @ ", "species:dog")
    assert river.saved_filters.all() == []


def test_saved_filters_are_listed_with_counts_or_with_what_is_wrong(river: Store) -> None:
    filtering.save_filter(river, "dogs", "species:dog", "ann")
    with river.db.transaction():
        river.db.execute("INSERT INTO saved_filter VALUES ('old', 'colour:red', 'ben', '')")
    dogs, old = filtering.list_filters(river, 1)
    assert (dogs.pictures, dogs.ungraded, dogs.words) == (3, 2, "dog")
    assert (old.pictures, old.ungraded) == (None, None)
    assert "colour" in old.error
    with pytest.raises(FilterError, match="'old' has no meaning"):
        filtering.read_filter(river, "@old")


def test_what_is_removed_is_gone(river: Store) -> None:
    filtering.save_filter(river, "dogs", "species:dog")
    assert filtering.remove_filter(river, "@dogs") == "species:dog"
    with pytest.raises(UsageError, match="no saved filter 'dogs'"):
        filtering.remove_filter(river, "dogs")


@pytest.mark.parametrize(
    ("text", "column"), [("changed:9", 9), ("species:dog was:1:dog,9:dog", 17)]
)
def test_a_run_that_is_not_there_is_named(river: Store, text: str, column: int) -> None:
    with pytest.raises(FilterError, match="no run 9: the survey's runs: 1") as caught:
        filtering.read_filter(river, text)
    assert caught.value.column + 1 == column


def test_known_values_choose_as_many_as_they_say(river: Store) -> None:
    known = known_values(river, 1).values
    found = {one.value: one.count for one in known["species"]}
    assert found == {"=dog": 2, "prairie dog": 1, "mallard": 1}
    for name, count in found.items():
        counted = filtering.count_filter(river, f'species:"{name}"', 1)
        assert counted.pictures == count
    assert [(one.value, one.count) for one in known["camera"]] == [("UR011", 4)]
    assert [one.value for one in known["truth"]] == ["mallard"]
    assert known["holdout"] == []


def test_names_of_holdouts_complete_their_filter(store: Store) -> None:
    drawn_survey(store)
    (one,) = known_values(store, 1).values["holdout"]
    assert filtering.count_filter(store, f"holdout:{one.value}", 1).pictures == 40


class Told:
    """What a preview's thread has told."""

    def __init__(self) -> None:
        self.known: list[Known] = []
        self.previews: list[Preview] = []
        self.changed = threading.Condition()

    def __call__(self, what: Known | Preview) -> None:
        with self.changed:
            if isinstance(what, Known):
                self.known.append(what)
            else:
                self.previews.append(what)
            self.changed.notify_all()

    def wait_for(self, line: str) -> str:
        """Wait for the count of a line."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(one.line == line for one in self.previews), PATIENCE_S
            )
            return next(one.told for one in self.previews if one.line == line)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def previewing(river: Store, told: Told) -> Iterator[Previewing]:
    found = Previewing(river.path, 1, "ann", told)
    yield found
    found.close()


def test_lines_are_counted_by_a_thread(previewing: Previewing, told: Told) -> None:
    previewing.ask("species:dog")
    assert told.wait_for("species:dog") == "3 pictures, 2 without a grade"
    previewing.ask("state:mine")
    assert told.wait_for("state:mine") == "1 picture, 0 without a grade"
    assert len(told.known) == 1


def test_only_the_newest_line_is_counted(
    previewing: Previewing, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than a busy machine may take between two of the lines.
    monkeypatch.setattr("camtrap_tui.services.previewing._QUIET_S", 1.0)
    for end in range(1, 12):
        previewing.ask("species:dog"[:end])
    previewing.forget()
    previewing.ask("species:mallard")
    told.wait_for("species:mallard")
    assert [one.line for one in told.previews] == ["species:mallard"]


def test_a_closed_preview_tells_nothing(previewing: Previewing, told: Told) -> None:
    previewing.ask("species:dog")
    previewing.close()
    assert previewing._thread is not None
    previewing._thread.join(PATIENCE_S)
    assert not previewing._thread.is_alive()
    assert told.previews == []


def test_a_queue_takes_new_pictures_though_its_saved_filter_is_gone(river: Store) -> None:
    filtering.save_filter(river, "ducks", "species:mallard", "ann")
    session = ReviewSession(river, "ann", where="@ducks")
    before = len(session.queue)
    filtering.remove_filter(river, "ducks")
    add_images(river, [Said("mallard"), Said("northern raccoon")], run=session.run)
    assert session.refresh_queue() == 1
    assert len(session.queue) == before + 1
    assert session.title == "ducks"
