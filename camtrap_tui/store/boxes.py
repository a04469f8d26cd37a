"""Whose boxes and classes a run has: its own, or those of the run that it was re-fenced from.

Every query of `detection` or `classification` for a run goes through here: a copy of both would
make each country that somebody tries cost as much again as the predictions themselves.
"""

from __future__ import annotations


def boxes_of(run: str) -> str:
    """Return the SQL for the run that has the boxes and classes of `run`, a column or a `?`."""
    owner = "SELECT coalesce(owner.parent_run_id, owner.id) FROM run AS owner"
    return f"({owner} WHERE owner.id = {run})"
