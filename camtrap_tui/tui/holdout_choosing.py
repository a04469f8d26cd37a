"""What the holdout screen can be asked for: another holdout, run, rule or unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.content import Content

from camtrap_tui.domain.consensus import RULES, parse_rule
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean
from camtrap_tui.tui.dialogs import Dialog, Row, text_dialog
from camtrap_tui.tui.holdout_asking import Asking
from camtrap_tui.tui.holdout_place import Asked
from camtrap_tui.tui.holdout_views import RUNS_PAGE


class Choosing(Asking, inherit_bindings=False):
    """Each choice is asked beside the page, and reckoned at once."""

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

            def changed(run_id: int | None) -> Asked:
                self.place.page = RUNS_PAGE if run_id else self.place.page
                return replace(asked, against_id=run_id)

            self._ask_run("Against:", changed, none)

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
            self.ask_for(replace(asked, unit="pictures" if asked.unit == "bursts" else "bursts"))

    def _ask_rows(
        self, label: str, rows: list[Row], take: Callable[[str, Row | None], str]
    ) -> None:
        def fitting(typed: str) -> list[Row]:
            plain = typed.casefold().strip()
            return [row for row in rows if plain in row.content.plain.casefold()]

        self.ask(Dialog(label, take, fitting, hint="↑↓ choose, ↵ takes it, esc leaves"))


def _about(holdout: Holdout) -> str:
    run = f"run {holdout.run_id}" if holdout.run_id is not None else "no run"
    chosen = f", out of {clean(holdout.filter)}" if holdout.filter else ""
    return f"{clean(holdout.name)}: drawn from {run}{chosen}, seed {holdout.seed:,}"


def _run_hint(run: Run) -> str:
    region = "-".join(part for part in (run.country, run.admin1_region) if part)
    parts = [run.kind, region or "no geofence", run.started_at[:10]]
    return ", ".join(clean(part) for part in parts)
