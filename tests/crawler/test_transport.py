"""How requests go over connections: which are kept, and which are not trusted with another answer."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest

from crawler.network import guarded_transport

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


class Server:
    """Answers the n-th request, on whatever connection, with the n-th of ``answers`` (the last for all that follow)."""

    def __init__(self, *answers: bytes, closes: bool = False) -> None:
        self.answers, self.closes = list(answers), closes
        self.connections, self.requests, self._serving = 0, [], set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for one in self._serving:
            one.cancel()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._serving.add(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if b"content-length" in line), 0)
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(answer)
                await writer.drain()
                if self.closes or not answer:
                    break
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ask(transport, url, **more) -> tuple[int, bytes]:
    request = httpx.Request(more.pop("method", "GET"), url, **more)
    response = await transport.handle_async_request(request)
    try:
        return response.status_code, b"".join([part async for part in response.stream])
    finally:
        await response.aclose()


@pytest.fixture
async def transport():
    async with guarded_transport(allow_private=True) as transport:
        yield transport


async def test_one_connection_serves_one_request_after_the_other(transport):
    async with Server(OK) as server:
        assert [await ask(transport, server.url) for _ in range(3)] == [(200, b"hello")] * 3
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
async def test_an_answer_that_has_ended_leaves_its_connection_to_the_next(transport, answer):
    async with Server(answer, OK) as server:
        await ask(transport, server.url)
        assert await ask(transport, server.url) == (200, b"hello")
        assert server.connections == 1


async def test_an_answer_without_a_body_leaves_it_even_if_nobody_looked_for_one(transport):
    async with Server(b"HTTP/1.1 304 Not Modified\r\n\r\n", OK) as server:
        response = await transport.handle_async_request(httpx.Request("GET", server.url))
        await response.aclose()
        assert await ask(transport, server.url) == (200, b"hello")
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        OK.replace(b"Type: text/plain", b"Type: text/plain\r\nConnection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
async def test_no_other_request_goes_where_more_came_than_was_asked_for_or_the_server_will_close(transport, answer):
    async with Server(answer, OK) as server:
        assert await ask(transport, server.url) == (200, b"hello")
        assert await ask(transport, server.url) == (200, b"hello")
        assert server.connections == 2


async def test_what_is_left_of_a_body_is_not_read_as_the_next_answer(transport):
    async with Server(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000), OK) as server:
        response = await transport.handle_async_request(httpx.Request("GET", server.url))
        await response.aclose()
        assert await ask(transport, server.url) == (200, b"hello")
        assert server.connections == 2


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(transport):
    async with Server(OK, closes=True) as server:
        for _ in range(2):
            assert await ask(transport, server.url) == (200, b"hello")
            await asyncio.sleep(0.05)
        assert server.connections == 2


async def test_two_requests_at_once_have_a_connection_each(transport):
    async with Server(OK) as server:
        assert await asyncio.gather(ask(transport, server.url), ask(transport, server.url)) == [(200, b"hello")] * 2
        assert server.connections == 2


async def test_a_body_is_sent(transport):
    async with Server(OK) as server:
        assert await ask(transport, server.url, method="POST", content=b"said") == (200, b"hello")
        assert server.requests[0].endswith(b"\r\n\r\nsaid")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"nonsense\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", httpx.RemoteProtocolError),
    ],
)
async def test_what_is_no_answer_is_an_error_of_httpx(transport, answer, error):
    async with Server(answer) as server:
        with pytest.raises(error):
            await ask(transport, server.url)


async def test_a_server_that_is_not_there_and_a_scheme_that_is_not_spoken_are_errors_of_httpx(transport):
    async with Server(OK) as server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        await ask(transport, url)
    with pytest.raises(httpx.UnsupportedProtocol):
        await ask(transport, "ftp://127.0.0.1/")
