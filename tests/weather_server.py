"""A small HTTP server on this machine that misbehaves as a test wants, picture by picture."""

from __future__ import annotations

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """What is answered: `cut_at` ends the body early, `byte_every_s` lets it drip.

    `length` is the Content-Length that is told, the body's own unless given; None for none.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "image/jpeg"
    cut_at: int | None = None
    byte_every_s: float = 0.0
    silent_s: float = 0.0
    length: int | None = -1


def redirect(to: str, status: int = 302) -> Answer:
    """Return an answer that sends the client elsewhere."""
    return Answer(status, headers={"Location": to})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what is tested."""


class WeatherServer:
    """Answers of each path in their order, the last one for ever; `asked` lists requests."""

    def __init__(self) -> None:
        self._answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.times: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server: _Server | None = None
        self._open: set[socket.socket] = set()
        self.most_at_once = 0
        self.dies_after: int | None = None
        self.is_dead = True
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]

    def put(self, path: str, *answers: Answer) -> str:
        """Let `path` be answered so, and return its address."""
        self._answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self._port}{path}"

    def start(self) -> None:
        """Begin to answer, on the same port as before."""
        self._closing.clear()
        self.is_dead = False
        weather = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                with weather._lock:
                    weather._open.add(self.connection)

            def finish(self) -> None:
                with weather._lock:
                    weather._open.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def do_GET(self) -> None:
                weather._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", self._port), Handler)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        """Die: no new connection is taken, and those that are open break."""
        server, self._server = self._server, None
        if server is None:
            return
        self._closing.set()
        server.shutdown()
        server.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.is_dead = True

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            answers = self._answers.get(request.path, [Answer(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            self.asked.append(request.path)
            self.times[request.path] += 1
            self.most_at_once = max(self.most_at_once, len(self._open))
            dies = self.dies_after is not None and len(self.asked) >= self.dies_after
        if dies:
            self.dies_after = None
            self.stop()
            return
        if self._closing.wait(answer.silent_s):
            request.close_connection = True
            return
        request.send_response(answer.status)
        if answer.kind:
            request.send_header("Content-Type", answer.kind)
        length = len(answer.body) if answer.length == -1 else answer.length
        if length is not None:
            request.send_header("Content-Length", str(length))
        for name, value in answer.headers.items():
            request.send_header(name, value)
        cut = answer.cut_at is not None or answer.length is None
        if cut:
            request.send_header("Connection", "close")
            request.close_connection = True
        request.end_headers()
        body = answer.body[: answer.cut_at]
        if not answer.byte_every_s:
            request.wfile.write(body)
            return
        for byte in body:
            if self._closing.wait(answer.byte_every_s):
                return
            request.wfile.write(bytes([byte]))


@contextmanager
def weather_server() -> Iterator[WeatherServer]:
    """Start a server, and stop it at the end."""
    server = WeatherServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_until(is_so: object, seconds: float = 20.0) -> None:
    """Wait until a condition (a function) holds; fail where it never does."""
    assert callable(is_so)
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
