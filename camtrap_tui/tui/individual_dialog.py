"""The prompt for life stage, sex and behaviour: letters, and a list of behaviours beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from camtrap_tui.domain.individuals import LIFE_STAGES, NOTHING, SEXES, parse_individual
from camtrap_tui.errors import UsageError
from camtrap_tui.tui.dialogs import Dialog, Row

_MOST_BEHAVIORS = 100


def individual_dialog(
    of_whom: Sequence[tuple[str, str]],
    behaviors: Sequence[str],
    take: Callable[[str, str | None], str],
) -> Dialog:
    """Ask for the individual of one of `of_whom`, (species, what is known of it).

    `take` gets what was typed, and the behaviour that was chosen from the list, if one was.
    """

    def rows(typed: str) -> list[Row]:
        words = typed.partition(" ")[2].strip().casefold()
        fitting = [name for name in behaviors if name.casefold().startswith(words)]
        if " " not in typed:
            return [*_species_rows(of_whom), *_letter_rows(), *_said_rows(typed)]
        made = [Row(Content(f"  {name}"), "", name) for name in fitting[:_MOST_BEHAVIORS]]
        if words and words not in map(str.casefold, fitting):
            made.append(Row(Content.assemble("＋ new: ", words), "", words))
        return [*_said_rows(typed.partition(" ")[0]), Row(Content("Behaviour:")), *made]

    def take_row(typed: str, row: Row | None) -> str:
        chosen = row.value if row and " " in typed and isinstance(row.value, str) else None
        return take(typed, chosen)

    hint = "letters, then ↵; a space lists behaviours; . repeats it on the next picture"
    return Dialog("Individual:", take_row, rows, hint=hint)


def _species_rows(of_whom: Sequence[tuple[str, str]]) -> list[Row]:
    made = []
    for number, (species, known) in enumerate(of_whom, 1):
        name = species or "the species keyed next"
        head = f"{number} {name}" if len(of_whom) > 1 else name
        made.append(Row(Content.styled(f"{head}: {known}" if known else head, "bold")))
    return [*made, Row(Content(""))]


def _letter_rows() -> list[Row]:
    words = {**LIFE_STAGES, **SEXES, NOTHING: "nothing more"}
    return [
        *(Row(Content.assemble((letter, "bold"), f" {word}")) for letter, word in words.items()),
        Row(Content.assemble(("space", "bold"), " behaviour")),
    ]


def _said_rows(letters: str) -> list[Row]:
    """Return what the letters say so far."""
    if not letters:
        return []
    try:
        read = parse_individual(letters)
    except UsageError as error:
        return [Row(Content("")), Row(Content.styled(error.message, "bold"))]
    said = read.individual.text or ("nothing more" if read.clears else "")
    which = f"{read.which}: " if read.which else ""
    return [Row(Content("")), Row(Content.styled(f"→ {which}{said}", "bold"))]
