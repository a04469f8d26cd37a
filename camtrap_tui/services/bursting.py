"""Keeps the bursts of a survey up to date after pictures or their times have changed."""

from __future__ import annotations

from collections.abc import Iterable

from camtrap_tui.domain.bursts import bursts
from camtrap_tui.store.store import Store


def renew_bursts(store: Store, deployments: Iterable[int | None]) -> None:
    """Work out the bursts of these deployments anew, each in a transaction of its own.

    None stands for the images without a deployment.
    """
    for deployment_id in deployments:
        with store.db.transaction():
            renew_burst_of(store, deployment_id)


def renew_burst_of(store: Store, deployment_id: int | None) -> None:
    """Work out the bursts of one deployment anew, inside the caller's transaction."""
    rows = store.ledger.timeline(deployment_id)
    store.ledger.set_bursts(list(bursts(rows, store.survey.burst_gap_s)))
