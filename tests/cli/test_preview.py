"""`camtrap-tui preview` as a person types it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from camtrap_tui.cli import main
from camtrap_tui.store.store import Store
from tests.services.preview_survey import fill

pytest.importorskip("megadetector")


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["camtrap-tui", "preview", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_it_makes_a_folder_and_says_what_is_in_it(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(store, tmp_path / "cards")
    out = tmp_path / "pages"
    assert run(monkeypatch, store.path, out, "--sample", 2, "--seed", 7) == 0
    said = capsys.readouterr()
    assert "preview: 2 pictures" in said.out
    assert "was not drawn" in said.out
    assert "drawn with seed 7" in said.out
    assert max(map(len, said.out.splitlines())) <= 80 or str(tmp_path) in said.out
    assert json.loads((out / "export-report.json").read_text())["seed"] == 7
    # Again: refused, and with --replace made anew, which is told as JSON.
    assert run(monkeypatch, store.path, out) == 2
    assert "--replace" in capsys.readouterr().err
    assert run(monkeypatch, store.path, out, "--replace", "--json") == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 5


def test_it_says_in_a_sentence_what_it_cannot_do(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(store, tmp_path / "cards")
    assert run(monkeypatch, store.path, tmp_path / "pages", "--truth") == 1
    assert "is not graded" in capsys.readouterr().err
    assert run(monkeypatch, store.path, tmp_path / "pages", "--run", 9) == 2
    assert "there is no run 9" in capsys.readouterr().err
    assert run(monkeypatch, store.path, tmp_path / "pages", "--truth=nobody") == 2
    assert not (tmp_path / "pages").exists()
