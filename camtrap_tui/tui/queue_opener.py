"""Opens queues beside the screen: what is typed meanwhile waits, and is done in its order.

No key is lost by it, and none meets another picture than the one that its typist waits for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import events
from textual.message import Message

from camtrap_tui.domain.text import counted
from camtrap_tui.services import resuming
from camtrap_tui.services.filtering import found_in_words
from camtrap_tui.services.opening import Opening
from camtrap_tui.services.recording import Recording

# What takes no longer than this is waited for: nobody sees a pause, nor a screen that flickers.
PATIENCE_S = 0.05


class QueueOpened(Message, bubble=False):
    """A thread has made a queue, or was stopped by an error."""

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening


class QueueOpener:
    """Begins openings, holds keys, and stands the session in what was made."""

    def __init__(
        self,
        session: Recording,
        post: Callable[[Message], object],
        handle: Callable[[events.Event], Awaitable[None]],
    ) -> None:
        """`post` may be called from a thread; `handle` is what a key is given to."""
        self._session = session
        self._post = post
        self._handle = handle
        self._held: list[events.Event] = []
        self._then: Callable[[], None] | None = None

    def open(self, where: str, then: Callable[[], None] | None = None) -> str:
        """Open the queue of a filter, and call `then`; the answer is a sentence.

        Raises UsageError for a filter that says nothing, StoreError where it cannot be read.
        """
        opening = self._session.begin(where)
        self._then = then
        if opening.wait(PATIENCE_S):
            return self.take(opening)
        self.watch(opening)
        return f"Opening {opening.asked.filter.text or 'all pictures'} … esc leaves it."

    def watch(self, opening: Opening) -> None:
        """Have QueueOpened posted at the end of an opening."""
        opening.call_at_end(lambda: self._post(QueueOpened(opening)))

    def take(self, opening: Opening) -> str:
        """Stand in the queue that was made; the answer is a sentence. Raises what stopped it."""
        then, self._then = self._then, None
        is_first = not self._session.is_open
        found = self._session.take(opening)
        if opening.asked.is_resumed:
            where = resuming.where_you_were(self._session, opening.asked)
            return f"{where} {resuming.kept_for_blind(self._session)}".strip()
        resuming.remember(self._session)
        if then is not None:
            then()
        # The status line counts all pictures: what undo takes back is news.
        is_usual = is_first and found and not opening.asked.filter.text
        if is_usual:
            return resuming.kept_for_blind(self._session)
        return found_in_words(opening.asked.filter, found)

    def holds(self, event: events.Event) -> bool:
        """Keep a key for later while a queue is being made; tell whether it was kept."""
        if self._session.opening is None or not isinstance(event, events.Key | events.Paste):
            return False
        self._held.append(event)
        return True

    async def let_go(self) -> None:
        """Do what was typed meanwhile, in its order; what opens a queue holds the rest again."""
        held, self._held = self._held, []
        for event in held:
            await self._handle(event)

    def leave(self) -> str:
        """Stop the opening, and drop what was typed for its pictures; the answer is a sentence."""
        self._session.leave_opening()
        # The last one is the key that leaves.
        self._held, self._then = self._held[:-1], None
        return f"Left: the queue is what it was. {self.drop()}".rstrip()

    def drop(self) -> str:
        """Drop what was typed for pictures that do not come; the answer says so, if it was."""
        dropped, self._held = len(self._held), []
        return f"{counted(dropped, 'key')} typed meanwhile did nothing." if dropped else ""
