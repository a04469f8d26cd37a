"""What `predict`, `refence` and `export` tell their parent with `--events`: a JSON object a line.

Each event is a frozen value; its JSON has the key `event` (its kind) and its fields. A parent
ignores lines that it cannot read: libraries may print.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """The command was understood; `model` is what was asked for, empty for the default.

    `folder` is empty where the survey's own pictures are meant.
    """

    survey: str
    folder: str
    model: str


@dataclass(frozen=True, slots=True)
class Scanning:
    """So many files of the folder have been looked at, of all that it has."""

    files: int
    total: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """The folder is in the ledger: `images` in all, of which `to_do` are still to be predicted.

    `rows` counts the folder's files by ledger state; `run_id` is the run that goes on or starts.
    """

    run_id: int
    images: int
    to_do: int
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is being loaded (or downloaded): seconds to minutes."""

    model: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` images are predicted or failed, `failed` of them failed.

    `saved` are in the survey (a batch is saved at once). The rate is pictures a second of
    this session; None, like the time left, until there is one.
    """

    done: int
    total: int
    failed: int
    saved: int
    rate_per_s: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Fetching:
    """`fetched` pictures have come, `failed` cannot be had, of `total` that were not here.

    The rate is pictures a second of this session; None, like the time left, until there is one.
    """

    fetched: int
    failed: int
    total: int
    bytes: int
    rate_per_s: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One picture could not be fetched or predicted; it is recorded, and the rest goes on."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to do with the pictures that are here; `waiting` are still to be fetched.

    Counts are of the folder's images in this run, or of all where no folder was given.
    """

    run_id: int
    predicted: int
    failed: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """Stopped as asked; the same command goes on from here."""

    run_id: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Exporting:
    """`done` of `total` pictures are in the export; `total` is 0 while nobody knows."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Exported:
    """The export is in its place; `report` is what `export --json` prints."""

    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Error:
    """The command ended with an error: one sentence, and what to do."""

    message: str
    hint: str


Event = (
    Started
    | Scanning
    | Scanned
    | Loading
    | Progress
    | Fetching
    | Failure
    | Notice
    | Finished
    | Stopped
    | Exporting
    | Exported
    | Error
)

_KINDS: dict[str, type[Event]] = {
    "started": Started,
    "scanning": Scanning,
    "scanned": Scanned,
    "loading": Loading,
    "progress": Progress,
    "fetching": Fetching,
    "failure": Failure,
    "notice": Notice,
    "finished": Finished,
    "stopped": Stopped,
    "exporting": Exporting,
    "exported": Exported,
    "error": Error,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def format_event(event: Event) -> str:
    """Return the event as one line of JSON, without the line break."""
    return json.dumps({"event": _NAMES[type(event)], **asdict(event)}, ensure_ascii=False)


def parse_event(line: str) -> Event:
    """Return the event that `line` holds.

    Fields that this version does not know are left out. Raises ValueError for anything that
    is not an event.
    """
    data = json.loads(line)
    kind = _KINDS.get(str(data.pop("event", ""))) if isinstance(data, dict) else None
    if kind is None:
        raise ValueError(f"not an event: {line!r}")
    known = {field.name for field in fields(kind)}
    try:
        return kind(**{name: value for name, value in data.items() if name in known})
    except TypeError as error:
        raise ValueError(f"not a whole event: {line!r}") from error
