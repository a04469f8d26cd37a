"""What leads from the review to another screen, and back; which one, and what for, others say."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from camtrap_tui.services.review import ReviewSession
from camtrap_tui.tui.host import Host


class Leading:
    """The way between the review of a session and another screen."""

    def __init__(
        self,
        host: Host,
        session: ReviewSession,
        push: Callable[[Screen[None], Callable[[None], None]], object],
        show_review: Callable[[str], None],
    ) -> None:
        """`push` shows a screen, then calls what it is given; `show_review` shows the review
        again, with a sentence."""
        self._host = host
        self._session = session
        self._push = push
        self._show_review = show_review
