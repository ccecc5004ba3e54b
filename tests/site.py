"""A small real web server that plays a publisher, well-behaved or not, for tests over real sockets.

    with Site({"/": "<p>home", "/feed": Response(feed, {"Content-Type": "text/xml", "ETag": '"1"'})}) as site:
        ...fetch site.url("/feed")...
    assert [r.path for r in site.requests] == ["/robots.txt", "/feed"]

A route's key is a path, or a path with its query, which goes first; ``*`` answers what nothing else does, 404 if
there is no ``*``. Its value is

- ``str`` or ``bytes``: a 200 of text/html;
- a ``Response``;
- a function of the ``Request`` that returns one of these (or raises, for a 500);
- ``Raw(function(request, connection))``: writes whatever it likes to the socket, which is closed afterwards.

``site.routes`` is a plain dict and may be changed while the site runs. As real servers do, it keeps connections
open, answers HEAD, and says 304 where If-None-Match or If-Modified-Since equals the route's ETag or Last-Modified.
Each Site is a host of its own: it has its own port.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    """Path and query, as sent."""
    headers: dict[str, str]
    """Names in lower case; a repeated one's values joined by ``, ``."""
    at: float
    """When it had arrived, time.monotonic()."""
    answered: list[float] = field(default_factory=list)
    """When its answer had been sent, time.monotonic(); empty until then."""
    answering: list[float] = field(default_factory=list)
    """When it began to be sent; empty for a Raw one. A busy machine tells ``answered`` late, and this never."""
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Response:
    body: str | bytes = b""
    headers: dict[str, str] | list[tuple[str, str]] = field(default_factory=dict)
    """Content-Type (text/html; charset=utf-8), Content-Length and Connection are added where they are missing."""
    status: int = 200


@dataclass(frozen=True)
class Raw:
    handler: Callable[[Request, socket.socket], None]


Answer = str | bytes | Response
Route = Answer | Raw | Callable[[Request], Answer]


def redirect(to: str, status: int = 302) -> Response:
    return Response(headers={"Location": to}, status=status)


def reset(connection: socket.socket) -> None:
    """Ends a connection with RST in place of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


MANY = 200
"""Connections that are over are forgotten when there are more."""


class Site:
    def __init__(
        self,
        routes: dict[str, Route] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.routes: dict[str, Route] = routes if routes is not None else {}
        self.requests: list[Request] = []
        self.closing = threading.Event()
        """For Raw handlers that pause: ``site.closing.wait(1)`` returns at once when the test is over."""
        self.connections: list[tuple[str, int]] = []
        """Of every connection so far, the address it came from."""
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._listener.getsockname()[1]
        self.host = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def url(self, target: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}{target}"

    @property
    def paths(self) -> list[str]:
        """The targets asked for so far, in order."""
        return [request.target for request in self.requests]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for open_socket in (self._listener, *list(self._open)):
            _shut(open_socket)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        if len(self._threads) > MANY:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            self.connections.append(peer[:2])
            self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        plain = connection
        try:
            if self._tls:
                connection = self._tls.wrap_socket(plain, server_side=True)  # takes the file descriptor over
                self._open.add(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, connection.makefile("rb") as stream:
                while not self.closing.is_set() and (request := _read(stream)):
                    self.requests.append(request)
                    keep = self._answer(request, connection)
                    request.answered.append(time.monotonic())
                    if not keep:
                        return
        except (OSError, ValueError):
            pass  # the other side went away, which is its right
        finally:
            self._open -= {plain, connection}
            plain.close()

    def _answer(self, request: Request, connection: socket.socket) -> bool:
        """Sends the answer; whether the connection stays open."""
        fallback = self.routes.get("*", Response("not here", status=404))
        route = self.routes.get(request.target, self.routes.get(request.path, fallback))
        if isinstance(route, Raw):
            route.handler(request, connection)
            return False
        try:
            answer = route(request) if callable(route) else route
        except Exception as error:  # noqa: BLE001  # as a real server does
            answer = Response(repr(error), status=500)
        response = answer if isinstance(answer, Response) else Response(answer)
        message = _render(request, response)
        request.answering.append(time.monotonic())
        connection.sendall(message)
        return request.headers.get("connection", "").lower() != "close"


def _shut(open_socket: socket.socket) -> None:
    with contextlib.suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)


def _read(stream) -> Request | None:
    line = stream.readline(1 << 20)
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline(1 << 20)).strip():
        name, _, value = line.decode("latin-1").partition(":")
        key, value = name.strip().lower(), value.strip()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    body = stream.read(int(headers.get("content-length", "0")))
    return Request(method, target, headers, time.monotonic(), body=body)


def _render(request: Request, response: Response) -> bytes:
    headers = list(response.headers.items() if isinstance(response.headers, dict) else response.headers)
    sent = {name.lower(): value for name, value in headers}
    body = response.body.encode() if isinstance(response.body, str) else response.body
    status = response.status
    if status == 200 and _unchanged(request, sent):
        status, body = 304, b""
    if "content-type" not in sent and body:
        headers.append(("Content-Type", "text/html; charset=utf-8"))
    if "content-length" not in sent and "transfer-encoding" not in sent and status != 304:
        headers.append(("Content-Length", str(len(body))))
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    head = f"HTTP/1.1 {status} {phrase}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    return head.encode("latin-1") + (b"" if request.method == "HEAD" else body)


def _unchanged(request: Request, sent: dict[str, str]) -> bool:
    if asked := request.headers.get("if-none-match"):
        return asked == sent.get("etag")
    asked = request.headers.get("if-modified-since")
    return bool(asked) and asked == sent.get("last-modified")
