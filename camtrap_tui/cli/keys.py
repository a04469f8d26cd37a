"""`camtrap-tui keys`: the keys of every screen, from the registry, with the person's own."""

from __future__ import annotations

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.commands import SCREENS, keys_sign, remapped
from camtrap_tui.config import config_path, load_settings


@click.command("keys")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def keys_command(*, as_json: bool) -> None:
    """List the keys of every screen, and the commands that are in the palette alone.

    A [keys] table in the settings file gives commands other keys, by their ids.
    """
    settings = load_settings()
    commands = [
        (screen, command) for screen in SCREENS for command in remapped(screen, settings.keys)
    ]
    if as_json:
        echo_json(
            [
                {"screen": s, "id": c.id, "keys": list(c.keys), "title": c.title, "help": c.help}
                for s, c in commands
            ]
        )
        return
    echo_table(
        ["screen", "keys", "command", "what it does"],
        [(s, keys_sign(c) or "palette", c.id, c.help) for s, c in commands],
    )
    narrate(f'\nOther keys: a [keys] table in {config_path()}, as in  quick_order = "f5"')
