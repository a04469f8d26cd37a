"""Which colours pictures are drawn in; decided from the settings and the environment alone.

The terminal is not asked: its answer could come late and be taken for keys.
"""

from __future__ import annotations

from collections.abc import Mapping

_TRUECOLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
_TRUECOLOR_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "WarpTerminal", "Hyper")
_16_COLOR_TERMS = ("linux", "ansi", "cygwin")
_256_FAMILIES = ("xterm", "rxvt", "screen", "tmux", "konsole", "gnome", "vte", "st", "putty")


def picture_depth(color: str, environ: Mapping[str, str]) -> str:
    """Return the depth for `color` (config.COLORS): "24", "256", "16", "grey", "none", "shades".

    "none" is braille without any colour, "shades" the same for terminals whose font has no
    braille. What a person chose stands above NO_COLOR (https://no-color.org), and that above
    what the terminal says of itself. SSH passes COLORTERM on only where both ends are told to:
    then the name of the terminal decides, and 256 colours are what most names promise.
    """
    term = environ.get("TERM", "")
    without = "shades" if term.startswith("linux") else "none"
    if color == "none":
        return without
    if color != "auto":
        return color
    if environ.get("NO_COLOR") or term in ("", "dumb", "unknown") or term.startswith("vt"):
        return without
    if term.startswith(_16_COLOR_TERMS) or term.endswith("-16color"):
        return "16"
    if "STY" in environ and "TMUX" not in environ:
        return "256"  # GNU screen before 5.0 garbles truecolour, whatever is around it
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "24"
    if term.startswith(_TRUECOLOR_TERMS) or term.endswith("-direct"):
        return "24"
    if environ.get("TERM_PROGRAM") in _TRUECOLOR_PROGRAMS or "WT_SESSION" in environ:
        return "24"
    if "256" in term or term.split("-")[0] in _256_FAMILIES:
        return "256"
    return without
