"""Stands in for a child process in tests of screens: a test says what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

from camtrap_tui.services import events


class ToldChild:
    """What every stand-in does; `told` is emptied as it starts, and None ends it."""

    told: ClassVar[asyncio.Queue[events.Event | None]]
    last_words = "out of memory"

    async def start(self) -> None:
        """Begin to be told."""
        ToldChild.told = asyncio.Queue()

    async def events(self) -> AsyncIterator[events.Event]:
        """Yield what the test tells, up to its end."""
        while (event := await self.told.get()) is not None:
            yield event
