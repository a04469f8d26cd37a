"""The line being typed: its cursor is always within the columns that there are."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.content import Content

from camtrap_tui.tui.field import Field


def before_cursor(shown: Content) -> tuple[str, str]:
    """Return what is shown before the cursor, and what it stands on."""
    span = next(span for span in shown.spans if span.style == "reverse")
    return shown.plain[: span.start], shown.plain[span.start : span.end]


@pytest.mark.parametrize("sign", ["a", "橋", "e\u0301", "a橋"])
@pytest.mark.parametrize("back", [0, 1, 7])
def test_the_cursor_is_shown_however_wide_the_text_is(sign: str, back: int) -> None:
    text = sign * 100
    field = Field(text, len(text) - back)
    before, here = before_cursor(field.content(40))
    assert text[: field.at].endswith(before)
    assert here == (text[field.at :][:1] or " ")
    assert 15 < cell_len(before + here) <= 40


def test_a_short_line_is_shown_whole_with_its_mark() -> None:
    shown = Field("橋:x", 3).content(40, 2)
    assert shown.plain == "橋:x "
    assert any((s.start, s.end) == (2, 3) and "underline" in str(s.style) for s in shown.spans)
