"""Datasette shows every table, view and query of a survey, within the second that it waits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from camtrap_tui.errors import UsageError
from camtrap_tui.services.datasette_metadata import (
    WORDS,
    datasette_metadata,
    write_datasette_metadata,
)
from camtrap_tui.store.readable_queries import QUERIES
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, md5, taxon

SPECIES = ("northern raccoon", "mallard", "blank", "human")
PICTURES = 4000
_PATIENCE_S = 60


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four thousand pictures, each graded by two people, every fifth one in conflict."""
    path = tmp_path_factory.mktemp("datasette") / "river two.db"
    names = cycle(SPECIES)
    with Store.open(path, create=True, durability="NORMAL") as store:
        box = [("animal", 0.9, 0.1, 0.1, 0.5, 0.5)]
        said = [
            Said(next(names), deployment=f"UR{at % 40:03}", boxes=box, guesses=[("mallard", 0.5)])
            for at in range(PICTURES)
        ]
        images = add_images(store, said)
        taxa = [taxon(store, name).id for name in SPECIES]
        with store.db.transaction():
            for shift, grader in enumerate(("ann", "<b>ben</b>")):
                for number, image in enumerate(images, 1):
                    is_other = shift and number % 5 == 0
                    word = taxa[(number + bool(is_other)) % len(taxa)]
                    uuid = md5(f"{grader} {number}")
                    store.db.execute(
                        "INSERT INTO grade (grade_uuid, action, image_id, grader, grader_number,"
                        " mode, gesture, graded_at) VALUES (?, 'grade', ?, ?, ?, 'assisted',"
                        " 'accept', '2026-06-01T12:00:00Z')",
                        [uuid, image, grader, number],
                    )
                    store.db.execute(
                        "INSERT INTO observation (grade_id, observation_number, taxon_id)"
                        " SELECT id, 1, ? FROM grade WHERE grade_uuid = ?",
                        [word, uuid],
                    )
        write_datasette_metadata(store, path.with_name("metadata.json"))
    return path


@contextmanager
def datasette(survey: Path) -> Iterator[str]:
    """Serve a survey on a free port of this machine; yield the address of its database."""
    from datasette.utils import tilde_encode

    command = [sys.executable, "-m", "datasette", "serve", str(survey), "-h", "127.0.0.1"]
    metadata = survey.with_name("metadata.json")
    log = survey.with_name("datasette.log")
    # Into a file: a pipe that nobody reads fills up, and Datasette would wait for it for ever.
    with log.open("wb") as out:
        served = subprocess.Popen(
            [*command, "-p", "0", "--metadata", str(metadata)],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"{_address(served, log)}/{tilde_encode(survey.stem)}"
    finally:
        served.kill()
        served.wait()


def _address(served: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until Datasette says where it listens."""
    for _ in range(_PATIENCE_S * 20):
        if found := re.search(r"running on (http://\S+)", log.read_text("utf-8", "replace")):
            return found[1]
        if served.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8", "replace"))


def opened(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_every_table_view_and_query_opens(survey: Path) -> None:
    with datasette(survey) as address:
        status, text = opened(address)
        assert status == 200
        assert all(query.title in text for query in QUERIES.values())
        described = json.loads(opened(f"{address}.json")[1])
        tables = [one["name"] for one in described["tables"]]
        views = [one["name"] for one in described["views"]]
        assert {*tables, *views} == set(WORDS)
        for name in (*tables, *views):
            status, text = opened(f"{address}/{name}")
            assert (name, status) == (name, 200)
            assert WORDS[name].title in unescape(text)
        for name in QUERIES:
            asked = urlencode({"species": "raccoon", "grader": "", "run": ""})
            for address_of_query in (f"{address}/{name}", f"{address}/{name}?{asked}"):
                status, text = opened(address_of_query)
                assert (name, status) == (name, 200)
                assert "message-error" not in text
            assert '<table class="rows-and-columns">' in text


def test_more_rows_than_are_shown_are_said_to_be_there(survey: Path) -> None:
    with datasette(survey) as address:
        for query, asked in (("graded_pictures", "grader=ann"), ("predicted_pictures", "run=")):
            text = opened(f"{address}/{query}?species=&{asked}")[1]
            assert "returning more than 1,000 rows" in text


def test_foreign_keys_show_what_they_point_at_and_nothing_is_markup(survey: Path) -> None:
    with datasette(survey) as address:
        text = opened(f"{address}/prediction")[1]
        assert re.search(r">northern raccoon</a>", text)
        assert re.search(r">IMG_0001.JPG</a>", text)
        assert re.search(r">demo-1.0</a>", text)
        graded = opened(f"{address}/observation")[1]
        assert ">ann</a>" in graded
        said = opened(f"{address}/graded_pictures?species=&grader=ben")[1]
        assert "&lt;b&gt;ben&lt;/b&gt;" in said
        assert "<b>ben</b>" not in said


def _columns(store: Store) -> dict[str, list[str]]:
    names = store.db.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    return {
        name: [
            column
            for (column,) in store.db.execute(
                "SELECT name FROM pragma_table_xinfo(?)", [name]
            ).fetchall()
        ]
        for (name,) in names
    }


def test_every_table_view_and_column_is_described_and_no_other(store: Store) -> None:
    found = _columns(store)
    assert {name: list(words.columns) for name, words in WORDS.items()} == {
        name: found[name] for name in WORDS
    }
    assert set(found) == set(WORDS)


def test_labels_sorts_and_facets_are_columns(store: Store) -> None:
    for name, words in WORDS.items():
        named = {words.label, words.sort.lstrip("-"), *words.facets} - {""}
        assert named <= set(words.columns), name


def test_whatever_a_foreign_key_points_at_has_a_label(store: Store) -> None:
    pointed_at = {
        target
        for name in _columns(store)
        for (target,) in store.db.execute(
            'SELECT "table" FROM pragma_foreign_key_list(?)', [name]
        ).fetchall()
    }
    assert pointed_at
    assert {name for name in pointed_at if not WORDS[name].label} == set()


def test_no_column_is_for_secrets(store: Store) -> None:
    """Credentials are never stored; a folder's path and a signed link are described as such."""
    secret = re.compile(r"token|password|secret|credential|api_?key|access_key", re.IGNORECASE)
    assert [c for columns in _columns(store).values() for c in columns if secret.search(c)] == []
    for table in ("source", "cache"):
        assert "before you publish" in WORDS[table].description


def test_no_licence_is_claimed(store: Store) -> None:
    def keys(value: Any) -> set[str]:
        if not isinstance(value, dict):
            return set()
        return set(value).union(*map(keys, value.values()))

    assert not {"license", "license_url", "source_url"} & keys(datasette_metadata(store))


def test_a_survey_is_never_written_over(store: Store) -> None:
    with pytest.raises(UsageError, match="is the survey itself"):
        write_datasette_metadata(store, store.db.path)
