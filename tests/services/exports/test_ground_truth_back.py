"""The ground-truth CSV that comes back, over surveys of all kinds: unchanged it says nothing new,
edited it says what the table says, and no grade that was there is altered."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.cells import read_cell, write_cell
from camtrap_tui.services.exports.ground_truth_columns import text_columns
from camtrap_tui.services.grade_imports import GradeImportReport, import_grades
from camtrap_tui.services.grade_imports_back import EditReport
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.services.exports.survey_plans import TAXA
from tests.services.exports.survey_strategy import SurveyPlan, built, copied, surveys
from tests.services.exports.test_ground_truth import write

Rows = list[dict[str, str]]
# What a person sees of a row; the rest follows from it, from the picture or from the grade.
SAID = (
    "media_id", "observation_type", "label", "scientific_name", "wi_taxon_id", "count",
    "life_stage", "sex", "behavior",
)  # fmt: skip
_TABLES = ("grade", "observation", "mark", "vote", "taxon")


def table(store: Store, **asked: bool) -> tuple[Path, Rows]:
    """Export a survey; return the file and its rows as they stand in it."""
    out = store.path.with_name("truth.csv")
    write(store, out, **asked)
    with out.open(encoding="utf-8", newline="") as file:
        return out, list(csv.DictReader(file))


def save(path: Path, rows: Rows, headings: Sequence[str], **style: Any) -> Path:
    """Write rows as a spreadsheet might."""
    with path.open("w", encoding=style.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, headings, extrasaction="ignore", **style)
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(
    store: Store, file: Path, editor: str = "ann", *, adjudicates: bool = False
) -> GradeImportReport:
    """Import a table."""
    columns = label_table(file, read_head(file), {})
    return import_grades(store, file, columns, editor=editor, adjudicates=adjudicates)


def edits(store: Store, file: Path, editor: str = "ann", **asked: bool) -> EditReport:
    """Import a table of rows of this survey."""
    report = take(store, file, editor, **asked)
    assert report.labels == 0
    assert report.edits is not None
    return report.edits


def said(rows: Rows, *more: str) -> Counter[tuple[str, ...]]:
    """Return what rows say, text cells read."""
    texts = text_columns()
    return Counter(
        tuple(read_cell(row[n]) if n in texts else row[n] for n in (*SAID, *more)) for row in rows
    )


def people(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return all that people said, row by row."""
    return {
        name: store.db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in _TABLES
    }


def plain(rows: Rows, chance: object) -> Rows:
    return rows


def shuffled(rows: Rows, chance: object) -> Rows:
    return rows[::-1]


def reformatted(rows: Rows, chance: object) -> Rows:
    """Rows as a spreadsheet of another language writes them."""
    changed = []
    for row in rows:
        new = dict(row)
        new["is_final"] = {"true": "WAHR", "false": "FALSCH"}[row["is_final"]]
        for name in ("latitude", "longitude", "ai_score", "weight"):
            if row[name]:
                new[name] = f"{float(row[name]):.4f}".replace(".", ",")
        if row["count"]:
            new["count"] = f"{row['count']},0"
        if row["datetime_local"]:
            date, time = row["datetime_local"].split()
            new["datetime_local"] = f"{'.'.join(date.split('-')[::-1])} {time[:5]}"
        changed.append(new)
    return changed


def as_of_r(rows: Rows, chance: object) -> Rows:
    """Rows as R writes what it has read."""
    logical = {"true": "TRUE", "false": "FALSE", "": "NA"}
    return [{name: logical.get(text, text) for name, text in row.items()} for row in rows]


STYLES: tuple[dict[str, Any], ...] = (
    {},
    {"encoding": "utf-8-sig", "lineterminator": "\r\n"},
    {"delimiter": ";", "lineterminator": "\r\n"},
    {"delimiter": "\t"},
    {"quoting": csv.QUOTE_ALL},
)


@settings(max_examples=40)
@given(
    surveys(),
    st.booleans(),
    st.sampled_from((plain, shuffled, reformatted, as_of_r)),
    st.sampled_from(STYLES),
    st.lists(
        # Columns that somebody had no use for.
        st.sampled_from(
            ("count", "ai_score", "comments", "media_id", "labeled_by", "is_final", "votes_id")
        ),
        max_size=3,
    ),
)
def test_a_table_that_nobody_edited_says_nothing_new(
    plan: SurveyPlan,
    all_graders: bool,
    damage: Callable[[Rows, object], Rows],
    style: dict[str, Any],
    lost: list[str],
) -> None:
    with built(plan) as store:
        file, rows = table(store, all_graders=all_graders)
        assume(rows)
        before = people(store)
        headings = [name for name in rows[0] if name not in lost]
        save(file, damage(rows, None), headings, **dict(style))
        report = edits(store, file)
        assert (report.changes, report.skipped, report.taken) == ((), {}, 0)
        assert report.rows == len(rows)
        assert report.fixed == {}
        assert people(store) == before


_VALUES = {
    "label": st.sampled_from([taxon.common_name for taxon in TAXA[:6]]),
    "count": st.sampled_from(("", "1", "9")),
    "life_stage": st.sampled_from(("", "adult", "juvenile")),
    "sex": st.sampled_from(("", "female")),
    "behavior": st.sampled_from(("", "eats", "naps; dreams")),
}


@st.composite
def _edited(draw: st.DrawFn, rows: Rows) -> tuple[Rows, Rows]:
    """Change cells of final rows, take rows out, add copies of rows; return what a person leaves in
    the table, and what it means."""
    names = {taxon.common_name: taxon for taxon in TAXA[:6]}
    final = [number for number, row in enumerate(rows) if row["is_final"] == "true"]
    typed, meant = [dict(row) for row in rows], [dict(row) for row in rows]
    for number in draw(st.lists(st.sampled_from(final), min_size=1, max_size=4, unique=True)):
        name = draw(st.sampled_from(sorted(_VALUES)))
        cells = {name: write_cell(draw(_VALUES[name]))}
        if name == "label" and cells["label"] == meant[number]["label"]:
            continue
        typed[number] |= cells
        if name == "label":
            taxon = names[cells["label"]]
            cells |= {
                "observation_type": "animal",
                "scientific_name": taxon.scientific_name,
                "wi_taxon_id": taxon.taxon_uuid,
            }
        meant[number] |= cells
        if draw(st.booleans()):
            typed[number] |= cells
    if draw(st.booleans()):
        more = {"label": "bobcat", "count": "3", "scientific_name": "Lynx rufus"}
        if draw(st.booleans()):
            more["observation_id"] = ""
        typed.append(typed[final[0]] | more)
        lynx = {"observation_type": "animal", "wi_taxon_id": TAXA[2].taxon_uuid}
        meant.append(meant[final[0]] | more | lynx)
    elif len([n for n in final if rows[n]["media_id"] == rows[final[0]]["media_id"]]) > 1:
        del typed[final[0]], meant[final[0]]
    return typed, meant


@settings(max_examples=60)
@given(st.data(), surveys(graders=("ann",)))
def test_what_is_edited_is_what_the_next_export_says(data: st.DataObject, plan: SurveyPlan) -> None:
    with built(plan) as store:
        file, rows = table(store)
        assume(any(row["is_final"] == "true" for row in rows))
        typed, meant = data.draw(_edited(rows))
        by_picture: dict[str, set[str]] = {}
        for row in meant:
            by_picture.setdefault(row["media_id"], set()).add(row["observation_type"])
        assume(all(len(kinds) == 1 or "blank" not in kinds for kinds in by_picture.values()))
        save(file, typed, list(rows[0]))
        before = people(store)
        report = edits(store, file, adjudicates=True)
        assert report.skipped == {}
        assert said(table(store)[1]) == said(meant)
        after = people(store)
        for name in ("grade", "observation", "mark"):
            assert after[name][: len(before[name])] == before[name]
        save(file, typed, list(rows[0]))
        again = edits(store, file, adjudicates=True)
        assert (again.taken, again.known) == (0, report.taken + report.known)
        assert people(store) == after
        if report.batch_uuid:
            store.grades.append_reversal("ann", "undo", report.batch_uuid, "back", "2026-06-05")
            assert said(table(store)[1]) == said(rows)


@settings(max_examples=40)
@given(surveys())
def test_a_survey_without_grades_says_the_same_once_it_has_the_table(plan: SurveyPlan) -> None:
    """What an import of labels does not take: ids, and that somebody adjudicated."""
    bare = SurveyPlan(plan.deployments, plan.shifts, plan.frames, (), plan.has_runs)
    with built(plan) as store, built(bare) as other:
        file, rows = table(store, all_graders=True)
        assume(rows)
        report = take(other, file)
        assert report.edits is None
        assert report.taken == len(rows)
        again = table(other, all_graders=True)[1]
        more = ("labeled_by", "labeled_at", "comments")
        assert said(again, *more) == said(rows, *more)
        assert take(other, file).grades == 0


@settings(max_examples=15)
@given(surveys())
def test_a_copy_takes_a_table_as_the_survey_does(plan: SurveyPlan) -> None:
    with built(plan) as store, copied(store) as other:
        file, rows = table(store)
        assume(rows)
        rows[0]["count"] = "77"
        save(file, rows, list(rows[0]))
        mine, theirs = edits(store, file, "eve"), edits(other, file, "eve")
        assert (mine.taken, mine.skipped) == (theirs.taken, theirs.skipped)
        assert said(table(store)[1]) == said(table(other)[1])
