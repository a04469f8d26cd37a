"""The confusion matrix of an evaluation in print; its intervals stand in the list of its cells."""

from __future__ import annotations

import shutil
import sys
import textwrap

import click

from camtrap_tui.domain.confusion import LEAST_COLUMNS, Matrix, fitting, matrix_of
from camtrap_tui.domain.evaluations import NO_PREDICTION, Evaluation
from camtrap_tui.domain.text import clean, counted

_LABEL, _PIPED_WIDTH = 24, 80


def echo_matrix(found: Evaluation, *, show_all: bool) -> None:
    """Print truth down and what was called across, as wide as the terminal; `show_all`, with every
    class."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPED_WIDTH
    if show_all:
        classes = {name for cell in found.cells for name in (cell.truth, cell.predicted)}
        columns = max(len(classes), LEAST_COLUMNS)
        matrix = matrix_of(found.cells, columns)
        longest = max(len(text) for entry in matrix.entries.values() for text in entry.texts)
        cell = longest + 1
    else:
        matrix, cell = fitting(found.cells, width, _LABEL)
    basis = found.basis
    click.echo(f"Down: what it is. Across: what run {basis.run_id} calls it. By the same numbers.")
    click.echo("")
    click.echo(" " * _LABEL + "".join(f"{axis.sign:>{cell}}" for axis in matrix.called))
    click.echo("─" * (_LABEL + cell * len(matrix.called)))
    for number, axis in enumerate(matrix.truths):
        entries = matrix.row(number)
        name = f"{axis.sign:>2} {clean(axis.name)}"
        for begin, place in ((_fitted(name), 0), (" " * _LABEL, 1)):
            click.echo((begin + "".join(f"{e.texts[place]:>{cell}}" for e in entries)).rstrip())
    click.echo("")
    for sentence in _legend(found, matrix):
        click.echo(textwrap.fill(sentence, min(width, _PIPED_WIDTH)))


def _fitted(name: str) -> str:
    """Return the name in just the room for it, however wide its letters are on a terminal."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(name) >= _LABEL:
        name = f"{set_cell_size(name, _LABEL - 2).rstrip()}…"
    return set_cell_size(name, _LABEL)


def _legend(found: Evaluation, matrix: Matrix) -> list[str]:
    basis = found.basis
    said = [
        f"Above: {basis.unit} in the whole, weighted by how they were drawn. Below, n: graded"
        f" pictures it rests on, {basis.labelled:,} in all. Each with its interval: --all without"
        " --matrix.",
        "· nothing graded is there, which is not to say that there is none. ~ unstable: it rests"
        " on few pictures, or on one of great weight.",
    ]
    if any(axis.name == NO_PREDICTION for axis in matrix.called):
        said.append("– the run has no prediction.")
    if matrix.is_pooled:
        pooled = max(len(axis.classes) for axis in matrix.called)
        said.append(
            f"… {counted(pooled, 'rarer class', 'rarer classes')} together; --all has each."
        )
    return said
