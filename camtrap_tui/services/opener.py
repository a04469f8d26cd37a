"""Opens a picture in the system's viewer, or says where it lies when there is no display."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from camtrap_tui.domain.text import clean


def open_picture(path: Path | None, url: str | None = None) -> str:
    """Start the system's viewer and return a sentence about what happened.

    `url` is where the picture can be had, said where there is no file to open.
    """
    elsewhere = f" It can be had at {clean(url)}" if url else ""
    if path is None:
        return f"The picture is not on this machine.{elsewhere}"
    where = clean(str(path))
    if not path.exists():
        return f"The picture is gone: {where}{'.' if elsewhere else ''}{elsewhere}"
    viewer = "open" if sys.platform == "darwin" else "xdg-open"
    if not _has_display() or shutil.which(viewer) is None:
        return f"No display here; the picture lies at {where}"
    # Its own session and no streams of ours: what a viewer prints must not reach the screen.
    subprocess.Popen(
        [viewer, str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return f"Opened {where}"


def _has_display() -> bool:
    """Tell whether a window would be seen by whoever types: on a Mac, not through SSH."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
