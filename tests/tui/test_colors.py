"""The depth of pictures, from the settings and the environment."""

from __future__ import annotations

import pytest

from camtrap_tui.tui.colors import picture_depth


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "24"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "24"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "screen.xterm-256color"}, "256"),
        ({"TERM": "screen"}, "256"),
        ({"TERM": "xterm"}, "256"),
        ({"TERM": "xterm-kitty"}, "24"),
        ({"TERM": "xterm-direct"}, "24"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "24"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "256"),
        # GNU screen inside a truecolour terminal; tmux inside screen.
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1.a"}, "256"),
        ({"TERM": "tmux-256color", "COLORTERM": "truecolor", "STY": "1.a", "TMUX": "x"}, "24"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}, "24"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "linux-16color"}, "16"),
        ({"TERM": "xterm-16color"}, "16"),
        ({"TERM": "ansi"}, "16"),
        ({"TERM": "linux", "NO_COLOR": "1"}, "shades"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, "16"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "vt220"}, "none"),
        ({}, "none"),
    ],
)
def test_auto_asks_the_environment(environ: dict[str, str], depth: str) -> None:
    assert picture_depth("auto", environ) == depth


@pytest.mark.parametrize("term", ["xterm-256color", "dumb", "linux"])
@pytest.mark.parametrize("color", ["24", "256", "16", "grey"])
def test_what_a_person_chose_stands_above_all_else(color: str, term: str) -> None:
    assert picture_depth(color, {"TERM": term, "NO_COLOR": "1"}) == color


def test_none_is_drawn_with_what_the_font_has() -> None:
    assert picture_depth("none", {"TERM": "xterm-kitty"}) == "none"
    assert picture_depth("none", {"TERM": "linux"}) == "shades"
