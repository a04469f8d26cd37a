"""Opens a picture in the system's viewer, or says where it lies when there is no display."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from camtrap_tui.domain.text import clean


def open_picture(path: Path | None) -> str:
    """Start the system's viewer and return a sentence about what happened."""
    if path is None:
        return "The picture is not on this machine."
    where = clean(str(path))
    if not path.exists():
        return f"The picture is gone: {where}"
    viewer = "open" if sys.platform == "darwin" else "xdg-open"
    has_display = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not has_display or shutil.which(viewer) is None:
        return f"No display here; the picture lies at {where}"
    # Its own session and no streams of ours: what a viewer prints must not reach the screen.
    subprocess.Popen(
        [viewer, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return f"Opened {where}"
