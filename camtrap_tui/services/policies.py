"""What a session may show, and which commands it has: the one place that knows it is blind.

Where the AI's word is hidden, only commands that are named here work: one that is new to the
registry is off until somebody has thought about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_SAYING = {
    *("blank", "human", "vehicle", "unsure", "species", "add_species", "count", "individual"),
    *("again", "undo", "redo", "mark", "note", "quick_order"),
    *(f"quick_{number}" for number in range(1, 6)),
}
_SEEING = {"larger", "smaller", "pan_up", "pan_down", "difference", "contrast", "blocks"}
_GOING = {"next", "previous", "next_ungraded", "go_to"}
_APP = {"help", "palette", "cancel", "repaint", "suspend", "quit"}
_ALWAYS = frozenset(_SAYING | _SEEING | _GOING | _APP)
# What tells what the AI said, or what a file is called.
_TELLING = frozenset({"accept", "zoom", "boxes", "open", *(f"guess_{n}" for n in range(1, 6))})

_WHY = {
    "accept": "There is nothing to accept: the AI's answer is hidden. Key what you see.",
    "grade_burst": "The other frames of this burst are not in the sample: key this one.",
    "peek": "Nothing is hidden here: peeking is for grading a holdout blind.",
    "open": "A viewer would show the file's name, and that may tell what the AI said.",
}
_GUESS = "The AI's guesses are hidden: / finds a species by its name."
_OFF = {
    "blind": "{} is off while you grade blind: it could tell what the AI said.",
    "adjudication": "{} is off while you adjudicate: only these pictures are meant.",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be seen in a session: the AI's word, names of files and cameras, other people's
    votes. `only` are the ids of the commands that work, None for all but peeking."""

    kind: Literal["assisted", "blind", "adjudication"] = "assisted"
    shows_machine: bool = True
    shows_names: bool = True
    shows_votes: bool = True
    only: frozenset[str] | None = None

    def allows(self, command_id: str) -> bool:
        """Tell whether a command of the review screen works."""
        return command_id in self.only if self.only is not None else command_id != "peek"

    def refusal(self, command_id: str, title: str) -> str:
        """Return why a command does not work, as a sentence; empty for one that does."""
        if self.allows(command_id):
            return ""
        if command_id.startswith("guess_"):
            return _GUESS
        return _WHY.get(command_id) or _OFF[self.kind].format(title)


ASSISTED = Policy()
BLIND = Policy(
    "blind",
    shows_machine=False,
    shows_names=False,
    shows_votes=False,
    only=_ALWAYS | {"peek"},
)


def adjudication(*, shows_machine: bool, shows_votes: bool) -> Policy:
    """Return what an adjudicator may see; names and the AI's word go together."""
    only = _ALWAYS | _TELLING if shows_machine else _ALWAYS
    return Policy(
        "adjudication",
        shows_machine=shows_machine,
        shows_names=shows_machine,
        shows_votes=shows_votes,
        only=only,
    )
