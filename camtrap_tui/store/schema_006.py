"""The statements of the sixth migration: what graders agree on, across ranks and adjudicators."""

from __future__ import annotations

M006: tuple[str, ...] = ()
