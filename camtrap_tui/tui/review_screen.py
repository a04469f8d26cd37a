"""The review screen: one picture, what the machine and people said of it, and the keys.

It turns keys into commands of the session and shows what came of them; everything keyed is on
disk before the next picture is drawn.
"""

from __future__ import annotations

from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.review_grading import Grading
from camtrap_tui.tui.review_looking import Looking
from camtrap_tui.tui.review_moving import Moving


class ReviewScreen(Grading, Moving, Looking, inherit_bindings=False):
    """Grades pictures one by one."""

    BINDINGS = bindings_for("review")

    def action_sheet(self) -> None:
        """Show the contact sheet, from this picture on."""
        self.host.open_sheet()

    def action_sheet_burst(self) -> None:
        """Show the contact sheet of this burst alone."""
        self.say(self.host.sheets.open_burst())

    def action_sheet_class(self) -> None:
        """Show the contact sheet of all pictures predicted as this one."""
        self.say(self.host.sheets.open_class())

    def action_charts(self) -> None:
        """Show the charts."""
        self.host.open_charts()

    def action_holdout(self) -> None:
        """Show the holdout screen."""
        self.host.open_holdout()

    def action_ledger(self) -> None:
        """Show the ledger."""
        self.host.open_ledger()

    def action_runs(self) -> None:
        """Show the runs."""
        self.host.open_runs()

    def action_export(self) -> None:
        """Show the form that exports, for the filter in view."""
        self.host.exports.open(lambda _: self.say(""))

    def action_help(self) -> None:
        """Show all keys."""
        self._ask_command("Help:", grouped=True)

    def action_palette(self) -> None:
        """Find a command by name."""
        self._ask_command("Command:", grouped=False)

    def _ask_command(self, label: str, *, grouped: bool) -> None:
        keys = self.host.settings.keys
        allows = self.session.policy.allows
        self.ask(command_dialog(label, "review", keys, self.do, grouped=grouped, allows=allows))

    def action_cancel(self) -> None:
        """Leave what was being asked, or else a zoom."""
        if not self.session.asks_burst and self._look.is_zoomed:
            self._look.leave_zoom()
        self._answer(self.session.cancel())

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_quit(self) -> None:
        """Leave; what is being exported would be lost, so that is asked first."""
        if doubt := self.host.exports.doubt(self.signs["quit"]):
            self.say(doubt)
            return
        self.app.exit()
