"""CSV cells that no spreadsheet takes for a formula, and that read back as they were.

Text that starts like a formula (= + - @, tab, carriage return) gets an apostrophe in front,
and so does text that starts with an apostrophe. Numbers are never touched: a longitude may be
negative.
"""

from __future__ import annotations

_TRIGGERS = tuple("=+-@\t\r'")


def write_cell(text: str) -> str:
    """Return `text` as a text cell that is safe to open in a spreadsheet."""
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def read_cell(cell: str) -> str:
    """Return the text that `write_cell` made `cell` of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_TRIGGERS) else cell
