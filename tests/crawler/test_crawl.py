from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive import snapshots
from archive.store import Archive, ArchiveError
from archive.tasks import Scope
from config.models import Limits
from crawler import clock
from crawler.crawl import Crawl, start
from crawler.once import all_sources, crawl_once, rehearse, scope_of
from crawler.pool import Pool
from tests.publisher import BOILERPLATE, Story, config_for, publish
from tests.site import Response, Site, redirect


@pytest.fixture
def site():
    with Site({}) as site:
        yield site


def crawl(db, config, *targets, **options):
    scope = scope_of(config, targets)[0] if targets else all_sources(config)
    return crawl_once(db, config, scope, **options)


def rows(db, sql, *args):
    with sqlite3.connect(db) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(sql, args).fetchall()
    connection.close()
    return found


def tables(db):
    return {
        name: rows(db, f"SELECT count(*) AS n FROM {name}")[0]["n"]
        for name in ("articles", "revisions", "snapshots", "links", "authors", "feeds", "sources")
    }


def test_every_story_of_a_feed_is_stored_whole_and_without_boilerplate(site, db):
    stories = [Story(n) for n in range(6)]
    publish(site, stories)
    summary = crawl(db, config_for(site))
    assert summary.counts["new"] == 6
    kept = {row["title"]: row for row in rows(db, "SELECT * FROM articles")}
    for story in stories:
        assert kept[story.title]["text"] == "\n\n".join(story.paragraphs)
        assert kept[story.title]["byline"] == "Ada Quill"
    assert not any(line in row["text"] for row in kept.values() for line in BOILERPLATE)


def test_a_second_crawl_of_an_unchanged_site_adds_nothing(site, db):
    publish(site, [Story(n) for n in range(4)])
    config = config_for(site)
    crawl(db, config)
    before = tables(db)
    summary = crawl(db, config)
    assert summary.counts["unchanged"] == 4
    assert tables(db) == before


def test_a_changed_article_becomes_a_revision_and_the_old_text_is_kept(site, db):
    publish(site, [Story(1), Story(2)])
    config = config_for(site)
    crawl(db, config)
    publish(site, [Story(1, correction="An earlier version gave a wrong number of trees."), Story(2)])
    summary = crawl(db, config)
    assert (summary.counts["revised"], summary.counts["unchanged"]) == (1, 1)
    (changed,) = rows(db, "SELECT * FROM articles WHERE revision = 2")
    assert changed["text"].endswith("wrong number of trees.")
    texts = [
        row["text"] for row in rows(db, "SELECT text FROM revisions WHERE article = ? ORDER BY number", changed["id"])
    ]
    assert texts == ["\n\n".join(Story(1).paragraphs), changed["text"]]


def test_a_deleted_article_keeps_its_text_and_is_marked_as_removed(site, db):
    publish(site, [Story(1), Story(2)])
    config = config_for(site)
    crawl(db, config)
    site.routes[Story(1).path] = Response("gone", status=410)
    assert crawl(db, config).counts["removed"] == 1
    (removed,) = rows(db, "SELECT * FROM articles WHERE removed IS NOT NULL")
    assert removed["text"] == "\n\n".join(Story(1).paragraphs)


def test_an_error_page_is_never_written_over_an_article(site, db):
    publish(site, [Story(1)])
    config = config_for(site)
    crawl(db, config)
    for answer in (
        Response("<h1>Oops</h1>", status=500),
        Response("<html><body>Please wait</body></html>"),
        Response(""),
    ):
        site.routes[Story(1).path] = answer
        assert crawl(db, config).counts["failed"] == 1
    assert [row["text"] for row in rows(db, "SELECT text FROM articles")] == ["\n\n".join(Story(1).paragraphs)]


def test_one_story_with_trackers_in_its_links_is_fetched_once(site, db):
    publish(site, [Story(1)])
    site.routes["/feed.xml"] = Response(
        "<rss version='2.0'><channel>"
        + "".join(
            f"<item><title>t</title><link>{site.url(Story(1).path)}?{query}</link></item>"
            for query in ("utm_source=rss", "fbclid=x", "utm_campaign=y&amp;utm_medium=z")
        )
        + "</channel></rss>"
    )
    assert crawl(db, config_for(site)).counts["new"] == 1
    assert [r.target for r in site.requests].count(Story(1).path) == 1


def test_robots_txt_is_obeyed_and_asked_for_once(site, db):
    publish(site, [Story(n) for n in range(3)])
    site.routes["/robots.txt"] = Response(f"User-agent: *\nDisallow: {Story(2).path}\n", {"Content-Type": "text/plain"})
    summary = crawl(db, config_for(site))
    assert (summary.counts["new"], summary.failures) == (2, {"robots": 1})
    paths = [r.path for r in site.requests]
    assert Story(2).path not in paths
    assert paths.count("/robots.txt") == 1


def test_nothing_is_fetched_while_robots_txt_answers_with_a_server_error(site, db):
    publish(site, [Story(1)])
    site.routes["/robots.txt"] = Response("", status=503)
    summary = crawl(db, config_for(site))
    assert summary.failures == {"robots-unreachable": 1}
    assert {r.path for r in site.requests} == {"/robots.txt"}


def test_requests_to_a_host_keep_the_delay_from_the_end_of_the_last_one(site, db):
    publish(site, [Story(n) for n in range(3)])
    crawl(db, config_for(site, delay=0.3))
    crawl(db, config_for(site, delay=0.3))
    pauses = [b.at - a.answered[-1] for a, b in zip(site.requests, site.requests[1:], strict=False)]
    assert len(pauses) >= 6
    assert min(pauses) >= 0.29  # the next request may start 10 ms of clock granularity early, no more


def test_a_page_that_is_no_article_is_refused_with_its_reason(site, db):
    publish(site, [Story(1)])
    teasers = "".join(f'<li><a href="/news/{n}">A headline of some story number {n}</a></li>' for n in range(40))
    site.routes["/topics"] = (
        f"<html><head><title>Topics</title></head><body><h1>Topics</h1><ul>{teasers}</ul></body></html>"
    )
    site.routes["/feed.xml"] = Response(
        f"<rss version='2.0'><channel><item><title>t</title><link>{site.url('/topics')}</link></item></channel></rss>"
    )
    summary = crawl(db, config_for(site))
    assert summary.counts["new"] == 0
    assert rows(db, "SELECT state, reason FROM links")[0]["reason"] in {"not-an-article", "too-short"}


def test_articles_feeds_and_home_pages_can_be_named_by_their_url(site, db):
    publish(site, [Story(n) for n in range(4)])
    site.routes["/"] = "<html><body><h1>The Town Paper</h1>" + "".join(
        f'<h2><a href="{Story(n).path}">{Story(n).title}</a></h2><p>Read on.</p>' for n in range(2, 4)
    )
    config = config_for(site)
    assert crawl(db, config, site.url(Story(0).path)).counts["new"] == 1
    assert crawl(db, config, site.url("/")).counts["new"] == 2
    assert crawl(db, config, site.url("/feed.xml")).counts["new"] == 1
    assert crawl(db, config, site.url(Story(0).path)).counts["unchanged"] == 1


def test_a_url_of_a_site_that_no_configuration_names_can_be_crawled(site, db):
    publish(site, [Story(1)])
    with Site({}) as other:
        config = config_for(other, name="other")
    assert crawl(db, config, site.url(Story(1).path)).counts["new"] == 1


def test_a_redirect_to_another_host_is_followed_under_that_hosts_robots(site, db):
    with Site({}) as other:
        publish(other, [Story(1), Story(2)])
        other.routes["/robots.txt"] = f"User-agent: *\nDisallow: {Story(2).path}"
        publish(site, [Story(1), Story(2)])
        for n in (1, 2):
            site.routes[Story(n).path] = redirect(other.url(Story(n).path))
        summary = crawl(db, config_for(site))
    assert summary.counts["new"] == 1
    assert summary.failures["robots"] == 1
    assert Story(2).path not in {r.path for r in other.requests}


def test_a_crawl_goes_on_where_one_with_a_limit_stopped(site, db):
    publish(site, [Story(n) for n in range(8)])
    config = config_for(site)
    assert crawl(db, config, limit=3).counts["new"] == 3
    assert crawl(db, config, due_only=True).counts["new"] == 5
    assert [r.path for r in site.requests].count("/feed.xml") == 1


def test_a_dry_run_names_the_links_and_stores_nothing(site, db):
    publish(site, [Story(n) for n in range(3)])
    config = config_for(site)
    links = rehearse(config, all_sources(config))
    assert {link.title for link in links} == {Story(n).title for n in range(3)}
    assert not db.exists()
    assert not any("/news/" in r.path for r in site.requests)


def test_a_host_that_is_down_takes_nothing_from_another(site, db):
    publish(site, [Story(1)])
    config = config_for(site)
    with Site({}) as dead:
        down = config_for(dead, name="dead").sources[0]
    summary = crawl(
        db, config.__class__(allow_private=True, politeness=config.politeness, sources=(*config.sources, down))
    )
    assert summary.counts["new"] == 1
    assert summary.failures == {"robots-unreachable": 1}


def test_only_wanted_links_are_followed(site, db):
    publish(site, [Story(n) for n in range(4)])
    summary = crawl(db, config_for(site, exclude=(r"/news/[12]-",)))
    assert summary.counts["new"] == 2


def test_loopback_is_refused_unless_the_configuration_allows_it(site, db):
    publish(site, [Story(1)])
    config = config_for(site)
    strict = config.__class__(politeness=config.politeness, sources=config.sources)
    summary = crawl(db, strict)
    assert summary.counts["new"] == 0
    assert not site.requests


def test_targets_are_source_names_or_urls_and_anything_else_is_told(site):
    scope, strange = scope_of(config_for(site), ("town", "example.org/a?utm_source=x#b", "nowhere"))
    assert scope == Scope(everything=False, sources=frozenset({"town"}), urls=frozenset({"https://example.org/a"}))
    assert strange == ("nowhere",)


def test_a_host_that_keeps_failing_is_left_for_later_and_the_crawl_ends(site, db):
    publish(site, [Story(n) for n in range(12)])
    for n in range(12):
        site.routes[Story(n).path] = Response("", status=503, headers={"Retry-After": "3600"})
    summary = crawl(db, config_for(site))
    assert set(summary.failures) == {"server-error"}
    assert sum("/news/" in r.path for r in site.requests) == 1
    publish(site, [Story(n) for n in range(12)])
    assert crawl(db, config_for(site), due_only=True).counts["new"] == 0
    assert sum("/news/" in r.path for r in site.requests) == 1


@pytest.mark.parametrize("named", [True, False])
def test_two_hosts_that_send_a_url_to_each_other_are_asked_for_it_a_few_times(site, db, named):
    """Named by hand, and as a source's feed."""
    with Site({}) as other:
        site.routes["/feed.xml"] = redirect(other.url("/feed.xml"))
        other.routes["/feed.xml"] = redirect(site.url("/feed.xml"))
        summary = crawl(db, config_for(site), *([site.url("/feed.xml")] if named else []))
        assert set(summary.failures) <= {"moved", "too-many-redirects"}
        assert 3 <= len([*site.requests, *other.requests]) <= 10


def test_two_indexes_that_always_say_that_the_other_changed_are_read_once(site, db):
    def index(name):
        def answer(_):
            at = datetime.now(UTC) + timedelta(days=1)
            where = f"<loc>{site.url(name)}</loc><lastmod>{at.isoformat()}</lastmod>"
            return Response(f"<sitemapindex><sitemap>{where}</sitemap></sitemapindex>", {"Content-Type": "text/xml"})

        return answer

    site.routes |= {"/a.xml": index("/b.xml"), "/b.xml": index("/a.xml")}
    town = config_for(site)
    sources = tuple(replace(source, feeds=(), sitemaps=(site.url("/a.xml"),)) for source in town.sources)
    crawl(db, replace(town, sources=sources))
    assert [path for path in site.paths if path != "/robots.txt"] == ["/a.xml", "/b.xml"]


def test_a_feed_that_moved_to_another_host_is_looked_at_there_in_each_crawl(site, db):
    with Site({}) as other:
        publish(other, [Story(1)])
        site.routes["/feed.xml"] = redirect(other.url("/feed.xml"))
        config = config_for(site)
        assert crawl(db, config).counts["new"] == 1
        publish(other, [Story(1), Story(2)])
        assert crawl(db, config).counts["new"] == 1


def test_an_article_named_by_hand_stays_one_though_its_page_is_full_of_links_for_once(site, db):
    publish(site, [Story(n) for n in range(9)])
    config, url = config_for(site), site.url(Story(1).path)
    assert crawl(db, config, url).counts["new"] == 1
    links = "".join(f'<h2><a href="{Story(n).path}">{Story(n).title}</a></h2>' for n in range(2, 9))
    site.routes[Story(1).path] = f"<html><body><main><h1>Sorry, come back later</h1>{links}</main></body></html>"
    assert crawl(db, config, url).counts["failed"] == 1
    assert rows(db, "SELECT count(*) AS n FROM links WHERE state = 'stored'")[0]["n"] == 1
    assert tables(db)["links"] == 1


@contextlib.asynccontextmanager
async def at_work(db, config, **options):
    """A crawl of everything, as a daemon's, with its archive and readers."""
    with Archive(db) as archive, Pool(5, workers=1) as pool:
        archive.sync_sources(config, clock.now())
        yield Crawl(archive, config, pool, start(archive, "test"), **options)


async def ticks(crawl, until):
    while not until():
        await crawl.tick()
        await asyncio.sleep(0.05)


async def test_a_site_that_wants_long_pauses_keeps_no_other_waiting_for_its_turn(site, db):
    publish(site, [Story(1)])
    with Site({}) as slow:
        publish(slow, [Story(2)])
        patient = config_for(slow, name="patient", delay=120).sources
        config = replace(config_for(site), sources=(*patient, *config_for(site).sources), limits=Limits(hosts=1))
        async with at_work(db, config, idle=timedelta(seconds=1)) as crawl:
            await asyncio.wait_for(ticks(crawl, lambda: Story(1).path in site.paths and slow.paths), 20)
            assert await crawl.drain(10)


async def test_a_page_that_could_not_be_kept_as_it_came_is_no_bug_and_is_asked_for_again(site, db):
    publish(site, [Story(1)])
    async with at_work(db, config_for(site)) as crawl:

        def shut(*_):
            raise ArchiveError("It is shut.", passing=True)

        receive, crawl.archive.receive = crawl.archive.receive, shut
        crawl.writing.given_up.set()
        await asyncio.wait_for(ticks(crawl, lambda: Story(1).path in site.paths and not crawl._turns), 20)
        crawl.archive.receive = receive
        assert await crawl.once()
    assert rows(db, "SELECT state FROM links")[0]["state"] == "stored"


def test_a_site_whose_turn_ends_while_others_are_looked_at_is_not_forgotten(site, db, monkeypatch):
    """The look passes over sites that are spoken to; here it takes until nobody is any more."""
    publish(site, [Story(n) for n in range(3)])
    look = Archive.take

    def slowly(archive, *args, busy, **more):
        taken = look(archive, *args, busy=busy, **more)
        end = time.monotonic() + 20
        while busy and time.monotonic() < end and rows(db, "SELECT 1 FROM sites WHERE leased_until IS NOT NULL"):
            time.sleep(0.05)
        time.sleep(0.1 if busy else 0)
        return taken

    monkeypatch.setattr(Archive, "take", slowly)
    with Site({"/feed.xml": Response("", status=404)}) as other:
        quick = config_for(other, name="quick").sources[0]
        config = config_for(site)
        summary = crawl(db, replace(config, sources=(*config.sources, quick)))
    assert (summary.counts["new"], summary.left) == (3, 0)


def test_a_page_over_which_the_program_was_ended_again_and_again_rests_and_is_then_fetched_anew(site, db):
    publish(site, [Story(1)])
    config = config_for(site)
    crawl(db, config, limit=0)
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        waits = "SELECT id, url, url, 200, '[]', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, 10 FROM links"
        into = "INSERT INTO inbox (link, url, final_url, status, headers, fetched_at, body, reads)"
        connection.execute(f"{into} {waits}", [snapshots.compress(b"")])
    assert crawl(db, config, due_only=True).failures == {"interrupted": 1}
    (link,) = rows(db, "SELECT state, due_at FROM links")
    assert link["state"] == "failed"
    assert link["due_at"] is not None
    assert crawl(db, config).counts["new"] == 1


async def test_a_site_stays_ours_for_as_long_as_its_page_waits_to_be_read(site, db, monkeypatch):
    """Others' pages may take the readers' time for longer than a lease; another process would ask meanwhile."""
    publish(site, [Story(1)])
    config = config_for(site)

    class Busy(Pool):
        async def read(self, order):
            before = rows(db, "SELECT leased_until FROM sites")[0]["leased_until"]
            await asyncio.sleep(1.2)
            assert rows(db, "SELECT leased_until FROM sites")[0]["leased_until"] > before
            return await super().read(order)

    monkeypatch.setattr("crawler.crawl.LEASE", timedelta(seconds=0.3))
    with Archive(db) as archive, Busy(20) as pool:
        archive.sync_sources(config, clock.now())
        await Crawl(archive, config, pool, start(archive, "crawl"), scope=Scope()).once()
        assert rows(db, "SELECT count(*) AS n FROM articles")[0]["n"] == 1
