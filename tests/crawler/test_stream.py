from __future__ import annotations

import asyncio
import contextlib
import ssl

import httpcore
import pytest

from crawler.stream import MOST, Direct
from tests.site import Site


@contextlib.asynccontextmanager
async def peer(serve, tls=None):
    """A stream to a server of which ``serve`` plays the other end."""

    async def answer(reader, writer):
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as server:
        stream = await Direct().connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1], 5)
        try:
            yield stream
        finally:
            await stream.aclose()


def sends(data):
    async def serve(reader, writer):
        writer.write(data)
        await writer.drain()
        await reader.read()

    return serve


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
async def test_what_came_and_was_not_read_makes_a_connection_one_that_is_done_with(certificate, secure):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with peer(sends(b"an answer, and more"), context if secure else None) as line:
        stream = line
        if secure:
            stream = await line.start_tls(ssl.create_default_context(cafile=certificate[0]), "127.0.0.1", 5)
            assert stream.get_extra_info("ssl_object").version() == "TLSv1.3"
        assert await stream.read(9, 5) == b"an answer"
        assert stream.get_extra_info("is_readable")
        assert await stream.read(100, 5) == b", and more"
        assert not stream.get_extra_info("is_readable")


async def test_the_peers_end_is_seen_and_nothing_can_be_written_any_more():
    async def leave(reader, writer):
        writer.write(b"bye")

    async with peer(leave) as stream:
        assert await stream.read(100, 5) == b"bye"
        assert await stream.read(100, 5) == b""
        assert stream.get_extra_info("is_readable")
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"still there?", 5)


async def test_a_peer_that_sends_more_than_is_read_has_to_wait():
    sent = 0

    async def flood(reader, writer):
        nonlocal sent
        while True:
            writer.write(bytes(1 << 16))
            await writer.drain()
            sent += 1 << 16

    async with peer(flood) as stream:
        await asyncio.sleep(0.5)
        held = sent
        await asyncio.sleep(0.2)
        assert sent == held, "the system's own buffers are full, and so is ours"
        assert len(await stream.read(10, 5)) == 10
        read = 10
        while read < held + MOST:
            read += len(await stream.read(1 << 16, 5))
        assert sent > held


async def test_who_says_nothing_reads_nothing_or_greets_not_is_waited_for_as_long_as_asked():
    async def nothing(reader, writer):
        await asyncio.sleep(30)

    async with peer(nothing) as stream:
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(100, 0.1)
        with pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(64 << 20), 0.1)
    async with peer(nothing) as stream:
        with pytest.raises(httpcore.ConnectTimeout):
            await stream.start_tls(ssl.create_default_context(), "127.0.0.1", 0.1)


async def test_where_nobody_listens_there_is_no_connection():
    with Site() as site:
        port = site.port
    with pytest.raises(httpcore.ConnectError):
        await Direct().connect_tcp("127.0.0.1", port, 5)
