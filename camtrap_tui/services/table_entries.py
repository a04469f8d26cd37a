"""Says of one line of a manifest what it is: a picture to be had, or why it is none.

Nothing here knows the survey; ids and addresses are data, and lead nowhere by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from camtrap_tui.domain.timestamps import (
    First,
    Timestamp,
    parse_table_timestamp,
    parse_timestamp,
)
from camtrap_tui.services.pictures_on_disk import is_video_name, state_by_name
from camtrap_tui.services.places import deployment_of, path_media_id, portable, stem_media_id
from camtrap_tui.services.tables import Line

_FETCHED = ("http", "https", "s3")
_LONGEST_ID = 200
# Most addresses: nothing in them has to be taken apart.
_PLAIN_ADDRESS = re.compile(r"(?:https?|s3)://[A-Za-z0-9.-]+(?::\d+)?(?:/|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, and what it is.

    `media_id` is the table's own ("" for none), `key` the id under which the image is known
    until its picture is here; `state` and `reason` are set where the line is no picture to be
    had: without an image for `not_a_picture` and `unreadable`, with one for `missing`.
    `deployment_is_told` says that a column has it, not only the folders of the path; `is_short`
    that the line has fewer cells than the table has headings.
    """

    number: int
    media_id: str
    key: str
    path: str
    url: str | None
    deployment: str
    deployment_is_told: bool
    time: Timestamp | None
    written_time: str
    content_md5: str | None
    latitude: float | None
    longitude: float | None
    state: str | None = None
    reason: str | None = None
    is_short: bool = False

    @property
    def has_image(self) -> bool:
        """Whether an image stands behind the line."""
        return self.state in (None, "missing")


def entry_of(line: Line, *, is_standard: bool = False, first: First | None = None) -> Entry:
    """Return what a line is; `is_standard` says that its times are written as Camtrap DP's.

    `first` is what stands first in days with slashes, where the table's other times tell.
    """
    path, url = line.path, line.url or None
    if url and not path:
        path = _path_in(url)
    state, reason = _trouble(line, path) or (None, None)
    position = _position(line)
    time = None
    if line.timestamp:
        written = line.timestamp
        time = parse_timestamp(written) if is_standard else parse_table_timestamp(written, first)
    return Entry(
        number=line.number,
        media_id=line.media_id[:_LONGEST_ID],
        key=line.media_id or _key(line.path, path, url),
        path=path,
        url=url,
        deployment=line.folder or _deployment(line, path),
        deployment_is_told=bool(line.folder),
        time=time,
        written_time=line.timestamp,
        content_md5=line.content_md5.lower() or None,
        latitude=position[0],
        longitude=position[1],
        state=state,
        reason=reason,
        is_short=line.is_short,
    )


def _trouble(line: Line, path: str) -> tuple[str, str] | None:
    if line.too_many:
        # Nobody knows which of its cells moved to another column.
        return "unreadable", f"the row has {line.too_many:,} cells, more than there are headings"
    if not (line.media_id or line.path or line.url):
        return "unreadable", "the row names no picture"
    if len(line.media_id) > _LONGEST_ID:
        signs = len(line.media_id)
        return "unreadable", f"its id has {signs:,} signs, {_LONGEST_ID} are the most"
    kind = line.file_type.partition("/")[0].casefold()
    if kind in ("video", "audio"):
        return "not_a_picture", f"a {kind} file ({line.file_type})"
    if is_video_name(path):
        return state_by_name(path)
    if line.url:
        return _bad_address(line.url)
    return None


def _bad_address(url: str) -> tuple[str, str] | None:
    if _PLAIN_ADDRESS.match(url):
        return None
    try:
        parts = urlsplit(url)
        known, host = parts.scheme.lower() in _FETCHED, parts.hostname
    except ValueError:
        return "missing", "its address is not one"
    if not parts.scheme:
        return "missing", "its address does not begin with http://, https:// or s3://"
    if not known:
        return "missing", f"its address begins with {parts.scheme}:, which is not fetched"
    return None if host else ("missing", "its address names no server")


def _path_in(url: str) -> str:
    """Return a path by which an address without a file name may be listed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return portable(url)
    found = portable(unquote(parts.path))
    return found or portable(f"{parts.netloc}{parts.path}?{parts.query}")


def _key(named: str, path: str, url: str | None) -> str:
    """Return the id of an image whose line has none.

    A path with folders is a picture's own; a bare name may be that of many, so that the
    address counts then.
    """
    in_name = stem_media_id(path)
    if in_name:
        return in_name
    return path_media_id(url if url and "/" not in named else path)


def _deployment(line: Line, path: str) -> str:
    """Return the deployment that folders tell; those of pictures named by ids tell none."""
    if not path or stem_media_id(path):
        return ""
    # Folders of an address are a server's, unless a camera's own folder is among them.
    is_told = "/" in line.path or "DCIM" in path.upper().split("/")
    return deployment_of(path, "") if is_told else ""


def _position(line: Line) -> tuple[float, float] | tuple[None, None]:
    if not (line.latitude and line.longitude):
        return None, None
    latitude, longitude = degrees(line.latitude, 90), degrees(line.longitude, 180)
    if latitude is None or longitude is None:
        return None, None
    return latitude, longitude


def degrees(text: str, most: float) -> float | None:
    """Return the number that a cell writes, None for none or one beyond plus or minus `most`."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if -most <= value <= most else None
