"""A download is whole or it is none, and what may pass is tried again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from camtrap_tui.services.download import (
    Downloaded,
    Downloads,
    LeftAlone,
    NotDownloaded,
)
from camtrap_tui.services.over_http import retry_after
from camtrap_tui.services.pace_limits import Limits, RateLimit
from tests.weather_server import Answer, WeatherServer, redirect, weather_server

BODY = b"\xff\xd8" + bytes(range(256)) * 40
OK = Answer(body=BODY)
LIMITS = Limits(stall_s=0.3, connect_s=2)
Outcome = Downloaded | NotDownloaded | LeftAlone


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as started:
        yield started


class Naps:
    """Stands in for sleep: notes how long, and does something meanwhile."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.wakes: dict[int, object] = {}

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.wakes.pop(len(self.slept), None)
        if callable(wake):
            wake()
        await asyncio.sleep(0)


def get(
    *urls: str, md5: str | None = None, naps: Naps | None = None, limits: Limits = LIMITS
) -> list[Outcome]:
    async def ask() -> list[Outcome]:
        async with Downloads(limits, sleep=naps or Naps()) as downloads:
            return list(await asyncio.gather(*(downloads.get(url, md5) for url in urls)))

    return asyncio.run(ask())


def test_a_picture_comes_whole(server: WeatherServer) -> None:
    assert get(server.put("/a.jpg", OK)) == [Downloaded(BODY, 1)]


@pytest.mark.parametrize(
    "path",
    [
        "/a.jpg?id=5",
        "/a%2Fb.jpg?X-Amz-Signature=1%2F2%2B3&x=a%20b",
        "/%5B%2F%5D.jpg",
        "/a.jpg?a=b+c",
    ],
)
def test_an_address_that_was_signed_is_sent_as_it_stands(server: WeatherServer, path: str) -> None:
    get(server.put(path, OK))
    assert server.asked == [path]


def test_an_address_of_a_person_is_encoded(server: WeatherServer) -> None:
    get(server.url("/Fluß 1/a b.jpg"))
    assert server.asked == ["/Flu%C3%9F%201/a%20b.jpg"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_is_final_is_asked_once(server: WeatherServer, status: int) -> None:
    naps = Naps()
    found = get(server.put("/a.jpg", Answer(status)), naps=naps)
    assert found == [NotDownloaded("missing", f"HTTP {status}", 1)]
    assert naps.slept == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(server: WeatherServer, status: int) -> None:
    url = server.put("/a.jpg", Answer(status), Answer(status), OK)
    naps = Naps()
    assert get(url, naps=naps) == [Downloaded(BODY, 3)]
    assert len(naps.slept) == 2
    assert naps.slept[0] <= 1.5 <= 2 * naps.slept[1]


def test_tries_come_to_an_end(server: WeatherServer) -> None:
    naps = Naps()
    found = get(server.put("/a.jpg", Answer(500)), naps=naps)
    assert found == [NotDownloaded("missing", "HTTP 500 (5 tries)", 5)]
    assert server.times["/a.jpg"] == 5
    assert all(0.5 * 2**n <= nap <= 1.5 * 2**n for n, nap in enumerate(naps.slept))


def test_a_server_is_given_the_time_it_asks_for(server: WeatherServer) -> None:
    busy = Answer(429, headers={"Retry-After": "7"})
    naps = Naps()
    assert get(server.put("/a.jpg", busy, OK), naps=naps) == [Downloaded(BODY, 2)]
    assert max(naps.slept) == 7
    endless = Answer(503, headers={"Retry-After": "86400"})
    naps = Naps()
    get(server.put("/b.jpg", endless, OK), naps=naps)
    assert max(naps.slept) == 60


def test_retry_after_is_read_in_both_forms() -> None:
    now = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    limits = Limits()
    at = format_datetime(now.replace(second=20), usegmt=True)
    assert retry_after(at, limits, now.timestamp()) == 20
    assert retry_after("12", limits) == 12
    assert retry_after("Mon, 01 Jan 2001 00:00:00 GMT", limits) == 0
    assert [retry_after(said, limits) for said in ("", "soon", "-5", "１２")] == [None] * 4


@pytest.mark.parametrize(
    "broken",
    [
        Answer(body=BODY, cut_at=100),
        Answer(body=BODY, length=len(BODY) + 1, cut_at=len(BODY)),
        Answer(body=BODY, silent_s=2.0),
        Answer(body=BODY, byte_every_s=0.02),
    ],
    ids=["cut short", "a byte too few", "silence", "a byte a second"],
)
def test_what_is_not_whole_does_not_count(server: WeatherServer, broken: Answer) -> None:
    assert get(server.put("/a.jpg", broken, OK)) == [Downloaded(BODY, 2)]
    (found,) = get(server.put("/b.jpg", broken), limits=Limits(tries=2, stall_s=0.2))
    assert isinstance(found, NotDownloaded)
    assert found.state == "missing"
    assert found.reason.endswith("(2 tries)")


def test_a_wrong_md5_is_asked_for_once_more(server: WeatherServer) -> None:
    md5 = hashlib.md5(BODY).hexdigest()
    url = server.put("/a.jpg", Answer(body=b"other"), OK)
    assert get(url, md5=md5) == [Downloaded(BODY, 2)]
    (found,) = get(server.put("/b.jpg", Answer(body=b"other")), md5=md5.upper())
    assert isinstance(found, NotDownloaded)
    assert (found.state, found.tries) == ("unreadable", 2)
    assert "md5" in found.reason
    assert server.times["/b.jpg"] == 2


@pytest.mark.parametrize(
    "page",
    [
        Answer(body=BODY, kind="text/html; charset=utf-8"),
        Answer(body=b"\n <!DOCTYPE html><p>log in", kind="image/jpeg"),
        Answer(body=b"<html>", kind=""),
    ],
)
def test_a_web_page_is_no_picture(server: WeatherServer, page: Answer) -> None:
    (found,) = get(server.put("/a.jpg", page))
    assert found == NotDownloaded("unreadable", "a web page instead of a picture", 1)


def test_redirects_are_followed_as_long_as_they_lead_somewhere(server: WeatherServer) -> None:
    server.put("/b.jpg", OK)
    assert get(server.put("/a.jpg", redirect("/b.jpg"))) == [Downloaded(BODY, 1)]
    server.put("/loop2", redirect("/loop1"))
    (found,) = get(server.put("/loop1", redirect("/loop2")))
    assert found == NotDownloaded("missing", "redirected in a circle", 1)
    for n in range(20):
        server.put(f"/chain{n}", redirect(f"/chain{n + 1}"))
    (found,) = get(server.url("/chain0"))
    assert found == NotDownloaded("missing", "redirected more than 10 times", 1)


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "", "http://[", "data:,x"]
)
def test_redirects_lead_nowhere_else(server: WeatherServer, to: str) -> None:
    (found,) = get(server.put("/a.jpg", redirect(to)))
    assert isinstance(found, NotDownloaded)
    assert found.reason.startswith("redirected to")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "http://", "http://[x", "s3://", "x"]
)
def test_other_addresses_are_refused(url: str) -> None:
    (found,) = get(url)
    assert isinstance(found, NotDownloaded)
    assert (found.state, found.tries) == ("missing", 1)


def test_what_is_too_large_is_not_taken(server: WeatherServer) -> None:
    limits = Limits(most_bytes=5000)
    for answer in (OK, Answer(body=BODY, length=None)):
        (found,) = get(server.put("/a.jpg", answer), limits=limits)
        assert isinstance(found, NotDownloaded)
        assert found.reason.startswith("larger than")


def test_a_server_that_dies_is_waited_for_and_no_picture_is_blamed(server: WeatherServer) -> None:
    urls = [server.put(f"/{n}.jpg", OK) for n in range(40)]
    server.dies_after = 10
    naps = Naps()
    # The fourth nap of whoever looks whether the server is back is when it comes back.
    naps.wakes[12] = server.start
    found = get(*urls, naps=naps)
    assert all(isinstance(one, Downloaded) for one in found)
    assert len(naps.slept) < 60


def test_a_server_that_stays_away_is_given_up(server: WeatherServer) -> None:
    urls = [server.put(f"/{n}.jpg", OK) for n in range(40)]
    server.stop()
    naps = Naps()
    found = get(*urls, naps=naps)
    assert all(isinstance(one, LeftAlone) for one in found)
    assert 60 <= sum(naps.slept) <= 200
    assert "127.0.0.1" in str(found[0])


def test_a_gateway_in_front_of_a_dead_server_burns_no_pictures(server: WeatherServer) -> None:
    urls = [server.put(f"/{n}.jpg", Answer(503)) for n in range(100)]
    found = get(*urls, limits=Limits(patience_s=100))
    left = sum(isinstance(one, LeftAlone) for one in found)
    assert left > 90


def test_requests_are_spread_over_time(server: WeatherServer) -> None:
    naps = Naps()

    async def ask(rate: RateLimit) -> None:
        async with Downloads(LIMITS, rate, sleep=naps) as downloads:
            for n in range(5):
                await downloads.get(server.put(f"/{n}.jpg", OK))

    asyncio.run(ask(RateLimit(requests_per_s=0.001)))
    assert [round(nap / 1000) for nap in naps.slept] == [1, 2, 3, 4]
    naps.slept.clear()
    asyncio.run(ask(RateLimit(bytes_per_s=len(BODY) / 1000)))
    assert round(max(naps.slept) / 1000) in (4, 5)


def test_a_host_is_not_to_blame_for_where_it_leads(server: WeatherServer) -> None:
    away = server.put("/away.jpg", redirect("http://127.0.0.1:1/a.jpg"))
    good = server.put("/good.jpg", OK)
    first, second = get(away, good)
    assert isinstance(first, NotDownloaded)
    assert first.state == "missing"
    assert first.reason.startswith("redirected to a host that does not answer")
    assert second == Downloaded(BODY, 1)


def test_a_proxy_that_wants_a_password_fails_no_picture(server: WeatherServer) -> None:
    (found,) = get(server.put("/a.jpg", Answer(407)))
    assert isinstance(found, LeftAlone)
    assert "proxy" in found.reason
