"""Pages of sites that need scripts, shown in a real Chromium; each Site is a real server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from archive.models import Article, Failure, Moved, Page, Stage
from config.models import Limits
from crawler import processes
from crawler.browser import Browser
from crawler.browser_process import PREFIX
from crawler.extract import extract
from crawler.fetch import Fetcher
from tests.browser import absent
from tests.publisher import Story
from tests.site import Raw, Response, Site, redirect

pytestmark = pytest.mark.browser

MB = 1_000_000
ROOT = Path(__file__).parents[2]
STORY = Story(3)
SHELL = """<!doctype html><html lang="en"><head><title>The Town Paper</title>
<link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.png"></head><body>
<noscript>Please enable JavaScript to read this site.</noscript><div id="app"></div>
<img src="/picture.jpg"><iframe src="/frame"></iframe><video src="/film.mp4" autoplay></video>
<script src="/app.js"></script></body></html>"""
APP = """fetch('/api/story').then(answer => answer.text()).then(html => {
    const page = new DOMParser().parseFromString(html, 'text/html');
    document.title = page.title;
    document.head.append(...page.querySelectorAll('meta'));
    document.getElementById('app').append(page.querySelector('main'));
    navigator.sendBeacon('/beacon', 'read');
});"""


@contextlib.asynccontextmanager
async def browser(*, deadline: float = 20, **settings):
    """Gives ``get(url, …)``, which has ``browser`` and ``fetcher``; skips the test where there is no Chromium."""
    limits = Limits(deadline=deadline)
    async with (
        Browser(**settings) as opened,
        Fetcher(user_agent="Cuttings/0", limits=limits, allow_private=True) as fetcher,
    ):

        async def get(url: str, *, max_bytes: int = MB, **more) -> Page | Failure:
            terms = {"fetcher": fetcher, "user_agent": "Cuttings/0", "limits": limits, "allow_private": True}
            result = await opened.get(url, **(terms | {"max_bytes": max_bytes} | more))
            if isinstance(result, Failure) and result.reason == "no-browser" and "executable" not in settings:
                absent(result.detail)
            return result

        get.browser, get.fetcher = opened, fetcher
        yield get


async def test_an_article_that_scripts_make_is_read_whole():
    with Site({"/": SHELL, "/app.js": APP, "/api/story": STORY.html()}) as site:
        async with browser() as get:
            assert isinstance(extract((await get.fetcher.get(site.url(), max_bytes=MB)).body, site.url()), Failure)
            site.requests.clear()
            page = await get(site.url())
    article = extract(page.body, page.final_url, content_type=page.header("content-type"))
    assert isinstance(article, Article)
    assert article.title == STORY.title
    assert article.text == "\n\n".join(STORY.paragraphs)
    # What makes no text is not asked for: no picture, film, frame, style, icon or beacon.
    assert site.paths == ["/", "/app.js", "/api/story"]
    assert {request.headers["user-agent"] for request in site.requests} == {"Cuttings/0"}


async def test_status_headers_and_final_url_are_those_of_http_and_the_body_is_utf_8():
    html = "<title>t</title><p id=a>caf\xe9<script>a.append(' na\xefve \\u2014 \\ud800')</script>"
    answer = Response(
        html.encode("latin-1"),
        {"Content-Type": "text/html; charset=windows-1252", "X-Own": "1", "ETag": '"1"'},
        status=203,
    )
    with Site({"/": redirect("/end?a=1"), "/end": answer}) as site:
        async with browser() as get:
            page = await get(site.url())
        assert (page.url, page.final_url, page.status) == (site.url(), site.url("/end?a=1"), 203)
    assert page.header("x-own") == "1"
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert not page.header("etag")
    assert ">café<" in page.body.decode()
    assert "</script> naïve — ?</p>" in page.body.decode()


async def test_what_is_no_page_with_scripts_is_given_as_it_was_fetched():
    feed = b'<?xml version="1.0"?>\n<!-- a --><rss version="2.0"><channel></channel></rss>'
    with Site(
        {"/feed": feed, "/json": Response("{}", {"Content-Type": "application/json"}), "/gone": Response(status=410)}
    ) as site:
        async with browser() as get:
            assert (await get(site.url("/feed"))).body == feed
            assert (await get(site.url("/json"))).body == b"{}"
            assert (await get(site.url("/gone"))).reason == "gone"
            assert get.browser.pid is None


async def test_where_scripts_lead_is_a_redirect_like_others():
    async def allowed(url: str) -> Failure | None:
        asked.append(url)
        return None if url.startswith(site.url()) else Moved(site.url(), Stage.FETCH, "moved", "", target=url)

    asked: list[str] = []
    with Site() as other, Site() as site:
        site.routes |= {
            "/": "<script>location.href = '/second'</script>",
            "/second": '<meta http-equiv="refresh" content="0; url=/third?x=1#top">',
            "/third": "<p>third",
            "/away": f"<script>location.replace('{other.url('/there')}')</script>",
            "/again": "<p>as it is<script>document.cookie = 'seen=1'; location.reload()</script>",
            "/blank": "<script>location = 'about:blank'</script>",
            "/round": "<script>location = '/round?' + Math.random()</script>",
        }
        async with browser() as get:
            page = await get(site.url(), allowed=allowed)
            assert (page.url, page.final_url) == (site.url(), site.url("/third?x=1"))
            assert b"third" in page.body
            moved = await get(site.url("/away"), allowed=allowed)
            again, blank, round_ = await asyncio.gather(
                *(get(site.url(path)) for path in ("/again", "/blank", "/round"))
            )
    assert isinstance(moved, Moved)
    assert moved.target == other.url("/there")
    assert asked == [site.url("/second"), site.url("/third?x=1"), other.url("/there")]
    assert not other.requests
    assert b"as it is" in again.body
    assert (blank.reason, round_.reason) == ("bad-redirect", "too-many-redirects")


def scripted(script: str) -> str:
    return f"<p>hostile<script>{script}</script>"


GREEDY = {
    "/loop": scripted("while (true);"),
    "/later": scripted("addEventListener('load', () => { while (true); })"),
    "/alerts": scripted("while (true) alert('x')"),
    "/memory": scripted("const a = []; for (;;) a.push(new Uint8Array(5e7).fill(1))"),
    "/heap": scripted("const a = []; for (;;) a.push({a: [1, 2, 3, Math.random()]})"),
}


async def test_a_page_that_takes_all_it_can_get_is_ended_and_the_next_one_is_right():
    with Site({**GREEDY, "/good": "<p>good"}) as site:
        async with browser(deadline=5) as get:
            results = await asyncio.gather(*(get(site.url(path)) for path in GREEDY))
            assert {result.reason for result in results} <= {"timeout", "browser"}
            assert b"good" in (await get(site.url("/good"))).body


RESTLESS = {
    "/big": scripted("document.body.append(document.createComment('x'.repeat(3e6)))"),
    "/writes": scripted("setInterval(() => document.body.append('x'), 10)"),
    "/windows": scripted("setInterval(() => open('/popup'), 10)"),
    "/fetches": scripted("setInterval(() => fetch('/api?' + Math.random()), 5)"),
    "/poll": scripted("fetch('/never')"),
    "/stream": scripted("fetch('/endless').then(answer => answer.text())"),
    "/stays": scripted("onbeforeunload = event => { event.preventDefault(); return 'x' }"),
    "/saves": "<p>hostile<a id=a href=data:,x download></a><script>setInterval(() => a.click(), 50)</script>",
    "/hides": "<p>hostile<form name=documentElement></form><img name=readyState><img name=doctype>",
}


async def test_a_page_that_never_rests_is_taken_as_it_stands():
    def endless(request, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not site.closing.is_set():
            connection.sendall(b"x" * 10_000)
            site.closing.wait(0.02)

    never = Raw(lambda *_: site.closing.wait(60))
    with Site({**RESTLESS, "/never": never, "/endless": Raw(endless), "*": "else"}) as site:
        async with browser(deadline=30) as get:
            big, *others = await asyncio.gather(*(get(site.url(path)) for path in RESTLESS))
    assert big.reason == "too-large"
    assert all(b"hostile" in page.body for page in others)
    assert site.paths.count("/popup") == 0
    assert sum(path.startswith("/api?") for path in site.paths) <= 300


async def test_nothing_leaves_past_the_gate_even_where_private_addresses_are_allowed():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, Site() as site, Site({"*": "seen"}) as other:
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        site.routes["/"] = f"""<link rel=dns-prefetch href=//prefetch.invalid><link rel=preconnect href=//pre.invalid>
            <link rel=prefetch href=/prefetched><p>hello<script>
            const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp.getsockname()[1]}'}}]}});
            peer.createDataChannel('x');
            peer.onicecandidate = event => event.candidate && document.body.append(' ' + event.candidate.candidate);
            peer.createOffer().then(offer => peer.setLocalDescription(offer));
            setTimeout(() => document.body.append(' waited'), 400);
            setTimeout(() => document.body.append(' waited'), 800);
            try {{ new WebTransport('https://127.0.0.1:{udp.getsockname()[1]}/').ready.catch(() => 0) }} catch {{ }}
            fetch('{other.url("/cors")}', {{mode: 'no-cors'}});
            </script>"""
        async with browser() as get:
            page = await get(site.url())
        with pytest.raises(BlockingIOError):
            udp.recv(1)
    assert b"hello" in page.body
    assert b"typ host" not in page.body
    assert other.paths == ["/cors"]
    assert site.paths == ["/"]


# --- processes ---


def alive(pids: list[int]) -> list[int]:
    """Those of some processes that still run; a dead one that nobody took note of does not."""
    running = {pid for pid, _, state in processes._all() if state not in "ZX"}
    return [pid for pid in pids if pid in running]


def gone(pids: list[int], *, within: float) -> bool:
    until = time.monotonic() + within
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pids)


@pytest.fixture
def folders(monkeypatch):
    """Gives those of renderer processes, of this test alone: others may run at the same time."""
    with tempfile.TemporaryDirectory() as own:
        monkeypatch.setenv("TMPDIR", own)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield lambda: set(Path(own).glob(f"{PREFIX}*"))


async def settled(root: int, earlier: list[int]) -> int:
    """How many processes descend from one, once those of the pages that have just ended are gone."""
    for _ in range(50):
        if len(processes.below(root)) <= (earlier[0] if earlier else 10):
            break
        await asyncio.sleep(0.1)
    return len(processes.below(root))


async def test_after_many_pages_there_are_no_more_processes_than_at_first_and_in_the_end_none(folders):
    rounds = 25 if os.environ.get("CUTTINGS_FULL") else 6  # of four pages
    with Site({"*": "<p id=a><script>a.append('tiny ' + 'page')</script>"}) as site:
        async with browser(life=8 if rounds == 6 else 40) as get:
            counts, roots, pids = [], set(), set()
            for number in range(rounds):
                pages = await asyncio.gather(*(get(site.url(f"/{number}/{page}")) for page in range(4)))
                assert all(b"tiny page" in page.body for page in pages)
                pids.update(processes.below(get.browser.pid))
                roots.add(get.browser.pid)
                counts.append(await settled(get.browser.pid, counts))
            assert folders()
    assert len(roots) == 3
    assert max(counts) <= counts[0] + 1, counts
    assert gone([*roots, *pids], within=0)
    assert folders() == set()


async def test_chromium_ends_when_nobody_needs_it_and_begins_anew_when_somebody_does():
    with Site({"*": "<p>here"}) as site:
        async with browser(idle=0.2) as get:
            await get(site.url())
            pids = [get.browser.pid, *processes.below(get.browser.pid)]
            await asyncio.sleep(1.5)
            assert get.browser.pid is None
            assert not alive(pids)
            assert b"here" in (await get(site.url())).body


DRIVER = """
import asyncio, sys
from config.models import Limits
from crawler.browser import Browser
from crawler.fetch import Fetcher

async def main(url):
    limits = Limits(deadline=30)
    async with Browser() as browser, Fetcher(user_agent="C/0", limits=limits, allow_private=True) as fetcher:
        terms = dict(fetcher=fetcher, user_agent="C/0", limits=limits, allow_private=True, max_bytes=1_000_000)
        first = await browser.get(url, **terms)
        print(browser.pid if not hasattr(first, "reason") else first.detail, flush=True)
        await browser.get(url + "loop", **terms)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("victim", ["the crawl", "the renderer process", "playwright's driver"])
def test_after_kill_9_nothing_of_chromium_is_left(victim, folders):
    with Site({"/": "<p>here", "/loop": "<script>while (true);</script>"}) as site:
        command = [sys.executable, "-W", "ignore", "-c", DRIVER, site.url()]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as crawl:
            try:
                said = crawl.stdout.readline().strip()
                if not said.isdigit():
                    absent(said)
                renderer = int(said)
                tree = processes.below(renderer)
                assert len(folders()) == 1
                until = time.monotonic() + 10
                while "/loop" not in site.paths and time.monotonic() < until:
                    time.sleep(0.05)
                assert len(tree) >= 4
                pid = {"the crawl": crawl.pid, "the renderer process": renderer}.get(victim, tree[0])
                os.kill(pid, signal.SIGKILL)
                assert gone([renderer, *tree], within=5), [Path(f"/proc/{p}/cmdline").read_bytes() for p in alive(tree)]
            finally:
                crawl.kill()
    from crawler.browser_process import sweep

    sweep()  # as at the next start: only a killed renderer process leaves its files
    assert folders() == set()


async def test_where_the_renderer_process_was_killed_a_new_one_shows_the_next_page():
    with Site({"/": "<p>here", "/loop": "<script>while (true);</script>"}) as site:
        async with browser() as get:
            await get(site.url())
            first = get.browser.pid
            hanging = asyncio.create_task(get(site.url("/loop")))
            await asyncio.sleep(1)
            os.kill(first, signal.SIGKILL)
            assert (await hanging).reason == "browser"
            assert b"here" in (await get(site.url())).body
            assert get.browser.pid != first


def environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it has just ended
        return b""


async def test_no_secret_of_the_environment_is_passed_on_to_chromium(monkeypatch):
    monkeypatch.setenv("EXAMPLE_TOKEN", "geheim")
    with Site({"/": "<p>here"}) as site:
        async with browser() as get:
            await get(site.url())
            pids = [get.browser.pid, *processes.below(get.browser.pid)]
            environments = await asyncio.to_thread(lambda: [environment(pid) for pid in pids])
    assert any(environments)
    assert not any(b"geheim" in environment for environment in environments)


# --- what may be missing ---


async def test_without_chromium_it_is_said_what_to_install(tmp_path):
    with Site({"/": "<p>here"}) as site:
        for executable, what in ((str(tmp_path / "none"), "which is not at"), ("/bin/false", "does not start")):
            async with browser(executable=executable) as get:
                failure = await get(site.url())
                assert failure.reason == "no-browser"
                assert what in failure.detail
    assert "/bin/false" in failure.detail


async def test_without_playwright_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright", None)
    with Site({"/": "<p>here"}) as site:
        async with browser(executable="/bin/true") as get:
            failure = await get(site.url())
    assert failure.reason == "no-browser"
    assert "pip install 'cuttings[browser]'" in failure.detail
