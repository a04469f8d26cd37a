"""What is known of the line to the terminal before anything was sent; from the environment.

On plain SSH the terminal at the far end answers cursor reports. Under tmux, screen and mosh they
do, at once, whatever lies behind them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Bytes a second that are assumed under tmux, screen and mosh on SSH: 4 Mbit/s.
_ASSUMED_RATE = 500_000.0
_FAR = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_BETWEEN = ("TMUX", "STY", "ZELLIJ")
_MOST_ABOVE = 12


@dataclass(frozen=True, slots=True)
class LineKind:
    """What is known of a line before anything was sent over it.

    `rate` is bytes a second where it is configured or assumed, else 0. `is_far` tells whether
    there is a line at all, `answers_tell` whether the far end answers cursor reports, `is_guess`
    whether the rate is nothing but assumed, and may be far from what the line carries.
    """

    is_far: bool = False
    answers_tell: bool = False
    rate: float = 0.0
    is_guess: bool = False


def line_kind(setting: str, environ: Mapping[str, str], above: Sequence[str] = ()) -> LineKind:
    """Return the kind of line for `setting` ("auto" or kbit/s), from the environment.

    `above` are the names of the programs that this one was started from, as far as known:
    mosh leaves no mark in the environment.
    """
    term = environ.get("TERM", "")
    is_mosh = any(name.startswith("mosh-server") for name in above)
    is_far = is_mosh or any(environ.get(name) for name in _FAR)
    multiplexed = (
        is_mosh
        or any(environ.get(name) for name in _BETWEEN)
        or term.startswith(("screen", "tmux"))
        or any(name.startswith(("tmux", "screen", "SCREEN")) for name in above)
    )
    answers = is_far and not multiplexed and term not in ("", "dumb", "unknown")
    if setting != "auto":
        return LineKind(True, answers, int(setting) * 1000 / 8)
    if is_far and not answers:
        return LineKind(is_far, rate=_ASSUMED_RATE, is_guess=True)
    return LineKind(is_far, answers)


def started_from() -> list[str]:
    """Return the names of the programs above this one, the nearest first; Linux alone tells."""
    names: list[str] = []
    pid = os.getppid()
    while pid > 1 and len(names) < _MOST_ABOVE:
        try:
            # proc(5): pid, name in brackets, state, parent; a name may hold anything.
            before, _, after = (
                Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")
            )
        except OSError:
            break
        names.append(before.partition("(")[2])
        pid = int(after.split()[1])
    return names
