"""One line of text being typed: a value, a place in it, and what each key does to them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content


@dataclass(slots=True)
class Field:
    """Text and the cursor's place in it, 0 to its length."""

    text: str = ""
    at: int = 0

    def insert(self, more: str) -> None:
        """Put text in at the cursor."""
        self.text = self.text[: self.at] + more + self.text[self.at :]
        self.at += len(more)

    def press(self, key: str) -> bool:
        """Do what an editing key says; return False for a key that edits nothing."""
        before, after = self.text[: self.at], self.text[self.at :]
        match key:
            case "left":
                self.at = max(self.at - 1, 0)
            case "right":
                self.at = min(self.at + 1, len(self.text))
            case "home" | "ctrl+a":
                self.at = 0
            case "end" | "ctrl+e":
                self.at = len(self.text)
            case "backspace":
                self._set(before[:-1], after)
            case "delete":
                self._set(before, after[1:])
            case "ctrl+w":
                self._set(re.sub(r"\S*\s*$", "", before), after)
            case "ctrl+u":
                self._set("", after)
            case "ctrl+k":
                self._set(before, "")
            case _:
                return False
        return True

    def _set(self, before: str, after: str) -> None:
        self.text, self.at = before + after, len(before)

    def content(self, width: int, marked: int | None = None) -> Content:
        """Return the text with its cursor, scrolled so that the cursor is within `width`; the
        character `marked` is underlined."""
        room = width - cell_len(self.text[self.at : self.at + 1] or " ")
        start = max(self.at - max(room, 0), 0)
        while start < self.at and cell_len(self.text[start : self.at]) > room:
            start += 1
        before, after = self.text[start : self.at], self.text[self.at :]
        shown = Content.assemble(before, (after[:1] or " ", "reverse"), after[1:])
        if marked is None or marked < start:
            return shown
        return shown.stylize("bold underline", marked - start, marked - start + 1)
