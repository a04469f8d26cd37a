"""What a session is left for, where another one is to follow it at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaving:
    """A holdout that is to be graded blind, all of it or a share (`2/3`); or, with `adjudicates`,
    what of it is in conflict by `rule` (empty for the usual)."""

    holdout: str
    share: str = ""
    adjudicates: bool = False
    rule: str = ""
