"""What an export wrote and what it left out, counted while it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from camtrap_tui.domain.text import clean

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of an export, its path inside the export (its name where it is the export itself);
    `rows` is None where it has none. A path that ends with `/` stands for all files of a folder."""

    path: str
    rows: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of the pictures that were chosen: `pictures` are in the export, `left_out` are
    counted by the reason, with the first different paths of each in `examples`.

    `unlabeled` of the pictures in it have no word in it. `omitted` counts by the reason what is
    left out of pictures that are in it (words, boxes, values), with examples too. `notes` are
    sentences on what else a reader must know.
    """

    format: str
    out: str
    files: tuple[WrittenFile, ...]
    pictures: int
    unlabeled: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    omitted: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The rows of all its files."""
        return sum(file.rows or 0 for file in self.files)

    @property
    def chosen(self) -> int:
        """The pictures that were chosen: those in it, and those left out."""
        return self.pictures + sum(self.left_out.values())


def report_json(report: ExportReport) -> dict[str, Any]:
    """Return the report as `export --json` prints it."""
    return asdict(report) | {"rows": report.rows, "chosen": report.chosen}


def report_from(data: Mapping[str, Any]) -> ExportReport:
    """Return the report that was printed as JSON."""
    return ExportReport(
        data["format"],
        data["out"],
        tuple(WrittenFile(**file) for file in data["files"]),
        data["pictures"],
        data["unlabeled"],
        data["left_out"],
        data["omitted"],
        {reason: tuple(found) for reason, found in data["examples"].items()},
        tuple(data["notes"]),
    )


class Tally:
    """Counts what an export takes and leaves out; memory does not grow with the survey."""

    def __init__(self) -> None:
        self.pictures = self.unlabeled = 0
        self.left_out: Counter[str] = Counter()
        self.omitted: Counter[str] = Counter()
        self.notes: list[str] = []
        self._examples: dict[str, list[str]] = {}

    def leave_out(self, reason: str, what: str) -> None:
        """Count a picture that is left out, for a reason as `has no time`; `what` is its path."""
        self.left_out[reason] += 1
        self._example(reason, what)

    def omit(self, reason: str, what: str) -> None:
        """Count what is left out of a picture that is in the export."""
        self.omitted[reason] += 1
        self._example(reason, what)

    def _example(self, reason: str, what: str) -> None:
        found = self._examples.setdefault(reason, [])
        if len(found) < _EXAMPLES and (what := clean(what)) not in found:
            found.append(what)

    def report(self, format: str, out: str, files: tuple[WrittenFile, ...]) -> ExportReport:
        """Return the report of what was counted."""
        return ExportReport(
            format,
            out,
            files,
            self.pictures,
            self.unlabeled,
            dict(self.left_out.most_common()),
            dict(self.omitted.most_common()),
            {reason: tuple(found) for reason, found in self._examples.items()},
            tuple(self.notes),
        )
