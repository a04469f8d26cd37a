"""The holdout screen: how far a sample is graded, and what it says of a run, with intervals.

What is long goes on in a thread with a survey of its own. Every line that rests on pictures opens
them; once some were graded anew, the figures are reckoned anew, and what they were stands beside.
"""

from __future__ import annotations

import textwrap

from textual.app import ComposeResult
from textual.content import Content

from camtrap_tui.commands import UNCHOSEN, Command
from camtrap_tui.domain.evaluations import Evaluation
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.tui import review_views
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.holdout_acting import Acting
from camtrap_tui.tui.holdout_choosing import Choosing
from camtrap_tui.tui.holdout_matrix import columns_in, matrix_page
from camtrap_tui.tui.holdout_place import Pictures, Place
from camtrap_tui.tui.holdout_rows import (
    HoldoutRow,
    estimate_text,
    plain,
    value_text,
    with_changes,
)
from camtrap_tui.tui.holdout_strata import strata_page
from camtrap_tui.tui.holdout_views import Look, pages
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line, Lines

PAGES = ("strata", *(name for name, _ in pages()))
_STRATA, _CONFUSION, _THRESHOLDS = map(PAGES.index, ("strata", "confusion", "thresholds"))
_RECKONING = "reckoning …"
_NONE_YET = (
    "No holdout has been drawn yet.",
    "A holdout is a frozen sample of bursts that people grade without seeing the AI's answer. What"
    " it says of a run holds for the whole survey, with intervals; what was merely reviewed does"
    " not.",
    "{draw} draws one.",
)
_UNGRADED = (
    "Nobody has graded this holdout blind yet: there is nothing to say. {holdout_grade} begins."
)
_WHICH = ("Which holdout? {holdout_choose} lists them.", "{draw} draws another one.")


class HoldoutScreen(Choosing, Acting, inherit_bindings=False):
    """Shows one holdout at a time; `chosen` are the pictures that it was left for, if any."""

    BINDINGS = bindings_for("holdout")

    def __init__(self, host: Host, place: Place, grader: str) -> None:
        super().__init__(host, place, grader)
        self._rows: list[HoldoutRow] = []
        # The pictures whose opening is to be confirmed, since somebody has yet to grade them.
        self._doubted: tuple[int, ...] = ()
        self.chosen: Pictures | None = None

    def compose(self) -> ComposeResult:
        """Lay out: title, pages, the page, message or prompt, keys."""
        yield Line(id="status")
        yield Line(id="pages")
        yield self.panel
        yield Lines(id="detail")
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """Show what is known, and reckon anew."""
        self.begin()

    def on_unmount(self) -> None:
        """Stop reckoning: nobody waits for it any more."""
        self.background.interrupt()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.show_all)

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def show_all(self) -> None:
        """Show the page, with its chosen line."""
        width, place = self.size.width, self.place
        self.query_one("#status", Line).show(self._title(width))
        self.query_one("#pages", Line).show(self._tabs() if place.asked else Content(""))
        self.show_footer()
        if self.prompt.is_open or not width:
            return
        self._rows = self._page_rows(width - 3)
        chosen = place.rows.get(place.page)
        if chosen is None or not self._can_choose(chosen):
            chosen = self._next_choice(-1, 1)
        if chosen is not None:
            place.rows[place.page] = chosen
        contents = [row.content for row in self._rows]
        if chosen is not None:
            contents[chosen] = self._rows[chosen].chosen or contents[chosen]
        self.panel.show(contents, chosen)
        if chosen == self._next_choice(-1, 1):
            # The headings above the first line, too, where the page before was scrolled.
            self.panel.turn(-len(contents))
        detail = self._rows[chosen].detail if chosen is not None else ""
        # A sentence that is longer than its line begins above; what is behind the row can wait.
        *begin, end = textwrap.wrap(clean(self.said), width, break_on_hyphens=False) or [
            self._hint(chosen)
        ]
        self.message.show(end)
        lines = begin or textwrap.wrap(clean(detail), width)
        self.query_one("#detail", Lines).show([Content(line) for line in lines])

    def _title(self, width: int) -> Content:
        asked, found = self.place.asked, self.place.found
        if asked is None:
            return review_views.spread(f"{self.host.store.path.name} · holdouts", "", "", width)
        left = f"{self.host.store.path.name} · holdout {clean(asked.holdout)}"
        middle, right = "", self.working
        if found is not None:
            middle = f"accuracy {estimate_text(found.accuracy)}"
            unit = ", pictures" if found.basis.unit == "pictures" else ""
            right = right or f"run {found.basis.run_id}{unit}"
        return review_views.spread(left, middle, right, width)

    def _tabs(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for number, name in enumerate(PAGES, 1):
            is_here = number - 1 == self.place.page
            text = f"{number} {name}"
            parts.append((f"[{text}]", "bold") if is_here else f" {text} ")
        return Content.assemble(*parts)

    def _page_rows(self, width: int) -> list[HoldoutRow]:
        place = self.place
        if place.asked is None:
            paragraphs = _WHICH if self.host.store.holdouts.all() else _NONE_YET
            return self._wrapped("\n\n".join(paragraphs).format(**self.signs), width)
        if place.page == _STRATA:
            if self.progress is None:
                return self._wrapped(self.failure or _RECKONING, width)
            return strata_page(self.progress, self.graded_by_stratum(), width)
        if place.found is None:
            said = self.failure or _RECKONING
            if self.progress is not None and not self.progress.graded:
                said = _UNGRADED.format(**self.signs)
            return self._wrapped(said, width)
        return self._figures(place.found, width)

    def _figures(self, found: Evaluation, width: int) -> list[HoldoutRow]:
        sign = self.signs["holdout_matrix"]
        if self._is_matrix:
            rows = matrix_page(found, width, self.place.column, self.place.before)
            return [*rows, plain(f"{sign} shows the list of its cells, each with its interval.")]
        _, page = list(pages())[self.place.page - 1]
        keys = self.signs["holdout_extend"], self.signs["holdout_against"]
        look = Look(width, *keys, self.place.threshold)
        rows = page(found, look)
        if self.place.before is not None:
            rows = with_changes(rows, page(self.place.before, look), width)
        if self.place.page == _CONFUSION:
            rows = [plain(f"{sign} shows it as a matrix."), *rows]
        return rows

    def _wrapped(self, text: str, width: int) -> list[HoldoutRow]:
        parts = text.split("\n")
        return [
            plain(line)
            for part in parts
            # Names of commands and files stay whole.
            for line in textwrap.wrap(part, max(width, 20), break_on_hyphens=False) or [""]
        ]

    def _hint(self, chosen: int | None) -> str:
        if self.working and self.place.found is None:
            return self.working
        return self._rows[chosen].hint if chosen is not None else ""

    def figures_changed(self) -> str:
        """Return what accuracy was before and is now, where figures were reckoned anew."""
        before, found = self.place.before, self.place.found
        if before is None or found is None or before == found:
            return ""
        was, now = value_text(before.accuracy), value_text(found.accuracy)
        if was == now and before.accuracy.n == found.accuracy.n:
            return f"Reckoned anew: accuracy stays {now}, other figures changed."
        return f"Reckoned anew: accuracy {was} → {estimate_text(found.accuracy)}."

    def situation(self) -> str:
        """Return that nothing is shown, while that is so."""
        return UNCHOSEN if self.place.asked is None else ""

    def refusal(self, command: Command) -> str:
        """Return why a command that is about a holdout does nothing while none is shown."""
        if self.place.asked is not None or not command.id.startswith("holdout_"):
            return ""
        if not self.host.store.holdouts.all():
            return f"There is none yet: {self.signs['draw']} draws one."
        if command.id == "holdout_choose":
            return ""
        return _WHICH[0].format(**self.signs)

    # ── lines ────────────────────────────────────────────────────────────────────────────

    def _can_choose(self, row: int) -> bool:
        return 0 <= row < len(self._rows) and self._rows[row].image_ids is not None

    def _next_choice(self, start: int, step: int) -> int | None:
        end = len(self._rows) if step > 0 else -1
        return next((n for n in range(start + step, end, step) if self._can_choose(n)), None)

    @property
    def _row(self) -> HoldoutRow | None:
        chosen = self.place.rows.get(self.place.page)
        return self._rows[chosen] if chosen is not None and self._can_choose(chosen) else None

    def _step(self, by: int) -> None:
        """Go `by` lines on or back, past what cannot be chosen."""
        self.said, self._doubted = "", ()
        sign = 1 if by > 0 else -1
        at = self.place.rows.get(self.place.page)
        for _ in range(abs(by)):
            found = self._next_choice(-1 if at is None else at, sign)
            if found is None:
                break
            at = found
        if at is not None:
            self.place.rows[self.place.page] = at
        self.show_all()
        if at is None or self._next_choice(at, sign) is None:
            # What cannot be chosen at an end must be readable all the same.
            self.panel.turn(sign * len(self._rows))

    def action_holdout_down(self) -> None:
        """Next line."""
        self._step(1)

    def action_holdout_up(self) -> None:
        """Line before."""
        self._step(-1)

    def action_holdout_page_down(self) -> None:
        """Further down."""
        self._step(max(self.panel.size.height - 1, 1))

    def action_holdout_page_up(self) -> None:
        """Further up."""
        self._step(1 - max(self.panel.size.height, 2))

    # ── pages ────────────────────────────────────────────────────────────────────────────

    def action_holdout_page(self, number: int) -> None:
        """Go to a page, from 1."""
        self.said, self._doubted = "", ()
        self.place.page = number - 1
        self.show_all()

    def action_holdout_page_next(self) -> None:
        """Next page."""
        self.action_holdout_page((self.place.page + 1) % len(PAGES) + 1)

    @property
    def _is_matrix(self) -> bool:
        return self.place.page == _CONFUSION and self.place.is_matrix

    def _sideways(self, by: int) -> None:
        """Go to another class of the thresholds, or to another column of the matrix."""
        place, found = self.place, self.place.found
        self.said, self._doubted = "", ()
        if self._is_matrix and found is not None and found.cells:
            last = columns_in(found, self.size.width - 3) - 1
            place.column = min(max(min(place.column, last) + by, 0), last)
        elif place.page == _THRESHOLDS and found is not None and found.thresholds:
            place.threshold = (place.threshold + by) % len(found.thresholds)
            place.rows.pop(_THRESHOLDS, None)
        self.show_all()

    def action_holdout_right(self) -> None:
        """Thresholds of the next class, or the next column."""
        self._sideways(1)

    def action_holdout_left(self) -> None:
        """Thresholds of the class before, or the column before."""
        self._sideways(-1)

    def action_holdout_matrix(self) -> None:
        """Show the confusion as a matrix, or as a list again; from elsewhere, go to it."""
        self.place.is_matrix = not self._is_matrix
        self.place.rows.pop(_CONFUSION, None)
        self.action_holdout_page(_CONFUSION + 1)

    # ── what is behind a line ────────────────────────────────────────────────────────────

    def action_holdout_open(self) -> None:
        """Leave for the pictures of the chosen line."""
        row = self._row
        if row is None or not row.image_ids:
            self.say("No graded picture is behind this line." if row else "")
            return
        unseen = self.not_graded_by_me(row.image_ids)
        if unseen and self._doubted != row.image_ids:
            self._doubted = row.image_ids
            self.say(
                f"{counted(unseen, 'picture')} of these you have not graded blind:"
                f" {self.signs['holdout_open']} again shows them with the AI's answer."
            )
            return
        self.chosen = Pictures(row.image_ids, clean(row.title), self.counts_here(row.image_ids))
        self.dismiss()

    def action_holdout_extend(self) -> None:
        """Draw more bursts: of the chosen class or stratum, or of all."""
        self.ask_extension(self._row)

    def action_holdout_export(self) -> None:
        """Show the form that exports, for what was drawn for this holdout."""
        if self.place.asked is not None:
            self.host.exports.open(
                lambda _: self.show_all(), where="", holdout=self.place.asked.holdout
            )

    def action_help(self) -> None:
        """Show all keys."""
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", "holdout", keys, self.do, grouped=True))

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_back(self) -> None:
        """Back to review."""
        self.dismiss()
