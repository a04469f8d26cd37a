"""Puts what a picture's header and name say onto its image, where nothing better is known.

A time from a metadata table wins over EXIF, that one over a file's name; "now" is no source.
"""

from __future__ import annotations

from dataclasses import replace

from camtrap_tui.domain.clock import as_shown
from camtrap_tui.domain.models import Image
from camtrap_tui.domain.timestamps import timestamp_in_name
from camtrap_tui.services.exif import Header
from camtrap_tui.services.places import stem_media_id

# Which source of a time wins over which.
_TRUST = {"none": 0, "filename": 1, "exif": 2, "metadata": 3}


def with_header(image: Image, header: Header) -> Image:
    """Return `image` with the size, camera, place and time that its original's header gives.

    The file name is that of `image.file_path`. The size is the header's own; the rest fills
    in what is missing, or what a less trusted source said.
    """
    told = replace(
        image,
        width=header.width,
        height=header.height,
        camera_make=image.camera_make or header.camera_make,
        camera_model=image.camera_model or header.camera_model,
        orientation=header.orientation,
        gps_raw=header.gps_raw,
    )
    if image.latitude is None or image.longitude is None:
        told = replace(told, latitude=header.latitude, longitude=header.longitude)
    return _with_time(told, header)


def _with_time(image: Image, header: Header) -> Image:
    known = _TRUST[image.timestamp_source]
    if header.timestamp and known <= _TRUST["exif"]:
        return replace(
            _showing(image, header.timestamp),
            timestamp_raw=header.timestamp_raw,
            timestamp_source="exif",
            subsecond=header.subsecond,
            exif_offset=header.offset,
        )
    stem = image.file_path.rpartition("/")[2].rpartition(".")[0]
    in_name = None if stem_media_id(image.file_path) else timestamp_in_name(stem)
    if in_name and known <= _TRUST["filename"]:
        time, written = in_name
        return replace(
            _showing(image, time.local), timestamp_raw=written, timestamp_source="filename"
        )
    if image.timestamp_raw is None and header.timestamp_raw:
        return replace(image, timestamp_raw=header.timestamp_raw)
    return image


def _showing(image: Image, shown: str) -> Image:
    """Return `image` with what its camera showed; a corrected clock stays corrected.

    Where that is news, it stands uncorrected until its deployment is renewed.
    """
    if image.timestamp and as_shown(image.timestamp, image.clock_shift_s) == shown:
        return image
    return replace(image, timestamp=shown, clock_shift_s=0)
