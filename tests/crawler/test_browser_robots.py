"""What robots.txt says of the pages that are shown in Chromium holds for what they load from their own host."""

from __future__ import annotations

import pytest

from archive.models import Failure, Stage
from tests.crawler.test_browser import browser
from tests.site import Response, Site, redirect

pytestmark = pytest.mark.browser


async def test_what_robots_keep_from_us_no_page_loads_from_its_own_host():
    async def allowed(url: str) -> Failure | None:
        return Failure(url, Stage.ROBOTS, "robots") if "/private/" in url else None

    html = """<p id=a></p><script>for (const path of ['/private/x', '/open/x']) fetch(path).then(
        answer => answer.text().then(text => a.append(text)), () => a.append('refused '))</script>"""
    with Site({"/": html, "*": "loaded"}) as site:
        async with browser() as get:
            page = await get(site.url(), allowed=allowed)
    assert site.paths == ["/", "/open/x"]
    assert b"refused" in page.body


async def test_what_robots_keep_from_us_no_redirect_and_no_worker_loads_either():
    async def allowed(url: str) -> Failure | None:
        return Failure(url, Stage.ROBOTS, "robots") if "/private/" in url else None

    html = """<p id=a></p><script>
        const load = path => fetch(path).then(answer => answer.text())
            .then(text => a.append(text), () => a.append('refused '));
        load('/to-private'); load('/away'); load('/to-open');
        new Worker('/worker.js').onmessage = message => a.append(message.data);
        document.head.append(Object.assign(document.createElement('script'), {src: '/to-script'}));
    </script>"""
    worker = "fetch('/private/worker').then(() => postMessage('worker loaded'), () => postMessage('worker refused'))"
    with Site() as other, Site({"*": "private"}) as site:
        other.routes["/back"] = redirect(site.url("/private/back"))
        site.routes |= {
            "/": html,
            "/to-private": redirect("/private/x"),
            "/away": redirect(other.url("/back")),
            "/to-open": redirect("/open/x"),
            "/open/x": "opened",
            "/worker.js": Response(worker, {"Content-Type": "text/javascript"}),
            "/to-script": redirect("/private/script.js", 301),
        }
        async with browser() as get:
            page = await get(site.url(), allowed=allowed)
        assert [path for path in site.paths if path.startswith("/private/")] == []
    assert b"opened" in page.body
    assert page.body.count(b"refused ") >= 2
    assert b"worker refused" in page.body


async def test_an_address_of_a_megabyte_is_neither_judged_nor_asked_for():
    async def allowed(url: str) -> Failure | None:
        asked.append(len(url))

    asked: list[int] = []
    html = "<p id=a></p><script>fetch('/?' + 'x'.repeat(1e6)).catch(() => a.append('refused')); fetch('/?x')</script>"
    with Site({"*": html}) as site:
        async with browser() as get:
            page = await get(site.url(), allowed=allowed)
    assert b"refused" in page.body
    assert asked == [len(site.url("/?x"))]
