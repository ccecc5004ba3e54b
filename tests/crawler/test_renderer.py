"""What a page in Chromium may reach, and what it is shown. A small router plays the internet."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time

import pytest

from config.models import Cookie
from crawler.browser import EXECUTABLES, crumbs
from crawler.fetch import Identity
from crawler.network import Guard
from crawler.stream import Direct
from crawler.wire import Order, Shown
from tests.browser import absent
from tests.site import Response, Site, redirect

pytestmark = pytest.mark.browser

ADDRESSES = {"paper.test": "93.184.215.14", "www.paper.test": "93.184.215.15", "other.test": "93.184.215.16"}


class Internet(Direct):
    """Takes the place of the guard's way to the network, after its check: public addresses lead to sites."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self.sites = {ADDRESSES[name]: site for name, site in sites.items()}
        self.reached: list[str] = []

    async def connect_tcp(self, host, port, *rest):
        self.reached.append(host)
        return await super().connect_tcp("127.0.0.1", self.sites[host].port)


@contextlib.asynccontextmanager
async def internet(**sites: Site):
    """Gives ``show(url, html, …)`` and the internet; hosts have underscores for their dots."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        absent("playwright is not installed")
    from crawler.renderer import Renderer, launch

    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if not named:
        absent("Chromium is not installed")
    inner = Internet({name.replace("_", "."): site for name, site in sites.items()})
    turns: dict[str, list[str]] = {"changing.test": [ADDRESSES["other.test"], "127.0.0.1"]}

    async def resolve(host: str, port: int) -> list[str]:
        if host in turns:
            return [turns[host].pop(0) if len(turns[host]) > 1 else turns[host][0]]
        return [ADDRESSES.get(host, {"inside.test": "10.0.0.7"}.get(host, host))]

    def guard(private: bool) -> Guard:
        made = Guard(allow_private=private, resolve=resolve)
        made._inner = inner
        return made

    async with async_playwright() as playwright:
        try:
            chromium = await launch(playwright.chromium, named)
        except Error as error:
            absent(f"Chromium can't be started: {str(error).splitlines()[0]}")
        renderer = Renderer(chromium, guard)

        async def show(url: str, html: str, **more) -> Shown:
            async def may(url: str) -> bool:
                return True

            headers = (("content-type", "text/html; charset=utf-8"),)
            order = Order(1, url, 200, headers, "Cuttings/0", False, 20, 1_000_000, body=html.encode(), **more)
            return await renderer.show(order, may)

        try:
            yield show, inner
        finally:
            await chromium.close()


def asking(*urls: str) -> str:
    """A page that fetches each URL and says what it got."""
    calls = "".join(f"try {{ await get({url!r}) }} catch {{ say('refused') }}" for url in urls)
    return f"""<ol id=a></ol><script type=module>
        const say = text => a.append(text + ';');
        const get = async url => {{
            if (!url.startsWith('ws')) return say(await (await fetch(url)).text());
            await new Promise((good, bad) => Object.assign(new WebSocket(url), {{ onopen: good, onerror: bad }}));
            say('open');
        }};
        {calls}</script>"""


OPEN = {"Access-Control-Allow-Origin": "*"}
INSIDE = (
    "http://127.0.0.1/secret",
    "http://localhost/secret",
    "http://[::1]/secret",
    "http://10.0.0.7/secret",
    "http://169.254.169.254/latest/meta-data",
    "http://inside.test/secret",
    "https://127.0.0.1/secret",
    "ws://127.0.0.1/secret",
    "wss://inside.test/secret",
    "http://other.test/to-loopback",
    "http://other.test/to-private",
)


async def test_no_request_of_a_page_reaches_a_private_address():
    routes = {
        "/to-loopback": Response(headers={**OPEN, "Location": "http://127.0.0.1/secret"}, status=302),
        "/to-private": Response(headers={**OPEN, "Location": "http://inside.test/secret"}, status=307),
        "/public": Response("public", OPEN),
    }
    with Site(routes) as other:
        async with internet(other_test=other) as (show, net):
            shown = await show("http://paper.test/", asking(*INSIDE, "http://other.test/public"))
    assert shown.body.count(b"refused;") == len(INSIDE)
    assert b"public;" in shown.body
    assert set(net.reached) == {ADDRESSES["other.test"]}
    assert set(other.paths) == {"/to-loopback", "/to-private", "/public"}


async def test_a_name_that_changes_to_a_private_address_is_refused_then():
    with Site({"*": Response("public", OPEN)}) as other:
        async with internet(other_test=other) as (show, net):
            page = asking("http://changing.test/1", "http://changing.test/2")
            shown = await show("http://paper.test/", page)
    assert b"public;refused;" in shown.body
    assert net.reached == [ADDRESSES["other.test"]]


async def test_a_page_is_kept_from_files_and_from_the_proxy_itself():
    with Site() as other:
        async with internet(other_test=other) as (show, _):
            shown = await show(
                "http://paper.test/", asking("file:///etc/passwd", "chrome://version", "http://127.0.0.1:1/")
            )
            assert shown.body.count(b"refused;") == 3
            for target in ("file:///etc/passwd", "chrome://version", "javascript:document.body.append('x')"):
                shown = await show("http://paper.test/", f"<p>here<script>location = {target!r}</script>")
                assert b"root:" not in shown.body
                assert b"here" in shown.body


async def test_cookies_are_shown_to_the_own_site_by_host_and_path_and_to_no_other():
    at = int(time.time())
    jar = (
        Cookie("wide", "geheim-1", "paper.test"),
        Cookie("host", "geheim-2", "paper.test", subdomains=False),
        Cookie("path", "geheim-3", "paper.test", path="/api"),
        Cookie("past", "geheim-4", "paper.test", expires=at - 10),
        Cookie("sealed", "geheim-5", "paper.test", secure=True),
        Cookie("inner", "geheim-6", "paper.test", http_only=True),
    )
    identity = Identity("paper.test", headers=(("X-Key", "geheim-7"),), cookies=(("named", "geheim-8"),), jar=jar)
    answer = Response(
        "got", {"Access-Control-Allow-Origin": "http://paper.test", "Access-Control-Allow-Credentials": "true"}
    )
    page = """<p id=a><script>const get = url => fetch(url, {credentials: 'include'}).catch(() => 0);
        (async () => { for (const url of ['/api/x', '/other', 'http://www.paper.test/x', 'http://other.test/x',
        'http://paper.test/away']) await get(url); a.append(document.cookie) })()</script>"""
    with Site({"*": answer, "/away": redirect("http://other.test/after")}) as own, Site({"*": answer}) as other:
        async with internet(paper_test=own, www_paper_test=own, other_test=other) as (show, _):
            shown = await show("http://paper.test/", page, cookies=crumbs(identity, "http://paper.test/"))
            again = await show("http://paper.test/", "<p id=a><script>a.append('[' + document.cookie + ']')</script>")
    sent = {f"{r.headers['host']}{r.path}": set(r.headers.get("cookie", "").split("; ")) for r in own.requests}
    wide = {"wide=geheim-1", "inner=geheim-6", "named=geheim-8"}
    assert sent["paper.test/api/x"] == wide | {"host=geheim-2", "path=geheim-3"}
    assert sent["paper.test/other"] == wide | {"host=geheim-2"}
    assert sent["www.paper.test/x"] == wide
    assert {request.path for request in other.requests} == {"/x", "/after"}
    assert "geheim" not in str([request.headers for request in other.requests])
    assert not any("x-key" in request.headers for request in own.requests)
    # Scripts see what the publisher's own would, and the next page sees none of it.
    assert b"wide=geheim-1" in shown.body.partition(b"</script>")[2]
    assert b"geheim-6" not in shown.body
    assert b"[]" in again.body


def test_cookies_of_a_page_over_https_are_sent_over_https_alone_and_only_where_they_are_its_own():
    identity = Identity("paper.test", cookies=(("named", "1"),), jar=(Cookie("filed", "2", "www.paper.test"),))
    assert [(it.domain, it.secure) for it in crumbs(identity, "https://www.paper.test/x")] == [
        (".www.paper.test", True),
        (".paper.test", True),
    ]
    assert crumbs(identity, "https://other.test/") == ()
    assert crumbs(Identity("127.0.0.1:80", cookies=(("a", "1"),)), "http://127.0.0.1:81/") == ()


async def test_pages_that_take_too_many_bytes_are_cut_off_and_shown_as_they_stand():
    with Site({"*": Response("x" * 3_000_000, OPEN)}) as other:
        async with internet(other_test=other) as (show, _):
            began = asyncio.get_running_loop().time()
            shown = await show("http://paper.test/", asking("http://other.test/a", "http://other.test/b"))
            assert asyncio.get_running_loop().time() - began < 20
    assert shown.body.count(b"refused;") == 2
