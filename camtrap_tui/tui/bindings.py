"""Textual bindings made from the registry; no screen names a key itself.

Screens declare `BINDINGS = bindings_for("review")` and `inherit_bindings=False`, so that they
have the registry's keys and no others; keys that a person remapped come as Textual's keymap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from textual.binding import Binding, BindingType

from camtrap_tui.commands import SCREENS, remapped


def bindings_for(screen: str) -> list[BindingType]:
    """Return the usual bindings of a screen; each one's action is the id of its command."""
    return [
        Binding(
            ",".join(c.keys) or _unbound(c.id),
            action(c.id),
            c.title,
            show=False,
            # The app does these as keys arrive, one after the other, before any widget.
            priority=True,
            id=f"{screen}.{c.id}",
        )
        for c in SCREENS[screen]
    ]


def _unbound(command_id: str) -> str:
    """Return a key that nobody can press: Textual remaps only what has one."""
    return f"no-key-{command_id}"


def action(command_id: str) -> str:
    """Return the Textual action of a command: `guess_2` calls `action_guess(2)`."""
    return re.sub(r"_(\d)$", r"(\1)", command_id)


def keymap(changes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the keys of every screen as `App.set_keymap` takes them; clashes are errors."""
    return {
        f"{screen}.{command.id}": ",".join(command.keys) or _unbound(command.id)
        for screen in SCREENS
        for command in remapped(screen, changes)
    }


def keys_of(screen: str, command_id: str, changes: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the keys that a command of a screen has, as they arrive."""
    commands = remapped(screen, changes)
    return frozenset(
        key for command in commands if command.id == command_id for key in command.keys
    )
