"""robots.txt over whole crawls: kept in the archive, asked for again in time, and obeyed while it cannot be had."""

from __future__ import annotations

import pytest

from tests.internet import Internet
from tests.polite import config, crawl, due, manners, page, pauses, rows, rss, rules, source, titles, told
from tests.publisher import Story
from tests.site import Raw, Response, Site, redirect, reset

A, B, C = "/news/1-first-story-of-the-day", "/news/2-second-story-of-the-day", "/news/3-third-story-of-the-day"
UNREACHABLE = [
    Response("", status=503),
    Response("", status=500),
    Response("", status=429),
    Raw(lambda request, connection: reset(connection)),
]
IDS = ["503", "500", "429", "reset"]


@pytest.fixture
def site():
    with Site() as site:
        site.routes |= {A: page(1), B: page(2), C: page(3), "/feed.xml": rss(site.url(A), site.url(B))}
        yield site


def town(site, **more):
    return config(source("town", site.url("/feed.xml"), **more))


def asked(site, path="/robots.txt"):
    return site.paths.count(path)


def test_it_is_kept_in_the_archive_for_24_hours_and_asked_for_again_after_them(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", f"Disallow: {B}")
    crawl(db, town(site))
    clock.pass_(hours=23, minutes=59)
    crawl(db, town(site))
    assert asked(site) == 1
    assert B not in site.paths
    clock.pass_(minutes=2)
    crawl(db, town(site))
    assert asked(site) == 2
    assert site.paths[-3] == "/robots.txt"  # and before all else


def test_what_it_said_stays_in_the_archive_with_when_it_was_seen(site, db, clock):
    first, second = rules("User-agent: *", f"Disallow: {B}"), rules("User-agent: *", f"Disallow: {A}")
    for answer in (first, first, Response("", status=503), second, Response("", status=404)):
        site.routes["/robots.txt"] = answer
        crawl(db, town(site))
        clock.pass_(hours=25)
    kept = rows(db, "SELECT status, CAST(body AS TEXT), first_seen < last_seen FROM robots ORDER BY id")
    assert kept == [(200, first.body, 1), (503, "", 0), (200, second.body, 0), (404, "", 0)]


def test_what_it_forbade_for_a_while_is_fetched_once_other_rules_allow_it(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow: /news/")
    crawl(db, town(site))
    assert titles(db) == set()
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow: /news/  # made on Tuesday")
    clock.pass_(hours=25)
    due(db, town(site))
    assert rows(db, "SELECT DISTINCT due_at FROM links") == [(None,)]
    site.routes["/robots.txt"] = rules("User-agent: *", f"Disallow: {B}")
    site.routes["/feed.xml"] = rss(site.url(C))  # the others are listed no more
    clock.pass_(hours=25)
    due(db, town(site))
    due(db, town(site))
    assert titles(db) == {Story(1).title, Story(3).title}
    assert B not in site.paths
    assert rows(db, "SELECT state, due_at FROM links WHERE url = ?", site.url(B)) == [("refused", None)]


@pytest.mark.parametrize("answer", UNREACHABLE, ids=IDS)
def test_the_last_good_copy_holds_for_30_days_while_it_cannot_be_had_and_then_nothing_is_fetched(
    site, db, clock, answer
):
    site.routes["/robots.txt"] = rules("User-agent: *", f"Disallow: {B}")
    crawl(db, town(site))
    site.routes["/robots.txt"] = answer
    clock.pass_(days=29, hours=23)
    site.routes["/feed.xml"] = rss(site.url(A), site.url(B), site.url(C))
    crawl(db, town(site))
    clock.pass_(minutes=15)  # the pause after the error is over
    crawl(db, town(site))
    assert C in site.paths
    assert B not in site.paths
    clock.pass_(hours=2)
    del site.requests[:]
    summary = crawl(db, town(site))
    assert set(site.paths) == {"/robots.txt"}
    assert set(summary.failures) == {"robots-unreachable"}
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow:")
    clock.pass_(hours=25)
    crawl(db, town(site))
    assert "/feed.xml" in site.paths


@pytest.mark.parametrize("answer", UNREACHABLE, ids=IDS)
def test_where_it_never_could_be_had_nothing_is_fetched_and_no_link_is_lost(site, db, clock, answer):
    crawl(db, town(site))
    clock.pass_(hours=25)
    site.routes |= {"/robots.txt": answer, "/feed.xml": rss(site.url(C))}
    with Site() as other:  # whose feed leads to the ill one
        other.routes["/feed.xml"] = rss(site.url(C))
        both = config(source("town", other.url("/feed.xml")))
        del site.requests[:]
        for _ in range(12):  # twice as often as an article is tried that fails
            due(db, both)
            clock.pass_(hours=25)
        assert set(site.paths) == {"/robots.txt"}
        assert asked(site) >= 10
        assert rows(db, "SELECT state, tries FROM links WHERE url LIKE ?", f"%{C}") == [("failed", 0)]
        site.routes["/robots.txt"] = Response("", status=404)
        due(db, both)
    assert Story(3).title in titles(db)


def test_what_it_kept_us_from_costs_a_link_none_of_its_tries(site, db, clock):
    site.routes |= {"/feed.xml": rss(site.url(C)), C: Response("", status=500)}
    crawl(db, town(site))
    assert rows(db, "SELECT tries FROM links") == [(1,)]
    site.routes["/robots.txt"] = Response("", status=503)
    for _ in range(8):
        clock.pass_(hours=25)
        due(db, town(site))
    assert rows(db, "SELECT tries FROM links") == [(1,)]
    site.routes |= {"/robots.txt": Response("", status=404), C: page(3)}
    clock.pass_(hours=25)
    due(db, town(site))
    assert titles(db) == {Story(3).title}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_where_there_is_none_all_is_allowed(site, db, status):
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow: /", status=status)
    crawl(db, town(site))
    assert len(titles(db)) == 2


def test_one_that_was_not_there_and_now_fails_forbids_all(site, db, clock):
    crawl(db, town(site))
    site.routes |= {"/robots.txt": Response("", status=503), "/feed.xml": rss(site.url(C))}
    clock.pass_(hours=25)
    del site.requests[:]
    crawl(db, town(site))
    assert set(site.paths) == {"/robots.txt"}


def test_five_redirects_from_host_to_host_lead_to_the_rules_of_the_first(site, db):
    with Site() as other:
        at = [site, other, site, other, site]
        site.routes["/robots.txt"] = redirect(other.url("/1"))
        for n, here in enumerate(at[1:], start=1):
            here.routes[f"/{n}"] = redirect(at[n - 1].url(f"/{n + 1}"))
        site.routes["/5"] = other.routes["/5"] = rules("User-agent: *", f"Disallow: {B}")
        crawl(db, town(site))
        assert A in site.paths
        assert B not in site.paths
        (last,) = [s for s in (site, other) if "/5" in s.paths]
        last.routes["/5"] = redirect(site.url("/6"))
        site.routes["/6"] = rules("User-agent: *", "Disallow: /")
        fresh = db.with_name("fresh.db")
        crawl(fresh, town(site))
    assert len(titles(fresh)) == 2  # after more than five there is none (RFC 9309, 2.3.1.2)


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "without"])
def test_of_one_of_20_megabytes_the_first_500_kib_hold(site, db, chunked):
    head = f"User-agent: *\nDisallow: {B}\n".encode()
    body = head + b"# filler of a line\n" * 1_050_000 + f"Disallow: {A}\n".encode()
    assert len(body) > 19_900_000

    def send(request, connection):
        length = b"" if chunked else b"Content-Length: %d\r\n" % len(body)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + length + b"\r\n" + body)

    site.routes["/robots.txt"] = Raw(send)
    crawl(db, town(site))
    assert A in site.paths
    assert B not in site.paths
    assert rows(db, "SELECT length(body) <= 512000 FROM robots") == [(1,)]


def test_a_byte_order_mark_does_not_hide_its_first_line(site, db):
    site.routes["/robots.txt"] = Response(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"})
    crawl(db, town(site))
    assert site.paths == ["/robots.txt"]


def test_its_group_for_us_goes_before_that_for_all(site, db):
    everyone, us = ("User-agent: *", "Disallow: /"), ("User-agent: Cuttings", f"Disallow: {B}")
    site.routes["/robots.txt"] = rules(*everyone, "", *us)
    crawl(db, town(site))
    assert titles(db) == {Story(1).title}


def test_each_host_of_a_publisher_has_rules_of_its_own(db, monkeypatch):
    with Internet(monkeypatch) as net:
        hosts = {}
        for n, name in enumerate(("www", "sport", "feeds"), start=1):
            with net.site(f"{name}.paper.test", f"93.184.215.{n}") as host:
                hosts[name] = host
        www, sport, feeds = (net.site(f"{n}.town.test", f"93.184.216.{i}") for i, n in enumerate(hosts, start=1))
        with www, sport, feeds:
            feeds.routes["/feed.xml"] = rss(www.url(A), www.url(B), sport.url(A), sport.url(B))
            www.routes |= {A: page(1), B: page(2), "/robots.txt": rules("User-agent: *", f"Disallow: {B}")}
            sport.routes |= {A: page(4), B: page(5), "/robots.txt": rules("User-agent: *", f"Disallow: {A}")}
            crawl(db, config(source("town", feeds.url("/feed.xml")), allow_private=False))
            assert [host.paths.count("/robots.txt") for host in (www, sport, feeds)] == [1, 1, 1]
            assert titles(db) == {Story(1).title, Story(5).title}


def test_a_crawl_delay_is_kept_though_none_is_configured(site, db):
    site.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 0.7")
    crawl(db, town(site))
    crawl(db, town(site))
    assert len(site.requests) == 7
    assert min(pauses(site)) >= 0.698


def test_a_configured_delay_goes_before_a_shorter_crawl_delay(site, db):
    site.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 0.1")
    crawl(db, town(site, delay=0.6))
    assert min(pauses(site)) >= 0.598


def test_a_host_with_a_crawl_delay_over_120_seconds_is_parked_and_that_is_said(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 121")
    with Site() as other:
        other.routes["/feed.xml"] = rss(site.url(A), site.url(B))
        town = config(source("town", other.url("/feed.xml")))
        crawl(db, town)
        assert site.paths == ["/robots.txt"]
        (parked,) = [s for s in told(db).sites if s.parked]
        assert parked.site == site.host
        assert "121 seconds" in parked.parked
        for _ in range(9):
            clock.pass_(hours=24, minutes=1)
            due(db, town)
        assert site.paths == ["/robots.txt"] * 10  # once a day, to see whether it has changed
        assert rows(db, "SELECT state, reason, tries FROM links") == [("failed", "parked", 0)] * 2
        site.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 0.1")
        clock.pass_(hours=24, minutes=1)
        due(db, town)
    assert titles(db) == {Story(1).title, Story(2).title}
    assert not any(s.parked for s in told(db).sites)


def test_a_delay_as_long_in_the_sources_settings_has_a_parked_host_crawled_at_that_pace(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 121")
    crawl(db, town(site))
    assert site.paths == ["/robots.txt"]
    clock.pass_(hours=1)
    crawl(db, town(site, delay=120))
    assert site.paths == ["/robots.txt"]
    crawl(db, town(site, delay=121), limit=0)  # the next request is two minutes off
    assert site.paths == ["/robots.txt", "/feed.xml"]
    assert rows(db, "SELECT parked FROM hosts") == [("",)]
    (left,) = rows(db, "SELECT (julianday(next_at) - julianday(?)) * 86400 FROM sites", clock.now().isoformat())
    assert 115 < left[0] <= 121


def test_only_the_named_setting_loosens_it_and_the_archive_does_not_call_the_host_parked_then(site, db, clock):
    site.routes["/robots.txt"] = rules("User-agent: *", "Disallow: /", "Crawl-delay: 500")
    crawl(db, town(site))
    assert site.paths == ["/robots.txt"]
    assert rows(db, "SELECT parked != '' FROM hosts") == [(1,)]
    clock.pass_(minutes=3)
    free = config(source("town", site.url("/feed.xml"), politeness=manners(obey_robots=False)))
    crawl(db, free)
    assert len(titles(db)) == 2
    assert site.paths.count("/robots.txt") == 1
    assert rows(db, "SELECT parked FROM hosts") == [("",)]


def test_the_configuration_can_be_stricter(site, db):
    site.routes["/robots.txt"] = rules("User-agent: *", "Allow: /")
    crawl(db, town(site, exclude=("/news/2-",)))
    assert titles(db) == {Story(1).title}
    crawl(db, town(site, include=("/nothing/",)))
    assert B not in site.paths
