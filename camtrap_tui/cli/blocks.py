"""`camtrap-tui blocks`: see which blocks this terminal draws, and choose those of pictures."""

from __future__ import annotations

import sys

import click

from camtrap_tui.cli.output import narrate
from camtrap_tui.config import BLOCKS, load_settings, remember
from camtrap_tui.errors import UsageError
from camtrap_tui.services.block_card import TITLES, card


@click.command("blocks")
@click.argument("kind", type=click.Choice(BLOCKS), required=False)
def blocks_command(kind: str | None) -> None:
    """Choose what pictures are made of: half blocks, sextants or octants.

    Without KIND a test card shows a ring of each, and which of them are whole is asked. The
    finer the blocks, the more of an animal is seen, for twice the bytes. The choice is
    remembered; for one session, set CAMTRAP_TUI_BLOCKS.
    """
    if kind is None:
        _check_encoding()
        for each in BLOCKS:
            click.echo(f"{TITLES[each]}\n")
            click.echo("\n".join(f"  {line}" for line in card(each)) + "\n")
        if not _somebody_is_there():
            narrate(f"Choose with: camtrap-tui blocks {'|'.join(BLOCKS)}")
            return
        kind = click.prompt(
            "The last ring that is whole, even, without gaps, stripes or question marks",
            type=click.Choice(BLOCKS),
            default=load_settings().blocks,
            err=True,
        )
    remember("blocks", kind)
    narrate(f"Pictures are made of {TITLES[kind].split(':')[0]} blocks from now on.")


def _somebody_is_there() -> bool:
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _check_encoding() -> None:
    encoding = sys.stdout.encoding or "ascii"
    try:
        "".join(card("half")).encode(encoding)
    except UnicodeEncodeError:
        raise UsageError(
            f"The blocks cannot be written in {encoding}:",
            "choose a locale with UTF-8, as in LC_ALL=C.UTF-8.",
        ) from None
