"""A line and a list of lines that are sent again only when what they say has changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from camtrap_tui.domain.text import clean

# What would end a row where it stands; nearly no row has any.
_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_row(content: Content) -> Content:
    """Return `content` as one row, whatever breaks a survey of another program has in it."""
    if not _BREAKING.search(content.plain):
        return content
    # One sign for each sign: what is styled stays where it is.
    return Content(clean(content.plain), list(content.spans))


class Line(Widget):
    """One row of text; data is given as Content, never as markup."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._content = Content("")

    @property
    def content(self) -> Content:
        """What the line says."""
        return self._content

    def show(self, content: Content | str) -> None:
        """Say this from now on; nothing is sent where it is what the line says already."""
        new = one_row(Content(content) if isinstance(content, str) else content)
        if new.is_same(self._content):
            return
        self._content = new
        self.refresh()

    def render(self) -> Content:
        """Return the row, for Textual."""
        return self._content


class Lines(Widget):
    """A panel of rows; one may be chosen, and the panel scrolls to keep it in view."""

    DEFAULT_CSS = "Lines { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Content, ...] = ()
        self._chosen: int | None = None
        self._top = 0

    @property
    def rows(self) -> tuple[Content, ...]:
        """What the panel says, row by row."""
        return self._rows

    @property
    def chosen(self) -> int | None:
        """The chosen row, None where nothing is to be chosen."""
        return self._chosen

    def show(self, rows: Sequence[Content], chosen: int | None = None) -> None:
        """Show these rows, with one chosen; nothing is sent where they are shown already."""
        before = self._drawn()
        self._rows, self._chosen = tuple(map(one_row, rows)), chosen
        self._reveal(self._top if chosen is None else chosen)
        self._refresh_since(before)

    def _refresh_since(self, before: Sequence[Content]) -> None:
        """Send what is drawn otherwise than before: most keys change a row or two."""
        pairs = zip_longest(before, self._drawn(), fillvalue=Content(""))
        changed = [y for y, (was, row) in enumerate(pairs) if not row.is_same(was)]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def choose(self, row: int) -> None:
        """Choose another row."""
        if self._rows:
            self.show(self._rows, min(max(row, 0), len(self._rows) - 1))

    def turn(self, by: int) -> None:
        """Scroll rows of which none is chosen; they stay so until others are shown."""
        before = self._drawn()
        last = max(len(self._rows) - max(self.size.height, 1), 0)
        self._top = min(max(self._top + by, 0), last)
        self._refresh_since(before)

    def on_resize(self) -> None:
        """Show as many rows as there is room for now, the chosen one among them."""
        # Textual may have painted with the new size already.
        before = self._drawn()
        self._reveal(self._top if self._chosen is None else self._chosen)
        self._refresh_since(before)

    def _reveal(self, row: int) -> None:
        height = max(self.size.height, 1)
        if row < self._top:
            self._top = row
        elif row >= self._top + height:
            self._top = row - height + 1
        self._top = max(0, min(self._top, len(self._rows) - height))

    def _drawn(self) -> list[Content]:
        """Return the rows that fit, the chosen one marked by a sign and by reversal."""
        height = max(self.size.height, 1)
        shown = []
        for number, row in enumerate(self._rows[self._top : self._top + height], self._top):
            if self._chosen is None:
                shown.append(row)
            elif number == self._chosen:
                shown.append(Content.assemble("›", row).stylize("reverse"))
            else:
                shown.append(Content.assemble(" ", row))
        return shown

    def render(self) -> Content:
        """Return the rows that fit, for Textual."""
        rows = self._drawn()
        return Content("\n").join(row.truncate(self.size.width, ellipsis=True) for row in rows)
