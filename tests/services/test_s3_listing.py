"""A bucket in the ledger: every object in one state, whatever its key, however often listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camtrap_tui.errors import CamtrapError, InputError, UsageError
from camtrap_tui.services import s3_requests
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.places import path_media_id
from camtrap_tui.services.s3 import (
    Bucket,
    Keys,
    can_be_fetched,
    find_bucket,
    open_bucket,
    s3_url,
    split_s3_url,
)
from camtrap_tui.services.s3_listing import BucketReport, add_bucket
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import record, write_predictions
from tests.s3_server import S3Server, s3_server

ROOT = "s3://river/2024"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture
def bucket(server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3Server]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    server.make_bucket("river")
    yield server
    found = server.client.list_objects_v2(Bucket="river").get("Contents", [])
    server.remove("river", *(entry["Key"] for entry in found))
    server.client.delete_bucket(Bucket="river")


def rows(store: Store) -> dict[str, tuple[str, str | None]]:
    found = store.ledger.rows(1).values()
    return {row.file_path: (row.state, row.reason) for row in found}


def add(store: Store, url: str = ROOT) -> BucketReport:
    report = add_bucket(store, url)
    counted = store.images.sources()[report.source_id].row_count
    assert counted == sum(report.states.values())
    return report


def test_every_object_ends_in_one_state(store: Store, bucket: S3Server) -> None:
    bucket.put(
        "river",
        {
            "2024/UR011/DCIM/100MEDIA/IMG_0001.JPG": b"one",
            "2024/UR011/copy.jpg": b"one",
            "2024/clip.MP4": b"video",
            "2024/notes.txt": b"text",
            "2024/empty.jpg": b"",
            "2024/phone.heic": b"heic",
            "2024/nothing/": b"",
            "2023/old.jpg": b"elsewhere",
        },
    )

    report = add(store)

    assert report.states == {"pending": 1, "duplicate": 1, "not_a_picture": 2, "unreadable": 2}
    assert (report.objects, report.new_images) == (6, 1)
    found = rows(store)
    assert found["UR011/copy.jpg"] == (
        "duplicate",
        "same content as UR011/DCIM/100MEDIA/IMG_0001.JPG (same ETag and size)",
    )
    assert found["clip.MP4"] == ("not_a_picture", "a video (MP4)")
    assert found["notes.txt"] == ("not_a_picture", "not a picture (.txt)")
    assert found["empty.jpg"] == ("unreadable", "the file is empty")
    assert found["phone.heic"][0] == "unreadable"
    (image,) = store.images.by_ids([1])
    assert image.url == f"{ROOT}/UR011/DCIM/100MEDIA/IMG_0001.JPG"
    assert image.media_id == path_media_id(image.url)
    assert image.content_md5 is None
    assert image.deployment_id is not None
    assert store.images.deployments()[image.deployment_id].deployment_id == "UR011"
    row = store.ledger.row(1, image.file_path)
    assert row is not None
    assert (row.file_bytes, row.row_number, row.url) == (3, 0, image.url)


def test_names_of_32_hex_digits_are_media_ids(store: Store, bucket: S3Server) -> None:
    name = md5("a")
    bucket.put("river", {f"2024/a/{name}.jpg": b"1", f"2024/b/{name}.jpg": b"2"})

    add(store)

    assert rows(store)[f"b/{name}.jpg"] == ("duplicate", f"the same id as a/{name}.jpg")
    assert store.images.by_media_id(name) is not None


def test_odd_keys_are_rows_and_come_back_exactly(store: Store, bucket: S3Server) -> None:
    keys = [
        "2024/[/]red.jpg",
        "2024/\x1b]52;c;x.jpg",
        "2024/%41 a+b&c#?.jpg",
        "2024/\N{GRINNING FACE}.jpg",
        "2024/\u202egpj.exe.jpg",
        f"2024/{'n' * 300}.jpg",
        "2024//double.jpg",
    ]
    bucket.put("river", {key: key.encode() for key in keys})
    assert bucket.put_raw("river", "2024/../outside.jpg", b"out") == 200

    report = add(store)

    assert report.objects == len(keys) + 1
    found = rows(store)
    assert all(text.isprintable() and "\u202e" not in text for text in found)
    reasons = {reason for state, reason in found.values() if state == "unreadable"}
    assert len(reasons) == 1, found
    urls = {row.url for row in store.ledger.rows(1).values() if row.state == "pending"}
    read = {split_s3_url(str(url)) for url in urls}
    fetchable = {("river", key) for key in keys if can_be_fetched(key)}
    assert read == fetchable
    assert len(fetchable) == 5
    opened = open_bucket("river")
    assert {bytes(opened.get(key).bytes()) for _, key in read} == {k.encode() for _, k in read}


def test_listing_again_adds_what_is_new_and_notes_what_is_gone(
    store: Store, bucket: S3Server
) -> None:
    bucket.put("river", {f"2024/{n}.jpg": n.encode() for n in "abcd"})
    first = add(store)
    assert add(store).new_rows == 0
    # `a` and `b` were fetched; then `b`, `c` vanish, `a` and `d` become others, `e` is new.
    with store.db.transaction():
        for name in "ab":
            store.db.execute(
                "UPDATE source_row SET state = 'here' WHERE file_path = ?", [f"{name}.jpg"]
            )
    bucket.remove("river", "2024/b.jpg", "2024/c.jpg")
    bucket.put("river", {"2024/a.jpg": b"other", "2024/d.jpg": b"others", "2024/e.jpg": b"e"})

    report = add(store)

    assert first.new_rows == 4
    assert (report.new_rows, report.vanished, report.vanished_fetched) == (1, 1, 1)
    assert report.changed == 1
    found = rows(store)
    assert found["a.jpg"] == found["b.jpg"] == ("here", None)
    assert found["c.jpg"] == ("missing", "no longer in the bucket")
    assert found["d.jpg"] == found["e.jpg"] == ("pending", None)
    bucket.put("river", {"2024/c.jpg": b"c"})
    add(store)
    assert rows(store)["c.jpg"] == ("pending", None)
    assert store.images.count() == 5


def test_a_copy_takes_the_place_of_an_object_that_is_gone(store: Store, bucket: S3Server) -> None:
    bucket.put("river", {"2024/a.jpg": b"x", "2024/b.jpg": b"x"})
    add(store)
    bucket.remove("river", "2024/a.jpg")

    add(store)

    assert rows(store)["b.jpg"] == ("pending", None)
    (image,) = store.images.by_ids([1])
    assert image.url == f"{ROOT}/b.jpg"


def test_many_pages_are_one_listing(
    store: Store, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_requests, "_KEYS_A_PAGE", 3)
    bucket.put("river", {f"2024/UR{n % 3}/{n:05}.jpg": str(n).encode() for n in range(10)})

    report = add(store)

    assert report.states == {"pending": 10}
    bursts = store.db.value("SELECT count(*) FROM image WHERE burst_id IS NULL")
    assert bursts == 0


def test_an_interrupted_listing_is_repeatable(
    store: Store, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_requests, "_KEYS_A_PAGE", 3)
    bucket.put("river", {f"2024/{n:05}.jpg": str(n).encode() for n in range(5)})
    ask, asked = s3_requests._ask, []

    def fail_later(*arguments: object) -> bytes:
        asked.append(arguments)
        if len(asked) == 2:
            raise InputError("the line is down.")
        return ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(s3_requests, "_ask", fail_later)
    with pytest.raises(InputError):
        add_bucket(store, ROOT)
    source = store.sources.find("s3", ROOT)
    assert source is not None
    assert source.row_count is None

    assert add(store).states == {"pending": 5}


def test_predictions_of_a_downloaded_copy_are_of_the_same_image(
    store: Store, bucket: S3Server, tmp_path: Path
) -> None:
    write_predictions(tmp_path / "p.json", [record("UR011/IMG_0001.JPG")])
    import_predictions(store, tmp_path / "p.json")
    bucket.put("river", {"2024/UR011/IMG_0001.JPG": b"1"})

    report = add_bucket(store, ROOT)

    assert (report.new_images, report.known_images) == (0, 1)
    (image,) = store.images.by_ids([1])
    assert image.url == f"{ROOT}/UR011/IMG_0001.JPG"


def test_what_cannot_be_listed_is_one_sentence(
    store: Store, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_requests, "_FIRST_WAIT_S", 0.0)
    with pytest.raises(InputError, match="s3://nowhere: there is no such bucket"):
        add_bucket(store, "s3://nowhere/x")
    with pytest.raises(InputError, match="there is no object below this prefix"):
        add_bucket(store, "s3://river/empty")
    with pytest.raises(UsageError, match="names no bucket"):
        add_bucket(store, "s3:///x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(InputError, match="cannot be reached"):
        add_bucket(store, ROOT)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://pictures.example")
    with pytest.raises(UsageError, match="unencrypted"):
        add_bucket(store, ROOT)
    assert store.images.sources() == {}


@pytest.mark.parametrize("token", ["", "session"])
def test_requests_are_signed_as_amazon_signs_them(token: str) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    now = datetime.now(UTC)
    query = "list-type=2&prefix=a%20b%2F%2B"
    bucket = Bucket(
        "river", "eu-west-1", "https://s3.example:9000", False, Keys("id", "key", token)
    )
    ours = s3_requests._signature(bucket, Keys("id", "key", token), query, now)
    request = AWSRequest("GET", f"{bucket.url}?{query}")
    request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
    auth = S3SigV4Auth(Credentials("id", "key", token or None), "s3", "eu-west-1")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.headers["X-Amz-Content-SHA256"] = auth.payload(request)
    theirs = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    # The header that we send says that the body is empty, which botocore leaves unsigned.
    empty = ours["x-amz-content-sha256"]
    request.headers.replace_header("X-Amz-Content-SHA256", empty)
    asked = auth.canonical_request(request).rpartition("\n")[0] + f"\n{empty}"
    theirs = auth.signature(auth.string_to_sign(request, asked), request)
    assert ours["Authorization"].endswith(f"Signature={theirs}")


def test_keys_come_from_the_environment_or_the_profile(
    bucket: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert find_bucket("river").keys is None
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[river]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    (tmp_path / ".aws/config").write_text("[profile river]\nregion = eu-west-1\n")
    assert find_bucket("river").keys is None
    monkeypatch.setenv("AWS_PROFILE", "river")
    found = find_bucket("river")
    assert (found.keys, found.region) == (Keys("a", "b"), "eu-west-1")
    assert find_bucket("river", public=True).keys is None
    monkeypatch.setenv("AWS_PROFILE", "other")
    with pytest.raises(CamtrapError, match="has no keys"):
        find_bucket("river")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    assert find_bucket("river").keys == Keys("x", "y")


def test_an_address_keeps_the_key() -> None:
    for key in ("a/b.jpg", "a/%41.jpg", "a/100%.jpg", "\x1b.jpg", "\u202e.jpg", "é.jpg"):
        assert split_s3_url(s3_url("river", key)) == ("river", key)
