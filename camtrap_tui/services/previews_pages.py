"""Makes the pages of a preview readable: real names in the place of plain ones, on any screen.

What comes from outside goes in as text, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

_HEAD = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>body{font-family:sans-serif;margin:1em;max-width:75em;line-height:1.5}"
    "img{max-width:100%;height:auto}p,a,h1,h2{overflow-wrap:anywhere}"
    "div.contentdiv{line-height:1.9}</style>"
)
_BACK = '<p><a href="index.html">← all pages</a></p>'
_START = re.compile(r"\s*<html>\s*<head>")
_PICTURE = re.compile(r"(?<=<b>image</b>: )p\d{6}\.jpg|p\d{6}\.jpg(?= \(max conf)")
_TAG = re.compile(r'<img src="([^"]*?(p\d{6}\.jpg))"')
_LINK = re.compile(r'(<a href="class_[^"]*\.html">)([^<]*)(?=</a>)')
_HEADING = re.compile(r"<h1>(CLASS_|DETECTIONS_|NON_DETECTIONS)(.*?)</h1>")
_TITLE = re.compile(r"<title>(?:Index page for: )?(class_|detections_|non_detections)(.*?)</title>")
_RESULT = re.compile(r"<b>Result type</b>: (detections_|non_detections)([^<]*?), (?=<b>)")
# Words that are only right of what those tools are told elsewhere.
_UNSURE = re.compile(r"<p>Classifications with confidence less than [^<]*</p>\s*")
_DIGITS = re.compile(r"(?<=\(max conf: )(\d\.\d\d)\d+")
_VISUALIZED = "Visualization of results for "
_SAMPLE = re.compile(r"<p>A sample of \d+ images [^<]*</p>")


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in pages: paths of pictures and names of classes by the plain names that they
    have there, and sentences on which pictures and which boxes these are."""

    files: Mapping[str, str]
    classes: Mapping[str, str]
    about: str


def finish_pages(folder: Path, words: Words) -> int:
    """Put the words into all pages of a folder; return how many pages there are."""
    pages = sorted(folder.glob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        page.write_text(_finished(text, words, is_index=page.name == "index.html"), "utf-8")
    return len(pages)


def _finished(text: str, words: Words, *, is_index: bool) -> str:
    # Names from outside come last: what one of them looks like is not taken for the tools' words.
    text = _START.sub(lambda found: _HEAD, text, count=1)
    text = _SAMPLE.sub(lambda found: f"<p>{escape(words.about)}</p>", text, count=1)
    text = _DIGITS.sub(r"\1", text)
    text = _UNSURE.sub("", text).replace(_VISUALIZED, "", 1)
    text = _RESULT.sub(lambda found: f"{_heading(words, found)}, ", text)
    text = text if is_index else text.replace("<body>", f"<body>{_BACK}", 1)
    text = _PICTURE.sub(lambda found: _path(words, found[0]), text)
    text = _HEADING.sub(lambda found: f"<h1>{_heading(words, found)}</h1>", text)
    text = _TITLE.sub(lambda found: f"<title>{_heading(words, found)}</title>", text)
    text = _LINK.sub(lambda found: found[1] + _name(words, found[2]), text)
    return _TAG.sub(_with_alternative(words), text)


def _path(words: Words, name: str) -> str:
    return escape(words.files.get(name, name))


def _name(words: Words, plain: str) -> str:
    return escape(words.classes.get(plain, plain))


def _heading(words: Words, found: re.Match[str]) -> str:
    """Return what a page is called, as the index calls it."""
    kind, rest = found[1].lower(), found[2].lower()
    if kind == "class_":
        return _name(words, rest)
    return f"Detections: {rest.replace('_', '-')}" if rest else "Non-detections"


def _with_alternative(words: Words) -> Callable[[re.Match[str]], str]:
    return lambda found: f'<img loading="lazy" alt="{_path(words, found[2])}" src="{found[1]}"'
