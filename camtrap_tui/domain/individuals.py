"""Life stage, sex and behaviour, as somebody keys them: a letter each, behaviour in words.

The words are Camtrap DP's (`lifeStage`, `sex`); `behavior` is anybody's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError

LIFE_STAGES = {"a": "adult", "s": "subadult", "j": "juvenile"}
SEXES = {"f": "female", "m": "male"}
NOTHING = "x"
_LETTERS = "a s j, f m, x, then a space and a behaviour"


@dataclass(frozen=True, slots=True)
class Individual:
    """What is recorded of an animal beside its species; None where nothing is."""

    life_stage: str | None = None
    sex: str | None = None
    behavior: str | None = None

    @property
    def text(self) -> str:
        """What is known, in words: `juvenile female, eating`; empty for nothing."""
        body = " ".join(word for word in (self.life_stage, self.sex) if word)
        return ", ".join(word for word in (body, self.behavior) if word)

    def over(self, before: Individual) -> Individual:
        """Return this, with what `before` says where this says nothing."""
        return Individual(
            self.life_stage or before.life_stage,
            self.sex or before.sex,
            self.behavior or before.behavior,
        )


NOBODY = Individual()


@dataclass(frozen=True, slots=True)
class TypedIndividual:
    """What was typed: of which species of the picture (from 1, None where it does not say), and
    what; `clears` takes back what was recorded before."""

    which: int | None
    individual: Individual
    clears: bool

    def applied(self, before: Individual) -> Individual:
        """Return what holds after this was typed where `before` held."""
        return self.individual if self.clears else self.individual.over(before)


def parse_individual(typed: str, behavior: str | None = None) -> TypedIndividual:
    """Read letters, and behind a space a behaviour: `jf`, `2a eating`, `x`.

    Of two letters of a kind the later counts. `behavior`, where given, takes the place of the
    typed one. Raises UsageError that names a sign which means nothing here.
    """
    letters, _, words = clean(typed).partition(" ")
    which: int | None = None
    life_stage = sex = None
    clears = False
    for sign in letters.casefold():
        if sign in LIFE_STAGES:
            life_stage = LIFE_STAGES[sign]
        elif sign in SEXES:
            sex = SEXES[sign]
        elif sign in "123456789":
            which = int(sign)
        elif sign == NOTHING:
            clears, life_stage, sex = True, None, None
        else:
            raise UsageError(f"{sign!r} means nothing here:", f"type {_LETTERS}.")
    behavior = behavior or " ".join(words.split()) or None
    return TypedIndividual(which, Individual(life_stage, sex, behavior), clears)
