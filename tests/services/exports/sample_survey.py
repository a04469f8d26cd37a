"""Two surveys that every format must take: the sample, graded, and one that is out to harm."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Sequence
from pathlib import Path

from camtrap_tui.services.demo import copy_sample, import_sample
from camtrap_tui.services.deployments import describe_deployments
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, md5, taxon
from tests.hostile import poison

UNGRADED, CONFLICTS = 6, 3


def say(store: Store, grader: str, image_id: int, taxon_ids: Sequence[int]) -> None:
    """Append one grade that names these taxa."""
    key = str(uuid.UUID(md5(f"{grader} {image_id} {taxon_ids}")))
    observed = tuple(NewObservation(one, count=2) for one in taxon_ids)
    store.grades.append(grader, [NewGrade(key, image_id, observed, "assisted", "species")], NOW)


def graded_sample(folder: Path) -> Path:
    """Copy the sample with its predictions; ann grades nearly all of it, ben contradicts her
    thrice. Returns the survey's path."""
    survey = copy_sample(folder)
    import_sample(survey)
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        said = {row["filePath"]: row["species"] for row in csv.DictReader(file)}
    with Store.open(survey) as store:
        describe_deployments(store, folder / "deployments.csv")
        rows = store.db.execute("SELECT id, file_path FROM image ORDER BY file_path").fetchall()
        graded = [(key, said[path]) for key, path in rows if said.get(path)][:-UNGRADED]
        mink = taxon(store, "mink").id
        for number, (key, name) in enumerate(graded):
            both = [taxon(store, name).id, *([mink] if number == 5 else [])]
            say(store, "ann", key, both)
            if number < CONFLICTS:
                say(store, "ben", key, [mink])
    return survey


def hostile(folder: Path) -> Path:
    """Make a survey that another program has filled with names that nobody should have, in
    conflict, of several species."""
    survey = folder / "river.db"
    with Store.open(survey, create=True) as store:
        poison(store, folders=False)
        with store.db.transaction():
            store.db.execute(
                "UPDATE deployment SET latitude = 41.9, longitude = -87.6, utc_offset_min = -300"
            )
        with store.db.transaction():
            # Without these nothing of it can be in a Camtrap DP package.
            store.db.execute("UPDATE deployment SET latitude = 1, longitude = -2")
            store.db.execute("UPDATE deployment SET utc_offset_min = 330")
        taxa = [one.id for one in store.taxa.all() if one.origin != "builtin"]
        for image_id in range(1, 6):
            say(store, "=ben", image_id, [taxa[image_id]])
        for image_id in range(20, 24):
            say(store, "=ben", image_id, taxa[image_id - 20 : image_id - 17])
    return survey
