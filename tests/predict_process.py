"""A process that predicts and fetches a survey with a model that needs no torch: to be killed.

    python -m tests.predict_process SURVEY MODEL CACHE

Prints a line a report, so that whoever started it knows how far it is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

from camtrap_tui.services import events, inference
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.services.prediction_request import PredictRequest
from tests.services.fake_engine import SOFTWARE, FakeEngine


def main(survey: str, model: str, cache: str) -> None:
    """Predict to the end, however often earlier processes were killed."""
    fetching = FetchRequest(Path(cache), jobs=4, limits=Limits(first_wait_s=0.01))
    request = PredictRequest(model=model, batch_size=3, fetch=fetching)

    def tell(event: events.Event) -> None:
        print(events.format_event(event), flush=True)

    with patch.object(inference, "software_versions", lambda: SOFTWARE):
        inference.predict(
            Path(survey),
            None,
            request,
            on_event=tell,
            should_stop=lambda: False,
            load=FakeEngine().load,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
