"""Grade a survey to its truth in the real app, by the best keys there are, and count the keys.

    python -m tests.bench.bench_grade [--pictures 1000] [--sizes 80x24 120x40] [--smaller 0]

Builds a survey of real pictures, 84 % blank, with predictions that err, whose truth is known,
and types into the app in a terminal as a grader would who never errs: the sheet of a class
where a class has many pictures, exceptions graded on the spot; then what is left, one by one or
burst by burst. It looks at the screen for what a grader looks for: which pictures are there.
`--smaller` presses `-` so often in each sheet. Printed are the keys a picture (good 0.5, aimed at
0.2), by kind, and the time; ends with 1 where a grade is not the truth. A measurement.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from camtrap_tui.services.review_items import Item, Items
from camtrap_tui.store.store import Store
from camtrap_tui.tui.grid_screen import LINES
from camtrap_tui.tui.thumbnails import tiling
from tests.bench.grading_survey import BLANK, build
from tests.terminal import Terminal

_OWN_KEYS = {BLANK: "b", "human": "h", "vehicle": "v"}
# From so many pictures of a class on, its sheet takes fewer keys than they do one by one.
_WORTH_A_SHEET = 30
_UP, _DOWN, _RIGHT, _LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
_RANGE = re.compile(r"(\d[\d,]*)–(\d[\d,]*)/(\d[\d,]*)")
_TOO_EARLY = b"still to come"
_GOOD = 0.5


class Grader:
    """Somebody who sees what is in a picture, and knows the keys."""

    def __init__(
        self, survey: Path, truth: Mapping[str, str], size: tuple[int, int], smaller: int
    ) -> None:
        self.truth = truth
        self.smaller = smaller
        self.step = 0
        self.keys: Counter[str] = Counter()
        self.store = Store.open(survey)
        run = self.store.runs.latest()
        read = Items(self.store, run).read(range(1, len(truth) + 1))
        self.items: dict[str, Item] = {item.name: item for item in read}
        boxes = self.store.runs.highest_confidences(run.id, range(1, len(truth) + 1)) if run else {}
        self.detected = {item.name for item in read if item.image.id in boxes}
        order = sorted(read, key=lambda i: (i.deployment, i.image.timestamp or "", i.image.id))
        self.order = [item.name for item in order]
        self.graded: set[str] = set()
        self.last = ""
        self.is_filtered = False
        self.terminal = Terminal("review", survey, "--grader", "ann", "--where", "", size=size)
        self.terminal.wait_for(f"/{len(truth):,}")

    def close(self) -> None:
        """Leave the app."""
        self.terminal.close()
        self.store.close()

    def type(self, kind: str, keys: list[str]) -> None:
        """Press keys, each counted as one."""
        self.keys[kind] += len(keys)
        self.terminal.type("".join(keys))

    # ── what a grader sees ───────────────────────────────────────────────────────────────

    def in_view(self) -> str:
        """Return the name of the picture in view."""
        found = re.search(r"IMG_\d{4}\.JPG", self.terminal.text())
        return found[0] if found else ""

    def label(self, name: str) -> str:
        """Return the class that is predicted for a picture."""
        taxon = self.items[name].predicted
        return taxon.name if taxon else ""

    def keys_for(self, name: str) -> list[str]:
        """Return the fewest keys that grade a picture alone with its truth, in the review."""
        is_wanted, wanted = self.label(name) == self.truth[name], self.truth[name]
        if is_wanted:
            return ["\r"]
        if wanted in _OWN_KEYS:
            return [_OWN_KEYS[wanted]]
        if guess := self.guess(name):
            return [guess]
        if wanted == self.last:
            return ["."]
        quick = re.search(rf"\b([6-90]) {re.escape(wanted)}\s", self.terminal.text())
        return [quick[1]] if quick else ["/", *wanted, "\r"]

    def guess(self, name: str) -> str:
        """Return the key of the guess that is the truth, empty where none is."""
        guesses = [guess.taxon.name for guess in self.items[name].guesses]
        return str(guesses.index(self.truth[name]) + 1) if self.truth[name] in guesses else ""

    # ── one by one ───────────────────────────────────────────────────────────────────────

    def grade_all(self) -> None:
        """Grade every picture."""
        while len(self.graded) < len(self.truth):
            here = self.in_view()
            if here in self.graded:
                self.go_on()
                continue
            if not self.is_filtered and self.most_alike() < _WORTH_A_SHEET:
                self.leave_out_graded()
                continue
            label = self.label(here)
            alike = [n for n in self.order if n not in self.graded and self.label(n) == label]
            if len(alike) >= _WORTH_A_SHEET:
                self.sheet(label, alike)
            elif not self.burst(here):
                self.one(here)

    def go_on(self) -> None:
        """Go to the next picture without a grade."""
        before = self.in_view()
        self.type("next", ["\t"])
        self.terminal.wait_until(lambda: self.in_view() != before, "the next picture")

    def most_alike(self) -> int:
        """Return how many pictures the commonest prediction of those left has."""
        left = (self.label(name) for name in self.truth if name not in self.graded)
        return max(Counter(left).values(), default=0)

    def leave_out_graded(self) -> None:
        """Choose what has no grade yet, so that no key is needed to get past the rest."""
        self.type("filter", ["f", *"state:ungraded", "\r"])
        left = len(self.truth) - len(self.graded)
        self.terminal.wait_for(f"1/{left:,}")
        self.is_filtered = True

    def one(self, name: str) -> None:
        """Grade the picture in view."""
        self.type("single", self.keys_for(name))
        self.note([name])

    def burst(self, name: str) -> bool:
        """Grade the burst in view at once where that takes fewer keys; tell whether it does."""
        by_id = {item.image.id: n for n, item in self.items.items()}
        left = [by_id[key] for key in self.items[name].burst if by_id[key] not in self.graded]
        if len(left) < 3 or {self.truth[n] for n in left} != {self.truth[name]}:
            return False
        keys = self.keys_for(name)
        if len(keys) > 1:
            return False
        self.type("burst", ["e", *keys])
        self.note(left)
        return True

    def note(self, names: list[str]) -> None:
        """Wait until these are in the file, and the screen has gone on."""
        self.graded.update(names)
        self.last = self.truth[names[-1]]
        wanted = len(self.graded)
        self.terminal.wait_until(lambda: self.count() >= wanted, "the grade in the file")
        if names[-1] != self.order[-1] and wanted < len(self.truth):
            self.terminal.wait_until(lambda: self.in_view() not in names, "the next picture")

    def count(self) -> int:
        """Return how many pictures have a grade in the file."""
        return int(self.store.db.value("SELECT count(*) FROM vote"))

    # ── sheets ───────────────────────────────────────────────────────────────────────────

    def sheet(self, label: str, alike: list[str]) -> None:
        """Grade all that is predicted as `label` on its sheet, and come back."""
        self.type("sheet", ["\x10"])
        self.terminal.wait_for("Command:")
        self.type("sheet", [*"this c", "\r"])
        self.terminal.wait_for(f"sheet: {label}")
        # The app keeps the size from one sheet to the next.
        smaller, self.smaller = self.smaller, 0
        self.step += smaller
        for _ in range(smaller):
            before = _RANGE.findall(self.terminal.text())
            self.type("sheet", ["-"])
            self.terminal.wait_until(
                lambda seen=before: _RANGE.findall(self.terminal.text()) not in ([], seen),
                "smaller pictures",
            )
        queue = [name for name in self.order if self.label(name) == label]
        agreed = False
        while any(name not in self.graded for name in alike):
            first, last = self.page(queue)
            agreed = self.grade_page(queue[first - 1 : last], label, agreed)
            if last < len(queue):
                self.terminal.wait_until(lambda at=last: self.starts_at(at + 1), "the next page")
        self.type("sheet", ["\x1b"])
        self.terminal.wait_until(lambda: "sheet:" not in self.terminal.text(), "the review")
        self.terminal.wait_until(lambda: bool(self.in_view()), "a picture")

    def starts_at(self, place: int) -> bool:
        """Tell whether the page begins at a place of the queue."""
        found = _RANGE.search(self.terminal.text())
        return found is not None and int(found[1].replace(",", "")) == place

    def page(self, queue: list[str]) -> tuple[int, int]:
        """Wait until every picture of the page is there; return its first and last place."""
        whole = f"/{len(queue):,}"

        def drawn() -> bool:
            text = self.terminal.text()
            return whole in text and "↵" in text and "to come" not in text

        self.terminal.wait_until(drawn, "the page")
        found = _RANGE.search(self.terminal.text())
        assert found
        return int(found[1].replace(",", "")), int(found[2].replace(",", ""))

    def grade_page(self, page: list[str], label: str, agreed: bool) -> bool:
        """Grade the exceptions on the spot, then the rest; tell whether the sheet asks no more."""
        columns = self.columns()
        at = 0
        for place, name in enumerate(page):
            if name in self.graded or self.truth[name] == label:
                continue
            self.move(at, place, columns, [name in self.detected for name in page])
            at = place
            self.except_one(name)
        rest = [name for name in page if name not in self.graded]
        self.graded.update(rest)
        wanted = len(self.graded)
        if rest and not agreed:
            self.enter(lambda: "↵ again grades" in self.terminal.text())
        self.enter(lambda: self.count() >= wanted)
        return agreed or bool(rest)

    def enter(self, is_done: Callable[[], bool]) -> None:
        """Press enter once the page is there: the sheet says when that was too early."""
        start = len(self.terminal.written)
        self.type("page", ["\r"])
        while True:
            self.terminal.wait_until(
                lambda at=start: is_done() or _TOO_EARLY in self.terminal.written[at:],
                "what enter does",
            )
            if is_done():
                return
            self.terminal.wait_until(
                lambda: _TOO_EARLY.decode() not in self.terminal.text(), "the pictures of the page"
            )
            start = len(self.terminal.written)
            self.type("too early", ["\r"])

    def columns(self) -> int:
        """Return how many thumbnails stand side by side: what `↓` moves by."""
        screen = self.terminal.screen
        return tiling(screen.columns, screen.lines - LINES, self.step).columns

    def move(self, start: int, end: int, columns: int, detected: list[bool]) -> None:
        """Move the cursor on the page, by arrows or from detection to detection."""
        down, across = end // columns - start // columns, end % columns - start % columns
        keys = [_DOWN] * down + ([_RIGHT] * across if across > 0 else [_LEFT] * -across)
        if detected[end] and start < end:
            keys = min(keys, ["\t"] * sum(detected[start + 1 : end + 1]), key=len)
        self.type("cursor", keys)

    def except_one(self, name: str) -> None:
        """Mark the picture under the cursor, and grade it alone."""
        self.terminal.wait_for(name)
        self.type("exception", [" "])
        self.terminal.wait_for("grade this one")
        wanted = self.truth[name]
        key = _OWN_KEYS.get(wanted) or self.guess(name)
        self.type("exception", [key] if key else ["/", *wanted, "\r"])
        self.terminal.wait_for("This picture alone")
        self.graded.add(name)


def main() -> None:
    """Grade the survey at each size, and print what it took."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--pictures", type=int, default=1000)
    options.add_argument("--sizes", nargs="*", default=["80x24", "120x40"])
    options.add_argument("--smaller", type=int, default=0)
    given = options.parse_args()
    right = True
    for text in given.sizes:
        columns, rows = (int(n) for n in text.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            survey = Path(folder, "grade.db")
            truth = build(survey, Path(folder, "pictures"), given.pictures)
            right = measure(text, survey, truth, (columns, rows), given.smaller) and right
    sys.exit(not right)


def measure(
    text: str, survey: Path, truth: Mapping[str, str], size: tuple[int, int], smaller: int
) -> bool:
    """Grade a survey; print what it took, and tell whether every grade is the truth."""
    grader = Grader(survey, truth, size, smaller)
    began = time.perf_counter()
    try:
        grader.grade_all()
    finally:
        grader.close()
    took = time.perf_counter() - began
    with closing(sqlite3.connect(survey)) as raw:
        found = dict(raw.execute("SELECT file_path, label FROM truth"))
    wrong = sum(found.get(name) != label for name, label in truth.items())
    keys = grader.keys.total() / len(truth)
    blank = sum(label == BLANK for label in truth.values()) / len(truth)
    kinds = ", ".join(f"{kind} {count}" for kind, count in grader.keys.most_common())
    print(
        f"{text}: {keys:.3f} keys a picture{'!' if keys > _GOOD else ''} ({kinds}),"
        f" {len(truth)} pictures, {100 * blank:.0f} % blank, in {took:.0f} s,"
        f" {len(found)} graded, {wrong} wrong",
        flush=True,
    )
    return not wrong and len(found) == len(truth)


if __name__ == "__main__":
    main()
