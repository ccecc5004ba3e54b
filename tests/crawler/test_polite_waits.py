"""Retry-After, back-off, and what a feed asks for: no request comes before its time, and none sooner for an error."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from config.models import Schedule
from tests.polite import config, crawl, due, manners, page, rows, rss, rules, source, titles
from tests.publisher import Story
from tests.site import Response, Site

A, B = "/news/1-first-story-of-the-day", "/news/2-second-story-of-the-day"
WHERE = {"page": A, "feed": "/feed.xml", "robots.txt": "/robots.txt"}


@pytest.fixture
def site():
    with Site() as site:
        site.routes |= {A: page(1), B: page(2), "/feed.xml": rss(site.url(A), site.url(B))}
        yield site


def town(site, **more):
    return config(source("town", site.url("/feed.xml"), **more))


def refuse(site, path, status, value):
    site.routes[path] = Response("later", {"Retry-After": value}, status)


@pytest.mark.parametrize("path", WHERE.values(), ids=WHERE)
@pytest.mark.parametrize(("status", "form"), [(429, "seconds"), (503, "seconds"), (429, "date"), (503, "date")])
def test_retry_after_is_kept_by_the_whole_site_and_over_restarts(site, db, clock, path, *, status, form):
    value = "7200" if form == "seconds" else format_datetime(clock.now() + timedelta(hours=2), usegmt=True)
    usual = site.routes.get(path, Response("", status=404))
    refuse(site, path, status, value)
    crawl(db, town(site))
    asked = len(site.requests)
    assert site.paths[-1] == path
    site.routes[path] = usual
    clock.pass_(hours=1, minutes=55)
    for _ in range(3):
        crawl(db, town(site))
        due(db, town(site))
        crawl(db, town(site), site.url(B))
    assert len(site.requests) == asked
    clock.pass_(minutes=6)
    crawl(db, town(site))
    clock.pass_(hours=3)
    due(db, town(site))
    assert titles(db) == {Story(1).title, Story(2).title}


@pytest.mark.parametrize("value", ["9999999", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_one_of_more_than_a_day_is_a_day(site, db, clock, value):
    refuse(site, "/feed.xml", 503, value)
    crawl(db, town(site))
    asked = len(site.requests)
    clock.pass_(hours=23, minutes=50)
    crawl(db, town(site))
    assert len(site.requests) == asked
    clock.pass_(minutes=11)
    crawl(db, town(site))
    assert len(site.requests) > asked


@pytest.mark.parametrize("value", ["soon", "", "-3600", "0", "Thu, 01 Jan 1970 00:00:00 GMT", "1e9"])
def test_what_names_no_moment_to_come_leaves_the_back_off_as_it_is(site, db, clock, value):
    refuse(site, "/feed.xml", 503, value)
    crawl(db, town(site, politeness=manners(300, obey_robots=False)))  # one request is all that there is time for
    (pause,) = rows(db, "SELECT (julianday(next_at) - julianday(?)) * 86400 FROM sites", clock.now().isoformat())
    assert 590 < pause[0] <= 601


def test_the_back_off_doubles_from_error_to_error_and_one_good_answer_ends_it(site, db, clock):
    site.routes["/feed.xml"] = Response("", status=500)
    seen = []
    for n in range(9):
        before = clock.now()
        crawl(db, town(site, politeness=manners(60, obey_robots=False)))
        (pause,) = rows(db, "SELECT (julianday(next_at) - julianday(?)) * 86400 FROM sites", before.isoformat())
        seen.append(round(pause[0] / 60))
        assert site.paths.count("/feed.xml") == n + 1
        clock.pass_(minutes=61)
    assert seen == [2, 4, 8, 16, 32, 60, 60, 60, 60]
    site.routes["/feed.xml"] = rss()
    crawl(db, town(site))
    assert rows(db, "SELECT errors FROM sites") == [(0,)]


def test_retry_after_is_obeyed_even_where_robots_txt_is_not(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow: /")
    free = config(source("town", site.url("/feed.xml"), politeness=manners(obey_robots=False)))
    refuse(site, A, 429, "3600")
    crawl(db, free)
    asked = len(site.requests)
    clock.pass_(minutes=55)
    crawl(db, free)
    assert len(site.requests) == asked


def next_look(db):
    """Seconds from the last look at the feed to the next."""
    ((seconds,),) = rows(db, "SELECT (julianday(due_at) - julianday(fetched_at)) * 86400 FROM feeds")
    return round(seconds)


LONGER = {
    "ttl": (lambda site: Response(rss(site.url(A)).body.replace("<title>Town", "<ttl>600</ttl><title>Town")), 36_000),
    "max-age": (lambda site: rss(site.url(A), **{"Cache-Control": "max-age=36000"}), 36_000),
    "less than ours": (lambda site: rss(site.url(A), **{"Cache-Control": "max-age=1"}), 600),
    "a year": (lambda site: rss(site.url(A), **{"Cache-Control": "max-age=31536000"}), 86_400),
}
TEN_MINUTES = Schedule(every=timedelta(minutes=10))


@pytest.mark.parametrize(("answer", "seconds"), LONGER.values(), ids=LONGER)
def test_a_feed_can_ask_for_longer_pauses_up_to_a_day_and_never_for_shorter_ones(site, db, answer, seconds):
    site.routes["/feed.xml"] = answer(site)
    crawl(db, town(site, schedule=TEN_MINUTES))
    assert abs(next_look(db) - seconds) <= 1


def test_after_an_error_a_feed_is_not_asked_sooner_than_it_had_asked_for(site, db, clock):
    usual = rss(site.url(A), **{"Cache-Control": "max-age=36000"})
    for answer in (usual, Response("", status=500), Response("", status=404), usual, Response("busy", status=503)):
        site.routes["/feed.xml"] = answer
        crawl(db, town(site, schedule=TEN_MINUTES))
        assert next_look(db) >= 35_999
        clock.pass_(hours=11)
    site.routes["/feed.xml"] = rss(site.url(A))
    crawl(db, town(site, schedule=TEN_MINUTES))
    assert abs(next_look(db) - 600) <= 1  # what it asked for is over; a second may pass between look and note


def test_a_feed_and_an_article_are_asked_whether_they_have_changed(site, db):
    site.routes["/feed.xml"] = rss(site.url(A), ETag='"feed"')
    site.routes[A] = page(1, **{"Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"})
    crawl(db, town(site))
    crawl(db, town(site))
    first, again = [r for r in site.requests if r.path == "/feed.xml"]
    assert (first.headers.get("if-none-match"), again.headers["if-none-match"]) == (None, '"feed"')
    first, again = [r for r in site.requests if r.path == A]
    assert "if-modified-since" not in first.headers
    assert again.headers["if-modified-since"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert rows(db, "SELECT status, outcome FROM fetches ORDER BY id DESC LIMIT 1") == [(304, "unchanged")]


def test_every_request_says_who_asks_and_where_we_can_be_reached(site, db):
    crawl(db, config(source("town", site.url("/feed.xml")), contact="https://example.org/crawler"))
    agents = {request.headers["user-agent"] for request in site.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("Cuttings/")
    assert all("(+https://example.org/crawler)" in request.headers["user-agent"] for request in site.requests)


@pytest.mark.parametrize("status", [403, 404])
def test_a_story_that_its_feed_names_before_its_page_is_there_comes_ten_minutes_later(site, db, clock, status):
    site.routes |= {"/feed.xml": rss(site.url(A)), A: Response("", status=status)}
    crawl(db, config(source("town", site.url("/feed.xml"))))
    site.routes[A] = page(1)
    clock.pass_(minutes=9)
    due(db, config(source("town", site.url("/feed.xml"))))
    assert titles(db) == set()
    clock.pass_(minutes=2)
    due(db, config(source("town", site.url("/feed.xml"))))
    assert titles(db) == {Story(1).title}
