"""Opening a picture elsewhere, or saying where it lies."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from camtrap_tui.services.opener import open_picture


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture, no display, and a viewer that writes down what it is given."""
    viewer = tmp_path / "bin" / "xdg-open"
    viewer.parent.mkdir()
    viewer.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    viewer.chmod(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", f"{viewer.parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "IMG_0001.JPG"
    path.touch()
    return path


def test_without_a_display_it_says_where_the_picture_lies(picture: Path) -> None:
    assert open_picture(picture) == f"No display here; the picture lies at {picture}"
    assert not picture.with_name("opened").exists()


def test_with_a_display_the_viewer_gets_the_whole_path(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.chdir(picture.parent)
    assert open_picture(Path(picture.name)) == "Opened IMG_0001.JPG"
    opened = picture.with_name("opened")
    for _ in range(500):
        if opened.exists() and opened.read_text():
            break
        time.sleep(0.01)
    assert opened.read_text().strip() == str(picture)


def test_a_mac_behind_ssh_has_no_display(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 22")
    assert "No display" in open_picture(picture)


def test_a_picture_that_is_not_here_says_where_it_can_be_had(picture: Path) -> None:
    url = "https://example.org/IMG_0001.JPG"
    assert open_picture(None) == "The picture is not on this machine."
    assert open_picture(None, url).endswith(f"It can be had at {url}")
    gone = picture.with_name("gone.JPG")
    assert open_picture(gone) == f"The picture is gone: {gone}"
    assert open_picture(gone, url).endswith(f"gone.JPG. It can be had at {url}")


def test_nothing_from_outside_reaches_the_terminal(tmp_path: Path) -> None:
    said = open_picture(tmp_path / "a\x1b]52;c;x\x07.JPG", "https://example.org/\x1b[2J")
    assert "\x1b" not in said
    assert "\x07" not in said
