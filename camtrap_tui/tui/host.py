"""What screens may ask of the app that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from camtrap_tui.config import Settings
from camtrap_tui.domain.models import Run
from camtrap_tui.store.store import Store
from camtrap_tui.tui.runner import Runner

if TYPE_CHECKING:
    from camtrap_tui.tui.export_opening import Exports
    from camtrap_tui.tui.sheets import Sheets


@dataclass(slots=True)
class RunRequest:
    """What the next prediction will be asked; without a folder, of the survey's pictures."""

    folder: Path | None = None
    model: str = ""
    country: str = ""
    admin1_region: str = ""


class Host(Protocol):
    """The app, as its screens know it."""

    settings: Settings
    store: Store
    runner: Runner
    request: RunRequest
    models: Sequence[tuple[str, str]]
    sheet_step: int
    sheets: Sheets
    exports: Exports

    @property
    def run_in_view(self) -> Run | None:
        """The run whose word the review shows, None where there is none."""

    @property
    def queue_filter(self) -> str:
        """The filter line of the review's queue."""

    def start_run(self, *, retry: bool = False) -> str:
        """Start or resume what `request` asks; `retry` takes up failures again."""

    def start_refence(self, country: str, admin1_region: str) -> str:
        """Make a run for another country (or none) of the run in view; say what comes of it."""

    def has_own_pictures(self) -> bool:
        """Tell whether the survey has pictures that no folder has, and that can be fetched."""

    def run_line(self) -> str:
        """Return one line on the prediction and the export in progress, empty for none."""

    def take_new_predictions(self) -> str:
        """Take new pictures and predictions into the queue of the review."""

    def open_queue(self, where: str, then: Callable[[], None] | None = None) -> str:
        """Open the queue of a filter, then do what is to follow; the answer is a sentence."""

    def open_runs(self) -> None:
        """Show the runs screen."""

    def open_sheet(self) -> None:
        """Show the contact sheet of the review's queue."""

    def open_charts(self) -> None:
        """Show the charts screen."""

    def open_ledger(self) -> None:
        """Show the ledger screen."""

    def open_holdout(self) -> None:
        """Show the holdout screen."""

    def repaint(self) -> None:
        """Send the whole screen again."""
