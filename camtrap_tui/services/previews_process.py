"""Starts and watches the process that makes a preview's pages; what it prints goes into a log.

The log is kept where that process fails, beside the folder that it was to make.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import ModelError
from camtrap_tui.services.child import environment
from camtrap_tui.services.previews_child import UNREADABLE

# (what is done: `chosen` or `drawn`; pictures done; in all); it may raise to stop.
Progress = Callable[[str, int, int], None]
_CHILD = "camtrap_tui.services.previews_child"
_INDEX = "index.html"
_POLL_S = 0.2
_MOST_THREADS = 4
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made: pages by class, or one with all pictures; boxes from `confidence` on.
    The texts are put into the pages as they stand, once they are escaped."""

    kind: Literal["pages", "pictures"]
    title: str
    model: str
    about: str
    confidence: float


def need_megadetector() -> None:
    """Raise ModelError where the optional extra is not installed; imports nothing heavy."""
    if importlib.util.find_spec("megadetector") is None:
        raise ModelError(
            "MegaDetector's tools, which make the pages, are not installed.",
            "Install the extra: pip install 'camtrap-tui[speciesnet]'",
        )


def make_pages(
    out: Path, beside: Path, work: Path, job: Job, results: Mapping[str, Any], progress: Progress
) -> list[str]:
    """Make the pages of `results` in `beside`, which `out` will be, with the pictures in
    `work`/images; return the names of those that cannot be read.

    Raises ModelError where the tools fail; whatever `progress` raises ends them at once.
    """
    _write(work / "results.json", results)
    told = {
        "kind": job.kind,
        "title": escape(job.title),
        "model": escape(job.model),
        "about": escape(job.about),
        "confidence": job.confidence,
        "results": str(work / "results.json"),
        "images": str(work / "images"),
        "out": str(beside),
        "clean": str(beside),
        "threads": min(_MOST_THREADS, os.cpu_count() or 1),
    }
    _write(work / "job.json", told)
    log = work / "log.txt"
    code = _run(beside, work, log, len(results["images"]), progress)
    unreadable = work / UNREADABLE
    bad: list[str] = json.loads(unreadable.read_text("utf-8")) if unreadable.is_file() else []
    is_empty = len(bad) == len(results["images"])
    if code or not ((beside / _INDEX).is_file() or is_empty):
        raise _failed(out, log)
    return bad


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _run(beside: Path, work: Path, log: Path, total: int, progress: Progress) -> int:
    """Run the process to its end and return its exit code; it never outlives this call."""
    settings = {"PYTHONUTF8": "1", "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(work)}
    line = [sys.executable, "-P", "-m", _CHILD, str(work / "job.json")]
    with log.open("wb") as printed:
        process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment() | settings,
            process_group=0,
        )
    try:
        while True:
            progress("drawn", min(_count(beside, work), total), total)
            try:
                return process.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
        assert process.stdin is not None
        process.stdin.close()


def _count(beside: Path, work: Path) -> int:
    """Return how many pictures are drawn by now."""
    folders = [path for path in beside.iterdir() if path.is_dir() and path != work]
    return sum(1 for folder in folders for _ in folder.iterdir())


def _failed(out: Path, log: Path) -> ModelError:
    """Keep what was printed, and return the error that tells where."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    said = clean(lines[-1]).strip()[:_LONGEST_WORDS] if lines else "it said nothing"
    what = f"MegaDetector's tools could not make the pages: {said.removesuffix('.')}."
    kept, number = out.resolve().with_name(f"{out.name}.log"), 1
    while kept.exists():
        number += 1
        kept = kept.with_name(f"{out.name}-{number}.log")
    try:
        shutil.copyfile(log, kept)
    except OSError:
        # The disk may be full: then they failed for that, too.
        kept.unlink(missing_ok=True)
        return ModelError(what, "Check the folder, its permissions and its free space.")
    return ModelError(what, f"All they printed is in {kept}.")
