"""What the holdout screen does: it draws, extends, and leaves for grading and adjudicating.

What is drawn once stays drawn; the AI's answers are hidden in the sessions that follow.
"""

from __future__ import annotations

from textual import work
from textual.message import Message

from camtrap_tui.domain.dealing import parse_share
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services.extending import extend, plan_extension
from camtrap_tui.services.holdouts import find_holdout
from camtrap_tui.services.leaving import Leaving
from camtrap_tui.services.splitting import overlap_note
from camtrap_tui.tui.dialogs import Dialog, Row, text_dialog
from camtrap_tui.tui.holdout_asking import Asking
from camtrap_tui.tui.holdout_form import HoldoutForm
from camtrap_tui.tui.holdout_place import Asked
from camtrap_tui.tui.holdout_rows import HoldoutRow

_ALL = "1/1"


class Acting(Asking, inherit_bindings=False):
    """Each asks first, or says what was done."""

    class Extended(Message):
        """A thread has drawn more bursts, or says why not."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def action_draw(self) -> None:
        """Draw a new holdout."""
        store = self.host.store
        taken = {holdout.name for holdout in store.holdouts.all()}
        numbers = range(1, len(taken) + 2)
        name = next(f"holdout{n}" for n in numbers if f"holdout{n}" not in taken)
        form = HoldoutForm(self.host, store.runs.latest(), self.grader, name)

        def back(_: None) -> None:
            if form.drawn:
                self.ask_for(Asked(form.drawn))
                said = f"Drawn: {clean(form.drawn)}. {self.signs['holdout_grade']} grades it blind."
                self.say(f"{said} {form.note}".rstrip())

        self.app.push_screen(form, back)

    def ask_extension(self, row: HoldoutRow | None) -> None:
        """Ask how many more bursts to draw: of a class, as far as it needs them, or of all."""
        if self.place.asked is None or self.progress is None:
            return
        if self.host.store.db.read_only:
            self.say("The survey is read-only here: nothing can be drawn.")
            return
        species, stratum, more, of = "", "", "", "of all strata"
        if row is not None and row.taxon is not None and row.need is not None:
            species, of = f"={row.taxon.name}", f"called {clean(row.taxon.name)}"
            wanted = min(row.need.more or 0, row.need.left)
            more = str(wanted) if wanted else ""
        elif row is not None and row.stratum:
            stratum, of = str(row.stratum), f"of the {clean(row.title)}"
        name = self.place.asked.holdout

        def take(typed: str) -> str:
            plain = typed.replace(",", "").strip()
            if not (plain.isascii() and plain.isdecimal()):
                raise UsageError(f"{clean(typed)!r} is no number.", "Type how many more bursts.")
            self._extend(name, int(plain[:9]), species, stratum)
            return "drawing …"

        hint = f"bursts {of}, the next in line; what is drawn stays valid"
        self.ask(text_dialog("Draw how many more?", take, more, hint))

    @work(thread=True, exclusive=True, group="extend")
    def _extend(self, name: str, more: int, species: str, stratum: str) -> None:
        try:
            with self.background.store() as store:
                holdout = find_holdout(store, name)
                plan = plan_extension(store, holdout, more, species=species, stratum=stratum)
                extend(store, holdout, more, self.grader, species=species, stratum=stratum)
                overlap = overlap_note(store)
        except CamtrapError as error:
            self.post_message(self.Extended(str(error)))
            return
        said = f"{counted(sum(plan.more), 'more burst')} drawn"
        if plan.expected is not None:
            said += f", some {plan.expected:,.0f} of them {clean(species[1:])}, if the run is right"
        self.post_message(self.Extended(f"{said}. {overlap}".rstrip()))

    def on_acting_extended(self, event: Extended) -> None:
        """Say what was drawn, and reckon with it."""
        self.reckon()
        self.say(event.text)

    def action_holdout_grade(self) -> None:
        """Leave this session for one that grades the holdout blind, all of it or a share."""
        asked = self.place.asked
        if asked is None or not self._may_leave():
            return

        def take(typed: str, _row: Row | None) -> str | None:
            share = parse_share(typed.strip() or _ALL)
            self._leave(Leaving(asked.holdout, "" if share.of == 1 else typed.strip()))
            return None

        hint = f"{_ALL}: all of it; 2/3: the second of three. The AI's answers are hidden then."
        self.ask(Dialog("Grade blind, your share:", take, None, _ALL, hint))

    def action_holdout_adjudicate(self) -> None:
        """Leave this session for one that settles what the holdout's graders disagree on."""
        asked, found = self.place.asked, self.place.found
        if asked is None or not self._may_leave():
            return
        if found is None or not found.basis.conflicts:
            self.say("No picture of this holdout is in conflict.")
            return
        self._leave(Leaving(asked.holdout, adjudicates=True, rule=asked.rule))

    def _may_leave(self) -> bool:
        """Tell whether another session may follow this one; say why not."""
        why = ""
        writing = self.host.exports.exporter.state
        if self.host.store.db.read_only:
            why = "The survey is read-only here: nothing can be graded."
        elif self.host.runner.state.is_active:
            why = "A prediction is running, and would stop: let it end first, or stop it."
        elif writing.is_active:
            why = f"{writing.work.goes_on}, and would stop: let it end first, or stop it."
        elif not self.grader:
            why = "Who grades decides what is dealt: leave, and give your name first."
        if why:
            self.say(why)
        return not why

    def _leave(self, leaving: Leaving) -> None:
        self.leaves_for = leaving
        self.dismiss()
