"""Writes EXIF blocks by hand: with types, counts and offsets that no library would write."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

# (tag, type of TIFF 6.0, count, value bytes)
Entry = tuple[int, int, int, bytes]


def ascii_entry(tag: int, text: bytes) -> Entry:
    """Return text as it stands: NULs are the caller's."""
    return tag, 2, len(text), text


def rationals(tag: int, *pairs: tuple[int, int]) -> Entry:
    """Return unsigned fractions, which may divide by zero."""
    return tag, 5, len(pairs), b"".join(struct.pack("<2L", *pair) for pair in pairs)


def block(
    base: Sequence[Entry] = (), details: Sequence[Entry] = (), gps: Sequence[Entry] = ()
) -> bytes:
    """Return an EXIF block of three directories, little-endian."""
    start = 8
    details_at = start + _size(base, pointers=2)
    gps_at = details_at + _size(details)
    pointers = [(0x8769, 4, 1, struct.pack("<L", at)) for at in (details_at,)]
    pointers += [(0x8825, 4, 1, struct.pack("<L", gps_at))]
    return (
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00"
        + _directory([*base, *pointers], start)
        + _directory(details, details_at)
        + _directory(gps, gps_at)
    )


def photo_with(path: Path, exif: bytes) -> Path:
    """Write a small JPEG with this block, as it stands."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG")
    plain = out.getvalue()
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    path.write_bytes(plain[:2] + segment + plain[2:])
    return path


def _size(entries: Sequence[Entry], pointers: int = 0) -> int:
    values = sum(len(value) for *_, value in entries if len(value) > 4)
    return 2 + 12 * (len(entries) + pointers) + 4 + values


def _directory(entries: Sequence[Entry], start: int) -> bytes:
    rows, values = b"", b""
    values_at = start + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        rows += struct.pack("<HHL", tag, kind, count)
        if len(value) <= 4:
            rows += value.ljust(4, b"\x00")
        else:
            rows += struct.pack("<L", values_at + len(values))
            values += value
    return struct.pack("<H", len(entries)) + rows + b"\x00" * 4 + values
