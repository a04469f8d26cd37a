"""What the form that exports asks for: an export in a format, or a copy of the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from camtrap_tui.domain.models import Run
from camtrap_tui.services.copy_request import By, ClassBy, CopyRequest
from camtrap_tui.services.copying import chosen
from camtrap_tui.services.exports.child import copy_command, export_command
from camtrap_tui.services.exports.formats import check_kind, check_place, check_takes
from camtrap_tui.services.exports.picture_files import How
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.request import CONSENSUS, ExportRequest, Format
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """What stands behind the formats: the pictures themselves, as `camtrap-tui copy` puts them into
    a folder. No format, since it goes on where it was stopped."""

    name: str = "pictures"
    made_for: str = "a folder of the pictures themselves, copied or linked: camtrap-tui copy"
    carries: str = (
        "each picture as a file, by class or deployment on wish, and pictures.csv, which says"
        " which file is which picture; stopped, the same again goes on from there"
    )
    loses: str = "all that was said of a picture, but for its class where folders are classes"
    example: str = "pictures"
    takes: frozenset[str] = frozenset(("by", "class_by", "how", "truth", "run_id", "people"))
    writes: Literal["folder"] = "folder"


Kind = Format | PictureFolder


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for now; `by`, `class_by` and `how` mean something to copies alone."""

    format: Kind
    request: ExportRequest
    by: By = "none"
    class_by: ClassBy = "truth"
    how: How = "copy"

    @property
    def takes(self) -> frozenset[str]:
        """The names of what means something to what is asked for."""
        if isinstance(self.format, Format):
            return self.format.takes
        unheard = set() if self.by == "class" else {"class_by", "truth"}
        unheard |= {"truth"} if self.class_by == "run" else set()
        return self.format.takes - unheard

    @property
    def copies(self) -> CopyRequest | None:
        """What is to be copied; None for an export."""
        if isinstance(self.format, Format):
            return None
        request = self.request
        return CopyRequest(
            request.out,
            request.where,
            request.grader,
            request.run_id,
            request.truth if "truth" in self.takes else CONSENSUS,
            self.by,
            self.class_by if self.by == "class" else "truth",
            self.how,
            request.people,
        )

    def places(self) -> Sequence[Path]:
        """Return what an export would replace; a copy replaces nothing."""
        return self.format.places(self.request) if isinstance(self.format, Format) else ()

    def count(self, store: Store) -> int:
        """Return how many pictures are chosen. Raises CamtrapError for what will not do."""
        if self.copies is not None:
            return chosen(store, self.copies)
        return Pictures(store, self.request).count()

    def check(self, survey: Path) -> None:
        """Raise CamtrapError for what a format cannot do, or not there."""
        if isinstance(self.format, Format):
            check_takes(self.format, self.request)
            check_kind(self.format, self.request.out)
            check_place(self.format, survey, self.request)

    def command(self, survey: Path) -> list[str]:
        """Return the command line of the child that does it."""
        if self.copies is not None:
            return copy_command(survey, self.copies)
        # Whoever asks has been told that something is there.
        request = replace(self.request, replace=self.request.out.is_dir())
        return export_command(survey, self.format.name, request)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from: formats, the filter in view, runs, holdouts and graders."""

    survey: Path
    formats: Sequence[Kind]
    where: str = ""
    runs: Sequence[Run] = ()
    run_id: int | None = None
    holdouts: Sequence[str] = ()
    graders: Sequence[str] = ()
