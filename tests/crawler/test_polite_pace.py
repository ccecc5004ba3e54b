"""Pauses as a publisher's servers measure them: one site for all its hosts, over redirects, processes and restarts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archive.store import Archive
from crawler import clock
from crawler.crawl import Crawl, start
from crawler.errand import fetch_page
from crawler.pool import Pool
from tests.internet import Internet
from tests.polite import GRAIN, config, crawl, due, manners, page, pauses, rows, rss, rules, source, titles
from tests.publisher import Story
from tests.site import Response, Site, redirect

DELAY = 0.4
KEPT = DELAY - GRAIN
PATHS = [f"/news/{n}-a-story-of-the-day" for n in range(9)]


@pytest.fixture
def site():
    with Site() as site:
        site.routes |= {PATHS[n]: page(n) for n in range(9)}
        site.routes["/feed.xml"] = rss(*(site.url(path) for path in PATHS[:3]))
        yield site


@pytest.fixture
def net(monkeypatch):
    with Internet(monkeypatch) as net:
        yield net


def publisher(stack, net, domain, block):
    """Three hosts of one publisher, each at an address of its own; the feed is at the third and lists all."""
    hosts = [
        stack.enter_context(net.site(f"{name}.{domain}", f"93.184.{block}.{n}"))
        for n, name in enumerate(("www", "sport", "feeds"), start=1)
    ]
    www, sport, feeds = hosts
    www.routes |= {PATHS[0]: page(0), PATHS[1]: page(1)}
    sport.routes |= {PATHS[2]: page(2), PATHS[3]: page(3)}
    feeds.routes["/feed.xml"] = rss(*(www.url(p) for p in PATHS[:2]), *(sport.url(p) for p in PATHS[2:4]))
    return hosts


def test_hosts_of_one_publisher_are_spaced_as_one(db, net):
    with contextlib.ExitStack() as stack:
        hosts = publisher(stack, net, "paper.co.uk", 215)
        crawl(db, config(source("town", hosts[2].url("/feed.xml"), delay=DELAY), allow_private=False))
        assert len(titles(db)) == 4
        assert sum(len(host.requests) for host in hosts) == 8
        assert min(pauses(*hosts)) >= KEPT


def test_two_publishers_under_one_public_suffix_do_not_wait_for_each_other(db, net):
    """Each waits for an answer that the other's server gives only when it was itself asked."""
    with contextlib.ExitStack() as stack:
        one = publisher(stack, net, "one.co.uk", 215)
        two = publisher(stack, net, "two.co.uk", 216)
        meet = threading.Barrier(2, timeout=20)
        for hosts in (one, two):
            story = hosts[0].routes[PATHS[0]]
            hosts[0].routes[PATHS[0]] = lambda request, story=story: meet.wait() >= 0 and story
        sources = (source(n, h[2].url("/feed.xml"), delay=DELAY) for n, h in (("one", one), ("two", two)))
        crawl(db, config(*sources, allow_private=False))
        assert rows(db, "SELECT count(*) FROM articles") == [(8,)]
        assert min(pauses(*one)) >= KEPT
        assert min(pauses(*two)) >= KEPT


def test_a_redirect_to_another_host_of_the_publisher_waits_its_turn(db, net):
    with contextlib.ExitStack() as stack:
        www, sport, feeds = hosts = publisher(stack, net, "paper.co.uk", 215)
        www.routes[PATHS[0]] = redirect(sport.url(PATHS[4]))
        sport.routes[PATHS[4]] = page(4)
        feeds.routes["/robots.txt"] = redirect(www.url("/robots.txt"))
        crawl(db, config(source("town", feeds.url("/feed.xml"), delay=DELAY), allow_private=False))
        assert Story(4).title in titles(db)
        assert min(pauses(*hosts)) >= KEPT


def test_a_redirect_on_the_same_host_waits_its_turn_and_the_time_is_not_the_servers(site, db):
    site.routes[PATHS[0]] = redirect("/moved")
    site.routes["/moved"] = redirect("/moved/again")
    site.routes["/moved/again"] = page(0)
    site.routes["/robots.txt"] = redirect("/robots")
    site.routes["/robots"] = rules("User-agent: *", "Disallow:")
    town = config(source("town", site.url("/feed.xml"), delay=DELAY))
    crawl(db, config(*town.sources, limits=type(town.limits)(deadline=0.7)))  # two of these pauses are longer
    assert titles(db) == {Story(n).title for n in range(3)}
    assert min(pauses(site)) >= KEPT


def test_a_robots_txt_that_is_another_publishers_is_not_run_after_without_pauses(db, net):
    with net.site("www.paper.test", "93.184.215.1") as paper, net.site("www.owner.test", "93.184.216.1") as owner:
        paper.routes |= {"/robots.txt": redirect(owner.url("/1")), "/feed.xml": rss(paper.url(PATHS[0])), "*": page(0)}
        owner.routes |= {"/1": redirect(owner.url("/2")), "/2": redirect(owner.url("/3")), "/3": rules("User-agent: *")}
        crawl(db, config(source("town", paper.url("/feed.xml"), delay=DELAY), allow_private=False))
        assert owner.paths == ["/1", "/2", "/3"]
        assert min(pauses(paper, owner)) >= KEPT
    assert len(titles(db)) == 1


def test_a_command_that_keeps_nothing_spaces_its_requests_too(net):
    with contextlib.ExitStack() as stack:
        www, sport, _ = publisher(stack, net, "paper.co.uk", 215)
        www.routes["/go"] = redirect(sport.url(PATHS[2]))
        settings = config(allow_private=False)
        settings = type(settings)(politeness=manners(DELAY))
        assert asyncio.run(fetch_page(www.url("/go"), settings)).status == 200
        assert min(pauses(www, sport)) >= KEPT


def test_one_hosts_crawl_delay_holds_before_it_is_asked_whichever_host_was_asked_last(db, net):
    with contextlib.ExitStack() as stack:
        www, sport, feeds = hosts = publisher(stack, net, "paper.co.uk", 215)
        www.routes["/robots.txt"] = rules("User-agent: *", "Crawl-delay: 0.4")
        town = config(source("town", feeds.url("/feed.xml")), allow_private=False)
        crawl(db, town)
        for host in hosts:
            del host.requests[:]
        crawl(db, town, sport.url(PATHS[2]))
        crawl(db, town, www.url(PATHS[0]))
        assert len(sport.requests) == len(www.requests) == 1
        assert min(pauses(*hosts)) >= KEPT


def test_of_several_sources_on_a_site_the_strictest_holds_whoever_is_crawled(site, db):
    slow = source("slow", site.url("/other.xml"), delay=DELAY)
    fast = source("fast", site.url("/feed.xml"))
    crawl(db, config(fast, slow), "fast")
    assert len(site.requests) == 5
    assert min(pauses(site)) >= KEPT


def test_the_pause_lasts_over_a_restart(site, db):
    town = config(source("town", site.url("/feed.xml"), delay=DELAY))
    for _ in range(4):
        crawl(db, town, limit=1)
    assert len(site.requests) >= 8
    assert min(pauses(site)) >= KEPT


SCRIPT = """
import sys
from pathlib import Path
from tests.polite import config, crawl, source
crawl(Path(sys.argv[1]), config(source("town", sys.argv[2], delay=float(sys.argv[3]))), **eval(sys.argv[4]))
"""


def begin(db, site, delay=DELAY, **options):
    command = [sys.executable, "-c", SCRIPT, str(db), site.url("/feed.xml"), str(delay), repr(options)]
    return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())})


def test_several_processes_on_one_archive_keep_one_pause(site, db):
    site.routes["/feed.xml"] = rss(*map(site.url, PATHS))
    Archive(db).close()
    crowd = [begin(db, site, 0.25) for _ in range(3)]
    assert [process.wait(60) for process in crowd] == [0, 0, 0]
    assert len(titles(db)) == 9
    assert min(pauses(site)) >= 0.25 - GRAIN


@pytest.mark.parametrize("path", ["/robots.txt", "/feed.xml", PATHS[0]])
def test_after_kill_9_in_mid_request_the_next_process_waits_as_if_it_had_been_answered(site, db, path):
    """The server knows that it was asked, whatever became of who asked."""
    usual, arrived = site.routes.get(path, Response("", status=404)), threading.Event()

    def hold(request):
        site.routes[path] = usual
        arrived.set()
        site.closing.wait(1)
        return usual

    site.routes[path] = hold
    process = begin(db, site, 2.0)
    assert arrived.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = time.monotonic()
    crawl(db, config(source("town", site.url("/feed.xml"), delay=2.0)), limit=0)
    after = next(request.at for request in site.requests if request.at > killed)
    assert after - killed >= 2.0 - GRAIN


def test_after_kill_9_a_turn_that_asks_nothing_does_not_forget_that_the_site_was_just_asked(site, db):
    site.routes["/robots.txt"] = rules("User-agent: *", f"Disallow: {PATHS[1]}")
    town = config(source("town", site.url("/feed.xml"), delay=1.5))
    crawl(db, town, limit=0)
    with Archive(db) as archive, contextlib.closing(sqlite3.connect(db)) as connection:
        archive.start_run("crawl", clock.now())
        connection.execute("UPDATE sites SET leased_by = 'elsewhere:1:1', next_at = NULL")  # and killed in mid-request
        connection.commit()
    crawl(db, town, site.url(PATHS[1]))
    before = time.monotonic()
    crawl(db, town, site.url(PATHS[0]))
    assert site.paths[-1] == PATHS[0]
    assert site.requests[-1].at - before >= 1.0


def test_a_request_that_is_cut_off_at_a_stop_is_counted(site, db):
    """A daemon that is told twice to stop does not wait for an answer; the next one begins with the pause."""
    asked = threading.Event()

    def hold(request):
        asked.set()
        site.closing.wait(0.5)
        return page(0)

    site.routes[PATHS[0]] = hold
    town = config(source("town", site.url("/feed.xml"), delay=1.5))

    async def run(archive, pool):
        turns = Crawl(archive, town, pool, start(archive, "daemon"))
        while not asked.is_set():
            await turns.tick()
            await asyncio.sleep(0.05)
        await turns.drain(0)
        return time.monotonic()

    with Archive(db) as archive, Pool(20) as pool:
        archive.sync_sources(town, clock.now())
        cut = asyncio.run(run(archive, pool))
    site.routes[PATHS[0]] = page(0)
    due(db, town)
    after = next(request.at for request in site.requests if request.at > cut)
    assert after - cut >= 1.4


async def test_a_longer_pause_holds_from_the_request_after_the_reload_that_brings_it(site, db):
    def watch(*_):
        done.append(len(site.requests))
        if len(done) == 3:
            crawling.reload(long)
        elif len(done) == 6:
            crawling.stopping.set()

    site.routes["/feed.xml"] = rss(*(site.url(path) for path in PATHS))
    brief, long = (config(source("town", site.url("/feed.xml"), delay=delay)) for delay in (0.1, 1.0))
    done: list[int] = []
    with Archive(db) as archive, Pool(20) as pool:
        run = start(archive, "daemon")
        archive.sync_sources(brief, clock.now())
        crawling = Crawl(archive, brief, pool, run, watch=watch)
        await crawling.once()
    assert min(pauses(site)[done[2] :]) >= 1.0 - GRAIN
    assert len(pauses(site)) - done[2] >= 2
