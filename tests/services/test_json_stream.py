"""Any JSON, in windows of any size, gives what the standard library gives; cut files never do."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import InputError
from camtrap_tui.services import json_stream
from camtrap_tui.services.json_stream import members

DOCUMENT = {
    "info": {"version": 1, "note": 'ärger 🦝 " } ] ,'},
    "predictions": [{"a": [1, 2.5, -3e-7], "b": None}, {"c": "}{\\"}, 17, True, "text"],
    "after": [],
    "predictions2": {"x": 1},
}


def read(path: Path) -> list[tuple[str, Any]]:
    return list(members(path, ("predictions", "after")))


def expected(document: dict[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in document.items():
        if key in ("predictions", "after") and isinstance(value, list):
            found += [(key, item) for item in value]
        else:
            found.append((key, value))
    return found


@pytest.fixture(params=[1, 2, 3, 7, 64, 1 << 20])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    size: int = request.param
    monkeypatch.setattr(json_stream, "_WINDOW", size)
    return size


@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_windows_of_any_size(
    tmp_path: Path, window: int, indent: int | None, ascii_only: bool
) -> None:
    path = tmp_path / "x.json"
    text = json.dumps(DOCUMENT, indent=indent, ensure_ascii=ascii_only)
    path.write_text(text, encoding="utf-8")

    assert read(path) == expected(DOCUMENT)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=3), values, max_size=4), st.lists(values, max_size=6))
def test_any_document(tmp_path: Path, more: dict[str, Any], items: list[Any]) -> None:
    document = {**more, "predictions": items}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document), encoding="utf-8")

    assert read(path) == expected(document)


def test_a_file_cut_anywhere_raises_and_names_the_byte(tmp_path: Path) -> None:
    data = json.dumps(DOCUMENT, ensure_ascii=False).encode()
    path = tmp_path / "x.json"
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(InputError) as caught:
            read(path)
        assert "Nothing was imported" in str(caught.value)
        try:
            data[:end].decode()
        except UnicodeDecodeError:
            assert "no UTF-8 text at byte" in caught.value.message
        else:
            assert f"byte {end:,}" in caught.value.message or end == 0


@pytest.mark.parametrize(
    ("text", "byte"),
    [
        ('{"predictions": [{"ä": 1}, {"b" 2}, {"c": 3, "long enough": "to be far away"}]}', 33),
        ('{"predictions": [1, 2}, "and so on": "to be far away from the end of the text"}', 21),
        ('["a list"]', 0),
        ('{"predictions": null, "and so on": "to be far away from the end of the text"}', 16),
        ("not json at all, whatever its name says; some text that goes on for a while", 0),
        ('{"a": 1} {"b": 2}', 9),
        ('{1: 2, "and so on": "to be far away from the end of the text of this file"}', 2),
    ],
)
def test_broken_text_raises_and_names_the_byte(
    tmp_path: Path, window: int, text: str, byte: int
) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=f"not valid JSON at byte {byte:,}:"):
        read(path)


def test_gzip_is_told_by_content(tmp_path: Path, window: int) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(gzip.compress(json.dumps(DOCUMENT).encode()))

    assert read(path) == expected(DOCUMENT)


def test_gzip_that_is_cut_off_or_damaged_raises(tmp_path: Path) -> None:
    data = gzip.compress(json.dumps(DOCUMENT).encode())
    path = tmp_path / "x.json.gz"
    for broken in (data[:-12], data[: len(data) // 2], data[:40] + b"\x00\xff" + data[42:]):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"x\.json\.gz: .*byte"):
            read(path)


def test_a_byte_order_mark_and_nan_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('\ufeff{"predictions": [{"score": NaN}]}', encoding="utf-8")

    ((key, value),) = read(path)
    assert key == "predictions"
    assert math.isnan(value["score"])


def test_no_utf_8_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'{"predictions": ["\xe4"]}')

    with pytest.raises(InputError, match="no UTF-8 text at byte 18"):
        read(path)


def test_nesting_without_end_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"predictions": [' + "[" * 200_000)

    with pytest.raises(InputError):
        read(path)


def test_a_number_without_end_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"predictions": [' + "1" * 20_000 + "]}")

    with pytest.raises(InputError, match="a number is too long"):
        read(path)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.json"):
        with pytest.raises(InputError, match=str(path)):
            read(path)


def test_a_record_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "_WINDOW", 1000)
    monkeypatch.setattr(json_stream, "_LONGEST_VALUE", 5000)
    path = tmp_path / "x.json"
    path.write_text('{"predictions": ["' + "x" * 50_000 + '"]}')

    with pytest.raises(InputError, match="a value is too long"):
        read(path)


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(DOCUMENT))
    told: list[tuple[int, int]] = []
    list(members(path, ("predictions",), lambda *pair: told.append(pair)))

    assert told[-1] == (path.stat().st_size, path.stat().st_size)
