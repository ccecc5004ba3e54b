"""Listings and rules without measure: misdeeds of tests.bench.hour in feeds, sitemaps, section pages, robots.txt."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.bench.hour_ill import FOREVER, XML, A, B, Ill, now
from tests.bench.hour_papers import Fresh, Tempo
from tests.beside import rss
from tests.crawler.test_unhurt_listings import BOMBS
from tests.crawler.test_unhurt_network import MB
from tests.site import Request, Response, Site, redirect


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
    keeps, says = ((story,), "") if tempo.total > 3000 else ((), "answers 503")
    return Ill(keeps=keeps, reasons=frozenset({"robots-unreachable"}), says=says, barred=well)


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
