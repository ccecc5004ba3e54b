"""The gate through which a rendered page reaches the network, asked by a real client over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import httpx
import pytest

from crawler.network import Guard
from crawler.proxy import Gate
from tests.internet import OneSite
from tests.site import Raw, Response, Site

MB = 1_000_000
PUBLIC = "93.184.215.14"


def guard_of(site: Site, **names: str) -> Guard:
    async def resolve(host: str, port: int) -> list[str]:
        return [names.get(host.replace(".", "_"), host)]

    guard = Guard(allow_private=False, resolve=resolve)
    guard._inner = OneSite(site)
    return guard


@contextlib.asynccontextmanager
async def client(gate: Gate, **settings):
    proxy = httpx.Proxy(gate.server, auth=(gate.user, gate.password))
    async with httpx.AsyncClient(proxy=proxy, trust_env=False, timeout=5, **settings) as it:
        yield it


async def said(gate: Gate, sent: bytes) -> bytes:
    """All that comes back for some bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gate.server.rpartition(":")[2]))
    writer.write(sent)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_request_reaches_the_address_that_was_checked_without_what_was_for_the_proxy():
    with Site({"/a?b=1": "public"}) as site:
        guard = guard_of(site, paper_test=PUBLIC)
        async with Gate(guard, max_bytes=MB) as gate, client(gate) as it:
            answer = await it.get("http://paper.test/a?b=1", headers={"X-Own": "1"})
    assert answer.text == "public"
    assert guard._inner.reached == [PUBLIC]
    assert site.requests[0].headers["x-own"] == "1"
    assert site.requests[0].headers["host"] == "paper.test"
    assert not [name for name in site.requests[0].headers if name.startswith("proxy")]


@pytest.mark.parametrize("host", ["127.0.0.1", "inside.test", "169.254.169.254", "2130706433"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_private_address_is_not_reached_in_the_clear_or_through_a_tunnel(host, scheme):
    with Site({"*": "secret"}) as site:
        guard = guard_of(site, inside_test="10.0.0.1")
        async with Gate(guard, max_bytes=MB) as gate, client(gate) as it:
            if scheme == "http":
                assert (await it.get(f"http://{host}/")).status_code == 403
            else:
                with pytest.raises(httpx.ProxyError, match="403"):
                    await it.get(f"https://{host}/")
        assert guard._inner.reached == []
    assert "which is" in gate.refused[0]


async def test_a_tunnel_carries_what_it_is_given(secure):
    server, trusted = secure
    with Site({"/": "sealed"}, tls=server) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate, client(gate, verify=trusted) as it:
            assert (await it.get("https://paper.test/")).text == "sealed"


@pytest.mark.parametrize("auth", [None, ("page", "guess")])
async def test_nobody_else_on_this_machine_may_use_it(auth):
    with Site({"/": "public"}) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate:
            proxy = httpx.Proxy(gate.server, auth=auth)
            async with httpx.AsyncClient(proxy=proxy, trust_env=False) as it:
                assert (await it.get("http://paper.test/")).status_code == 407
    assert not site.requests


async def test_a_connection_serves_one_request_even_if_the_server_would_serve_more():
    with Site({"/": Response("one", {"Connection": "keep-alive"})}) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate, client(gate) as it:
            answer = await it.get("http://paper.test/")
            assert answer.headers["connection"] == "close"
            asked = f"GET http://paper.test/ HTTP/1.1\r\nHost: paper.test\r\nProxy-Authorization: {gate._right}\r\n\r\n"
            assert b"one" in await said(gate, asked.encode() * 2)
    assert len(site.requests) == 2


async def test_a_body_is_passed_on():
    with Site({"/": lambda request: request.headers["content-length"]}) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate, client(gate) as it:
            assert (await it.post("http://paper.test/", content=b"x" * 300_000)).text == "300000"


async def test_too_many_bytes_cut_every_connection_and_let_none_be_opened():
    def endless(request, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not site.closing.is_set():
            connection.sendall(b"x" * 65_536)

    with Site({"/": Raw(endless), "/slow": Raw(lambda *_: site.closing.wait(10))}) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate, client(gate) as it:
            slow = asyncio.create_task(it.get("http://paper.test/slow"))
            await asyncio.sleep(0.2)
            with contextlib.suppress(httpx.ReadError):
                assert len((await it.get("http://paper.test/")).content) <= MB
            with pytest.raises(httpx.RemoteProtocolError):
                await slow
            assert gate.spent
            assert (await it.get("http://paper.test/")).status_code == 503


async def test_with_the_gate_goes_every_connection_through_it():
    with Site({"/": Raw(lambda *_: site.closing.wait(20))}) as site:
        async with Gate(guard_of(site, paper_test=PUBLIC), max_bytes=MB) as gate, client(gate) as it:
            asking = asyncio.create_task(it.get("http://paper.test/"))
            await asyncio.sleep(0.2)
            assert not asking.done()
            await gate.__aexit__(None, None, None)
            with pytest.raises(httpx.RemoteProtocolError):
                await asking
        assert not gate._tasks


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]"])
async def test_a_private_address_of_ipv6_is_not_reached_either(host):
    with Site() as site:
        async with Gate(guard_of(site), max_bytes=MB) as gate:
            for target in (f"CONNECT {host}:443", f"GET http://{host}/"):
                assert b"403" in await said(
                    gate, f"{target} HTTP/1.1\r\nProxy-Authorization: {gate._right}\r\n\r\n".encode()
                )
    assert not site.connections


NO_REQUESTS = [b"GET / HTTP/1.1\r\n\r\n", b"CONNECT :x HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"x" * 200_000]


@pytest.mark.parametrize("sent", NO_REQUESTS)
async def test_what_is_no_request_to_a_proxy_ends_the_connection(sent):
    with Site() as site:
        async with Gate(guard_of(site), max_bytes=MB) as gate:
            gate._right = ""
            assert await said(gate, sent) == b""
    assert not site.connections


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    import subprocess

    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = ["-subj", "/CN=paper.test", "-addext", "subjectAltName=DNS:paper.test"]
    subprocess.run([*command, "-keyout", key, "-out", cert, *names], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=cert)
