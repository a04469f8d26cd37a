"""Runs the program as somebody to whom the rights of files matter, which to root they do not."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def obey_rights() -> None:
    """Give up what lets root write anywhere; it takes effect at the next exec."""
    if sys.platform == "linux" and os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `camtrap-tui ARGUMENTS`."""
    return subprocess.run(
        [sys.executable, "-m", "camtrap_tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=obey_rights,
    )


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and its files; skip the test where that is void."""
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
    for path in modes:
        path.chmod(modes[path] & ~0o222)
    try:
        probe = [sys.executable, "-c", f"open({str(folder / 'probe')!r}, 'w')"]
        done = subprocess.run(probe, capture_output=True, preexec_fn=obey_rights)
        if not done.returncode:
            pytest.skip("this system lets the user write everywhere")
        yield
    finally:
        for path, mode in modes.items():
            if path.exists():
                path.chmod(mode)
