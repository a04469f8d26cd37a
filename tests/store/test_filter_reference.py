"""Every word of filters against what plain Python says of a small random survey."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.store.test_grades import grade

NAMES = ("northern raccoon", "mallard", "blank", "human", None)
CAMERAS = ("UR001", "UR011", "Bridge, north")
COUNT = 120


@dataclass
class Picture:
    """What a test knows of one image."""

    id: int
    name: str | None
    other: str | None
    score: float | None
    camera: str
    timestamp: str | None
    burst: int
    votes: dict[str, str] = field(default_factory=dict)
    human_box: bool = False
    mark: bool = False
    note: str = ""
    flagged: bool = False
    drawn: bool = False
    part: str | None = None

    @property
    def truth(self) -> str | None:
        """What all graders say, None where they do not agree or nobody graded."""
        said = self.said or set(self.votes.values())
        return said.pop() if len(said) == 1 else None

    @property
    def said(self) -> set[str]:
        """What those say who are sure."""
        return set(self.votes.values()) - {"unknown"}


@pytest.fixture
def pictures(store: Store) -> list[Picture]:
    """A survey of two runs and two graders, its first run being 1."""
    rng = random.Random(4)
    first, second = add_run(store, "first"), add_run(store, "second")
    made = []
    for number in range(1, COUNT + 1):
        name, camera = rng.choice(NAMES), rng.choice(CAMERAS)
        score = rng.choice([0.1, 0.4, 0.5, 0.9]) if name else None
        hour, day = rng.randrange(24), rng.randrange(1, 29)
        timestamp = f"2024-0{rng.randrange(1, 9)}-{day:02d} {hour:02d}:00:00"
        other = rng.choice([name, *NAMES[:3]])
        made.append(
            Picture(number, name, other, score, camera, rng.choice([timestamp] * 9 + [None]), 0)
        )
        made[-1].human_box = rng.random() < 0.3
    boxes = [("human", 0.3, 0.0, 0.0, 0.5, 0.5)], [("human", 0.1, 0.0, 0.0, 0.5, 0.5)]
    add_images(
        store,
        [Said(p.name, p.score or 0.0, p.timestamp, p.camera, boxes[not p.human_box]) for p in made],
        run=first,
    )
    _second_run(store, made, second.id)
    _words(store, made, rng)
    return made


def _second_run(store: Store, made: list[Picture], run_id: int) -> None:
    ids = {taxon.name: taxon.id for taxon in store.taxa.all()}
    with store.db.transaction():
        for p in made:
            p.burst = (p.id - 1) // 3 * 3 + 1
            store.db.execute("UPDATE image SET burst_id = ? WHERE id = ?", [p.burst, p.id])
            if p.other:
                row = (run_id, p.id, "predicted", ids[p.other], 0.5, "classifier", None, 1)
                store.runs.put_predictions([row])


def _words(store: Store, made: list[Picture], rng: random.Random) -> None:
    for p in made:
        for grader in ("ann", "ben"):
            if rng.random() < 0.4:
                p.votes[grader] = rng.choice(["mallard", "northern raccoon", "unknown"])
                grade(store, [p.id], p.votes[grader], grader)
        if rng.random() < 0.2:
            p.mark = rng.random() < 0.5
            store.grades.append_mark(f"a{p.id}", p.id, "ann", "mark", "on", "")
            if not p.mark:
                store.grades.append_mark(f"b{p.id}", p.id, "ann", "mark", "off", "")
        if rng.random() < 0.2:
            p.note = rng.choice(["limping", "two of 100%"])
            store.grades.append_mark(f"n{p.id}", p.id, "ben", "note", p.note, "")
    with store.db.transaction():
        for p in made:
            p.flagged = rng.random() < 0.1
            if p.flagged:
                store.db.execute("INSERT INTO image_flag VALUES ('before_2010', ?)", [p.id])
    _draw(store, made, rng)
    _divide(store, made, rng)


def _draw(store: Store, made: list[Picture], rng: random.Random) -> None:
    """Draw some pictures for the holdout River, and others for River 2."""
    insert = "INSERT INTO holdout VALUES (?, ?, ?, 1, 1, '', '', 'mixed', 1, 60, 0)"
    with store.db.transaction():
        for key, name in ((1, "River"), (2, "River 2")):
            store.db.execute(insert, [key, f"uuid {key}", name])
        for p in made:
            p.drawn = rng.random() < 0.3
            for key, phase in ((1, 1 if p.drawn else None), (2, None if p.drawn else 1)):
                row = [key, p.id, 1, p.id, 1, phase]
                store.db.execute("INSERT INTO holdout_unit VALUES (?, ?, ?, ?, ?, ?)", row)


def _divide(store: Store, made: list[Picture], rng: random.Random) -> None:
    """Give some graded pictures a part for fine-tuning."""
    with store.db.transaction():
        for p in made:
            p.part = rng.choice(["train", "train", "val", "test", None]) if p.votes else None
            if p.part:
                store.db.execute("INSERT INTO split VALUES (?, ?)", [p.id, p.part])


def _corrected(p: Picture) -> bool:
    # Who is not sure corrects nothing.
    return p.name is not None and any(said not in (p.name, "unknown") for said in p.votes.values())


def _changed(p: Picture) -> bool:
    return p.name is not None and p.other is not None and p.name != p.other


WORDS: dict[str, Callable[[Picture], bool]] = {
    "species:raccoon": lambda p: p.name == "northern raccoon",
    "species:raccoon,mall": lambda p: p.name in ("northern raccoon", "mallard"),
    "-species:blank": lambda p: p.name != "blank",
    "truth:mallard": lambda p: p.truth == "mallard",
    "-truth:mallard": lambda p: p.truth != "mallard",
    "score:<0.5": lambda p: p.score is not None and p.score < 0.5,
    "-score:<0.5": lambda p: p.score is None or p.score >= 0.5,
    "score:0.4-0.5": lambda p: p.score in (0.4, 0.5),
    "camera:ur0": lambda p: p.camera.startswith("UR0"),
    'camera:"bridge, n",UR011': lambda p: p.camera in ("Bridge, north", "UR011"),
    "-camera:UR001": lambda p: p.camera != "UR001",
    "hour:20-5": lambda p: p.timestamp is not None and int(p.timestamp[11:13]) % 20 <= 5,
    "date:2024-03..2024-04": lambda p: p.timestamp is not None and p.timestamp[6] in "34",
    "-date:2024": lambda p: p.timestamp is None,
    "has:human": lambda p: p.human_box,
    "-has:human,animal": lambda p: not p.human_box,
    "state:ungraded": lambda p: not p.votes,
    "state:graded": lambda p: bool(p.votes),
    "state:mine": lambda p: "ann" in p.votes,
    "-state:mine state:graded": lambda p: set(p.votes) == {"ben"},
    "grader:BE": lambda p: "ben" in p.votes,
    "grader:ann grader:ben": lambda p: len(p.votes) == 2,
    "state:unsure": lambda p: "unknown" in p.votes.values(),
    "state:marked": lambda p: p.mark,
    "state:noted": lambda p: bool(p.note),
    "state:marked,noted": lambda p: p.mark or bool(p.note),
    "state:marked state:noted": lambda p: p.mark and bool(p.note),
    "note:LIMP": lambda p: p.note == "limping",
    "note:100%": lambda p: p.note.endswith("%"),
    "state:conflict": lambda p: len(p.said) == 2,
    "state:corrected": _corrected,
    "state:changed": _changed,
    "changed:2": _changed,
    "-changed:2,1": lambda p: not _changed(p),
    "was:mallard": lambda p: p.other == "mallard",
    "was:2:=blank,raccoon": lambda p: p.other in ("blank", "northern raccoon"),
    "was:1:=blank": lambda p: p.name == "blank",
    "-was:2": lambda p: p.other is None,
    "was:2:mallard species:raccoon": lambda p: (p.name, p.other) == (NAMES[0], "mallard"),
    "-state:corrected,changed": lambda p: not _corrected(p) and not _changed(p),
    "state:unpredicted": lambda p: p.name is None,
    "state:failed": lambda p: p.name is None,
    "flag:before_2010": lambda p: p.flagged,
    "flag:no_time,before_2010": lambda p: p.flagged or p.timestamp is None,
    "holdout:river": lambda p: p.drawn,
    "-holdout:RIVER": lambda p: not p.drawn,
    'holdout:"=river 2"': lambda p: not p.drawn,
    "holdout:river state:mine": lambda p: p.drawn and "ann" in p.votes,
    "split:train": lambda p: p.part == "train",
    "split:val,test": lambda p: p.part in ("val", "test"),
    "-split:train,val,test": lambda p: p.part is None,
    "split:train state:unsure": lambda p: p.part == "train" and "unknown" in p.votes.values(),
    "name:IMG_000": lambda p: p.id < 10,
    "species:raccoon score:>=0.4 state:ungraded -camera:bridge": lambda p: (
        p.name == "northern raccoon"
        and p.score is not None
        and p.score >= 0.4
        and not p.votes
        and p.camera != "Bridge, north"
    ),
}


@pytest.mark.parametrize("text", sorted(WORDS))
def test_a_word_chooses_what_it_says(store: Store, pictures: list[Picture], text: str) -> None:
    wanted = parse_filter(text, grader="ann")
    expected = {p.id for p in pictures if WORDS[text](p)}
    assert 0 < len(expected) < COUNT
    assert set(store.queues.build(wanted, 1)) == expected
    size = store.queues.size(wanted, 1)
    ungraded = sum(1 for p in pictures if p.id in expected and not p.votes)
    assert (size.pictures, size.ungraded) == (len(expected), ungraded)


def test_words_narrow_each_other_and_may_be_denied(store: Store, pictures: list[Picture]) -> None:
    rng = random.Random(7)
    single = sorted(text for text in WORDS if " " not in text.replace("bridge, n", "bridge,n"))
    for _ in range(300):
        chosen = [(text, rng.random() < 0.4) for text in rng.sample(single, rng.choice([2, 3]))]
        # What is denied twice is asked for.
        line = " ".join(f"-{t}".replace("--", "") if denied else t for t, denied in chosen)
        expected = {p.id for p in pictures if all(WORDS[t](p) != denied for t, denied in chosen)}
        order = rng.choice(["", " order:score", " order:burst", " order:disagreement"])
        wanted = parse_filter(line + order, grader="ann")
        queue = list(store.queues.build(wanted, 1))
        assert sorted(queue) == sorted(expected), line + order
        assert store.queues.size(wanted, 1).pictures == len(expected), line


@pytest.mark.parametrize("where", ["", "-species:blank "])
@pytest.mark.parametrize(
    "order", ["score", "-score", "burst", "-burst", "random", "random:7", "disagreement"]
)
def test_an_order_leaves_nothing_out(
    store: Store, pictures: list[Picture], where: str, order: str
) -> None:
    chosen = {p.id for p in pictures if not where or p.name != "blank"}
    queue = list(store.queues.build(parse_filter(f"{where}order:{order}"), 1))
    assert len(queue) == len(chosen)
    assert set(queue) == chosen


@pytest.mark.parametrize(("order", "sign"), [("burst", 1), ("-burst", -1)])
def test_bursts_stay_whole_with_the_least_sure_first(
    store: Store, pictures: list[Picture], order: str, sign: int
) -> None:
    by_id = {p.id: p for p in pictures}
    queue = list(store.queues.build(parse_filter(f"order:{order}"), 1))
    bursts = [by_id[key].burst for key in queue]
    starts = [n for n, burst in enumerate(bursts) if n == 0 or bursts[n - 1] != burst]
    assert len(starts) == len(set(bursts))
    best = []
    for n in starts:
        inside = [p for p in pictures if p.burst == bursts[n]]
        times = [by_id[key].timestamp or "" for key in queue[n : n + len(inside)]]
        assert times == sorted(times)
        scores = [sign * p.score for p in inside if p.score is not None]
        best.append(min(scores) if scores else 9.0)
    assert best == sorted(best)


def test_disagreements_come_by_their_kind(store: Store, pictures: list[Picture]) -> None:
    by_id = {p.id: p for p in pictures}

    def kind(p: Picture) -> int:
        kinds = [len(p.said) == 2, _changed(p), _corrected(p)]
        return kinds.index(True) if any(kinds) else len(kinds)

    queue = store.queues.build(parse_filter("order:disagreement"), 1)
    kinds = [kind(by_id[key]) for key in queue]
    assert kinds == sorted(kinds)
    assert set(kinds) == {0, 1, 2, 3}
    found = store.queues.disputes_among(range(1, COUNT + 1), 1)
    assert found.keys() == {p.id for p in pictures if kind(p) < 3}


def test_a_shuffle_depends_on_seed_and_media_id_alone(
    store: Store, pictures: list[Picture]
) -> None:
    def media(text: str) -> list[str]:
        queue = store.queues.build(parse_filter(text), 1)
        return [image.media_id for image in store.images.by_ids(queue)]

    before, other = media("order:random"), media("order:random:2")
    assert before == media("order:random:1")
    assert before != other
    # In another copy of the survey, images may have other row ids.
    with store.db.transaction():
        store.db.execute("PRAGMA defer_foreign_keys = ON")
        for table, column in (("image", "id"), ("image", "burst_id")):
            store.db.execute(f"UPDATE {table} SET {column} = 10000 - {column}")
        tables = (
            "source_row",
            "prediction",
            "detection",
            "vote",
            "image_flag",
            "holdout_unit",
            "split",
        )
        for table in tables:
            store.db.execute(f"UPDATE {table} SET image_id = 10000 - image_id")
        for table in ("grade", "mark"):
            store.db.execute(f"DROP TRIGGER {table}_is_never_updated")
            store.db.execute(f"UPDATE {table} SET image_id = 10000 - image_id")
    assert media("order:random") == before
    assert media("order:random:2") == other
