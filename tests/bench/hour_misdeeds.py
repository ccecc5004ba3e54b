"""Misdeeds: what the misbehaving sites of tests.bench.hour do, each a function that makes a Site an ill one."""

from __future__ import annotations

import itertools
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.bench.hour_papers import Fresh, Tempo, Told, atom
from tests.beside import rss
from tests.crawler.test_pool import NESTED, RULES
from tests.crawler.test_unhurt_answers import CHALLENGES, FORM, page
from tests.crawler.test_unhurt_listings import BOMBS
from tests.crawler.test_unhurt_network import MB, OK, bomb
from tests.site import Raw, Request, Response, Site, redirect, reset

XML = {"Content-Type": "application/xml"}
A, B, C = (f"/news/{n}-bad-story-of-the-day" for n in (1, 2, 3))
FOREVER = 1e12
UNSAID = frozenset({"timeout"})


@dataclass
class Ill:
    """A site with its misdeed."""

    source: dict = field(default_factory=dict)
    """Its settings, beside a feed."""
    keeps: tuple[Fresh, ...] | None = ()
    """The stories that are to be in the archive in the end, and no others; None: whatever it is."""
    reasons: frozenset[str] = frozenset()
    """One of these is to be in the log of fetches."""
    stories: tuple[Fresh, ...] = ()
    """What is read of it before it turns bad."""
    falls: Callable[[], None] | None = None
    """What it does then."""
    waits: dict[str, float] = field(default_factory=dict)
    """Path → seconds for which its answers tell us to wait."""
    says: str = ""
    """What ``status`` is to say."""
    barred: float = 0.0
    """Until when, time.monotonic(), nothing but its robots.txt may be asked for."""
    holds: tuple[object, ...] = ()
    """What has to stay as long as it."""


def hold(request: Request, connection: socket.socket) -> None:
    """Say nothing for as long as the other side waits."""
    watch(connection, lambda: None)


def watch(connection: socket.socket, each: Callable[[], object], pause: float = 1.0) -> None:
    """Do something again and again until the other side is gone."""
    while not select.select([connection], [], [], pause)[0]:
        each()


def drip(request: Request, connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    watch(connection, lambda: connection.sendall(b"<"))


def never_answers(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/robots.txt": Response(status=404), "/feed.xml": Raw(hold)}
    return Ill(reasons=UNSAID, says="Not complete after")


def never_answers_for_robots(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/robots.txt": Raw(hold), "/feed.xml": rss(site, [A])}
    return Ill(reasons=frozenset({"robots-unreachable"}), says="cannot be reached", barred=FOREVER)


def drips(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(drip), "/map.xml": Raw(drip)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=UNSAID, says="Not complete after")


def resets(site: Site, tempo: Tempo) -> Ill:
    def break_off(request: Request, connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + Fresh(900_001).html().encode())
        reset(connection)

    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(break_off), "/map.xml": Raw(break_off)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"unreachable"}))


def miscounts(site: Site, tempo: Tempo) -> Ill:
    """One Content-Length is more than comes, one is less."""
    story = Fresh(900_002, at=now())
    body, tail = story.html().encode(), b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

    def answer(length: int, sent: bytes) -> Raw:
        return Raw(lambda request, to: to.sendall(OK + b"Content-Length: %d\r\n\r\n" % length + sent))

    site.routes |= {"/feed.xml": rss(site, [A, B]), A: answer(len(body) + 9, body), B: answer(len(body), body + tail)}
    return Ill(keeps=(story,), reasons=frozenset({"unreachable"}))


def floods(site: Site, tempo: Tempo) -> Ill:
    def endless(request: Request, connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b"<p>and more and more</p>\n" * 2_000)

    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(endless), "/map.xml": Raw(endless)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"too-large"}), says="more than the")


def bombs(site: Site, tempo: Tempo) -> Ill:
    packs = {kind: bomb(kind) for kind in ("gzip", "br", "zstd")}
    for kind, packed in packs.items():
        site.routes[f"/news/1-bad-{kind}-story"] = Response(packed, {"Content-Encoding": kind})
        site.routes[f"/{kind}.xml"] = Response(packed, {"Content-Encoding": kind, **XML})
    site.routes["/file.xml.gz"] = Response(packs["gzip"], {"Content-Type": "application/gzip"})
    lists = [site.url(path) for path in site.routes if ".xml" in path]
    site.routes["/feed.xml"] = rss(site, [path for path in site.routes if "news" in path])
    return Ill({"sitemaps": lists}, reasons=frozenset({"too-large"}), says="more than the")


def circles(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A, C]), A: redirect(B), B: redirect(A), C: redirect(C)}
    return Ill(reasons=frozenset({"too-many-redirects"}))


def leads_to_no_web_address(site: Site, tempo: Tempo) -> Ill:
    targets = ("file:///etc/passwd", "javascript:alert(1)", "data:text/html,<p>x", "ftp://a/b", "//", "", "http://[")
    paths = [f"/news/{n}-bad-story-of-the-day" for n in range(len(targets))]
    site.routes |= {path: redirect(to) for path, to in zip(paths, targets, strict=True)}
    site.routes |= {"/feed.xml": rss(site, paths), "/map.xml": redirect("file:///etc/passwd")}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"bad-redirect"}), says="no http or https URL")


def a_megabyte_of_headers(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A]), A: Response(Fresh(900_003).html(), [("X-Big", "x" * MB)])}
    site.routes["/map.xml"] = Response("<urlset/>", [("X-Big", "x" * MB)])
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"unreachable"}))


def cookies(site: Site, tempo: Tempo) -> Ill:
    story = Fresh(900_004, at=now())
    many = [("Set-Cookie", f"cookie{n}={'x' * 20}") for n in range(10_000)]
    site.routes |= {"/feed.xml": rss(site, [A, B]), A: Response(Fresh(900_005).html(), many)}
    site.routes[B] = Response(story.html(), many[:2_000])
    return Ill(keeps=(story,), reasons=frozenset({"unreachable"}))


def fallen(site: Site, number: int, answers: list) -> Ill:
    """Good stories first; then these answers in their place, and a feed that says that they changed."""
    stories = tuple(Fresh(number + n, at=now()) for n in range(len(answers)))
    told = [Told(story, 0) for story in stories]

    def publish() -> None:
        body, kind = atom(site, told)
        site.routes["/feed.xml"] = Response(body, {"Content-Type": kind})

    def fall() -> None:
        for one, answer in zip(told, answers, strict=True):
            one.updated = now()
            site.routes[one.story.path] = answer
        publish()

    site.routes |= {story.path: story.html() for story in stories}
    publish()
    return Ill(keeps=stories, stories=stories, falls=fall)


def challenges(site: Site, tempo: Tempo) -> Ill:
    ill = fallen(site, 910_000, list(CHALLENGES.values()))
    ill.reasons = frozenset({"blocked"})
    return ill


def consent(site: Site, tempo: Tempo) -> Ill:
    site.routes["/consent"] = FORM
    ill = fallen(site, 920_000, [redirect("/consent?back=/news"), Response(FORM), Response(FORM)])
    ill.reasons = frozenset({"blocked"})
    return ill


def soft_404s(site: Site, tempo: Tempo) -> Ill:
    front = page("The Paper", "".join(f"<p>{text}</p>" for n in range(3) for text in Fresh(n).paragraphs))
    site.routes |= {"/": front, "/news/": front, "/404.html": front}
    said = page("Page not found | The Paper", f"<h1>Sorry</h1><p>{'Try our front page instead. ' * 9}</p>")
    ill = fallen(site, 930_000, [Response(said), redirect("/"), redirect("/news/"), redirect("/404.html")])
    ill.reasons = frozenset({"soft-404"})
    return ill


def empties(site: Site, tempo: Tempo) -> Ill:
    nothing = [Response(""), Response("\n\n"), Response("<html><body>\n</body></html>")]
    ill = fallen(site, 940_000, nothing)
    ill.reasons = frozenset({"empty"})
    return ill


def notices(site: Site, tempo: Tempo) -> Ill:
    """The same article in place of all."""
    ill = fallen(site, 950_000, [Response(Fresh(950_900).html())] * 3)
    ill.keeps = None  # which of the first two it is written over is not ours to say
    return ill


def long_feed(site: Site, count: int, story: Fresh, filling: str = "") -> bytes:
    where = site.url("/news/")
    entry = f"<item><link>{where}%d-story</link><pubDate>%s</pubDate><description>{filling}</description></item>"
    dates = (f"{n % 28 + 1:02} Jan {1980 + n % 40} 10:00:00 GMT" for n in range(count))
    at = f"{story.published:%d %b %Y %H:%M:%S} GMT"
    newest = f"<item><link>{site.url(story.path)}</link><pubDate>{at}</pubDate></item>"
    entries = "".join(entry % pair for pair in enumerate(dates))
    return f"<rss version='2.0'><channel>{newest}{entries}</channel></rss>".encode()


def fifty_megabytes(site: Site, tempo: Tempo) -> Ill:
    """A feed just under the limit is read, one over it is not."""
    story = Fresh(960_001, at=now())
    body = long_feed(site, 18 * tempo.megabytes, story, "x" * 54_000)
    assert 0.9 * tempo.megabytes * MB < len(body) < tempo.megabytes * MB
    site.routes |= {"/feed.xml": Response(body, XML), "/big.xml": Response(body + b" " * 2 * MB, XML)}
    site.routes[story.path] = story.html()
    source = {"sitemaps": [site.url("/big.xml")], "include": [story.path]}
    return Ill(
        source, keeps=(story,), reasons=frozenset({"too-large"}), says=f"more than the {tempo.megabytes},000,000 bytes"
    )


def a_hundred_thousand_entries(site: Site, tempo: Tempo) -> Ill:
    story = Fresh(960_002, at=now())
    feed = long_feed(site, tempo.entries, story)
    site.routes |= {"/feed.xml": Response(feed, XML), story.path: story.html()}
    return Ill(keeps=(story,), says=f"lists {tempo.entries + 1:,} links; the newest")


def entities(site: Site, tempo: Tempo) -> Ill:
    story = Fresh(960_003, at=now())
    site.routes[story.path] = story.html()
    for number, one in enumerate(BOMBS.values()):
        prolog, _, inner = one.replace("HTTP", site.url("/secret")).partition("|")
        entry = f"<channel><item><title>{inner}</title><link>{site.url(story.path)}</link></item></channel>"
        xml = f'<?xml version="1.0"?>{prolog}<rss>{entry}</rss>'
        site.routes[f"/{number}.xml"] = Response(xml, XML)
    return Ill({"feeds": [site.url(f"/{number}.xml") for number in range(len(BOMBS))]}, keeps=(story,))


def an_index_of_itself(site: Site, tempo: Tempo) -> Ill:
    loc = f"<sitemap><loc>{site.url('/index.xml')}</loc></sitemap>"
    site.routes["/index.xml"] = Response(f"<sitemapindex>{loc * 3}</sitemapindex>", XML)
    return Ill({"feeds": [], "sitemaps": [site.url("/index.xml")]})


def ten_million_urls(site: Site, tempo: Tempo) -> Ill:
    """In 200 sitemaps of an index, more than can be looked at before the first is due again; no page is there."""

    def child(request: Request) -> Response:
        where = site.url(f"/{request.path.strip('/')[:-4]}/")
        return Response(f"<urlset>{''.join(f'<url><loc>{where}{n}</loc></url>' for n in range(count))}</urlset>", XML)

    count = tempo.entries // 2
    maps = [f"/map-{number}.xml" for number in range(200)]
    site.routes |= dict.fromkeys(maps, child)
    index = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in maps)
    site.routes["/index.xml"] = Response(f"<sitemapindex>{index}</sitemapindex>", XML)
    return Ill(
        {"feeds": [], "sitemaps": [site.url("/index.xml")]}, reasons=frozenset({"not-found"}), says="links_per_day"
    )


def robots_of_5_megabytes(site: Site, tempo: Tempo) -> Ill:
    story = Fresh(860_004, at=now())
    rules = "User-agent: *\nDisallow: /news/9\n" + "".join(f"Disallow: /secret-{n}\n" for n in range(5 * MB // 20))
    site.routes["/robots.txt"] = Response(rules + "\nUser-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"})
    site.routes |= {"/feed.xml": rss(site, [story.path, "/news/9-hidden-story"]), story.path: story.html()}
    return Ill(keeps=(story,), reasons=frozenset({"robots"}))


def robots_errors(site: Site, tempo: Tempo) -> Ill:
    """Robots.txt is an error for ten minutes, and then it is fine; asked for again after 20, the story is had then."""
    story, well = Fresh(960_005, at=now()), time.monotonic() + tempo.robots_errors
    site.routes["/robots.txt"] = lambda request: Response("oh", status=503 if time.monotonic() < well else 404)
    site.routes |= {"/feed.xml": rss(site, [story.path]), story.path: story.html()}
    keeps = (story,) if tempo.total > 3000 else ()
    return Ill(keeps=keeps, reasons=frozenset({"robots-unreachable"}), says="answers 503", barred=well)


def crawl_delay(site: Site, tempo: Tempo) -> Ill:
    rules = Response("User-agent: *\nCrawl-delay: 600\n", {"Content-Type": "text/plain"})
    site.routes |= {"/robots.txt": rules, "/feed.xml": rss(site, [A]), A: Fresh(960_006).html()}
    return Ill(reasons=frozenset({"parked"}), says="600 seconds between requests", barred=FOREVER)


def too_many_requests(site: Site, tempo: Tempo) -> Ill:
    """Both forms of Retry-After; the story comes when the wait is over."""
    wait = 4 * tempo.look
    story, seen = Fresh(960_007, at=now()), itertools.count()

    def busy(status: int) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            when = f"{datetime.fromtimestamp(time.time() + wait + 1, UTC):%a, %d %b %Y %H:%M:%S} GMT"
            return Response("busy", {"Retry-After": str(int(wait)) if next(seen) % 2 else when}, status)

        return answer

    site.routes |= {"/feed.xml": rss(site, [story.path, A]), story.path: story.html(), A: busy(503)}
    site.routes["/other.xml"] = busy(429)
    source = {"feeds": [site.url("/feed.xml"), site.url("/other.xml")]}
    waits = dict.fromkeys((A, "/other.xml"), wait)
    return Ill(source, keeps=(story,), reasons=frozenset({"rate-limited", "server-error"}), waits=waits)


def year_9999(site: Site, tempo: Tempo) -> Ill:
    story, late = Fresh(960_008, at=now()), "Fri, 31 Dec 9999 23:59:59 -1200"
    html = story.html().replace("<h1>", '<meta itemprop="datePublished" content="9999-12-31T23:59:59-12:00"><h1>')
    headers = {"Last-Modified": late, "Expires": late, "Date": late, "Content-Type": "text/html"}
    item = f"<item><link>{site.url(story.path)}</link><pubDate>{late}</pubDate></item>"
    site.routes |= {
        story.path: Response(html, headers),
        "/feed.xml": Response(f"<rss><channel>{item}</channel></rss>", XML | {"Expires": late}),
        "/map.xml": f"<urlset><url><loc>{site.url(story.path)}</loc><lastmod>{'9' * 4}-12-31</lastmod></url></urlset>",
    }
    return Ill({"sitemaps": [site.url("/map.xml")]}, keeps=(story,))


def long_urls(site: Site, tempo: Tempo) -> Ill:
    story, long = Fresh(960_009, at=now()), "/news/" + "a-long-way-" * 10_000
    site.routes |= {B: redirect(long), "/feed.xml": rss(site, [long, B, story.path]), story.path: story.html()}
    site.routes["/map.xml"] = f"<urlset><url><loc>{site.url(long)}</loc></url></urlset>"
    return Ill({"sitemaps": [site.url("/map.xml")]}, keeps=(story,), reasons=frozenset({"bad-redirect"}))


def trap(site: Site, tempo: Tempo) -> Ill:
    numbers = itertools.count()

    def calendar(request: Request) -> str:
        fresh = [next(numbers) for _ in range(40)]
        links = "".join(
            f'<h2><a href="/news/{n:06}-the-day-after-the-last">What happens on day number {n}, and who comes</a></h2>'
            for n in fresh
        )
        return f"<html><head><title>Days</title></head><body><main>{links}</main></body></html>"

    site.routes |= {"*": calendar, "/robots.txt": Response("", status=404)}
    return Ill({"feeds": [], "sections": [site.url("/days")]}, keeps=None, says="links_per_day")


def slow_to_read(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A, B]), A: NESTED, B: NESTED}
    return Ill({"rules": [{"body": RULES[0].body}]}, reasons=frozenset({"too-hard"}))


def half_open_tls(site: Site, tempo: Tempo) -> Ill:
    """It takes connections and never shakes hands; the port is not the site's, which answers plain HTTP."""
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{silent.getsockname()[1]}/feed.xml"
    source, reasons = {"home": url, "feeds": [url]}, frozenset({"robots-unreachable"})
    return Ill(source, reasons=reasons, says="cannot be reached", holds=(silent,))


def no_tls(site: Site, tempo: Tempo) -> Ill:
    url = site.url("/feed.xml").replace("http:", "https:")
    return Ill({"home": url, "feeds": [url]}, reasons=frozenset({"robots-unreachable"}), says="cannot be reached")


def to_and_fro(site: Site, tempo: Tempo) -> Ill:
    """With a second port of its own, each hop a new URL."""
    other = Site({"/robots.txt": Response(status=404)})
    other.__enter__()

    def on(to: Site) -> Callable[[Request], Response]:
        return lambda request: redirect(to.url(f"/hop?{int(request.query or 0) + 1}"))

    site.routes |= {"/feed.xml": rss(site, ["/hop?1"]), "/hop": on(other)}
    other.routes["/hop"] = on(site)
    return Ill(reasons=frozenset({"too-many-redirects"}), holds=(other,))


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


MISDEEDS: tuple[Callable[[Site, Tempo], Ill], ...] = (
    never_answers,
    never_answers_for_robots,
    drips,
    resets,
    miscounts,
    floods,
    bombs,
    circles,
    leads_to_no_web_address,
    a_megabyte_of_headers,
    cookies,
    challenges,
    consent,
    soft_404s,
    empties,
    notices,
    fifty_megabytes,
    a_hundred_thousand_entries,
    entities,
    an_index_of_itself,
    ten_million_urls,
    robots_of_5_megabytes,
    robots_errors,
    crawl_delay,
    too_many_requests,
    year_9999,
    long_urls,
    trap,
    slow_to_read,
    half_open_tls,
    no_tls,
    to_and_fro,
)
