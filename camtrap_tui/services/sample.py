"""The sample pictures and the demo model that come with the package."""

from __future__ import annotations

from pathlib import Path

import camtrap_tui
from camtrap_tui.errors import InputError


def sample_folder() -> Path:
    """Return where sample_data lies: inside the installed package, or beside it in a checkout."""
    package = Path(camtrap_tui.__file__).parent
    for folder in (package / "sample_data", package.parent / "sample_data"):
        if (folder / "pictures").is_dir():
            return folder
    raise InputError(
        f"{package}: the sample data is missing from this installation.",
        "Install camtrap-tui anew.",
    )


def known_models() -> list[tuple[str, str]]:
    """Return models that are at hand, as (folder or name, what it is)."""
    try:
        return [(str(sample_folder() / "demo_model"), "the demo model: a toy for the sample")]
    except InputError:
        return []
