"""Cells of Camtrap DP: paths, media types and times as the standard asks for them."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.camtrap_dp_paths import allowed_path, read_path
from camtrap_tui.services.exports.camtrap_dp_cells import media_type, utc_stamp


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a.JPG"], "jpeg"),
        (["a.cr2"], "x-canon-cr2"),
        (["a.2024", "https://x.example/b.png?size=1"], "png"),
        (["https://[x/a.png", "b"], "jpeg"),
        (["media/a.jpg", "a.png"], "jpeg"),
    ],
)
def test_the_media_type_is_that_of_the_first_ending_that_tells(names: list[str], told: str) -> None:
    assert media_type(*names) == f"image/{told}"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("a/b..jpg", "a/b%2E.jpg"),
        ("../a...jpg", "%2E./a%2E%2E.jpg"),
        ("/a.jpg", "%2Fa.jpg"),
        ("~a.jpg", "%7Ea.jpg"),
        (".hidden/a.jpg", "%2Ehidden/a.jpg"),
    ],
)
def test_paths_keep_the_standards_rule(path: str, allowed: str) -> None:
    assert allowed_path(path) == allowed
    leads_out = path[0] in "/~" or path.startswith("../")
    assert read_path(allowed) == (allowed if leads_out else path)


def test_a_time_of_which_nobody_says_how_far_it_is_from_utc_is_left_out() -> None:
    assert utc_stamp("2026-06-01T12:00:00.123Z") == "2026-06-01T12:00:00Z"
    assert utc_stamp("2026-06-01T12:00:00") == ""
    assert utc_stamp("") == ""
