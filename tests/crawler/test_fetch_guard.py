"""Which hosts a fetch may reach. A small router plays the internet: it leads public addresses to local sites."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import httpcore
import pytest

from archive.models import Failure, Page
from config.models import Limits
from crawler.fetch import Fetcher, Identity
from tests.internet import OneSite
from tests.site import Response, Site, redirect

MB = 1_000_000
PUBLIC = "93.184.215.14"


class Names:
    """A DNS whose answers are given in turn, the last one for ever; what is an address is itself, as in getaddrinfo."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name if "." in name else name.replace("_", "."): found for name, found in answers.items()}

    async def __call__(self, host: str, port: int) -> list[str]:
        if host in self.answers:
            turns = self.answers[host]
            return turns.pop(0) if len(turns) > 1 else turns[0]
        return [entry[4][0] for entry in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]


@contextlib.asynccontextmanager
async def on_the_internet(site: Site, names: Names, *, allow_private: bool = False, **settings):
    fetcher = Fetcher(
        user_agent="Cuttings/0", limits=Limits(deadline=10), allow_private=allow_private, resolve=names, **settings
    )
    internet = fetcher._transport.backend._inner = OneSite(site)
    async with fetcher:
        yield fetcher, internet


async def get(url: str, site: Site, **names) -> tuple[Page | Failure, list[str]]:
    async with on_the_internet(site, Names(**names)) as (fetcher, internet):
        return await fetcher.get(url, max_bytes=MB), internet.reached


async def test_a_public_host_is_reached_at_the_address_that_was_checked():
    with Site({"/": "public"}) as site:
        page, reached = await get("http://paper.test/", site, paper_test=[[PUBLIC]])
    assert page.body == b"public"
    assert site.requests[0].headers["host"] == "paper.test"
    assert reached == [PUBLIC]


@pytest.mark.parametrize("name", ["xn--ls8h.test", "xn--.test", "xn--a-.test", "a_b.test", "-a-.test"])
async def test_a_name_that_idna_does_not_know_is_a_name_like_others(name):
    with Site({"/": "public"}) as site:
        async with on_the_internet(site, Names(**{name: [[PUBLIC]]})) as (fetcher, internet):
            page = await fetcher.get(f"http://{name}/", max_bytes=MB)
    assert page.body == b"public"
    assert site.requests[0].headers["host"] == name
    assert internet.reached == [PUBLIC]


INSIDE = """
    127.0.0.1 127.1 2130706433 0x7f.1 017700000001 0 10.0.0.1 169.254.169.254 192.168.0.1 127.0.0.1.
    %E2%91%A0%E2%91%A1%E2%91%A6.0.0.1 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::]
    [fe80::1] [fec0::1] [fd00:ec2::254] localhost local%68ost LOCALHOST inside.test
""".split()  # noqa: SIM905  # a word list reads better


@pytest.mark.parametrize("host", INSIDE)
async def test_a_redirect_into_the_private_network_is_not_followed(host):
    with Site({"/": redirect(f"http://{host}/secret"), "/secret": "secret"}) as site:
        names = {"paper_test": [[PUBLIC]], "localhost": [["127.0.0.1"]], "inside_test": [["fd12::1"]]}
        failure, reached = await get("http://paper.test/", site, **names)
    assert isinstance(failure, Failure)
    assert failure.reason == "refused-address"
    assert (site.paths, reached) == (["/"], [PUBLIC])


async def test_a_name_with_a_public_and_a_private_address_is_refused():
    with Site({"/": "secret"}) as site:
        failure, reached = await get("http://paper.test/", site, paper_test=[[PUBLIC, "127.0.0.1"]])
    assert failure.reason == "refused-address"
    assert "127.0.0.1, which is loopback" in failure.detail
    assert (site.paths, reached) == ([], [])


async def test_a_name_that_changes_between_look_ups_is_never_reached_at_its_private_address():
    with Site({"/": Response("first", {"Connection": "close"})}) as site:
        names = Names(paper_test=[[PUBLIC], ["127.0.0.1"]])
        async with on_the_internet(site, names) as (fetcher, internet):
            results = [await fetcher.get("http://paper.test/", max_bytes=MB) for _ in range(3)]
    assert [getattr(result, "reason", "page") for result in results] == ["page", "refused-address", "refused-address"]
    assert internet.reached == [PUBLIC]


async def test_loopback_is_refused_unless_private_addresses_are_allowed():
    with Site({"/": "home"}) as site:
        for allow_private in (False, True):
            async with Fetcher(user_agent="Cuttings/0", limits=Limits(), allow_private=allow_private) as fetcher:
                result = await fetcher.get(site.url(), max_bytes=MB)
            assert isinstance(result, Page) is allow_private
    assert len(site.requests) == 1


async def test_no_proxy_from_the_environment_is_used(monkeypatch):
    with Site({"*": "proxied"}) as proxy, Site({"/": "direct"}) as site:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        async with Fetcher(user_agent="Cuttings/0", limits=Limits(), allow_private=True) as fetcher:
            assert (await fetcher.get(site.url(), max_bytes=MB)).body == b"direct"
    assert proxy.requests == []


async def test_the_next_address_is_tried_where_one_does_not_answer():
    class Partly(OneSite):
        async def connect_tcp(self, host, port, *rest):
            stream = await super().connect_tcp(host, port)
            if ":" in host:
                await stream.aclose()
                raise httpcore.ConnectError("no way there")
            return stream

    with Site({"/": "home"}) as site:
        names = Names(paper_test=[["2606:4700::1", "2606:4700::2", PUBLIC, "8.8.8.8"]])
        async with on_the_internet(site, names) as (fetcher, _):
            internet = fetcher._transport.backend._inner = Partly(site)
            assert (await fetcher.get("http://paper.test/", max_bytes=MB)).body == b"home"
    assert internet.reached == ["2606:4700::1", PUBLIC]


@pytest.fixture
def secure(certificate):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    return server, ssl.create_default_context(cafile=certificate[0])


async def test_the_certificate_is_checked_against_the_name_though_the_address_is_pinned(secure):
    server, client = secure
    with Site({"/": "secret"}, tls=server) as site:
        names = Names(paper_test=[[PUBLIC]], other_test=[[PUBLIC]])
        async with on_the_internet(site, names, tls=client) as (fetcher, _):
            page = await fetcher.get("https://paper.test/", max_bytes=MB)
            wrong = await fetcher.get("https://other.test/", max_bytes=MB)
        async with on_the_internet(site, names) as (fetcher, _):
            unknown = await fetcher.get("https://paper.test/", max_bytes=MB)
    assert page.body == b"secret"
    assert (wrong.reason, unknown.reason) == ("tls", "tls")
    assert "other.test" in wrong.detail
    assert len(site.requests) == 1


async def test_a_server_that_speaks_no_tls_is_said_so():
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Fetcher(user_agent="Cuttings/0", limits=Limits(deadline=10), allow_private=True) as fetcher:
            assert (await fetcher.get(f"https://127.0.0.1:{port}/", max_bytes=MB)).reason == "tls"


async def test_secrets_are_not_sent_in_the_clear_where_the_source_is_secure(secure):
    server, client = secure
    identity = Identity("paper.test", headers=(("X-Key", "geheim"),), cookies=(("session", "geheim"),))
    with Site({"/clear": "clear"}) as plain, Site({"/": redirect("http://paper.test/clear")}, tls=server) as site:
        async with on_the_internet(site, Names(paper_test=[[PUBLIC]]), tls=client) as (fetcher, internet):

            async def allowed(url: str) -> None:
                internet.site = plain

            page = await fetcher.get("https://paper.test/", max_bytes=MB, identity=identity, allowed=allowed)
    assert page.body == b"clear"
    assert site.requests[0].headers["x-key"] == "geheim"
    assert "geheim" not in str(plain.requests[0].headers)
