"""Stream: one TCP connection, plain or in TLS, as httpcore wants it, on asyncio's own transports.

httpcore's own leaves what came beyond an answer in a queue that it does not look into before the connection is used
again: the rest of a page whose Content-Length was too small was then read as the next page's answer. Here it is seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, cast

import httpcore

MOST = 256 << 10
"""Bytes that may have come and not been read; then the peer has to wait."""


class Stream(httpcore.AsyncNetworkStream):
    """A connection; ``Direct`` makes them."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # the interface's own
        """What has come, as soon as something has; nothing once the peer has ended."""
        line = self._line
        if not line.came and not line.ended:
            with _told(httpcore.ReadTimeout, httpcore.ReadError):
                async with asyncio.timeout(timeout):
                    await line.something()
        if line.came:
            return line.take(max_bytes)
        if line.error:
            raise httpcore.ReadError(str(line.error)) from line.error
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # likewise
        if not buffer:
            return
        line = self._line
        if line.ended or line.transport.is_closing():
            raise httpcore.WriteError("the connection is closed") from line.error
        line.transport.write(buffer)
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            async with asyncio.timeout(timeout):
                await line.room.wait()
        if line.error:
            raise httpcore.WriteError(str(line.error)) from line.error

    async def aclose(self) -> None:
        """Close it without a farewell in TLS, which the peer would have to answer."""
        self._line.transport.close()
        await asyncio.sleep(0)
        self._line.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # likewise
    ) -> httpcore.AsyncNetworkStream:
        line = self._line
        secure = None
        try:
            with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    start = asyncio.get_running_loop().start_tls
                    secure = await start(line.transport, line, ssl_context, server_hostname=server_hostname)
        finally:
            if secure is None:
                line.transport.abort()
        if secure is None:
            raise httpcore.ConnectError("the connection was lost")
        line.transport = secure
        return self

    def get_extra_info(self, info: str) -> Any:
        """``is_readable``: whether something came that nobody asked for, or the end; such a connection is done with."""
        transport = self._line.transport
        if info == "is_readable":
            return bool(self._line.came) or self._line.ended or transport.is_closing() or _is_readable(transport)
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return transport.get_extra_info(names.get(info, info))


class Direct(httpcore.AsyncNetworkBackend):
    """Connects to IP addresses."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # likewise
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        local = (local_address, 0) if local_address else None
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(timeout):
                make = asyncio.get_running_loop().create_connection
                transport, line = await make(_Line, host, port, local_addr=local)
        for option in socket_options or ():
            transport.get_extra_info("socket").setsockopt(*option)
        return Stream(line)


class _Line(asyncio.Protocol):
    """What comes over a connection, until it is read."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.came: deque[bytes] = deque()
        self.ended = False
        self.error: Exception | None = None
        self.room = asyncio.Event()
        self.room.set()
        self._size = 0
        self._held = False
        self._waiter: asyncio.Future[None] | None = None

    async def something(self) -> None:
        """Wait until something has come, or the end."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def take(self, most: int) -> bytes:
        piece = self.came.popleft()
        if len(piece) > most:
            self.came.appendleft(piece[most:])
            piece = piece[:most]
        self._size -= len(piece)
        if self._held and self._size <= MOST // 2:
            self._held = False
            self.transport.resume_reading()
        return piece

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.came.append(data)
        self._size += len(data)
        if self._size > MOST and not self._held:
            self._held = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.error = True, exc
        self.room.set()
        self._wake()

    def pause_writing(self) -> None:
        self.room.clear()

    def resume_writing(self) -> None:
        self.room.set()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


def _is_readable(transport: asyncio.Transport) -> bool:
    """Whether something has come that the event loop has not seen yet."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))


@contextlib.contextmanager
def _told(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Say the system's errors in httpcore's words."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:  # ssl.SSLError is one
        raise broken(str(error)) from error
