"""Help and palette: the registry's commands, to read and to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from camtrap_tui.commands import GROUPS, SCREENS, Command, keys_sign, remapped
from camtrap_tui.tui.dialogs import Dialog, Row

_HINT = "type to search; ↑↓ read, ↵ does it, esc leaves"


def command_dialog(
    label: str,
    screen: str,
    keys: Mapping[str, tuple[str, ...]],
    run: Callable[[str], None],
    *,
    grouped: bool,
    allows: Callable[[str], bool] = lambda _id: True,
) -> Dialog:
    """Return all commands of a screen to read (`grouped`, the help) or to find by name (the
    palette), with the keys that the settings give them.

    Commands of screens that this one opens stand behind its own; choosing one opens its screen.
    What is not allowed now is left out.
    """
    commands = [command for command in remapped(screen, keys) if allows(command.id)]
    others = [other for c in commands for other in _behind(c, keys, "")]

    def rows(typed: str) -> list[Row]:
        plain = typed.casefold().strip()
        fitting = _fitting(commands, plain)
        if plain:
            made = [_row(command, command) for command in fitting]
            for opener, _, theirs in others:
                made += [_row(command, opener) for command in _fitting(theirs, plain)]
            return made
        if not grouped:
            return [_row(command, command) for command in fitting]
        made = []
        for group in GROUPS:
            inside = [_row(c, c) for c in fitting if c.group == group]
            if inside:
                made += [_heading(group), *inside]
        for opener, title, theirs in others:
            made.append(_heading(title))
            made += [_row(command, opener) for command in theirs]
        return made

    def take_row(_typed: str, row: Row | None) -> str | None:
        if row is None or not isinstance(row.value, Command):
            return ""
        run(row.value.id)
        return None

    return Dialog(label, take_row, rows, hint=_HINT)


def _behind(
    opener: Command, keys: Mapping[str, tuple[str, ...]], before: str
) -> list[tuple[Command, str, tuple[Command, ...]]]:
    """Return (command, heading, commands) of the screen that a command opens, and of those that
    are opened from there: the command is the one that leads there."""
    if opener.id not in SCREENS:
        return []
    title = f"{before}{opener.title} ({keys_sign(opener)})"
    theirs = remapped(opener.id, keys)
    inner = [found for c in theirs for found in _behind(c, keys, f"{title}, ")]
    return [(opener, title, theirs), *((opener, title, cs) for _, title, cs in inner)]


def _fitting(commands: Sequence[Command], plain: str) -> list[Command]:
    """Return the commands that have `plain` in their words or keys, the likeliest first."""
    fitting = [c for c in commands if plain in f"{c.title} {c.help} {keys_sign(c)}".casefold()]
    # What the title says comes before what only the explanation says.
    fitting.sort(key=lambda c: plain not in c.title.casefold() if plain else False)
    return fitting


def _heading(text: str) -> Row:
    return Row(Content.styled(text, "bold underline"))


def _row(command: Command, does: Command) -> Row:
    """Return the line of a command; choosing it does `does`."""
    keys = keys_sign(command)
    where = "" if command is does else f"; on the screen that {keys_sign(does)} opens"
    return Row(
        Content.assemble((f"{keys:<7}", "bold"), " ", command.title),
        f"{keys}  {command.title}: {command.help}{where}".strip(),
        does,
    )
