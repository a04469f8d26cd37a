"""The members after an array are found from the end of a file, or nothing is claimed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.services import json_tail
from camtrap_tui.services.json_tail import last_members

KEYS = ("info", "tables")


def found(path: Path, text: str | bytes) -> dict[str, Any]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return last_members(path, KEYS)


def test_the_members_after_an_array_are_found(tmp_path: Path) -> None:
    text = '{"info": 0, "images": [{"a": 1}]\n , "tables": {"0": "ä"}, "more": [1], "info": 2}\n'

    assert found(tmp_path / "x", text) == {"tables": {"0": "ä"}, "more": [1], "info": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"images": [], "info": {"a": 1}',
        '{"images": [], "info": {"a": 1}}}',
        '{"images": [], "info": }',
        '{"images": [{"a": [1], "info": {"b": 2}}]}',
        '{"images": [{"a": [1], "info": {"b": 2}}], "other": {}}',
        '{"images": ["x], \\"info\\": 1}"]}',
        '{"images": []}',
        "",
    ],
)
def test_what_is_no_member_of_the_whole_is_not_taken(tmp_path: Path, text: str) -> None:
    assert found(tmp_path / "x", text) == {}


def test_a_compressed_file_and_none_give_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "x", gzip.compress(b'{"images": [], "info": 1}')) == {}
    assert last_members(tmp_path / "nowhere", KEYS) == {}


def test_members_longer_than_the_tail_are_not_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_tail, "_TAIL", 40)
    text = '{"images": [1], "tables": {"a": "0123456789", "b": "0123456789"}, "info": 1}'

    assert found(tmp_path / "x", text) == {}


words = st.sampled_from(["info", "tables", "images", 'x], "info": 1}', "], ", "}", '"', "\\"])
values = st.recursive(
    st.none() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(words, values, max_size=4))
def test_only_members_of_the_whole_are_ever_found(tmp_path: Path, document: dict[str, Any]) -> None:
    for key, value in found(tmp_path / "x", json.dumps(document)).items():
        assert document[key] == value
