"""Server: a Site's answers over HTTP, on a loopback port, in threads of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from crawler.demo.site import Answer

HOST = "127.0.0.1"
"""One address with a port for each publisher: macOS has no other loopback addresses unless told to."""

Answerer = Callable[[str], Answer]
Seen = Callable[[str, str, int], None]
"""Told of each request: method, target, status."""


class Server(ThreadingTCPServer):
    """``with``: serves from then on. Raises OSError, on construction, if the port is taken."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True  # a port that a demo has just left is free again at once
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        """``port`` 0 is any that is free."""
        super().__init__((HOST, port), _Handler)
        self.port: int = self.server_address[1]
        self.answer: Answerer = lambda _: Answer(404)
        self.seen: Seen = lambda *_: None
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):  # kept alive by a client that has nothing to ask
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side went away, which is its right."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    wbufsize = -1  # an answer leaves in one piece
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        answer = self.server.answer(urlsplit(self.path).path)
        known = answer.etag and answer.etag in self.headers.get("If-None-Match", "")
        status, body = (304, b"") if known else (answer.status, answer.body)
        self.send_response(status)
        if answer.etag:
            self.send_header("ETag", answer.etag)
        if not known:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.server.seen(self.command, self.path, status)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        pass
