"""Fixtures that every test may use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import PIL.ImageFile
import pytest
from hypothesis import settings

from camtrap_tui.store.store import Store

# No test looks at a clock: machines differ, and are busy.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")

# Tests that `nohup` runs hand its deafness down to the programs whose terminal they close.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the settings of whoever runs the tests out of them."""
    path = tmp_path / "settings" / "config.toml"
    monkeypatch.setenv("CAMTRAP_TUI_CONFIG", str(path))
    for name in ("GRADER", "MODEL", "COUNTRY", "ADMIN1_REGION", "COLOR", "BLOCKS"):
        monkeypatch.delenv(f"CAMTRAP_TUI_{name}", raising=False)
    return path


@pytest.fixture(autouse=True)
def pillow_tells_of_short_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what MegaDetector's tools ask of Pillow, for all, where a test imports them."""
    monkeypatch.setattr(PIL.ImageFile, "LOAD_TRUNCATED_IMAGES", False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new, empty survey."""
    with Store.open(tmp_path / "river.db", create=True) as opened:
        yield opened
