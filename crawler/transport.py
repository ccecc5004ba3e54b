"""Transport: how httpx's requests go over the wire: kept connections of one Fetcher, one request on each at a time.

httpx's own puts a pool, locks, traces and five layers of streams between a request and its connection: 0.5 ms a page,
where HTTP itself (h11) takes 0.2. A Fetcher asks one thing after the other, so none of that is needed here. HTTP/2,
where a server offers it, is httpcore's.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import h11
import httpcore
import httpx

from crawler import clock

KEEP_ALIVE_SECONDS = 60.0
"""Longer than the usual pause between two requests to a host, so that one connection serves them all."""
KEPT = 2
"""Connections that are kept for another request."""
READ = 1 << 18
"""Bytes that are read at a time: as many as the event loop reads of a socket."""
HEAD = 100 << 10
"""Bytes of an answer's head at most."""

Origin = tuple[str, str, int]
Timeouts = dict[str, float | None]

_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadError: httpx.ReadError,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteError: httpx.WriteError,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    h11.RemoteProtocolError: httpx.RemoteProtocolError,
    h11.LocalProtocolError: httpx.LocalProtocolError,
}


class _Connection(Protocol):
    """A connection to one origin."""

    def usable(self) -> bool:
        """Whether another request may be sent on it."""

    async def ask(self, request: httpx.Request) -> _Answer: ...

    async def end(self) -> None:
        """An answer's body was read, or will not be."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: AsyncIterable[bytes]


class Transport(httpx.AsyncBaseTransport):
    """Opens its connections by ``backend``, which says where they may go; errors are httpx's, or the backend's own."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> None:
        self.backend = backend
        self._tls = tls
        self._kept: dict[Origin, _Connection] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeouts: Timeouts = request.extensions.get("timeout", {})
        url = request.url
        origin = url.scheme, url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
        with _told():
            connection = await self._connection(origin, timeouts)
            try:
                answer = await connection.ask(request)
            except BaseException:
                await self.put_back(origin, connection)  # one that speaks HTTP/2 may be as good as before
                raise
        body = _Body(answer.body, connection, self, origin)
        return httpx.Response(answer.status, headers=answer.headers, stream=body, request=request)

    async def _connection(self, origin: Origin, timeouts: Timeouts) -> _Connection:
        kept = self._kept.pop(origin, None)
        if kept and kept.usable():
            return kept
        if kept:
            await kept.aclose()
        scheme, host, port = origin
        if scheme not in {"http", "https"}:
            raise httpcore.UnsupportedProtocol(f"{scheme} is not spoken here")
        stream = await self.backend.connect_tcp(host, port, timeouts.get("connect"))
        if scheme == "https":
            self._tls.set_alpn_protocols(["http/1.1", "h2"])
            stream = await stream.start_tls(self._tls, host, timeouts.get("connect"))
            secure = stream.get_extra_info("ssl_object")
            if secure and secure.selected_alpn_protocol() == "h2":
                return _Http2(origin, stream)
        return _Http1(stream)

    async def put_back(self, origin: Origin, connection: _Connection) -> None:
        """Keep a connection whose answer was read, or close it."""
        if not connection.usable() or origin in self._kept:
            await connection.aclose()
            return
        self._kept[origin] = connection
        while len(self._kept) > KEPT:
            await self._kept.pop(next(iter(self._kept))).aclose()

    async def aclose(self) -> None:
        while self._kept:
            await self._kept.popitem()[1].aclose()


class _Body(httpx.AsyncByteStream):
    """An answer's body; closing it gives the connection back."""

    def __init__(
        self, parts: AsyncIterable[bytes], connection: _Connection, transport: Transport, origin: Origin
    ) -> None:
        self._parts, self._connection, self._transport, self._origin = parts, connection, transport, origin

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told():
            async for part in self._parts:
                yield part

    async def aclose(self) -> None:
        with _told():
            await self._connection.end()
            await self._transport.put_back(self._origin, self._connection)


class _Http1:
    """A connection that speaks HTTP/1.1 (RFC 9112), by h11."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        self._idle_until = clock.elapsed() + KEEP_ALIVE_SECONDS

    def usable(self) -> bool:
        """Not where something came beyond the last answer, which would be taken for the next one."""
        idle = self._state.our_state is h11.IDLE and not self._state.trailing_data[0]
        return idle and clock.elapsed() < self._idle_until and not self._stream.get_extra_info("is_readable")

    async def ask(self, request: httpx.Request) -> _Answer:
        timeouts: Timeouts = request.extensions.get("timeout", {})
        state, wait = self._state, timeouts.get("read")
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        data = state.send(head)
        async for part in cast("httpx.AsyncByteStream", request.stream):
            data += state.send(h11.Data(data=part))
        data += state.send(h11.EndOfMessage())
        with contextlib.suppress(httpcore.WriteError):  # who closes early may have answered before
            await self._stream.write(data, timeouts.get("write"))
        event = await self._event(wait)
        while isinstance(event, h11.InformationalResponse):
            event = await self._event(wait)
        assert isinstance(event, h11.Response)
        return _Answer(event.status_code, list(event.headers), self._rest(wait))

    async def _event(self, wait: float | None) -> Any:
        state = self._state
        while (event := state.next_event()) is h11.NEED_DATA:
            data = await self._stream.read(READ, wait)
            if not data and state.their_state is h11.SEND_RESPONSE:
                raise httpcore.RemoteProtocolError("the server closed the connection without an answer")
            state.receive_data(data)
        return event

    async def _rest(self, wait: float | None) -> AsyncIterator[bytes]:
        while isinstance(event := await self._event(wait), h11.Data):
            yield bytes(event.data)

    async def end(self) -> None:
        state = self._state
        if state.their_state is h11.SEND_BODY:  # of an answer without a body nobody has read the end
            with contextlib.suppress(h11.RemoteProtocolError):
                state.next_event()
        if state.our_state is state.their_state is h11.DONE and not state.trailing_data[0]:
            state.start_next_cycle()
            self._idle_until = clock.elapsed() + KEEP_ALIVE_SECONDS

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Http2:
    """A connection that speaks HTTP/2 (RFC 9113), by httpcore."""

    def __init__(self, origin: Origin, stream: httpcore.AsyncNetworkStream) -> None:
        scheme, host, port = origin
        self._origin = httpcore.Origin(scheme.encode(), host.encode(), port)
        self._inner = httpcore.AsyncHTTP2Connection(self._origin, stream, KEEP_ALIVE_SECONDS)
        self._answer: httpcore.Response | None = None

    def usable(self) -> bool:
        return self._inner.is_available() and not self._inner.has_expired()

    async def ask(self, request: httpx.Request) -> _Answer:
        origin = self._origin
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=request.url.raw_path),
            headers=request.headers.raw,
            content=cast("httpx.AsyncByteStream", request.stream),
            extensions=request.extensions,
        )
        self._answer = None
        self._answer = answer = await self._inner.handle_async_request(asked)
        return _Answer(answer.status, answer.headers, cast("AsyncIterable[bytes]", answer.stream))

    async def end(self) -> None:
        if self._answer:
            await self._answer.aclose()

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say h11's and httpcore's errors in httpx's words."""
    try:
        yield
    except tuple(_ERRORS) as error:
        raise _ERRORS[next(kind for kind in type(error).__mro__ if kind in _ERRORS)](str(error)) from error
