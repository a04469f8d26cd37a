"""Adds a source of any kind to a survey, and says in one report how each of its rows ended.

What a source is shows by what it is called and holds; a manifest's columns are settled before
anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.camtrap_dp import add_package, descriptor_of
from camtrap_tui.services.ingest import FolderReport, add_folder
from camtrap_tui.services.manifest import TableReport, add_manifest
from camtrap_tui.services.pictures_on_disk import is_picture_name, walk
from camtrap_tui.services.places import to_text
from camtrap_tui.services.placing import listing, place_listed
from camtrap_tui.services.s3_listing import add_bucket
from camtrap_tui.services.tables import IN_DOUBT
from camtrap_tui.store.store import Store

Kind = Literal["folder", "manifest", "s3", "camtrap_dp"]
KINDS: tuple[Kind, ...] = ("folder", "manifest", "s3", "camtrap_dp")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class AddRequest:
    """What to add: a path or `s3://…`, and how it is to be read.

    `columns` are a manifest's, our name to its heading; `images` is the folder in which the
    pictures of a table lie; `public` leaves keys aside; `survey` is the file that is added to,
    where the store is a copy of it.
    """

    source: str
    kind: Kind
    columns: Mapping[str, str] = field(default_factory=dict)
    images: Path | None = None
    public: bool = False
    survey: Path | None = None


@dataclass(frozen=True, slots=True)
class AddReport:
    """How a source's rows ended: `states` has each row once; `notes` are sentences about it.

    `examples` name what could not be taken as it stands, `folder` is what `--images` added.
    """

    kind: Kind
    location: str
    source_id: int
    already_added: bool
    states: dict[str, int]
    new_rows: int
    new_images: int
    known_images: int
    columns: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    folder: FolderReport | None = None


def kind_of(source: str) -> Kind:
    """Return what a source is. Raises InputError where there is none, UsageError for a page."""
    start, sign, _ = source.partition("://")
    if sign and start.casefold() == "s3":
        return "s3"
    if sign and start.isalnum():
        raise UsageError(
            f"{clean(source)}: pages of the web are no source.",
            "Give a folder, a manifest (CSV), s3://bucket/prefix or a Camtrap DP package.",
        )
    path = Path(source)
    if path.is_dir():
        return "camtrap_dp" if descriptor_of(path) else "folder"
    if path.is_file():
        return "camtrap_dp" if descriptor_of(path) else "manifest"
    raise InputError(f"{to_text(source)}: there is no such file or folder.", "Check the path.")


def add_source(store: Store, request: AddRequest, *, progress: Progress | None = None) -> AddReport:
    """Add a source to the survey, or bring what is known of it up to date.

    `progress` is called with (what is read, done, in all; 0 where that is not known). Raises
    InputError where the source cannot be used; UsageError for what has no meaning for it.
    """
    if request.images is not None:
        _check_images(request)
    match request.kind:
        case "folder":
            return _add_folder(store, request, progress)
        case "s3":
            return _add_bucket(store, request, progress)
        case "manifest":
            return _add_manifest(store, request, progress)
        case "camtrap_dp":
            return _add_package(store, request, progress)


def _check_images(request: AddRequest) -> None:
    if request.kind not in ("manifest", "camtrap_dp"):
        raise UsageError("--images says where the pictures of a table lie:", "leave it out here.")
    if request.images is not None and not request.images.is_dir():
        raise InputError(f"{request.images}: there is no such folder.", "Check --images.")


def _of(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(what, done, total)


def _add_folder(store: Store, request: AddRequest, progress: Progress | None) -> AddReport:
    report = add_folder(
        store, Path(request.source), progress=_of(progress, "pictures"), survey=request.survey
    )
    return AddReport(
        "folder",
        to_text(str(report.folder)),
        report.source_id,
        already_added=False,
        states=report.states,
        new_rows=sum(report.states.values()) - report.unchanged,
        new_images=report.new_images,
        known_images=report.states.get("here", 0) - report.new_images,
        notes=_about_folder(store, report),
    )


def _about_folder(store: Store, report: FolderReport) -> tuple[str, ...]:
    notes: list[str] = []
    if report.unchanged:
        notes.append(f"{counted(report.unchanged, 'file')} known and unchanged.")
    if report.new_images and store.sources.waits_for_pictures():
        notes.append(
            "Tables or predictions still wait for pictures: if these are theirs, add the table"
            " or import the predictions again with --images."
        )
    return tuple(notes)


def _add_bucket(store: Store, request: AddRequest, progress: Progress | None) -> AddReport:
    tell = None
    if progress is not None:
        bar = progress

        def tell(done: int) -> None:
            bar("objects", done, 0)

    report = add_bucket(store, request.source, public=request.public, progress=tell)
    notes = [
        (report.vanished, "object is no longer in the bucket", "objects are no longer in it"),
        (report.vanished_fetched, "fetched picture is gone from the bucket: it is kept", ""),
        (report.changed, "fetched picture is another one in the bucket now: it is kept", ""),
    ]
    return AddReport(
        "s3",
        report.location,
        report.source_id,
        already_added=False,
        states=report.states,
        new_rows=report.new_rows,
        new_images=report.new_images,
        known_images=report.known_images,
        notes=tuple(f"{n:,} {one if n == 1 or not more else more}." for n, one, more in notes if n),
        examples=tuple(report.examples),
    )


def _add_manifest(store: Store, request: AddRequest, progress: Progress | None) -> AddReport:
    table = add_manifest(
        store, Path(request.source), request.columns, _of(progress, "rows of the manifest")
    )
    joined, folder = _look_in(store, request.images, request, progress)
    return _of_table(store, "manifest", table, joined, folder, ())


def _add_package(store: Store, request: AddRequest, progress: Progress | None) -> AddReport:
    descriptor = descriptor_of(Path(request.source))
    if descriptor is None:
        raise InputError(
            f"{to_text(request.source)}: this is no Camtrap DP package.",
            "Give the folder with datapackage.json.",
        )
    package = add_package(store, descriptor, progress=_of(progress, "rows of media.csv"))
    notes = [
        "observations.csv was not read: the package's own words are no grades here. People's are"
        " taken in by `camtrap-tui import-grades`."
    ]
    if package.deployments is not None:
        described = package.deployments.rows - package.deployments.bad
        notes.insert(0, f"{counted(described, 'deployment')} described.")
    images = request.images
    if images is None and store.sources.waits_for_files(package.media.source.id):
        images = descriptor.parent
        if not any(is_picture_name(found.path) for found in walk(images)):
            images = None
    joined, folder = _look_in(store, images, request, progress)
    examples = package.deployments.examples if package.deployments else []
    return _of_table(store, "camtrap_dp", package.media, joined, folder, notes, examples)


def _look_in(
    store: Store, images: Path | None, request: AddRequest, progress: Progress | None
) -> tuple[int, FolderReport | None]:
    """Give the pictures of a table their files in a folder, then add the folder.

    Returns how many pictures the folder had already, and how the folder's files ended.
    """
    if images is None:
        return 0, None
    root = images.resolve()
    paths = (found.path for found in walk(root) if not found.trouble)
    # The folder is read before the lock is taken.
    with listing(root, paths) as listed, store.db.transaction():
        joined = place_listed(store, listed)
    return joined, add_folder(
        store, root, progress=_of(progress, "pictures"), survey=request.survey
    )


def _of_table(
    store: Store,
    kind: Kind,
    table: TableReport,
    joined: int,
    folder: FolderReport | None,
    notes: Iterable[str],
    examples: Iterable[str] = (),
) -> AddReport:
    counts = table.counts
    told = [
        (
            joined,
            "picture of the folder was known before: it is the table's now",
            "pictures of the folder were known before: they are the table's now",
        ),
        (table.vanished, "row is no longer in the table", "rows are no longer in the table"),
        (
            counts.conflicting,
            "row repeats an id with other values",
            "rows repeat an id with other values",
        ),
        (
            counts.ambiguous,
            "picture known by its path stays apart: rows with several ids have the path",
            "pictures known by their paths stay apart: rows with several ids have these",
        ),
        (counts.bad_times, "time cannot be read", "times cannot be read"),
        (counts.unclear_times, f"of these {IN_DOUBT}", ""),
        (counts.short, "row has fewer cells than headings", "rows have fewer cells than headings"),
        (counts.without_time, "picture has no time", "pictures have no time"),
    ]
    said = [f"{n:,} {one if n == 1 or not more else more}." for n, one, more in told if n]
    if folder is None and store.sources.waits_for_files(table.source.id):
        said.append("Some pictures have no address: say where they lie with --images FOLDER.")
    return AddReport(
        kind,
        table.source.location,
        table.source.id,
        table.already_added,
        store.ledger.states(table.source.id),
        counts.new_rows,
        max(counts.new_images - joined, 0),
        counts.known_images + min(joined, counts.new_images),
        columns=dict(table.columns),
        notes=(*notes, *said),
        examples=(*counts.examples, *examples),
        folder=folder,
    )
