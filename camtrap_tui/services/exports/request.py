"""What somebody asks of an export, and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.store.store import Store

People = Literal["include", "exclude", "blur"]
# Called with pictures done, and pictures in all (0 while nobody knows).
Progress = Callable[[int, int], None]

CONSENSUS = "consensus"


@dataclass(frozen=True, slots=True)
class Options:
    """What single formats can do; None or empty is each format's usual way.

    level: of Camtrap DP's observations. decimals: of coordinates. pictures: whether they go along.
    metadata: a datapackage.json whose project, contributors and licences are taken over. columns:
    (our column, heading) pairs of a Timelapse table. padding: around a crop, as a share of its
    box. confidence: below which a box is none. independence_min: minutes between records of one
    species. holdouts: how often somebody said that pictures of holdouts may be in training data.
    base: the folder that the paths in a file of predictions are relative to, instead of those in
    the survey. boxes_only: leaves classes out of it. gap_days: a camera that took no picture for
    longer counts as not working meanwhile. schema: a table schema beside a CSV file. public:
    anybody may see the pictures, those that may show people excepted.
    """

    all_graders: bool = False
    excel: bool = False
    level: Literal["media", "event"] | None = None
    decimals: int | None = None
    pictures: Literal["none", "copy", "link"] | None = None
    metadata: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()
    padding: float | None = None
    confidence: float | None = None
    independence_min: int | None = None
    holdouts: int = 0
    base: Path | None = None
    boxes_only: bool = False
    schema: bool = False
    gap_days: int | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported, and to where.

    `where` is a filter line and `grader` who `state:mine` means in it. `run_id` is whose word the
    machine's is (the newest finished run unless given); `holdout` a holdout's name: its drawn
    pictures, by the words that count for it. `truth` is `consensus`, a rule (majority, weighted,
    expert:NAME …), or a grader whose own word it is to be. `replace` lets a folder that an export
    has made give way.
    """

    out: Path
    where: str = ""
    grader: str = ""
    run_id: int | None = None
    holdout: str = ""
    truth: str = CONSENSUS
    with_machine: bool = False
    people: People = "include"
    replace: bool = False
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, what it is made for, what it carries and what it loses.

    `example` is a name for what it writes, as a person may type it. `takes` names the options and
    the fields of the request (`with_machine`, `people`, `truth`, `holdout`, `run_id`) that mean
    something to it; any other that was asked for is refused, not ignored. `writes` says what else
    than a file it writes, and `places` which ones.
    """

    name: str
    made_for: str
    carries: str
    loses: str
    example: str
    takes: frozenset[str]
    write: Callable[[Store, ExportRequest, Progress], ExportReport]
    writes: Literal["file", "folder"] = "file"
    places: Callable[[ExportRequest], Sequence[Path]] = lambda request: (request.out,)
