"""What the holdout screen asks for: figures from threads, and choices from whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import work
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.consensus import RULES, parse_rule
from camtrap_tui.domain.dealing import parse_share
from camtrap_tui.domain.evaluations import Evaluation
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services.holdouts import (
    Progress,
    extend,
    find_holdout,
    plan_extension,
    progress,
)
from camtrap_tui.store.store import Store
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.dialogs import Dialog, Row, text_dialog
from camtrap_tui.tui.holdout_form import HoldoutForm
from camtrap_tui.tui.holdout_place import Asked, Place
from camtrap_tui.tui.holdout_rows import HoldoutRow
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.prompt_screen import PromptScreen

_ALL = "1/1"
# (stratum, image id, grader)
Graded = Sequence[tuple[int, int, str]]


class Asking(PromptScreen, inherit_bindings=False):
    """The holdout screen without what it shows."""

    class Followed(Message):
        """A thread has counted how far a holdout is graded."""

        def __init__(self, asked: Asked, progress: Progress, graded: Graded) -> None:
            super().__init__()
            self.asked = asked
            self.progress = progress
            self.graded = graded

    class Evaluated(Message):
        """A thread has reckoned what a holdout says of a run."""

        def __init__(self, asked: Asked, found: Evaluation) -> None:
            super().__init__()
            self.asked = asked
            self.found = found

    class Failed(Message):
        """A thread could not; `text` is the sentence that says why."""

        def __init__(self, asked: Asked, text: str) -> None:
            super().__init__()
            self.asked = asked
            self.text = text

    class Extended(Message):
        """A thread has drawn more bursts, or says why not."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, host: Host, place: Place, grader: str) -> None:
        super().__init__(host, "holdout")
        self.place = place
        self.grader = grader
        self.background = Background(host.store.path)
        self.progress: Progress | None = None
        self.failure = ""
        self.working = ""
        # What stands on the message line until the next key.
        self.said = ""
        self._graded: Graded = ()
        # (holdout, share) to grade blind, where the screen was left for that.
        self.leaves_for: tuple[str, str] | None = None

    def show_all(self) -> None:
        """Show everything anew."""
        raise NotImplementedError

    def figures_changed(self) -> str:
        """Return what changed since the figures before, as a sentence."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Show a sentence until the next key."""
        self.said = text
        self.show_all()

    def prompt_closed(self, text: str | None) -> None:
        """Show the page again, with what came of the prompt."""
        if text is not None:
            self.said = text
        self.show_all()

    # ── in threads ───────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Reckon what is asked, or ask for one of the holdouts that there are."""
        holdouts = self.host.store.holdouts.all()
        names = [holdout.name for holdout in holdouts]
        if self.place.asked is None or self.place.asked.holdout not in names:
            self.place.asked = None
            if len(names) == 1:
                self.place.ask(Asked(names[0]))
        if self.place.asked is not None:
            self.reckon()
        self.show_all()
        if self.place.asked is None and names:
            self.action_holdout_choose()

    def reckon(self) -> None:
        """Have a thread reckon what is asked."""
        if self.place.asked is not None:
            self.failure, self.working = "", "reckoning …"
            self._reckon(self.place.asked)

    @work(thread=True, exclusive=True)
    def _reckon(self, asked: Asked) -> None:
        worker = get_current_worker()
        try:
            with self.background.store() as store:
                holdout = find_holdout(store, asked.holdout)
                known, graded = progress(store, holdout), store.holdouts.graded_pictures(holdout)
                if not worker.is_cancelled:
                    self.post_message(self.Followed(asked, known, graded))
                found = _evaluated(store, holdout, asked)
        except CamtrapError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(asked, str(error)))
            return
        if not worker.is_cancelled:
            self.post_message(self.Evaluated(asked, found))

    def on_asking_followed(self, event: Followed) -> None:
        """Show how far it is graded."""
        if event.asked == self.place.asked:
            self.progress, self._graded = event.progress, event.graded
            self.show_all()

    def on_asking_evaluated(self, event: Evaluated) -> None:
        """Show the figures, and what they were before."""
        if event.asked == self.place.asked:
            self.working = ""
            self.place.take(event.found)
            self.said = self.said or self.figures_changed()
            self.show_all()

    def on_asking_failed(self, event: Failed) -> None:
        """Say why there are no figures."""
        if event.asked == self.place.asked:
            self.working, self.failure = "", event.text
            self.place.found = self.place.before = None
            self.show_all()

    def graded_by_stratum(self) -> dict[int, tuple[int, ...]]:
        """Return the pictures of each stratum that somebody has graded blind, by its number."""
        found: dict[int, dict[int, None]] = {}
        for stratum, image_id, _ in self._graded:
            found.setdefault(stratum, {})[image_id] = None
        return {stratum: tuple(ids) for stratum, ids in found.items()}

    def not_graded_by_me(self, image_ids: Sequence[int]) -> int:
        """Return how many of these pictures this grader may still have to grade blind: none of
        whoever grades nothing for this holdout."""
        mine = {image_id for _, image_id, grader in self._graded if grader == self.grader}
        return len(set(image_ids) - mine) if mine else 0

    # ── what is judged, and by what ──────────────────────────────────────────────────────

    def ask_for(self, asked: Asked) -> None:
        """Show something else: another holdout, run, rule or unit."""
        self.place.ask(asked)
        self.progress, self._graded, self.said = None, (), ""
        self.reckon()
        self.show_all()

    def action_holdout_choose(self) -> None:
        """Choose another holdout."""
        holdouts = self.host.store.holdouts.all()
        if not holdouts:
            self.say(f"There is none yet: {self.signs['draw']} draws one.")
            return
        rows = [Row(Content(clean(h.name)), _about(h), h) for h in holdouts]

        def take(_typed: str, row: Row | None) -> str:
            if row is not None and isinstance(row.value, Holdout):
                self.ask_for(Asked(row.value.name))
            return self.said

        self._ask_rows("Holdout:", rows, take)

    def action_holdout_run(self) -> None:
        """Choose the run that is judged."""
        asked = self.place.asked
        if asked is not None:
            self._ask_run("Run:", lambda key: replace(asked, run_id=key, against_id=None), "")

    def action_holdout_against(self) -> None:
        """Choose a run to compare with."""
        asked = self.place.asked
        if asked is not None:
            none = "compare with no other run"
            self._ask_run("Against:", lambda key: replace(asked, against_id=key), none)

    def _ask_run(self, label: str, changed: Callable[[int | None], Asked], none: str) -> None:
        rows = [
            Row(Content(f"{run.id:>3}  {clean(run.model_version)}"), _run_hint(run), run.id)
            for run in self.host.store.runs.all()
        ]
        rows += [Row(Content(none), none, 0)] if none else []

        def take(_typed: str, row: Row | None) -> str:
            if row is not None and isinstance(row.value, int):
                self.ask_for(changed(row.value or None))
            return self.said

        self._ask_rows(label, rows, take)

    def action_holdout_rule(self) -> None:
        """Choose what the votes of several graders add up to."""
        asked = self.place.asked
        if asked is None:
            return

        def take(typed: str) -> str:
            rule = typed.strip()
            if rule:
                parse_rule(rule)
            self.ask_for(replace(asked, rule=rule))
            return self.said

        self.ask(text_dialog("Consensus:", take, asked.rule, f"{RULES}; empty for the usual"))

    def action_holdout_unit(self) -> None:
        """Change between figures about bursts and about pictures."""
        asked = self.place.asked
        if asked is not None:
            page = self.place.page
            self.ask_for(replace(asked, unit="pictures" if asked.unit == "bursts" else "bursts"))
            self.place.page = page

    def _ask_rows(
        self, label: str, rows: list[Row], take: Callable[[str, Row | None], str]
    ) -> None:
        def fitting(typed: str) -> list[Row]:
            plain = typed.casefold().strip()
            return [row for row in rows if plain in row.content.plain.casefold()]

        self.ask(Dialog(label, take, fitting, hint="↑↓ choose, ↵ takes it, esc leaves"))

    # ── drawing and grading ──────────────────────────────────────────────────────────────

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
                self.say(f"Drawn: {clean(form.drawn)}. {self.signs['holdout_grade']} says how on.")

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
        except CamtrapError as error:
            self.post_message(self.Extended(str(error)))
            return
        said = f"{counted(sum(plan.more), 'more burst')} drawn"
        if plan.expected is not None:
            said += f", some {plan.expected:,.0f} of them {clean(species[1:])}, if the run is right"
        self.post_message(self.Extended(f"{said}."))

    def on_asking_extended(self, event: Extended) -> None:
        """Say what was drawn, and reckon with it."""
        self.reckon()
        self.say(event.text)

    def action_holdout_grade(self) -> None:
        """Leave this session for one that grades the holdout blind, all of it or a share."""
        asked = self.place.asked
        if asked is None:
            return
        if self.host.store.db.read_only:
            self.say("The survey is read-only here: nothing can be graded.")
            return
        if self.host.runner.state.is_active:
            self.say("A prediction is running, and would stop: let it end first, or stop it.")
            return
        if not self.grader:
            self.say("Who grades decides what is dealt: leave, and give your name first.")
            return

        def take(typed: str, _row: Row | None) -> str | None:
            share = parse_share(typed.strip() or _ALL)
            self.leaves_for = (asked.holdout, "" if share.of == 1 else typed.strip())
            self.dismiss()
            return None

        hint = f"{_ALL}: all of it; 2/3: the second of three. The AI's answers are hidden then."
        self.ask(Dialog("Grade blind, your share:", take, None, _ALL, hint))


def _about(holdout: Holdout) -> str:
    run = f"run {holdout.run_id}" if holdout.run_id is not None else "no run"
    chosen = f", out of {clean(holdout.filter)}" if holdout.filter else ""
    return f"{clean(holdout.name)}: drawn from {run}{chosen}, seed {holdout.seed:,}"


def _run_hint(run: Run) -> str:
    region = "-".join(part for part in (run.country, run.admin1_region) if part)
    parts = [run.kind, region or "no geofence", run.started_at[:10]]
    return ", ".join(clean(part) for part in parts)


def _evaluated(store: Store, holdout: Holdout, asked: Asked) -> Evaluation:
    # Its arithmetic is imported where it is needed: the screen comes up before.
    from camtrap_tui.services.evaluation import evaluate

    return evaluate(
        store,
        holdout,
        run_id=asked.run_id,
        against_id=asked.against_id,
        rule=parse_rule(asked.rule) if asked.rule else None,
        unit=asked.unit,
    )
