"""What is said, once, of what was typed and does nothing: capital letters, and pastes."""

from __future__ import annotations

from textual import events

CAPITALS = "Capital letters do nothing: Caps Lock seems to be on."
PASTED = "What was pasted did nothing: a paste goes into prompts only."


class TypingNotes:
    """Remembers what was said: it is not said again, capitals not until a small letter came."""

    def __init__(self) -> None:
        self._has_said_capitals = False
        self._has_said_pasted = False

    def note(self, event: events.Event) -> str:
        """Return what is to be said of a key or a paste outside prompts; mostly nothing."""
        if isinstance(event, events.Paste):
            said, self._has_said_pasted = self._has_said_pasted, True
            return "" if said else PASTED
        if not isinstance(event, events.Key) or not (event.character or "").isalpha():
            return ""
        is_capital = (event.character or "").isupper()
        said, self._has_said_capitals = self._has_said_capitals, is_capital
        return CAPITALS if is_capital and not said else ""
