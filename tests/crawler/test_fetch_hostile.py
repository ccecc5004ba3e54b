"""What servers do by accident or by intent, over real sockets: every fetch ends, in a value, within its limits."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from functools import partial

import brotli
import pytest
import zstandard

from archive.models import Failure, Page
from config.models import Limits
from crawler.fetch import MAX_HEADERS, Fetcher
from tests.site import Raw, Response, Site, reset

MB = 1_000_000
TEN_SECONDS = Limits(deadline=10)
SOON = Limits(deadline=0.5)


async def fetch(url: str, *, limits: Limits = TEN_SECONDS, max_bytes: int = MB, **more) -> Page | Failure:
    async with Fetcher(user_agent="Cuttings/0", limits=limits, allow_private=True) as client:
        return await client.get(url, max_bytes=max_bytes, **more)


def says(*parts: bytes):
    return Raw(lambda request, connection: connection.sendall(b"".join(parts)))


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def test_a_server_that_accepts_and_never_answers_is_given_up():
    with Site() as site:
        site.routes["/"] = Raw(lambda request, connection: site.closing.wait(30))
        assert (await fetch(site.url(), limits=SOON)).reason == "timeout"


@pytest.mark.parametrize("start", [b"", OK, OK + b"\r\n", OK + b"Content-Length: 1000\r\n\r\n"])
async def test_a_server_that_sends_a_byte_at_a_time_is_given_up_at_the_deadline(start):
    with Site() as site:

        def drip(request, connection):
            connection.sendall(start)
            while not site.closing.wait(0.05):
                connection.sendall(b"X")

        site.routes["/"] = Raw(drip)
        assert (await fetch(site.url(), limits=SOON)).reason == "timeout"


async def test_the_deadline_holds_over_all_redirects_together():
    with Site() as site:

        def slow(request):
            site.closing.wait(0.2)
            return Response(headers={"Location": request.path + "x"}, status=302)

        site.routes["*"] = slow
        assert (await fetch(site.url("/"), limits=Limits(deadline=0.5, redirects=100))).reason == "timeout"
    assert len(site.requests) < 10


async def test_the_time_that_the_caller_takes_to_allow_a_hop_counts_too():
    async def allowed(url: str) -> None:
        await asyncio.sleep(30)

    with Site({"/": Response(headers={"Location": "/2"}, status=302)}) as site:
        assert (await fetch(site.url(), limits=SOON, allowed=allowed)).reason == "timeout"


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd"])
async def test_an_answer_that_never_ends_is_cut_at_the_limit(encoding):
    pack = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}.get(encoding, bytes)

    def endless(request, connection):
        connection.sendall(OK + f"Content-Encoding: {encoding}\r\n\r\n".encode() + pack(b"<p>"))
        while True:
            connection.sendall(b"\0" * 65_536)

    with Site({"/": Raw(endless)}) as site:
        assert (await fetch(site.url())).reason in {"too-large", "bad-encoding"}


async def test_an_answer_in_endless_chunks_is_cut_at_the_limit():
    def endless(request, connection):
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"a\r\n0123456789\r\n" * 1000)

    with Site({"/": Raw(endless)}) as site:
        assert (await fetch(site.url())).reason == "too-large"


async def test_an_answer_that_announces_too_much_is_not_read():
    with Site({"/": says(OK, b"Content-Length: 999999999999\r\n\r\n")}) as site:
        assert (await fetch(site.url())).reason == "too-large"


BOMBS = {
    "gzip": gzip.compress,
    "br": partial(brotli.compress, quality=5),
    "zstd": zstandard.ZstdCompressor(level=19).compress,
    "gzip, gzip": lambda zeros: gzip.compress(gzip.compress(zeros)),
}


@pytest.mark.parametrize("encoding", BOMBS)
async def test_a_bomb_does_not_go_off(encoding):
    bomb = BOMBS[encoding](bytes(100 * MB))
    with Site({"/": Response(bomb, {"Content-Encoding": encoding})}) as site:
        tracemalloc.start()
        try:
            assert (await fetch(site.url())).reason == "too-large"
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 10 * MB


async def test_a_reset_in_mid_body_is_a_failure_and_no_half_page():
    def break_off(request, connection):
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + b"<p>half")
        reset(connection)

    with Site({"/": Raw(break_off)}) as site:
        failure = await fetch(site.url())
    assert failure.reason == "unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\n<p>short",
        OK + b"Content-Length: -1\r\n\r\n<p>",
        OK + b"Content-Length: many\r\n\r\n<p>",
        OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n<p>x",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<p>ab\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>",
        OK + b"Transfer-Encoding: odd\r\n\r\n<p>",
        OK,
        b"",
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"<html>no head at all",
    ],
)
async def test_an_answer_that_is_broken_or_no_http_is_a_failure(answer):
    with Site({"/": says(answer)}) as site:
        assert (await fetch(site.url())).reason == "unreachable"


def answer_of(size: int) -> bytes:
    head = OK + b"Content-Length: %05d\r\n\r\n"
    body = b"x" * (size - len(head % 0))
    return head % len(body) + body


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("size", [100, 1 << 16])
@pytest.mark.parametrize("behind", [False, True], ids=["with it", "behind it"])
async def test_an_answer_longer_than_announced_does_not_spoil_the_next(certificate, secure, size, behind):
    """Whether the rest comes with it, which is read 64 KiB at a time, or behind it."""
    answer, rest = answer_of(size), OK + b"Content-Length: 4\r\n\r\nevil"
    parts = [answer, rest] if behind else [answer + rest]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    trusted = ssl.create_default_context(cafile=certificate[0])
    answers = Raw(lambda request, connection: [connection.sendall(part) for part in parts])
    with Site({"/": answers}, tls=context if secure else None) as site:
        site.routes["/next"] = "the next"
        async with Fetcher(user_agent="Cuttings/0", limits=SOON, allow_private=True, tls=trusted) as client:
            first = await client.get(site.url(), max_bytes=MB)
            await asyncio.sleep(0.1)
            second = await client.get(site.url("/next"), max_bytes=MB)
    assert len(first.body) == len(answer.partition(b"\r\n\r\n")[2])
    assert second.body == b"the next"


async def test_a_body_without_an_announced_length_is_read_to_its_end():
    with Site({"/": says(OK, b"\r\n<p>all of it")}) as site:
        assert (await fetch(site.url())).body == b"<p>all of it"


async def test_a_damaged_packing_is_a_failure():
    with Site({"/": Response("<p>not packed at all", {"Content-Encoding": "gzip"})}) as site:
        assert (await fetch(site.url())).reason == "bad-encoding"


@pytest.mark.parametrize("size", [20_000, 1_000_000])
async def test_huge_headers_are_dropped_or_end_the_fetch(size):
    with Site({"/": Response("home", [("X-Big", "x" * size), ("X-Big", "y" * size), ("X-Small", "1")])}) as site:
        result = await fetch(site.url())
    if size > 100_000:
        assert result.reason == "unreachable"
    else:
        assert result.header("x-small") == "1"
        assert sum(len(name) + len(value) for name, value in result.headers) <= MAX_HEADERS


async def test_an_endless_head_is_given_up():
    def endless(request, connection):
        connection.sendall(OK)
        while True:
            connection.sendall(b"X-More: and more\r\n" * 100)

    with Site({"/": Raw(endless)}) as site:
        assert (await fetch(site.url())).reason == "unreachable"


async def test_endless_interim_answers_end_at_the_deadline():
    def endless(request, connection):
        while True:
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")

    with Site({"/": Raw(endless)}) as site:
        assert (await fetch(site.url(), limits=SOON)).reason == "timeout"


@pytest.mark.parametrize("status", [200, 302])
async def test_ten_thousand_cookies_leave_no_trace(status):
    cookies = [("Set-Cookie", f"c{n}=1") for n in range(2_000 if status == 200 else 4_000)]
    with Site({"/": Response("home", [*cookies, ("Location", "/2")], status), "/2": "two"}) as site:
        async with Fetcher(user_agent="Cuttings/0", limits=Limits(), allow_private=True) as client:
            page = await client.get(site.url(), max_bytes=MB)
            await client.get(site.url("/2"), max_bytes=MB)
        site.routes["/"] = Response("home", [("Set-Cookie", f"cookie{n}={'x' * 20}") for n in range(10_000)])
        assert (await fetch(site.url())).reason == "unreachable"
    assert "set-cookie" not in dict(page.headers)
    assert "cookie" not in site.requests[-2].headers
    assert all(len(request.headers.get("cookie", "")) < 1_000 for request in site.requests)


async def test_one_hosts_trouble_holds_up_no_other():
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()
    with Site({"/": "well"}) as well, Site() as ill:

        def hang(request, connection):
            loop.call_soon_threadsafe(arrived.set)
            ill.closing.wait(30)

        ill.routes["/"] = Raw(hang)
        slow = asyncio.create_task(fetch(ill.url()))
        await arrived.wait()
        assert (await fetch(well.url())).body == b"well"
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)


async def test_a_refusal_that_drips_is_a_refusal_long_before_the_deadline(monkeypatch):
    monkeypatch.setattr("crawler.fetch.JUDGED_SECONDS", 0.2)
    with Site() as site:

        def drip(request, connection):
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            while not site.closing.wait(0.05):
                connection.sendall(b"X")

        site.routes["/"] = Raw(drip)
        assert (await fetch(site.url())).reason == "forbidden"
