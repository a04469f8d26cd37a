"""The test card of blocks, beside the picture: what is chosen there is what it is made of."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from camtrap_tui.config import BLOCKS, remember
from camtrap_tui.errors import UsageError
from camtrap_tui.services.block_card import TITLES, card
from camtrap_tui.tui.dialogs import Dialog, Row

_HINT = "the last ring that is whole, without gaps or question marks: ↑↓ choose, ↵ takes it"


def blocks_dialog(take_kind: Callable[[str], None]) -> Dialog:
    """Return the question which blocks pictures are to be made of; the answer is remembered."""

    def rows(typed: str) -> list[Row]:
        shown: list[Row] = []
        for kind in BLOCKS:
            if kind.startswith(typed.strip().casefold()):
                shown.append(Row(Content.styled(kind, "bold"), TITLES[kind], kind))
                shown += [Row(Content(f"  {line}")) for line in card(kind)]
        return shown

    def take(_typed: str, row: Row | None) -> str:
        if row is None or not isinstance(row.value, str):
            return "The blocks stay as they are."
        take_kind(row.value)
        try:
            remember("blocks", row.value)
        except UsageError as error:
            return f"{row.value} blocks, for this time: {error}"
        return f"{row.value} blocks, remembered"

    return Dialog("Blocks:", take, rows, hint=_HINT)
