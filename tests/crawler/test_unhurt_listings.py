"""Feeds, sitemaps and robots.txt without measure are read as far as the limits allow, and the rest is said."""

from __future__ import annotations

import itertools
import os
import threading

import pytest

from tests.beside import STORIES, beside
from tests.publisher import Story, publish
from tests.site import Raw, Response, Site, redirect

MB = 1_000_000
STORY = Story(7)
XML = {"Content-Type": "application/xml"}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"


@pytest.fixture
def ill():
    with Site({STORY.path: STORY.html()}) as site:
        yield site


def queued(found) -> int:
    return found.rows("SELECT count(*) FROM links WHERE source = 'ill'")[0][0]


def said(found) -> str:
    return " ".join(found.summary.problems)


def long_feed(ill, count: int, filling: str = "") -> bytes:
    where = ill.url("/news/")
    entry = f"<item><link>{where}%d-story</link><pubDate>%s</pubDate><description>{filling}</description></item>"
    dates = (f"{n % 28 + 1:02} Jan {1980 + n % 40} 10:00:00 GMT" for n in range(count))
    head = f"<rss version='2.0'><channel><item><link>{ill.url(STORY.path)}</link>"
    head += "<pubDate>01 Nov 2026 10:00:00 GMT</pubDate></item>"  # later than all the others
    return (head + "".join(entry % pair for pair in enumerate(dates)) + "</channel></rss>").encode()


def test_a_feed_of_50_megabytes(ill, db):
    """One over the limit is refused with what it says, one under it is read."""
    body = long_feed(ill, 900, "x" * 54_000)
    assert 48 * MB < len(body) < 50 * MB
    ill.routes |= {"/feed.xml": Response(body, XML), "/big.xml": Response(body + b" " * 2 * MB, XML)}
    source = {"feeds": (ill.url("/feed.xml"), ill.url("/big.xml")), "include": (STORY.path,)}
    found = beside(db, ill, source=source)
    found.good_is_whole()
    assert found.reasons == ["too-large"]
    assert "more than the 50,000,000 bytes allowed" in said(found)
    assert found.stored() == ["\n\n".join(STORY.paragraphs)]


def test_a_feed_with_100_000_entries(ill, db):
    """The newest are taken, though they stand anywhere, and what was left out is said."""
    ill.routes |= {"/feed.xml": Response(long_feed(ill, 100_000), XML), "*": Response("", status=404)}
    found = beside(db, ill, links_per_listing=20)
    found.good_is_whole()
    assert queued(found) == 20
    assert found.stored() == ["\n\n".join(STORY.paragraphs)]
    assert "lists 100,001 links; the newest 20 are taken" in said(found)


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "a billion laughs": f"<!DOCTYPE rss [{LAUGHS}]>|&a11;",
    "a quadratic one": f'<!DOCTYPE rss [<!ENTITY a "{"ha" * 50_000}">]>|{"&a;" * 50_000}',
    "a file": '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>|&a;',
    "an address": '<!DOCTYPE rss [<!ENTITY a SYSTEM "HTTP/secret">]>|&a;',
    "a parameter": '<!DOCTYPE rss [<!ENTITY % a SYSTEM "HTTP/secret"> %a; %b;]>|&c;',
    "a DTD": '<!DOCTYPE rss SYSTEM "HTTP/secret">|&a;',
    "an inclusion": '|<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="HTTP/secret" parse="text"/>',
    "a depth": "|" + "<a>" * 100_000,
    "attributes": "|<a " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
}


@pytest.mark.parametrize("kind", ["rss", "urlset"])
def test_entity_bombs_in_xml(ill, db, kind):
    """Nothing is expanded or fetched. What the documents say besides may be read."""
    with Site({"*": "secret"}) as inside:
        for number, bomb in enumerate(BOMBS.values()):
            prolog, _, inner = bomb.replace("HTTP", inside.url("")).partition("|")
            url = ill.url(STORY.path)
            entry = f"<channel><item><title>{inner}</title><link>{url}</link></item></channel>"
            if kind == "urlset":
                entry = f"<url><loc>{url}</loc><lastmod>{inner}</lastmod></url>"
            ill.routes[f"/{number}.xml"] = Response(f'<?xml version="1.0"?>{prolog}<{kind}>{entry}</{kind}>', XML)
        lists = tuple(ill.url(f"/{number}.xml") for number in range(len(BOMBS)))
        found = beside(db, ill, source={"feeds": lists})
    found.good_is_whole()
    assert inside.requests == []
    assert found.stored() == ["\n\n".join(STORY.paragraphs)]
    assert found.grown < 150 * MB
    assert all(len(title) < 1_000 for (title,) in found.rows("SELECT title FROM links"))


def test_a_sitemap_index_that_contains_itself(ill, db):
    def index(*paths: str) -> Response:
        return Response(
            "<sitemapindex>"
            + "".join(f"<sitemap><loc>{ill.url(p)}</loc></sitemap>" for p in paths)
            + "</sitemapindex>",
            XML,
        )

    ill.routes |= {"/a.xml": index("/a.xml", "/b.xml", "/c.xml"), "/b.xml": index("/a.xml", "/b.xml")}
    ill.routes["/c.xml"] = redirect("/a.xml")
    found = beside(db, ill, [STORY.path], source={"sitemaps": (ill.url("/a.xml"),)})
    found.good_is_whole()
    assert found.stored() == ["\n\n".join(STORY.paragraphs)]
    assert [ill.paths.count(path) for path in ("/b.xml", "/c.xml")] == [1, 1]
    assert ill.paths.count("/a.xml") == 2  # for itself, and as what c.xml leads to


def sitemaps(ill, count: int, urls: int, before_last: threading.Event | None = None) -> None:
    """An index of so many sitemaps of so many URLs, each written when it is asked for and by nobody kept."""
    ill.routes["/index.xml"] = Response(
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>{ill.url(f'/map.xml?n={n}')}</loc></sitemap>" for n in range(count))
        + "</sitemapindex>",
        XML,
    )

    def one(request, connection):
        number = int(request.query.partition("=")[2])
        if before_last and number == count - 1:
            before_last.wait(60)
        connection.sendall(OK + b"\r\n<urlset>")
        for start in range(0, urls, 1_000):
            entries = (
                f"<url><loc>{ill.url(f'/archive/{number}-{n}-story')}</loc><lastmod>20{n % 26:02}-01-01</lastmod></url>"
                for n in range(start, min(urls, start + 1_000))
            )
            connection.sendall("".join(entries).encode())
        connection.sendall(b"</urlset>")

    ill.routes["/map.xml"] = Raw(one)


def test_ten_million_urls_in_sitemaps(ill, db):
    """Of each the newest are queued, and memory stays flat. Ten million: CUTTINGS_LONG=1, half an hour."""
    count, urls = (200, 50_000) if os.environ.get("CUTTINGS_LONG") else (5, 8_000)
    done = threading.Event()
    sitemaps(ill, count, urls, done)
    ill.routes["*"] = lambda _request: ill.requests.clear() or Response("", status=404)  # it is our memory, too
    source = {"sitemaps": (ill.url("/index.xml"),)}
    found = beside(db, ill, source=source, good_done=done, links_per_listing=count, deadline=60, links_per_day=10**6)
    found.good_is_whole()
    assert done.is_set()
    assert queued(found) == count * count
    assert said(found).count(f"lists {urls:,} links; the newest {count} are taken") == count
    assert found.grown < 150 * MB


def test_an_index_of_100_000_sitemaps(ill, db):
    sitemaps(ill, 100_000, 0)
    ill.routes["/map.xml"] = Response("<urlset></urlset>", XML)
    found = beside(db, ill, source={"sitemaps": (ill.url("/index.xml"),)}, links_per_listing=10)
    found.good_is_whole()
    assert found.rows("SELECT count(*) FROM feeds WHERE source = 'ill'") == [(12,)]  # the index and its feed, too
    assert "lists 100,000 sitemaps; the newest 10 are taken" in said(found)


def test_sitemap_indexes_that_lead_to_ever_more_of_them(ill, db):
    numbers = itertools.count(1)

    def another(request):
        if next(numbers) > 50:
            return Response("", status=404)  # so that this test ends in any case
        loc = ill.url(f"/index-{next(numbers)}.xml")
        return Response(f"<sitemapindex><sitemap><loc>{loc}</loc></sitemap></sitemapindex>", XML)

    ill.routes["*"] = another
    found = beside(db, ill, source={"sitemaps": (ill.url("/index-0.xml"),)})
    found.good_is_whole()
    assert sum(path.startswith("/index-") for path in ill.paths) <= 5


@pytest.mark.parametrize(
    "line", ["Disallow: /secret-%d\n", "User-agent: bot-%d\nDisallow: /\n", "# %d\n", "Allow: /*%d*a*b$\n"]
)
def test_a_robots_txt_of_5_megabytes(ill, db, line):
    """Its first 500 KiB hold, what comes after is as if it were not there."""
    rules = "User-agent: *\nDisallow: /news/9\n" + "".join(line % n for n in range(5 * MB // len(line)))
    ill.routes |= {"/robots.txt": Response(rules + "\nUser-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"})}
    ill.routes["/news/9-hidden-story"] = Story(9).html()
    found = beside(db, ill, [STORY.path, "/news/9-hidden-story"])
    found.good_is_whole()
    assert found.reasons == ["robots"]
    assert found.stored() == ["\n\n".join(STORY.paragraphs)]
    assert found.rows("SELECT max(length(robots)) < 600000 FROM hosts") == [(1,)]


def test_a_site_that_invents_endless_new_urls(ill, db):
    """So many a day are taken, and that there are more is said."""
    numbers = itertools.count()

    def calendar(request):
        fresh = [next(numbers) for _ in range(40)]
        links = "".join(
            f'<h2><a href="/news/{n:06}-the-day-after-the-last">What happens on day number {n}, and who comes</a></h2>'
            for n in fresh
        )
        return f"<html><head><title>Days</title></head><body><main>{links}</main></body></html>"

    ill.routes |= {"*": calendar, "/robots.txt": Response("", status=404)}
    with Site() as good:
        publish(good, STORIES)
        for _ in range(2):
            found = beside(db, ill, good=good, source={"sections": (ill.url("/days"),)}, links_per_day=30)
            found.good_is_whole()
    assert 0 < queued(found) <= 30
    assert any("links_per_day" in problem for (problem,) in found.rows("SELECT problem FROM feeds"))


def test_two_sites_that_send_a_link_to_and_fro_for_ever(ill, db):
    """Each hop is a new URL on the other host, so that no limit on redirects counts it."""
    with Site() as other:

        def on(to: Site):
            def hop(request):
                number = int(request.query or 0)
                return Response("", status=404) if number > 60 else redirect(to.url(f"/hop?{number + 1}"))

            return hop

        ill.routes["/hop"], other.routes["/hop"] = on(other), on(ill)
        found = beside(db, ill, ["/hop?1"])
    found.good_is_whole()
    assert sum(path.startswith("/hop") for path in (*ill.paths, *other.paths)) <= 12


def test_the_good_site_has_what_these_tests_count_on():
    assert STORY not in STORIES
