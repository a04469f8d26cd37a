"""Values as cells of Camtrap DP: times with their offset, paths, names, numbers.

What the standard demands and the survey does not know is never made up: a picture without a time
or an offset has no row.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, urlsplit

from camtrap_tui.domain.camtrap_dp_fields import MISSING
from camtrap_tui.domain.camtrap_dp_lists import NAME_TAG, without_bar
from camtrap_tui.domain.camtrap_dp_paths import allowed_path
from camtrap_tui.domain.models import Deployment, Image, Run, Taxon
from camtrap_tui.domain.timestamps import offset_text, parse_offset

# IANA names of picture kinds, by their endings; those of raw pictures are as others write them.
_MEDIATYPES = dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "mpo"), "jpeg") | {
    "png": "png", "bmp": "bmp", "gif": "gif", "webp": "webp", "tif": "tiff", "tiff": "tiff",
    "heic": "heic", "heif": "heif", "avif": "avif", "jp2": "jp2",
    "dng": "x-adobe-dng", "cr2": "x-canon-cr2", "cr3": "x-canon-cr3", "nef": "x-nikon-nef",
    "arw": "x-sony-arw", "raf": "x-fuji-raf", "orf": "x-olympus-orf", "rw2": "x-panasonic-rw2",
}  # fmt: skip
# What the parts of an address that let nobody else in are called, as a whole and in part: who
# has such an address may see what others may not.
_KEYS = frozenset(("sig", "key", "pwd", "pass", "jwt", "policy", "hmac"))
_KEY_PARTS = (
    "signature", "token", "secret", "credential", "password", "passwd", "apikey", "accesskey",
    "session", "auth", "keypair",
)  # fmt: skip
# A survey writes seconds of UTC; tables from elsewhere may have more digits, or no offset.
_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", re.ASCII)
# Metres that a degree may be off, corner to corner, at the equator: table 3 of Chapman &
# Wieczorek, Georeferencing Best Practices (2020), which camtrapdp's round_coordinates() takes too.
_DEGREE_M = 156_904
# What the same function takes a position from a GPS for, where nobody recorded how good it is.
_GPS_M = 30


@dataclass(frozen=True, slots=True)
class Position:
    """A place as it is published: cells, and the numbers behind them."""

    latitude: str
    longitude: str
    uncertainty: str
    point: tuple[float, float]


def offset_of(image: Image, deployment: Deployment) -> int | None:
    """Return minutes ahead of UTC: those recorded of the deployment, else the picture's own."""
    if deployment.utc_offset_min is not None:
        return deployment.utc_offset_min
    return parse_offset(image.exif_offset) if image.exif_offset else None


def stamp(local: str, offset_min: int) -> str:
    """Return a local time (`YYYY-MM-DD HH:MM:SS`) with its offset, as `%Y-%m-%dT%H:%M:%S%z`."""
    return local.replace(" ", "T", 1) + (offset_text(offset_min) if offset_min else "Z")


def utc_stamp(time: str) -> str:
    """Return a time of UTC without fractions; empty where nobody says that it is of UTC."""
    found = _UTC.fullmatch(time)
    return f"{found[1]}Z" if found else ""


def text(value: str | None) -> str:
    """Return a text as a cell; what a reader of the standard takes for none is left empty."""
    return "" if value is None or value in MISSING else value


def number(value: float | None) -> str:
    """Return a number as a cell, with the digits that it has and without an exponent."""
    if value is None:
        return ""
    digits = repr(value)
    return format(Decimal(digits), "f") if "e" in digits else digits


def boolean(value: bool | None) -> str:
    """Return yes and no as the standard writes them."""
    return "" if value is None else str(value).lower()


def media_type(*names: str) -> str:
    """Return the IANA media type that the first of a picture's names and addresses with a known
    ending tells; where none does, JPEG's."""
    for name in names:
        ending = PurePosixPath(_path_of(name)).suffix.removeprefix(".").lower()
        if ending in _MEDIATYPES:
            return f"image/{_MEDIATYPES[ending]}"
    return "image/jpeg"


def _path_of(name: str) -> str:
    try:
        return urlsplit(name).path if "://" in name else name
    except ValueError:
        return ""


def public_address(url: str) -> str:
    """Return an address as others may have it; empty where it holds a key to what it leads to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    told = [*parse_qsl(parts.query, True), *parse_qsl(parts.fragment, True)]
    names = ["".join(sign for sign in name.casefold() if sign.isalnum()) for name, _ in told]
    is_secret = any(name in _KEYS or any(part in name for part in _KEY_PARTS) for name in names)
    return "" if is_secret or "@" in parts.netloc else allowed_path(url)


def scientific_name(taxon: Taxon) -> str:
    """Return the scientific name of an animal or a human; empty for anything else."""
    return taxon.scientific_name if taxon.observation_type in ("animal", "human") else ""


def name_tag(taxon: Taxon) -> str:
    """Return the tag that says which animal is meant where it has no scientific name."""
    if taxon.observation_type != "animal" or taxon.scientific_name or taxon.name == "animal":
        return ""
    return f"{NAME_TAG}:{without_bar(taxon.name)}"


def machine_name(run: Run) -> str:
    """Return who a run is, as `SpeciesNet 4.0.3a (speciesnet 5.0.6; country=TZA)`."""
    told = f"{run.model_name or ''} {run.software or ''} {run.source_format or ''}".casefold()
    made = "SpeciesNet" if "speciesnet" in told else run.model_name or ""
    name = run.model_version if made in run.model_version else f"{made} {run.model_version}"
    more = [part for part in (run.software, run.region and f"country={run.region}") if part]
    return f"{name} ({'; '.join(more)})" if more else name


def position(deployment: Deployment, decimals: int | None) -> Position | None:
    """Return where a deployment is, rounded to so many decimals where that is asked for.

    A rounded position is as uncertain as it was (30 m where nobody recorded that), plus the
    diagonal of a square of that many decimals at the equator. One that was that coarse stays.
    """
    latitude, longitude = deployment.latitude, deployment.longitude
    # At 0, 0 no camera stands: it is what programs write for nothing.
    if latitude is None or longitude is None or latitude == 0 == longitude:
        return None
    recorded = deployment.coordinate_uncertainty
    known = None if recorded is None else max(1, math.ceil(recorded))
    if decimals is None:
        cells = (number(latitude), number(longitude), "" if known is None else str(known))
        return Position(*cells, (longitude, latitude))
    square = math.ceil(_DEGREE_M / 10**decimals)
    # Plus nothing: what is rounded to nothing from below has a sign.
    rounded = (round(longitude, decimals) + 0.0, round(latitude, decimals) + 0.0)
    is_coarse = rounded == (longitude, latitude) and known is not None and known >= square
    uncertainty = known if is_coarse else (_GPS_M if known is None else known) + square
    return Position(
        f"{rounded[1]:.{decimals}f}", f"{rounded[0]:.{decimals}f}", str(uncertainty), rounded
    )


def id_trouble(name: str) -> bool:
    """Tell whether an id reads as none (`NA`), so that nothing can refer to it."""
    return name in MISSING
