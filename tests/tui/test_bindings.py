"""Bindings: every command of the registry has an action of its screen."""

from __future__ import annotations

import pytest

from camtrap_tui.commands import SCREENS
from camtrap_tui.tui import bindings
from camtrap_tui.tui.charts_screen import ChartsScreen
from camtrap_tui.tui.export_form import ExportForm
from camtrap_tui.tui.grid_screen import GridScreen
from camtrap_tui.tui.holdout_form import HoldoutForm
from camtrap_tui.tui.holdout_screen import HoldoutScreen
from camtrap_tui.tui.ledger_screen import LedgerScreen
from camtrap_tui.tui.review_screen import ReviewScreen
from camtrap_tui.tui.runs_screen import RunsScreen


@pytest.mark.parametrize("screen", SCREENS)
def test_every_command_has_its_action(screen: str) -> None:
    owners = {
        "review": ReviewScreen,
        "sheet": GridScreen,
        "charts": ChartsScreen,
        "runs": RunsScreen,
        "ledger": LedgerScreen,
        "holdout": HoldoutScreen,
        "draw": HoldoutForm,
        "export": ExportForm,
    }
    for command in SCREENS[screen]:
        name = bindings.action(command.id).partition("(")[0]
        assert hasattr(owners[screen], f"action_{name}"), command.id
