"""How a table or view is put into words for Datasette, and phrases that several share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A table or view: its title, what a row is, and its columns.

    `label` is the column that stands for a row where another table points at it. `sort` is the
    column that rows are sorted by at first, descending after a minus. `facets` are columns whose
    values are counted beside the rows. `hidden` keeps what the program needs for itself off the
    front page.
    """

    title: str
    description: str
    columns: Mapping[str, str]
    label: str = ""
    sort: str = ""
    facets: tuple[str, ...] = ()
    hidden: bool = False
    sortable: bool = True


ID = "Number of the row in this file; copies of the survey number their own."
IMAGE = "The picture."
RUN = "The run of the model."
TAXON = "The species or group."
GRADER = "Who said it."
FILE = "Where the picture lies, below the folder or manifest that it came from."
MEDIA = "The picture's id, as it came or the MD5 of its bytes; the same in every copy."
BOX = "of the box, as a part of the picture's {}, 0 to 1; the picture as it is looked at."
HOLDOUT = "The holdout that it belongs to."
UUID = "The same in every copy of the survey."
RANKS_COLUMNS = {
    "taxon_class": "Class, in small letters.",
    "taxon_order": "Order.",
    "taxon_family": "Family.",
    "taxon_genus": "Genus.",
    "taxon_species": "Species, without the genus.",
}
GRADE_COLUMNS = {
    "id": ID,
    "grade_uuid": UUID,
    "action": "grade, undo or redo.",
    "image_id": "The picture; empty for an undo or redo.",
    "grader": GRADER,
    "grader_number": "Counts this grader's rows; it decides what is latest, not the clock.",
    "batch_uuid": "The same for all grades that one key gave, as on the contact sheet.",
    "target_uuid": "The grade or batch that is undone or redone.",
    "mode": "assisted: with the model's word in view; blind: without; bulk: many at once; import:"
    " labels given elsewhere; adjudicated: to settle a conflict.",
    "gesture": "Which key or command gave it.",
    "run_id": "The run whose word was in view.",
    "graded_at": "When, in UTC.",
    "seconds": "How long the picture was looked at.",
    "holdout_uuid": "The holdout that it was keyed blind for.",
    "viewing": "The how-manieth time its grader saw the picture for that holdout.",
}
