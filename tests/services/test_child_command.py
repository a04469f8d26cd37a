"""The command line that the screen starts says what was asked, and click understands it."""

from __future__ import annotations

import sys
from pathlib import Path

from camtrap_tui.cli.predict import predict_command
from camtrap_tui.cli.refence import refence_command
from camtrap_tui.services import child, events
from camtrap_tui.services.cached_copy import ORIGINAL, InputSize
from camtrap_tui.services.child import command
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.prediction_request import PredictRequest


def understood(folder: Path | None, request: PredictRequest) -> dict[str, object]:
    line = command(Path("/a/river.db"), folder, request)
    words = line[line.index("predict") + 1 :]
    return dict(predict_command.make_context("predict", words).params)


def test_a_folder_is_predicted_without_fetching() -> None:
    asked = understood(Path("/a/pictures"), PredictRequest("demo", "USA", "IL", retry=True))
    assert (asked["survey"], asked["folder"]) == (Path("/a/river.db"), Path("/a/pictures"))
    assert (asked["model"], asked["country"], asked["admin1_region"]) == ("demo", "USA", "IL")
    assert (asked["retry"], asked["fetch"], asked["as_events"]) == (True, False, True)


def test_a_survey_is_predicted_and_fetched() -> None:
    asked = understood(None, PredictRequest(fetch=FetchRequest()))
    assert (asked["folder"], asked["fetch"], asked["cache"], asked["width"]) == (
        None,
        True,
        None,
        None,
    )
    fetching = FetchRequest(Path("/a/cache"), jobs=4)
    asked = understood(None, PredictRequest(fetch=fetching, size=InputSize(800, 60)))
    assert (asked["cache"], asked["jobs"]) == (Path("/a/cache"), 4)
    assert (asked["width"], asked["quality"], asked["original"]) == (800, 60, False)
    assert understood(None, PredictRequest(fetch=fetching, size=ORIGINAL))["original"] is True


def test_a_run_is_made_for_another_country_or_for_none() -> None:
    def asked(country: str, admin1_region: str) -> dict[str, object]:
        line = child.refence_command(Path("/a/river.db"), 3, country, admin1_region, "demo")
        words = line[line.index("refence") + 1 :]
        return dict(refence_command.make_context("refence", words).params)

    there = asked("USA", "IL")
    assert (there["survey"], there["run_id"], there["model"]) == (Path("/a/river.db"), 3, "demo")
    assert (there["country"], there["admin1_region"], there["no_country"]) == ("USA", "IL", False)
    assert there["as_events"] is True
    assert (asked("", "")["no_country"], asked("", "")["country"]) == (True, None)


async def test_a_line_may_be_long() -> None:
    code = """if True:
        import json
        print(json.dumps({"event": "notice", "text": "x" * 1_000_000}))
    """
    watched = child.Child([sys.executable, "-c", code])
    await watched.start()
    assert [event async for event in watched.events()] == [events.Notice("x" * 1_000_000)]
    assert await watched.wait() == 0
