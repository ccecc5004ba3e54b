"""Gate: a rendered page's only way out, a forward proxy that connects to checked addresses alone and counts the bytes.

Chromium resolves no name and opens no connection by itself: redirects, sub-resources, WebSockets and names that
change between look-ups all come through here (RFC 9110, 7.6 and 9.3.6), where crawler.network.Guard decides. Each page
has a gate of its own, with a port and a password of its own; with the gate goes every connection through it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import ada_url
import httpcore

from crawler.network import Guard, RefusedAddressError

PIECE = 65_536
MAX_HEAD = 131_072
"""Bytes of a request's or an answer's head: Chromium itself takes no more than 256 KiB."""
MAX_CONNECTIONS = 96
"""At a time. Chromium opens six to a host; a page with more than sixteen busy hosts has to wait."""
HEAD_SECONDS = 30.0
CONNECT_SECONDS = 15.0

# What belongs to one connection and not to the message (RFC 9110, 7.6.1).
_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "upgrade"}
)
_ENDS = (OSError, httpcore.NetworkError, httpcore.TimeoutException, EOFError, ValueError, asyncio.LimitOverrunError)
"""Either side went away, or what came was no HTTP: the connection ends, and no more needs to be said."""


class _RefusedError(Exception):
    """Ends a request with a status; never leaves this module."""

    def __init__(self, status: str, *headers: str) -> None:
        self.head = "\r\n".join((f"HTTP/1.1 {status}", *headers, "Connection: close", "Content-Length: 0", "", ""))


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a request or an answer."""

    first: str
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, raw: bytes) -> _Head:
        first, *lines = raw.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if ":" in line)
        return cls(first, tuple((name.strip(), value.strip()) for name, _, value in pairs))

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def sent(self, first: str) -> bytes:
        """As it is passed on: without what was for this connection, and with the word that the next one ends."""
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in _HOP]
        return "\r\n".join((first, *kept, "Connection: close", "", "")).encode("latin-1")


class Gate:
    """``async with``; then a browser's requests through ``server``, with ``user`` and ``password``, are let out."""

    user = "page"

    def __init__(self, guard: Guard, *, max_bytes: int) -> None:
        """``max_bytes``: what may pass, both ways together; then every connection is cut and none is opened."""
        self.password = secrets.token_urlsafe(24)
        self.server = ""
        self.spent = False
        """Whether ``max_bytes`` was reached."""
        self.refused: list[str] = []
        """Hosts that were not connected to because of their address, each with the reason."""
        self._guard = guard
        self._room = max_bytes
        self._tasks: set[asyncio.Task[Any]] = set()
        self._right = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=MAX_HEAD)
        self.server = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self._cut()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._listener.wait_closed()

    def _cut(self) -> None:
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except _RefusedError as refused:
            with contextlib.suppress(OSError):
                writer.write(refused.head.encode())
                await writer.drain()
        except (*_ENDS, asyncio.CancelledError):  # the page is over
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = _Head.of(await reader.readuntil(b"\r\n\r\n"))
        if not hmac.compare_digest(head.get("proxy-authorization").encode(), self._right.encode()):
            raise _RefusedError("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="cuttings"')
        if self.spent or len(self._tasks) > MAX_CONNECTIONS:
            raise _RefusedError("503 Service Unavailable")
        method, _, rest = head.first.partition(" ")
        target = rest.rpartition(" ")[0]
        url = _parsed(f"https://{target}/" if method == "CONNECT" else target, tunnel=method == "CONNECT")
        port = int(url.port) if url.port else 443 if method == "CONNECT" else 80
        server = await self._connect(url.hostname.strip("[]"), port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _first(self._copy(reader.read, server.write), self._copy(server.read, _writes(writer)))
            else:
                first = f"{method} {url.pathname}{url.search} HTTP/1.1"
                await _first(self._exchange(head, first, reader, writer, server), _gone(reader, head))
        finally:
            await server.aclose()

    async def _connect(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        try:
            return await self._guard.connect_tcp(host, port, CONNECT_SECONDS)
        except RefusedAddressError as error:
            self.refused.append(str(error))
            raise _RefusedError("403 Forbidden") from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise _RefusedError("502 Bad Gateway") from error

    async def _exchange(
        self,
        head: _Head,
        first: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server: httpcore.AsyncNetworkStream,
    ) -> None:
        """One request and its answer. A second one might be for another host, so none is read from either side."""
        left = _length(head)
        await self._write(server.write, head.sent(first))
        while left and (data := await reader.read(min(PIECE, left))):
            left -= len(data)
            await self._write(server.write, data)
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                data = await server.read(PIECE)
                if not data or len(received) > MAX_HEAD:
                    raise _RefusedError("502 Bad Gateway")
                received += data
            raw, _, received = received.partition(b"\r\n\r\n")
            answer = _Head.of(raw)
            if not answer.first.startswith(("HTTP/1.1 1", "HTTP/1.0 1")):  # what goes before the answer is left out
                break
        await self._write(_writes(writer), answer.sent(answer.first) + received)
        await self._copy(server.read, _writes(writer))

    async def _copy(self, read: Callable[[int], Awaitable[bytes]], write: Callable[[bytes], Awaitable[None]]) -> None:
        while data := await read(PIECE):
            await self._write(write, data)

    async def _write(self, write: Callable[[bytes], Awaitable[None]], data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            self.spent = True
            self._cut()
            raise EOFError
        await write(data)


def _parsed(url: str, *, tunnel: bool) -> ada_url.URL:
    """The target of a request; raises ValueError (and so ends the connection) for what is none."""
    parsed = ada_url.URL(url)
    if parsed.protocol != ("https:" if tunnel else "http:") or not parsed.hostname:
        raise ValueError("not a proxy's request")
    return parsed


def _length(head: _Head) -> int:
    """Bytes of a request's body. One of unknown length, which browsers do not send over HTTP/1, is refused."""
    if head.get("transfer-encoding"):
        raise _RefusedError("501 Not Implemented")
    return int(head.get("content-length") or 0)


def _writes(writer: asyncio.StreamWriter) -> Callable[[bytes], Awaitable[None]]:
    async def write(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    return write


async def _gone(reader: asyncio.StreamReader, head: _Head) -> None:
    """Ends when the browser has closed the connection; where it sends a body, the reader is busy with that."""
    if _length(head):
        await asyncio.Event().wait()
    while await reader.read(PIECE):
        pass


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Runs them side by side until one ends, and raises what that one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
