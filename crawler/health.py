"""Health: /healthz and /metrics over HTTP, from the daemon's own event loop, for whoever watches over it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from crawler import __version__
from crawler.aside import Aside
from crawler.metrics import CONTENT_TYPE, Metrics
from crawler.pulse import Pulse

LONGEST = 10.0
"""Seconds that a connection lasts, whatever happens on it: a scrape takes milliseconds."""
PATIENCE = 1.0
"""Seconds that a scrape waits for the archive's counts; a big archive's are those of the scrape before."""
CONNECTIONS = 32
"""At the same time; another one ends the oldest, so that neither many nor slow clients lock a new one out."""
AT_ONCE, WAITING = 8, 1024
"""Connections that are taken in one turn of the loop, and that the kernel may hold until then. To asyncio these are one
number, and where file descriptors run out it fails, and says so, as many times in a row."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


def application(pulse: Pulse, metrics: Metrics) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """The ASGI application: GET and HEAD of the two paths."""
    # Threads of its own, as those that crawl may all be busy: one to render, and one that counts.
    threads = Aside(2, "metrics")

    async def app(scope: dict[str, Any], _receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path not in {"/healthz", "/metrics"}:
            await _answer(send, scope, 404, b"There are /healthz and /metrics.\n")
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, scope, 405, b"Only GET and HEAD.\n")
        elif path == "/metrics":
            await asyncio.wait([asyncio.ensure_future(threads.call(metrics.refresh))], timeout=PATIENCE)
            await _answer(send, scope, 200, await threads.call(metrics.render), CONTENT_TYPE)
        else:
            problems = pulse.problems()
            body = {
                "status": "failing" if problems else "ok",
                "problems": problems,
                "version": __version__,
                "last_tick_seconds_ago": round(pulse.age(), 3),
            }
            await _answer(send, scope, 503 if problems else 200, json.dumps(body).encode(), "application/json")

    return app


async def _answer(send: Send, scope: dict[str, Any], status: int, body: bytes, kind: str = "text/plain") -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class _Brief(H11Protocol):
    """A connection with an end; uvicorn's own waits without one for a client that says nothing."""

    opened: dict[_Brief, asyncio.TimerHandle]
    """Those that are open, the oldest first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.opened) >= CONNECTIONS:
            oldest = next(iter(self.opened))
            self.opened.pop(oldest).cancel()  # now: it is lost only after others have come
            oldest.transport.abort()
        self.opened[self] = asyncio.get_running_loop().call_later(LONGEST, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if timer := self.opened.pop(self, None):
            timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """To who sends no HTTP. Whatever it had asked for before is over with that, and no error of ours."""
        if self.cycle:
            self.cycle.disconnected = True
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:  # it has been answered, or is being
            self.transport.abort()


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(WAITING)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the daemon's


@contextlib.asynccontextmanager
async def answering(listening: socket.socket | None, pulse: Pulse, metrics: Metrics) -> AsyncIterator[None]:
    """Answer on a socket for as long as the context lasts; None: on none."""
    if listening is None:
        yield
        return
    protocol = type("_Connection", (_Brief,), {"opened": {}})
    config = uvicorn.Config(
        application(pulse, metrics),
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=AT_ONCE,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="health")
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=LONGEST)
