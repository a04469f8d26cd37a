"""Colours of a report can be read, light and dark; the policy lets this style sheet in alone."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from camtrap_tui.services.report_html import style
from camtrap_tui.services.report_style import (
    DARK,
    LIGHT,
    SHAPE_ON,
    TEXT_ON,
    policy,
    style_sheet,
)


def luminance(colour: str) -> float:
    """Return WCAG 2.1's relative luminance."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_reckoned_as_wcag_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_shapes_stand_out(palette: dict[str, str]) -> None:
    for front, back in TEXT_ON:
        assert contrast(palette[front], palette[back]) >= 4.5, (front, back)
    for front, back in SHAPE_ON:
        assert contrast(palette[front], palette[back]) >= 3, (front, back)


def test_every_colour_is_a_role_that_is_tested() -> None:
    css = style_sheet()
    assert LIGHT.keys() == DARK.keys()
    written = set(re.findall(r"#[0-9a-f]{3,8}\b", css))
    assert written == {*LIGHT.values(), *DARK.values()}
    used = set(re.findall(r"var\(--([a-z-]+)\)", css))
    assert used == LIGHT.keys()
    # What text is written in, or on, is in the pairs above; rules are lines.
    fronts = set(re.findall(r"[{;\s]color:var\(--([a-z-]+)\)", css))
    fronts |= set(re.findall(r"svg [a-z.]+\{fill:var\(--([a-z-]+)\)", css))
    backs = set(re.findall(r"background:var\(--([a-z-]+)\)", css))
    assert fronts <= {front for front, _ in TEXT_ON}
    assert backs <= {back for _, back in TEXT_ON}


def test_dark_is_for_screens_and_paper_is_light() -> None:
    css = style_sheet()
    dark = css.index("prefers-color-scheme:dark")
    assert css[:dark].endswith("@media screen and (")
    assert css.index(LIGHT["page"]) < dark < css.index(DARK["page"])
    assert "@media print" in css


def test_the_policy_is_of_this_style_sheet() -> None:
    made = style(style_sheet())
    inner = made.removeprefix("<style>").removesuffix("</style>")
    digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy()
    assert policy().startswith("default-src 'none';")
    assert "unsafe" not in policy()
