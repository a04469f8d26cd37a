"""What a copy of pictures has put where, in sentences: the same on every screen."""

from __future__ import annotations

from dataclasses import replace

from camtrap_tui.domain.text import counted
from camtrap_tui.services.copying import CopyReport
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.report_text import size_text


def sum_text(report: CopyReport) -> str:
    """Return how many files are there: `12 files copied, 3.4 MB, 4 of them from before.`"""
    files = counted(report.files, "file")
    before = f", {report.there:,} of them from before" if report.there else ""
    made = "linked" if report.request.how == "link" else "copied"
    told = f"would be {made}; nothing was written" if report.is_dry else made
    size = f", {size_text(report.bytes)}" if report.bytes else ""
    return f"{files} {told}{size}{before}."


def folders_are(report: CopyReport) -> str:
    """Return what the folders are, and of a class whose word it is."""
    by_class = report.request.class_by == "run"
    whose = "the run's word" if by_class else f"people's word ({report.request.truth})"
    return f"class, by {whose}" if report.request.by == "class" else "deployment"


def as_export(report: CopyReport) -> ExportReport:
    """Return the report with its sums among the notes, for who shows reports of exports."""
    notes = [sum_text(report)]
    if report.folders:
        each = ", ".join(f"{name} {files:,}" for name, files in report.folders.items())
        notes.append(f"Files by {folders_are(report)}: {each}.")
    return replace(report.export, notes=(*notes, *report.export.notes))
