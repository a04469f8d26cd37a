"""The columns of the ground-truth CSV: their order is fixed, new ones are added at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from camtrap_tui.domain.cells import write_cell
from camtrap_tui.domain.text import clean
from camtrap_tui.store.truth import TruthRow

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Sampled:
    """How a drawn picture came into its holdout: the stratum's name, its bursts and how many of
    them were drawn, and how many bursts one of these stands for."""

    sample_id: str
    stratum: str
    population: int
    sampled: int
    weight: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file before it is written: an observation, and what holds for the image.

    `graders` are those whose word it is, `notes` what they wrote on the picture; `is_final`
    says that the row is part of the truth; `votes` is `domain.table_edits.votes_id`.
    """

    row: TruthRow
    graders: tuple[str, ...]
    is_final: bool
    notes: tuple[str, ...] = ()
    sampled: Sampled | None = None
    votes: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and how it is filled; `is_text` cells are made safe."""

    name: str
    help: str
    value: Callable[[Entry], Value]
    is_text: bool = True


def cell(column: Column, entry: Entry) -> str:
    """Return the column's cell: missing is empty, floats as repr, booleans true or false."""
    value = column.value(entry)
    match value:
        case None:
            return ""
        case str():
            # A survey that came from elsewhere may hold what was never cleaned.
            return write_cell(clean(value)) if column.is_text else clean(value)
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case int():
            return str(value)


def _label(common_name: str | None, scientific_name: str | None) -> str | None:
    return common_name or scientific_name


def _utc_offset(row: TruthRow) -> int | None:
    """Return the deployment's recorded offset, else the one in the picture's EXIF, in minutes."""
    if row.utc_offset_min is not None:
        return row.utc_offset_min
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", row.exif_offset or "")
    if not found:
        return None
    minutes = 60 * int(found[2]) + int(found[3])
    return -minutes if found[1] == "-" else minutes


def _region(row: TruthRow) -> str | None:
    return "-".join(part for part in (row.ai_country, row.ai_admin1_region) if part) or None


def _in_burst(row: TruthRow, value: int) -> int | None:
    return value if row.burst_media_id is not None else None


def _observation_id(row: TruthRow) -> str:
    return f"o_{row.grade_uuid}_{row.observation_number or 0}"


def _event_id(row: TruthRow) -> str | None:
    return f"e_{row.burst_media_id}" if row.burst_media_id else None


def _split(entry: Entry) -> str | None:
    return "holdout" if entry.sampled or entry.row.is_held else entry.row.part


def _sample(name: str, help: str, field: str) -> Column:
    return Column(
        name,
        help,
        lambda entry: getattr(entry.sampled, field) if entry.sampled else None,
        is_text=field in ("sample_id", "stratum"),
    )


def _text(name: str, help: str, value: Callable[[TruthRow], Value]) -> Column:
    return Column(name, help, lambda entry: value(entry.row))


def _plain(name: str, help: str, value: Callable[[TruthRow], Value]) -> Column:
    return Column(name, help, lambda entry: value(entry.row), is_text=False)


EXPORT_COLUMNS: tuple[Column, ...] = (
    _text("observation_id", "One observation, the same in every copy.", _observation_id),
    _text("media_id", "The picture's id, as it came.", lambda r: r.media_id),
    _text("file_path", "The picture's path inside its source.", lambda r: r.file_path),
    _text("content_md5", "MD5 of the picture's bytes.", lambda r: r.content_md5),
    _text("deployment_id", "The camera at one place for a while.", lambda r: r.deployment_id),
    _text("location_id", "The place of the deployment.", lambda r: r.location_id),
    _plain("latitude", "WGS 84, of the deployment, else of the picture.", lambda r: r.latitude),
    _plain("longitude", "WGS 84, of the deployment, else of the picture.", lambda r: r.longitude),
    _text(
        "datetime_local",
        "The camera's time, its clock put right: local, without a zone.",
        lambda r: r.timestamp,
    ),
    _plain("utc_offset_min", "Minutes that this time is ahead of UTC, where known.", _utc_offset),
    _text(
        "datetime_source",
        "Where the time comes from: metadata, exif, filename or missing.",
        lambda r: "missing" if r.timestamp_source == "none" else r.timestamp_source,
    ),
    _text("event_id", "The burst that the picture belongs to.", _event_id),
    _plain("event_frame", "Its place in the burst, from 0.", lambda r: _in_burst(r, r.burst_frame)),
    _plain("event_frames", "Pictures in the burst.", lambda r: _in_burst(r, r.burst_frames)),
    _plain("width_px", "Width, after EXIF rotation.", lambda r: r.width),
    _plain("height_px", "Height, after EXIF rotation.", lambda r: r.height),
    _text("level", "What the observation is about: image.", lambda r: "image"),
    _text(
        "observation_type",
        "animal, human, vehicle, blank, unknown or unclassified.",
        lambda r: r.observation_type or "unclassified",
    ),
    _text(
        "label",
        "What people saw: the common name, else the scientific one.",
        lambda r: _label(r.common_name, r.scientific_name),
    ),
    _text("scientific_name", "The lowest rank that is named.", lambda r: r.scientific_name),
    _text("taxon_rank", "species, genus, family, order or class.", lambda r: r.taxon_rank),
    _text("taxon_class", "Class.", lambda r: r.taxon_class),
    _text("taxon_order", "Order.", lambda r: r.taxon_order),
    _text("taxon_family", "Family.", lambda r: r.taxon_family),
    _text("taxon_genus", "Genus.", lambda r: r.taxon_genus),
    _text("taxon_species", "Species, without the genus.", lambda r: r.taxon_species),
    _text("wi_taxon_id", "SpeciesNet's uuid, or one made from the name.", lambda r: r.taxon_uuid),
    _plain("count", "How many, where somebody counted.", lambda r: r.count),
    _text("life_stage", "adult, subadult or juvenile, where keyed.", lambda r: r.life_stage),
    _text("sex", "female or male, where keyed.", lambda r: r.sex),
    _text("behavior", "What it did, where keyed.", lambda r: r.behavior),
    Column("labeled_by", "Who says so; several by `;`.", lambda e: ";".join(e.graders)),
    _text("labeled_at", "When, in UTC.", lambda r: r.graded_at),
    _text("label_mode", "blind, assisted, bulk, import or adjudicated.", lambda r: r.mode),
    Column(
        "is_final",
        "true for the rows that are the truth of their picture, false for other votes and "
        "for conflicts.",
        lambda e: e.is_final,
        is_text=False,
    ),
    _text("ai_type", "The AI's observation type, in the run.", lambda r: r.ai_observation_type),
    _text(
        "ai_label",
        "The AI's one prediction for the picture.",
        lambda r: _label(r.ai_common_name, r.ai_scientific_name),
    ),
    _text("ai_scientific_name", "Its scientific name.", lambda r: r.ai_scientific_name),
    _text("ai_wi_taxon_id", "Its uuid.", lambda r: r.ai_taxon_uuid),
    _plain("ai_score", "Its score, 0 to 1.", lambda r: r.ai_score),
    _text("ai_source", "What made it: classifier, detector, a roll-up …", lambda r: r.ai_source),
    _plain("ai_det_conf", "The highest confidence of any box.", lambda r: r.ai_confidence),
    _text("ai_run_id", "The run, the same in every copy.", lambda r: r.ai_run_uuid),
    _text("ai_model", "The model and its version.", lambda r: r.ai_model_version),
    _text("ai_region", "The geofence's country and state, as USA-IL.", _region),
    Column(
        "comments",
        "The notes on the picture of those who say so; several by ` | `.",
        lambda e: " | ".join(e.notes) or None,
    ),
    _plain(
        "clock_shift_s",
        "Seconds that were added to what the camera showed, 0 where its clock was right.",
        lambda r: r.clock_shift_s,
    ),
    Column(
        "split", "train, val or test, where pictures were split; holdout for drawn ones.", _split
    ),
    _sample("sample_id", "With --holdout: the holdout, the same in every copy.", "sample_id"),
    _sample("stratum", "What the picture was drawn from.", "stratum"),
    _sample("stratum_pop", "Bursts in the stratum.", "population"),
    _sample("stratum_n", "Bursts drawn from it.", "sampled"),
    _sample("weight", "Bursts that this one stands for: stratum_pop / stratum_n.", "weight"),
    Column(
        "votes_id",
        "What all said of the picture when this was written: tells what was graded since.",
        lambda e: e.votes or None,
        is_text=False,
    ),
)


# What columns hold that is no text, as a table schema calls it.
TYPES = {
    **dict.fromkeys(
        ("latitude", "longitude", "ai_score", "ai_det_conf", "weight"), "number"
    ),
    **dict.fromkeys(
        (
            "utc_offset_min", "event_frame", "event_frames", "width_px", "height_px", "count",
            "clock_shift_s", "stratum_pop", "stratum_n",
        ),
        "integer",
    ),
    "is_final": "boolean",
}  # fmt: skip


def text_columns() -> frozenset[str]:
    """Return the names of the columns whose cells are read back by `domain.cells.read_cell`."""
    return frozenset(column.name for column in EXPORT_COLUMNS if column.is_text)
