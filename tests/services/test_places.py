"""Paths as safe text and back, deployments from folders, and no way out of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.models import Source
from camtrap_tui.domain.text import clean
from camtrap_tui.services.places import (
    deployment_of,
    from_text,
    picture_path,
    portable,
    stem_media_id,
    to_text,
)
from tests.builders import image

HOSTILE = [
    "[/]",
    "\x1b]52;c;aGk=\x07.jpg",
    "a\nb.jpg",
    "100%25.jpg",
    "%1B.jpg",
    "👩‍👩‍👧.jpg",
    "‮gpj.exe",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_become_safe_text_and_come_back(name: str) -> None:
    text = to_text(name)

    assert clean(text) == text
    assert from_text(text) == name


@given(st.binary(max_size=40))
def test_any_name_that_a_disk_can_hold_comes_back(raw: bytes) -> None:
    name = os.fsdecode(raw)
    text = to_text(name)

    assert clean(text) == text
    assert os.fsencode(from_text(text)) == raw


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("UR011/DCIM/100MEDIA/IMG_0001.JPG", "Bäche/Äsche 100%.jpg", "[/] x.jpg"):
        assert to_text(name) == name


@pytest.mark.parametrize(
    ("path", "deployment"),
    [
        ("UR011/DCIM/100MEDIA/IMG_0001.JPG", "UR011"),
        ("2024-02/UR011/100RECNX/IMG_0001.JPG", "UR011"),
        ("UR011/101_BTCF/x.jpg", "UR011"),
        ("UR011/100EK113/x.jpg", "UR011"),
        ("UR011/100BMCIM/x.jpg", "UR011"),
        ("UR011/100CUDDY/x.jpg", "UR011"),
        ("UR011/100STLTH/x.jpg", "UR011"),
        ("UR011/104_PANA/x.jpg", "UR011"),
        ("UR011/DCIM/100_BMC/x.jpg", "UR011"),
        ("2024-02/UR011/DCIM/100EK113/a/b/x.jpg", "UR011"),
        ("UR011/dcim/x.jpg", "UR011"),
        ("2024-02_UR011/x.jpg", "2024-02_UR011"),
        ("DCIM/100MEDIA/x.jpg", "river"),
        ("x.jpg", "river"),
        ("UR011/100DSCIM/a/x.jpg", "UR011"),
        ("100 meters/x.jpg", "100 meters"),
        ("UR011/20240627/x.jpg", "20240627"),
        ("UR011/2024JUNE/x.jpg", "2024JUNE"),
        ("river/100_0627/x.jpg", "100_0627"),
        ("river/099MEDIA/x.jpg", "099MEDIA"),
        ("river/100MEDIAS/x.jpg", "100MEDIAS"),
    ],
)
def test_the_deployment_is_the_folder_above_the_cameras_own(path: str, deployment: str) -> None:
    assert deployment_of(path, "river") == deployment


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/ann/river/x.jpg", "home/ann/river/x.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\river\\..\\x.jpg", "C:/river/x.jpg"),
        ("./a//b/./x.jpg", "a/b/x.jpg"),
        ("a/\x1b[2J.jpg", "a/\N{REPLACEMENT CHARACTER}[2J.jpg"),
        ("..", ""),
    ],
)
def test_paths_from_elsewhere_become_relative_and_safe(path: str, expected: str) -> None:
    assert portable(path) == expected


@given(st.text(max_size=30))
def test_no_path_from_elsewhere_leads_out(path: str) -> None:
    made = portable(path)

    assert not made.startswith("/")
    assert not {"..", ".", ""} & set(made.split("/")) or made == ""
    assert portable(made) == made


def test_media_ids_are_names_of_32_hex_digits() -> None:
    assert stem_media_id("a/0123456789abcdef0123456789ABCDEF.jpg") is not None
    assert stem_media_id("a/0123456789abcdef0123456789ABCDEF") is not None
    assert stem_media_id("a/0123456789abcdef0123456789abcdef0.jpg") is None
    assert stem_media_id("0123456789abcdef0123456789abcdef/x.jpg") is None


def test_a_picture_lies_in_its_folder() -> None:
    sources = {1: Source(1, "folder", "/pictures", ""), 2: Source(2, "predictions", "/p.json", "")}

    assert picture_path(sources, image("x", file_path="a/x.jpg")) == Path("/pictures/a/x.jpg")
    assert picture_path(sources, image("x", source_id=2)) is None


@pytest.mark.parametrize(
    "path", ["../x.jpg", "/etc/passwd", "a/../../x.jpg", "%2E%2E/x.jpg", "a%00"]
)
def test_no_picture_lies_outside_of_its_folder(path: str) -> None:
    sources = {1: Source(1, "folder", "/pictures", "")}
    assert picture_path(sources, image("x", file_path=path)) is None
