"""Reads a report's page as a browser would, strictly, for tests of what is on it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from camtrap_tui.services.report import ReportRequest, SurveyReport, gather
from camtrap_tui.store.store import Store
from tests.holdout_builder import Drawn, drawn_survey, grade_blind

VOID = {"meta"}


def graded_survey(store: Store) -> Drawn:
    """Return a survey whose holdout ann has graded, and ben, who contradicts her, in part."""
    drawn = drawn_survey(store)
    grade_blind(drawn)
    grade_blind(drawn, "ben", drawn.images()[:20], says="mallard")
    return drawn


def reported(store: Store, **asked: Any) -> SurveyReport:
    """Return the report of a survey; what is asked for are fields of a ReportRequest."""
    return gather(store, ReportRequest(**asked), lambda _: None)


class Page(HTMLParser):
    """A page's elements with their attributes, its text, and its tables as lists of rows.

    Raises AssertionError for elements that are not closed in order.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self._values: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "dd":
            self._values.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note that it ends."""
        assert self._open[-1:] == [tag], (tag, self._open)
        self._open.pop()
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        """Note text, by the element that it is in."""
        if not self._open:
            assert not data.strip(), data
            return
        self.texts.append((self._open[-1], data))
        if "caption" in self._open:
            self._caption += data
        elif "dd" in self._open and "small" not in self._open:
            self._values[-1] += data
        elif "td" in self._open or "th" in self._open:
            self._rows[-1][-1] += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of each element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def values(self) -> list[str]:
        """The texts in each <dd>, without what is small."""
        return self._values

    @property
    def text(self) -> str:
        """All text that is shown."""
        return " ".join(text for tag, text in self.texts if tag != "style")

    def said(self, tag: str) -> list[str]:
        """Return the texts directly in elements of this name."""
        return [text for name, text in self.texts if name == tag]
