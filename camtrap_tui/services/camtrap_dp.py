"""Adds a Camtrap DP 1.0 package: its deployments, and its media as rows of the ledger.

Times are taken as they are written, local; the offset beside them is kept apart. Observations
are left in the package.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from camtrap_tui.domain.camtrap_dp_paths import read_path
from camtrap_tui.domain.text import clean_cell
from camtrap_tui.domain.timestamps import parse_offset
from camtrap_tui.errors import InputError
from camtrap_tui.services.deployments import (
    CameraClock,
    DeploymentReport,
    describe_deployments,
)
from camtrap_tui.services.manifest import TableReport, add_table, file_md5
from camtrap_tui.services.places import to_text
from camtrap_tui.services.table_entries import Entry, entry_of
from camtrap_tui.services.tables import read_lines
from camtrap_tui.store.store import Store

Progress = Callable[[int, int], None]
DESCRIPTOR = "datapackage.json"
_HINT = "Give a Camtrap DP package; predictions are taken by: camtrap-tui import SURVEY FILE"
_MOST_BYTES = 64 << 20
_MEDIA = ("mediaID", "deploymentID", "timestamp", "filePath", "fileName", "fileMediatype")


@dataclass(frozen=True, slots=True)
class PackageReport:
    """How the media of a package ended, and its deployments, where these were read."""

    media: TableReport
    deployments: DeploymentReport | None


@dataclass(slots=True)
class _Clock:
    """The first and last local time of a camera's pictures, with their offsets from UTC."""

    first: tuple[str, int]
    last: tuple[str, int]
    offsets: set[int] = field(default_factory=set)

    def take(self, when: tuple[str, int]) -> None:
        self.first, self.last = min(self.first, when), max(self.last, when)
        self.offsets.add(when[1])

    def told(self) -> CameraClock:
        return CameraClock(self.first[1], self.last[1], len(self.offsets) == 1)


def descriptor_of(path: Path) -> Path | None:
    """Return the datapackage.json that a path is, or that lies in the folder it is, or None."""
    if path.is_dir():
        inside = path / DESCRIPTOR
        return inside if inside.is_file() else None
    return path if path.suffix.lower() == ".json" else None


def add_package(
    store: Store, descriptor: Path, *, progress: Progress | None = None
) -> PackageReport:
    """Add the deployments and media of a package; nothing is written where one is no table.

    Raises InputError where the descriptor, a table or what it must have is missing.
    """
    with ExitStack() as stack:
        tables = package_tables(descriptor, stack, ("media", "deployments"))
        media, deployments = tables["media"], tables.get("deployments")
        if deployments:
            # Read before anything is written: a package is taken as a whole.
            describe_deployments(store, deployments, dry_run=True, is_standard=True)
        reports: list[DeploymentReport] = []
        clocks: dict[str, _Clock] = {}

        def read(tell: Progress | None) -> Iterator[Entry]:
            for line in read_lines(media, progress=tell, names=_MEDIA):
                entry = entry_of(replace(line, path=read_path(line.path)), is_standard=True)
                minutes = parse_offset(entry.time.offset or "") if entry.time else None
                if entry.time and minutes is not None:
                    when = (entry.time.local, minutes)
                    clocks.setdefault(entry.deployment, _Clock(when, when)).take(when)
                yield entry

        def describe() -> None:
            if deployments:
                reports.append(
                    describe_deployments(
                        store,
                        deployments,
                        skip_bad=True,
                        is_standard=True,
                        clocks={name: clock.told() for name, clock in clocks.items()},
                    )
                )

        report = add_table(
            store,
            "camtrap_dp",
            descriptor,
            file_md5([descriptor, *tables.values()]),
            {name: name for name in _MEDIA},
            read,
            progress,
            after=describe,
        )
        return PackageReport(report, reports[0] if reports else None)


def package_tables(descriptor: Path, stack: ExitStack, names: tuple[str, ...]) -> dict[str, Path]:
    """Return the plain CSV files of those of the tables `names` that a package has.

    The first of them must be there: raises InputError where it, or the package, is not. `stack`
    removes what had to be unpacked.
    """
    found: dict[str, Path] = {}
    resources = described(descriptor).get("resources")
    for resource in resources if isinstance(resources, list) else []:
        if not isinstance(resource, dict) or resource.get("name") not in names:
            continue
        name, path = resource["name"], resource.get("path")
        if isinstance(path, list) and len(path) == 1:
            path = path[0]
        if not isinstance(path, str):
            raise InputError(
                f"{descriptor}: the table {name} is not in one file beside it.",
                "Save the package with its tables as CSV files.",
            )
        found[name] = _plain(_beside(descriptor, name, path), stack)
    if names[0] not in found:
        raise InputError(f"{descriptor}: it names no table of {names[0]}.", _HINT)
    return found


def described(descriptor: Path) -> dict[str, object]:
    """Return what a datapackage.json holds. Raises InputError where it is none."""
    try:
        if descriptor.stat().st_size > _MOST_BYTES:
            raise InputError(f"{descriptor}: this is no datapackage.json, it is too large.", _HINT)
        told = json.loads(descriptor.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise InputError(f"{descriptor}: {what}.", "Check the path.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{descriptor}: this is no JSON ({clean_cell(str(error))}).",
            _HINT,
        ) from None
    if not isinstance(told, dict):
        raise InputError(f"{descriptor}: this is no data package.", _HINT)
    return told


def _beside(descriptor: Path, name: str, path: str) -> Path:
    """Return the file that a resource names; never one outside the package's folder."""
    if "://" in path or "\x00" in path or not _is_inside(descriptor.parent, path):
        raise InputError(
            f"{descriptor}: the table {name} lies outside the package ({to_text(path)}).",
            "Copy it beside datapackage.json.",
        )
    return descriptor.parent / path


def _is_inside(folder: Path, path: str) -> bool:
    """Tell whether a path leads to a place below a folder, links and all."""
    if path.startswith("/") or ".." in Path(path).parts:
        return False
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _plain(file: Path, stack: ExitStack) -> Path:
    """Return a table unpacked: itself, or a copy that `stack` removes."""
    if file.suffix.lower() != ".gz":
        return file
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="camtrap-tui-")))
    plain = folder / file.stem
    try:
        with gzip.open(file) as packed, plain.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    except (OSError, EOFError, zlib.error) as error:
        what = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"{file}: it cannot be unpacked ({what}).", "Save it again.") from None
    return plain
