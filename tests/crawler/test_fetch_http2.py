from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl

import h2.config
import h2.connection
import h2.events
import pytest

from config.models import Limits
from crawler.fetch import Fetcher, Identity

MB = 1_000_000


class Server:
    """The least that HTTP/2 needs: the path says what is answered."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[dict[str, str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        writer.write(state.data_to_send())
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self.answer(state, event.stream_id, dict(event.headers))
                writer.write(state.data_to_send())
        writer.close()

    def answer(self, state: h2.connection.H2Connection, stream: int, request: dict[str, str]) -> None:
        self.requests.append(request)
        match request[":path"]:
            case "/reset":
                state.reset_stream(stream)
            case "/bomb":
                state.send_headers(stream, [(":status", "200"), ("content-encoding", "gzip")])
                state.send_data(stream, gzip.compress(b"\0" * 10 * MB), end_stream=True)
            case "/short":
                state.send_headers(stream, [(":status", "200"), ("content-length", "100")])
                state.send_data(stream, b"<p>short", end_stream=True)
            case _:
                state.send_headers(stream, [(":status", "200"), ("content-type", "text/html"), ("set-cookie", "a=b")])
                state.send_data(stream, b"<p>over two", end_stream=True)


@pytest.fixture
async def served(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.set_alpn_protocols(["h2"])
    server = Server()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context) as listener:
        url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        trusted = ssl.create_default_context(cafile=certificate[0])
        limits = Limits(deadline=10)
        async with Fetcher(user_agent="Cuttings/0", limits=limits, allow_private=True, tls=trusted) as fetcher:
            yield server, url, fetcher


async def test_pages_come_over_http_2_on_one_connection_and_under_the_same_limits(served):
    server, url, fetcher = served
    page = await fetcher.get(f"{url}/", max_bytes=MB)
    assert (page.body, page.headers) == (b"<p>over two", (("content-type", "text/html"),))
    reasons = [(await fetcher.get(f"{url}{path}", max_bytes=MB)).reason for path in ("/bomb", "/reset", "/short")]
    assert reasons == ["too-large", "unreachable", "unreachable"]
    assert (await fetcher.get(f"{url}/again", max_bytes=MB)).body == b"<p>over two"
    assert "cookie" not in server.requests[-1]
    assert server.connections <= 2


async def test_a_subscribers_secrets_stay_out_of_the_logs_over_http_2_too(served, caplog):
    server, url, fetcher = served
    caplog.set_level("DEBUG")
    identity = Identity(url.partition("//")[2], (("X-Key", "geheim-1"),), (("session", "geheim-2"),))
    await fetcher.get(f"{url}/", max_bytes=MB, identity=identity)
    assert (server.requests[0]["x-key"], server.requests[0]["cookie"]) == ("geheim-1", "session=geheim-2")
    assert "geheim" not in caplog.text
