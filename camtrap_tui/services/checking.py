"""Checks a Camtrap DP package by the rules of the standard, as they are written down in domain/.

Nothing is fetched and nothing written. A table is held against what its resource names, wherever
in the package it lies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import TABLES, VERSION, VERSIONS, Table, missing_values
from camtrap_tui.domain.camtrap_dp_package import package_faults, version_of
from camtrap_tui.domain.shapes import shown
from camtrap_tui.domain.table_schemas import table_of
from camtrap_tui.services.checking_files import UNREADABLE, PackageFiles, mend, why
from camtrap_tui.services.checking_reading import Source
from camtrap_tui.services.checking_report import EXAMPLES, CheckedTable, CheckReport, Findings
from camtrap_tui.services.checking_tables import TableCheck

Progress = Callable[[str, int], None]
# A descriptor of thousands of species has one megabyte.
_MOST_BYTES = 16 << 20
_CSV = ("csv", "tsv")
_NAMES = frozenset(table.name for table in TABLES)


def check_package(
    path: Path, *, examples: int = EXAMPLES, progress: Progress | None = None
) -> CheckReport:
    """Return what is wrong with the package in a folder or ZIP file; so many places are named each.

    `progress` hears the table and how many of its rows were read. Raises InputError where the path
    is no package.
    """
    findings = Findings(examples)
    with PackageFiles(path) as files:
        package = _descriptor(files, findings)
        if package is None:
            return CheckReport("", (), findings.problems())
        for fault in package_faults(package):
            findings.add(files.descriptor, None, fault.place, fault.rule, fault.sentence)
        version = version_of(package.get("profile"))
        resources = _resources(package)
        if version and version not in VERSIONS:
            note = f"The tables: the rules of Camtrap DP {shown(version)} are not known here."
            return CheckReport(version, (), findings.problems(), (note,))
        checks, tables = _tables(files, resources, version, findings, progress)
        for check in checks.values():
            check.find_repeated()
        for check in checks.values():
            for reference in check.table.references:
                if reference.table in checks:
                    check.find_missing(reference, checks[reference.table])
        unchecked = _unchecked(files, resources, findings)
        return CheckReport(version, tables, findings.problems(), unchecked)


def _descriptor(files: PackageFiles, findings: Findings) -> dict[str, Any] | None:
    name = files.descriptor

    def say(what: str) -> None:
        findings.add(name, None, "", "json", what)

    try:
        data = files.read_descriptor(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            say(f"has more than {_MOST_BYTES >> 20} MB; keep data in tables of their own.")
            return None
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        say(f"is no UTF-8 at byte {error.start:,}; save it as UTF-8.")
        return None
    except UNREADABLE as error:
        say(f"cannot be read ({why(error)}); {mend(error)}.")
        return None
    if text.startswith("\ufeff"):
        say("begins with a byte order mark, which JSON does not allow; save it as UTF-8 without.")
        text = text[1:]
    try:
        package = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        say(f"is no JSON at line {error.lineno}, column {error.colno} ({error.msg}); correct it.")
        return None
    except ValueError:
        say("has a number that is none of JSON, as NaN or one of 5,000 digits; correct it.")
        return None
    except RecursionError:
        say("is no JSON that can be read, it is nested too deep; save it again.")
        return None
    if not isinstance(package, dict):
        say("is no object; a package is described in braces.")
        return None
    return package


def _no_number(name: str) -> float:
    raise ValueError(name)


def _resources(package: dict[str, Any]) -> list[dict[str, Any]]:
    found = package.get("resources")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _tables(
    files: PackageFiles,
    resources: list[dict[str, Any]],
    version: str,
    findings: Findings,
    progress: Progress | None,
) -> tuple[dict[str, TableCheck], list[CheckedTable]]:
    """Read the tables that are here and whose rules are known."""
    checks: dict[str, TableCheck] = {}
    tables: list[CheckedTable] = []
    for table, missing, resource in _to_read(resources, version):
        source = _source(files, table, resource, findings)
        if source is None:
            continue
        check = TableCheck(files, source, table, missing, findings)

        def tell(rows: int, name: str = table.name) -> None:
            if progress:
                progress(name, rows)

        tables.append(check.read(tell))
        checks[table.name] = check
    return checks, tables


def _to_read(
    resources: list[dict[str, Any]], version: str
) -> Iterator[tuple[Table, frozenset[str], dict[str, Any]]]:
    """Yield the tables of the standard, then those that have a schema beside them."""
    for table in TABLES:
        for resource in [one for one in resources if one.get("name") == table.name][:1]:
            stated = version_of(resource.get("schema")) or version or VERSION
            yield table, missing_values(stated), resource
    for resource in resources:
        if found := _described(resource):
            yield *found, resource


def _described(resource: dict[str, Any]) -> tuple[Table, frozenset[str]] | None:
    """Return the table that a further resource is, where its rules are known."""
    name = resource.get("name")
    if not isinstance(name, str) or name in _NAMES or "path" not in resource:
        return None
    return table_of(name, resource.get("schema"))


def _source(
    files: PackageFiles, table: Table, resource: dict[str, Any], findings: Findings
) -> Source | None:
    """Return where a table is and how it is written; None, and why, where it cannot be read."""
    given = resource.get("path")
    paths = [given] if isinstance(given, str) else given
    # What is no path was said of the descriptor.
    if not isinstance(paths, list) or not all(one and isinstance(one, str) for one in paths):
        return None
    for path in paths:
        if said := files.lacks(path):
            findings.add(path, None, "", "file", said)
            return None
    format = resource.get("format", "csv")
    if format not in _CSV:
        said = f"is in the format {shown(format)}; only CSV is checked, save it as CSV."
        findings.add(paths[0], None, "", "file", said)
        return None
    dialect = resource.get("dialect")
    usual = {"delimiter": "\t"} if format == "tsv" else {}
    encoding = resource.get("encoding", "utf-8")
    return Source(
        table.name,
        tuple(paths),
        encoding if isinstance(encoding, str) else "utf-8",
        packing if isinstance(packing := resource.get("compression"), str) else "",
        {**usual, **dialect} if isinstance(dialect, dict) else usual,
    )


def _unchecked(
    files: PackageFiles, resources: list[dict[str, Any]], findings: Findings
) -> list[str]:
    """Return what was not looked at: further resources, of which only their files must be there."""
    notes = []
    for resource in resources:
        name, path = resource.get("name"), resource.get("path")
        if not isinstance(name, str) or name in _NAMES:
            continue
        if _described(resource):
            continue
        for one in [path] if isinstance(path, str) else path if isinstance(path, list) else []:
            if one and isinstance(one, str) and "://" not in one and (said := files.lacks(one)):
                findings.add(one, None, "", "file", said)
        notes.append(f"The resource {shown(name)}: no rules for it are known here.")
    return notes
