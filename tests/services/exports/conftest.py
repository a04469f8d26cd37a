"""Surveys that several tests of exports begin with."""

from __future__ import annotations

import pytest

from camtrap_tui.store.store import Store
from tests.services.exports.dp_packages import make_river


@pytest.fixture
def river(store: Store) -> Store:
    """Three pictures of one camera: two of a burst, one an hour later."""
    return make_river(store)
