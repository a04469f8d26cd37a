"""The form that draws a holdout: what is asked for, and what would be drawn, stratum by stratum.

Nothing is drawn before its key is pressed; the preview is made in a thread, anew for each change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from textual import work
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.sampling import ALLOCATIONS
from camtrap_tui.domain.strata import BY
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services.drawing import DrawRequest, Plan, checked
from camtrap_tui.services.holdouts import draw, preview
from camtrap_tui.services.splitting import overlap_note
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.dialogs import Dialog, Row, text_dialog
from camtrap_tui.tui.form_screen import FormLine, FormScreen, bold_lines
from camtrap_tui.tui.holdout_strata import plan_rows
from camtrap_tui.tui.host import Host

_DRAWING = "drawing …"
_ALLOCATIONS = {
    "mixed": "half by population, half alike; of blanks a quarter at least",
    "proportional": "by population alone",
    "equal": "the same for each stratum",
}


@dataclass(frozen=True, slots=True)
class _Field:
    """A line of the form: what it is called, what it says, and how to change it."""

    label: str
    said: Callable[[DrawRequest], str]
    changed: Callable[[DrawRequest, str], DrawRequest]
    hint: str
    choices: tuple[tuple[str, str], ...] = ()


def _number(text: str) -> int:
    plain = text.replace(",", "").strip()
    if not (plain.isascii() and plain.isdecimal()):
        raise UsageError(f"{clean(text)!r} is no whole number.", "Type digits.")
    return int(plain[:12])


def _share(text: str) -> float:
    try:
        return float(text.strip().removesuffix("%")) / 100
    except ValueError:
        raise UsageError(f"{clean(text)!r} is no percentage.", "Type a number, as in 5.") from None


def _by(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace(",", " ").split() if part != "and")


FIELDS = (
    _Field("Name", lambda r: r.name, lambda r, t: replace(r, name=t), "as in: river2024"),
    _Field(
        "Bursts",
        lambda r: f"{r.size:,}",
        lambda r, t: replace(r, size=_number(t)),
        "how many bursts to draw; one frame of each is graded",
    ),
    _Field(
        "Strata by",
        lambda r: ", ".join(r.strata),
        lambda r, t: replace(r, strata=_by(t)),  # type: ignore[arg-type]
        f"any of {', '.join(BY)}; empty for none",
    ),
    _Field(
        "Allocation",
        lambda r: r.allocation,
        lambda r, t: replace(r, allocation=t.strip()),  # type: ignore[arg-type]
        "how bursts are shared out among the strata",
        tuple((name, _ALLOCATIONS[name]) for name in ALLOCATIONS),
    ),
    _Field(
        "At least",
        lambda r: f"{r.minimum:,}",
        lambda r, t: replace(r, minimum=_number(t)),
        "bursts of each stratum; what is rarer shares one",
    ),
    _Field(
        "Twice",
        lambda r: f"{100 * r.repeat_share:g} %",
        lambda r, t: replace(r, repeat_share=_share(t)),
        "of each grader's pictures come back, to see whether they agree with themselves",
    ),
    _Field(
        "Seed",
        lambda r: f"{r.seed:,}",
        lambda r, t: replace(r, seed=_number(t)),
        "the same seed draws the same bursts, on every machine",
    ),
    _Field(
        "Out of",
        lambda r: r.where,
        lambda r, t: replace(r, where=t.strip()),
        "a filter, as in camera:UR011; empty for all pictures",
    ),
)


class HoldoutForm(FormScreen, inherit_bindings=False):
    """Asks what to draw; `drawn` is the name of what was, empty where nothing was, and `note` what
    is to be known of it then."""

    BINDINGS = bindings_for("draw")
    LABEL_CELLS = 14

    class Previewed(Message):
        """A thread has worked out what would be drawn, or why nothing can be."""

        def __init__(self, request: DrawRequest, plan: Plan | None, why: str = "") -> None:
            super().__init__()
            self.request = request
            self.plan = plan
            self.why = why

    class Drawn(Message):
        """A thread has drawn a holdout, and what is to be known of it now; or says why not."""

        def __init__(self, name: str, why: str = "", note: str = "") -> None:
            super().__init__()
            self.name = name
            self.why = why
            self.note = note

    def __init__(self, host: Host, run: Run | None, grader: str, name: str) -> None:
        """Draw from the word of `run`, in the name of `grader`; `name` is what to begin with."""
        super().__init__(host, "draw")
        self._run = run
        self._grader = grader
        self._request = DrawRequest(name)
        self._plan: Plan | None = None
        self._why = ""
        self._is_drawing = False
        self.drawn = self.note = ""

    # ── in threads ───────────────────────────────────────────────────────────────────────

    def work_out(self) -> None:
        """Work out what the request would draw."""
        self._plan, self._why = None, ""
        self._preview(self._request)

    @work(thread=True, exclusive=True, group="preview")
    def _preview(self, request: DrawRequest) -> None:
        worker = get_current_worker()
        plan, why = None, ""
        try:
            with self.background.store() as store:
                plan = preview(store, self._run.id if self._run else None, request)
        except CamtrapError as error:
            why = str(error)
        if not worker.is_cancelled:
            self.post_message(self.Previewed(request, plan, why))

    @work(thread=True, exclusive=True, group="draw")
    def _draw(self, request: DrawRequest) -> None:
        try:
            with self.background.store() as store:
                made = draw(store, self._run.id if self._run else None, request, self._grader)
                note = overlap_note(store)
        except CamtrapError as error:
            self.post_message(self.Drawn("", str(error)))
            return
        self.post_message(self.Drawn(made.name, note=note))

    def on_holdout_form_previewed(self, event: Previewed) -> None:
        """Show what would be drawn, where it is still asked for."""
        if event.request == self._request:
            self._plan, self._why = event.plan, event.why
            self.show_all()

    def on_holdout_form_drawn(self, event: Drawn) -> None:
        """Leave with what was drawn, or say why nothing was."""
        self._is_drawing = False
        if event.why:
            self.explain(event.why)
            return
        self.drawn, self.note = event.name, event.note
        self.dismiss()

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def heading(self) -> tuple[str, str, str]:
        """Return whose word it draws from, and how many bursts it would draw."""
        run = f"from run {self._run.id}" if self._run else "without predictions"
        return f"draw a holdout {run}", self._sum(), ""

    def form_lines(self) -> list[FormLine]:
        """Return the lines of the form."""
        return [
            FormLine(
                field.label, field.said(self._request), _DRAWING if self._is_drawing else field.hint
            )
            for field in FIELDS
        ]

    def _sum(self) -> str:
        plan = self._plan
        if plan is None:
            return ""
        return (
            f"{plan.sampled:,} of {counted(plan.population, 'burst')}, ±{100 * plan.half_width:.1f}"
        )

    def rows_below(self, width: int) -> list[Content]:
        """Return what would be drawn, stratum by stratum; or why nothing can be."""
        if self._plan is not None:
            return list(plan_rows(self._plan, width))
        return bold_lines(_by_lines(self._why) or "working out what that would draw …", width)

    # ── commands ─────────────────────────────────────────────────────────────────────────

    def action_draw_edit(self) -> None:
        """Change the chosen line."""
        field = FIELDS[self.at]

        def take(text: str) -> str:
            self._request = checked(field.changed(self._request, text))
            self.work_out()
            return ""

        if field.choices:
            self.ask(_choice_dialog(field, take))
            return
        said = field.said(self._request)
        self.ask(text_dialog(f"{field.label}:", take, said, field.hint))

    def action_draw_now(self) -> None:
        """Draw what the preview shows."""
        if self._is_drawing:
            return
        if self._plan is None:
            self.explain(_by_lines(self._why) or "Wait for what it would draw.")
            return
        if self.host.store.db.read_only:
            self.explain("The survey is read-only here: nothing can be drawn.")
            return
        self._is_drawing = True
        self.message.show(f"drawing {counted(self._plan.sampled, 'burst')} …")
        self._draw(self._request)

    def action_draw_down(self) -> None:
        """Next line."""
        self.move(1)

    def action_draw_up(self) -> None:
        """Line before."""
        self.move(-1)

    def action_draw_page_down(self) -> None:
        """More of the strata."""
        self.turn(1)

    def action_draw_page_up(self) -> None:
        """Strata before."""
        self.turn(-1)


def _by_lines(said: str) -> str:
    """Return a sentence with the lines of the form in the place of the command line's options."""
    for option, line in (("--size ", "Bursts "), ("--min ", "At least ")):
        said = said.replace(option, line)
    return said


def _choice_dialog(field: _Field, take: Callable[[str], str]) -> Dialog:
    def rows(typed: str) -> list[Row]:
        plain = typed.casefold().strip()
        return [
            Row(Content.assemble((f"{name:<14}", "bold"), means), f"{name}: {means}", name)
            for name, means in field.choices
            if plain in name
        ]

    def take_row(_typed: str, row: Row | None) -> str:
        if row is None:
            raise UsageError("Nothing like that can be chosen.", "Choose with ↑ and ↓.")
        return take(str(row.value))

    return Dialog(f"{field.label}:", take_row, rows, hint=field.hint)
