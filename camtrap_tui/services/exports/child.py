"""An export in a process of its own: a screen goes on meanwhile, and can stop it at any time."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

from camtrap_tui.services.copy_request import CopyRequest
from camtrap_tui.services.exports.formats import flag
from camtrap_tui.services.exports.request import ExportRequest, Options


def export_command(survey: Path, name: str, request: ExportRequest) -> list[str]:
    """Return the command line of a child that exports and tells events.

    Absolute paths, and `-P`: what lies in the folder where a person is must not be imported.
    """
    line = [sys.executable, "-P", "-m", "camtrap_tui", "export", "--events", f"--format={name}"]
    usual = ExportRequest(request.out)
    for field in fields(ExportRequest):
        value = getattr(request, field.name)
        if field.name not in ("out", "options") and value != getattr(usual, field.name):
            line += _words(field.name, value)
    for field in fields(Options):
        value = getattr(request.options, field.name)
        if value != getattr(usual.options, field.name):
            line += _words(field.name, value)
    return [*line, "--", str(survey.absolute()), str(request.out.absolute())]


def copy_command(survey: Path, request: CopyRequest) -> list[str]:
    """Return the command line of a child that copies or links pictures and tells events."""
    line = [sys.executable, "-P", "-m", "camtrap_tui", "copy", "--events"]
    usual = CopyRequest(request.folder)
    for field in fields(CopyRequest):
        value = getattr(request, field.name)
        if field.name not in ("folder", "how") and value != getattr(usual, field.name):
            line += _words(field.name, value)
    line += ["--link"] if request.how == "link" else []
    return [*line, "--", str(survey.absolute()), str(request.folder.absolute())]


def _words(name: str, value: object) -> list[str]:
    """Return the words that set one option; a value never stands alone, where it may be taken
    for an option."""
    option = f"--{flag(name)}"
    match value:
        case bool():
            return [option] if value else []
        case int() if name == "holdouts":
            return [option] * value
        case tuple():
            return [f"{option}={ours}={heading}" for ours, heading in value]
        case Path():
            return [f"{option}={value.absolute()}"]
        case _:
            return [f"{option}={value}"]
