"""Questions with an answer to type, and lists to choose from; they stand beside the picture.

A dialog is a value: what it asks, which rows fit what was typed, and what to do with the
answer. The prompt line and the side panel of a screen show it; nothing opens over the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from textual.content import Content

from camtrap_tui.config import remember
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean_name
from camtrap_tui.errors import UsageError
from camtrap_tui.services.species import Choice, choices

# What a dialog's row stands for; what is taken is given back to the caller.
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a dialog's list: what it shows, a hint for the message line, and its value."""

    content: Content
    hint: str = ""
    value: object = None


class Helper(Protocol):
    """What helps with an answer while it is typed: it gives the rows in place of the dialog."""

    def rows(self, text: str, at: int) -> Sequence[Row]:
        """Return what fits, with the cursor before the character `at`; none of it is chosen."""

    def told(self, text: str, at: int) -> str:
        """Return what there is to say about the text on the message line."""

    def wrong_at(self, text: str, at: int) -> int | None:
        """Return the character that is to be marked as wrong, None for none."""

    def completed(self, text: str, at: int, row: Row) -> tuple[str, int]:
        """Return the text with a row put in, and the cursor's place."""

    def press(self, key: str, text: str, row: Row | None) -> str | None:
        """Do what else a key means; return the text that is typed then, None for no such key."""

    def closed(self) -> None:
        """The dialog is over."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A question: `rows` gives the list for what was typed; `take` gets text and chosen row.

    `take` returns a sentence to show, None where it has said what there is to say, and raises
    CamtrapError for an answer that will not do: the dialog then stays open and shows why. With
    a `helper`, tab and enter put a row into the text, and enter without one takes the text.
    """

    label: str
    take: Callable[[str, Row | None], str | None]
    rows: Callable[[str], Sequence[Row]] | None = None
    text: str = ""
    hint: str = ""
    helper: Helper | None = None


def text_dialog(label: str, take: Callable[[str], str], text: str = "", hint: str = "") -> Dialog:
    """Return a question that is answered by typing alone."""
    return Dialog(label, lambda typed, _row: take(typed), None, text, hint)


def name_dialog(take_name: Callable[[str], None], help_sign: str) -> Dialog:
    """Return the question who grades; the name is remembered where that can be.

    `help_sign` is the key that shows all keys.
    """

    def take(typed: str) -> str:
        name = clean_name(typed)
        if not name:
            raise UsageError("A name is needed,", "since every grade says whose it is.")
        take_name(name)
        try:
            remember("grader", name)
        except UsageError as error:
            return f"Hello {name}, for this time: {error}"
        return f"Hello {name}. {help_sign} shows all keys."

    return text_dialog("Your name, for your grades:", take, hint="asked once, remembered")


def species_dialog(
    label: str,
    taxa: Sequence[Taxon],
    recent: Sequence[int],
    predicted: Set[int],
    take: Callable[[Choice], str],
) -> Dialog:
    """Return the species picker: recents first, then whatever fits what was typed."""

    def rows(typed: str) -> list[Row]:
        return [
            _species_row(choice) for choice in choices(typed, taxa, recent, MOST_ROWS, predicted)
        ]

    def take_row(_typed: str, row: Row | None) -> str:
        if row is None or not isinstance(row.value, Choice):
            return "No species was chosen."
        return take(row.value)

    return Dialog(label, take_row, rows, hint="type a name; ↑↓ choose, ↵ takes it, esc leaves")


def _species_row(choice: Choice) -> Row:
    if choice.is_new:
        return Row(
            Content.assemble("＋ new: ", choice.title),
            f"Add “{choice.title}” as a new name: no list of this survey has it.",
            choice,
        )
    parts: list[str | tuple[str, str]] = [choice.title]
    if choice.detail:
        parts += ["  ", (choice.detail, "italic dim")]
    return Row(Content.assemble(*parts), f"{choice.title}  {choice.detail}".rstrip(), choice)
