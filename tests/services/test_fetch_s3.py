"""Pictures of buckets, public and signed, from an S3-compatible server on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from camtrap_tui.services.fetch import FetchReport, fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.services.s3 import s3_url
from camtrap_tui.store.store import Store
from tests.manifest_rows import rows_of, survey_of
from tests.picture_files import blobs, jpeg
from tests.weather_server import Answer, weather_server

moto_server = pytest.importorskip("moto.server")
boto3 = pytest.importorskip("boto3")

KEYS = ["a/IMG_0001.JPG", "a b/ü+%41 #1?.jpg", "a/gone.jpg", "a/half.jpg", "a/page.html"]
ACL = "public-read"
HASTY = Limits(first_wait_s=0.01, longest_wait_s=0.02, connect_s=2, first_patience_s=0.05)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def empty_server(endpoint: str) -> Iterator[None]:
    """Moto keeps one state in a process, whatever servers there are."""
    reset = Request(f"{endpoint}/moto-api/reset", method="POST")
    urlopen(reset).close()
    yield
    urlopen(reset).close()


@pytest.fixture
def bucket(
    endpoint: str, empty_server: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """A bucket with a picture of each fate; the environment says where it is."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    client.create_bucket(Bucket="river")
    bodies = {KEYS[0]: jpeg(blobs(1)), KEYS[1]: jpeg(blobs(2)), KEYS[3]: jpeg(blobs(3))[:2000]}
    for key, body in bodies.items():
        client.put_object(Bucket="river", Key=key, Body=body, ContentType="image/jpeg", ACL=ACL)
    client.put_object(Bucket="river", Key=KEYS[4], Body=b"<p>", ContentType="text/html", ACL=ACL)
    return "river"


def fetch_all(tmp_path: Path, keys: list[str], bucket: str = "river") -> FetchReport:
    survey = survey_of(tmp_path / "river.db", [s3_url(bucket, key) for key in keys], kind="s3")
    request = FetchRequest(tmp_path / "cache", limits=HASTY)
    return fetch(survey, request, on_event=lambda event: None, should_stop=lambda: False)


@pytest.mark.parametrize("signed", [False, True], ids=["public", "signed"])
def test_each_object_has_its_fate(
    bucket: str, signed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if signed:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    report = fetch_all(tmp_path, KEYS)
    rows = rows_of(tmp_path / "river.db")
    assert [row[0] for row in rows] == ["here", "here", "missing", "unreadable", "unreadable"]
    assert rows[2][1] == "HTTP 404"
    assert str(rows[3][1]).startswith("truncated")
    assert "web page" in str(rows[4][1])
    assert (report.fetched, report.not_fetched) == (2, 3)
    with Store.open(tmp_path / "river.db") as store:
        first, second = store.images.by_ids([1, 2])
    assert first.media_id == first.content_md5 == hashlib.md5(jpeg(blobs(1))).hexdigest()
    assert second.content_md5 == hashlib.md5(jpeg(blobs(2))).hexdigest()


def test_what_is_not_public_needs_keys(
    bucket: str, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.put_object(Bucket="river", Key="own.jpg", Body=jpeg(blobs(4)))
    assert fetch_all(tmp_path, ["own.jpg"]).fetched == 1
    (tmp_path / "river.db").unlink()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    report = fetch_all(tmp_path, ["own.jpg"])
    assert "AccessKeyId" in report.gave_up[0]  # half of a pair of keys
    (tmp_path / "river.db").unlink()
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fetch_all(tmp_path, ["own.jpg"])
    ((state, reason, _),) = rows_of(tmp_path / "river.db")
    assert (state, reason) == ("missing", "HTTP 403")


def test_a_bucket_that_is_not_there_has_no_pictures(bucket: str, tmp_path: Path) -> None:
    fetch_all(tmp_path, ["a.jpg"], "no-such-bucket")
    ((state, reason, _),) = rows_of(tmp_path / "river.db")
    assert (state, reason) == ("missing", "HTTP 404")


def test_a_server_that_is_away_leaves_the_rest_for_later(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    report = fetch_all(tmp_path, KEYS)
    assert report.gave_up
    assert {row[0] for row in rows_of(tmp_path / "river.db")} == {"pending"}


@pytest.mark.parametrize("is_public", [True, False])
def test_keys_that_a_public_bucket_refuses_are_left_out(
    is_public: bool, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    facts = {"ETag": '"1"', "Last-Modified": "Mon, 01 Jul 2024 00:00:00 GMT"}
    with weather_server() as server:
        refused, given = Answer(403), Answer(body=jpeg(blobs(1)), headers=facts)
        url = server.put("/river/a.jpg", refused, given if is_public else refused)
        server.put("/river/b.jpg", given)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url.removesuffix("/river/a.jpg"))
        fetch_all(tmp_path, ["a.jpg", "b.jpg"])
        assert server.times["/river/a.jpg"] == 2
    states = [row[:2] for row in rows_of(tmp_path / "river.db")]
    assert states == [("here", None) if is_public else ("missing", "HTTP 403"), ("here", None)]
