"""What a service may answer to a listing: each refusal is one sentence, what passes is retried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services import s3, s3_requests
from camtrap_tui.services.s3 import Bucket, Keys, find_bucket
from camtrap_tui.services.s3_requests import Listed, pages

LISTING = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
    "<Contents><Key>a%2Fb+c%1B.jpg</Key><Size>7</Size><ETag>&quot;x&quot;</ETag></Contents>"
    "</ListBucketResult>"
)
Answer = tuple[int, dict[str, str], str]


class _Service(HTTPServer):
    """Gives the answers that a test has put into `answers`, the last one for ever."""

    answers: list[Answer]
    asked: int = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Service

    def do_GET(self) -> None:
        answers = self.server.answers
        status, headers, body = answers[min(self.server.asked, len(answers) - 1)]
        self.server.asked += 1
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Service]:
    monkeypatch.setattr(s3_requests, "_FIRST_WAIT_S", 0.0)
    server = _Service(("127.0.0.1", 0), _Handler)
    server.answers = [(200, {}, LISTING)]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def bucket(service: _Service) -> Bucket:
    url = f"http://127.0.0.1:{service.server_port}"
    return Bucket("river", "us-east-1", url, True, None)


def test_keys_are_decoded_exactly(service: _Service) -> None:
    assert list(pages(bucket(service), "a/")) == [[Listed("a/b c\x1b.jpg", 7, "x")]]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_passes_is_tried_again(service: _Service, status: int) -> None:
    cut = {"Content-Length": "100000"}
    service.answers = [(status, {}, ""), (status, {}, ""), (200, cut, "<"), (200, {}, LISTING)]

    assert len(next(iter(pages(bucket(service), "")))) == 1
    assert service.asked == 4


@pytest.mark.parametrize(
    ("answer", "said", "tries"),
    [
        ((503, {}, ""), "the service answered HTTP 503", 5),
        ((404, {}, "<Error><Code>NoSuchBucket</Code></Error>"), "there is no such bucket", 1),
        ((403, {}, "<Error><Code>AccessDenied</Code></Error>"), "listed without keys", 1),
        ((301, {"x-amz-bucket-region": "eu-west-1"}, ""), "lies in eu-west-1, not in us", 1),
        ((403, {}, "<Error><Code>ExpiredToken</Code></Error>"), "the keys were refused", 1),
        ((200, {}, "<html>"), "is no listing", 1),
        ((302, {"Location": "http://127.0.0.1:9/"}, ""), "HTTP 302", 1),
    ],
)
def test_refusals_are_one_sentence(
    service: _Service, answer: Answer, said: str, tries: int
) -> None:
    service.answers = [answer]

    with pytest.raises(InputError, match=said):
        list(pages(bucket(service), ""))

    assert service.asked == tries


def test_keys_that_may_not_list_are_told_from_none(service: _Service) -> None:
    service.answers = [(403, {}, "")]
    with pytest.raises(InputError, match=r"with these keys \(HTTP 403\)\. Give --public"):
        list(pages(replace(bucket(service), keys=Keys("a", "b")), ""))


class _Amazon:
    """Answers as Amazon does where a bucket lies, or not at all."""

    def __init__(self, answer: HTTPError | URLError) -> None:
        self._answer = answer

    def open(self, *_: object, **__: object) -> None:
        raise self._answer


def refusal(code: int, region: str = "") -> HTTPError:
    headers = Message()
    if region:
        headers["x-amz-bucket-region"] = region
    return HTTPError("https://s3.amazonaws.com/river", code, "", headers, BytesIO())


def test_the_region_of_a_bucket_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "")

    def amazon(answer: HTTPError | URLError) -> None:
        monkeypatch.setattr(s3, "opener", lambda: _Amazon(answer))

    amazon(refusal(301, "eu-west-1"))
    assert find_bucket("river").url == "https://s3.eu-west-1.amazonaws.com/river"
    amazon(refusal(403, "us-west-2"))
    assert find_bucket("river").region == "us-west-2"
    amazon(refusal(404))
    with pytest.raises(InputError, match="there is no such bucket"):
        find_bucket("river")
    amazon(URLError(OSError(101, "Network is unreachable")))
    with pytest.raises(InputError, match=r"cannot be reached \(network is unreachable\)"):
        find_bucket("river")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert find_bucket("river").region == "eu-north-1"


@pytest.mark.parametrize("token", ["", "<NextContinuationToken>t</NextContinuationToken>"])
def test_a_listing_that_does_not_go_on_is_no_whole_one(service: _Service, token: str) -> None:
    more = LISTING.replace("false</IsTruncated>", f"true</IsTruncated>{token}")
    service.answers = [(200, {}, more)]

    with pytest.raises(InputError, match="says that there is more, but not where"):
        list(pages(bucket(service), "a/"))


def test_a_page_of_the_web_is_no_empty_bucket(service: _Service) -> None:
    service.answers = [(200, {}, "<html><body>Sign in</body></html>")]

    with pytest.raises(InputError, match=r"is no listing \(it is about html\)"):
        list(pages(bucket(service), "a/"))


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"x-amz-bucket-region": "eu-west-1"}, "lies in eu-west-1, .* Set AWS_REGION=eu-west-1"),
        ({}, r"does not lie at http://127.* \(HTTP 301\)"),
    ],
)
def test_a_redirect_says_where_the_bucket_lies(
    service: _Service, headers: dict[str, str], said: str
) -> None:
    service.answers = [(301, headers, "<Error><Code>PermanentRedirect</Code></Error>")]

    with pytest.raises(InputError, match=said):
        list(pages(replace(bucket(service), is_aws=False), "a/"))
