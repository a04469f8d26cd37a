"""Where things of a survey lie, as a page that is mailed may say it: names, no paths of a disk.

A path tells who works on which machine, and is of no use on any other; the JSON has it whole.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path, PureWindowsPath

from camtrap_tui.domain.text import quoted
from camtrap_tui.services.report import SurveyReport

# Predictions name pictures as the machine that made them did, from its root on, and whose home it
# is. `media` alone is a folder of packages.
_HOME = re.compile(
    r"^/?(?:[^/]+/){0,2}?(?:home|users|documents and settings|run/media)/[^/]+/", re.IGNORECASE
)


def place_name(place: str) -> str:
    """Return the last name of a path that starts at the root of a disk, of Windows or of another
    system; a relative path, an address and a bucket's name as they are."""
    found = PureWindowsPath(place)
    if found.root or found.drive:
        return found.name or found.drive or place
    return place


def picture_name(path: str) -> str:
    """Return the path of a picture without the home of the person whose computer it was on."""
    return _HOME.sub("…/", path.replace("\\", "/"), count=1)


def source_names(found: SurveyReport) -> dict[int, str]:
    """Return what to call each source, by its id; those of one name have their ids too."""
    names = {
        account.source.id: place_name(account.source.location) for account in found.ledger.sources
    }
    times = Counter(names.values())
    return {
        key: name if times[name] == 1 else f"{name} (source {key})" for key, name in names.items()
    }


def are_hidden(found: SurveyReport) -> bool:
    """Return whether a path of a source is cut on the page."""
    return any(
        place_name(account.source.location) != account.source.location
        for account in found.ledger.sources
    )


def without_paths(text: str, found: SurveyReport) -> str:
    """Return a sentence about the survey with names in the place of its paths."""
    names = source_names(found)
    said = {
        account.source.location: names[account.source.id] for account in found.ledger.sources
    } | _of_survey(found.path)
    for place in sorted(said, key=len, reverse=True):
        text = text.replace(place, said[place])
    return text


def _of_survey(path: Path) -> dict[str, str]:
    return {quoted(str(path)): quoted(path.name), str(path): path.name}
