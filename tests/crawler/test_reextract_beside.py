from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import pickle
import sqlite3
import threading
from dataclasses import replace

import pytest

from archive import learned
from archive.check import check
from archive.models import Article
from archive.store import Archive, ArchiveError
from config.models import Limits, Rules, Secret, Source
from crawler import reextract, rereading
from crawler.crawl import Crawl, start
from crawler.daemon import Daemon
from crawler.notify import Manager
from crawler.pool import Pool
from crawler.pulse import Pulse
from crawler.tally import Tally
from tests.earlier import LINE, SLOW, STORIES, change, crawl, hostile, rows, texts
from tests.publisher import Story, config_for, publish
from tests.site import Response, Site

NOTICE = "Glimo ratesu prador, fen vokelo stobami zuxa."


@pytest.fixture
def pool():
    with Pool(20) as pool:
        yield pool


def test_the_next_crawl_after_an_update_finds_no_edits_on_unchanged_pages(earlier):
    summary = crawl(earlier.db, earlier.config)
    assert (summary.counts["unchanged"], summary.counts["revised"], summary.failures) == (12, 0, {})
    assert texts(earlier.db) == earlier.good
    assert rows(earlier.db, "SELECT count(*), count(reextraction) FROM replaced") == [(13, 0)]
    assert check(earlier.db).problems == ()


def test_an_edit_and_an_update_at_the_same_time_are_one_revision_that_shows_the_edit_alone(earlier):
    edited = replace(STORIES[3], correction="The mayor's name was wrong.")
    publish(earlier.site, [*STORIES[:3], edited, *STORIES[4:]])
    summary = crawl(earlier.db, earlier.config)
    assert (summary.counts["unchanged"], summary.counts["revised"]) == (11, 1)
    what = "SELECT revisions.text FROM revisions JOIN articles ON article = articles.id WHERE url LIKE '%/3-%'"
    first, second = (text for (text,) in rows(earlier.db, f"{what} ORDER BY number"))
    assert second == f"{first} The mayor's name was wrong."
    assert check(earlier.db).problems == ()


def test_rules_that_are_changed_between_two_looks_make_no_revisions(earlier):
    crawl(earlier.db, earlier.config)
    shorter = replace(earlier.config.sources[0], rules=(Rules(remove="article p:nth-of-type(3)"),))
    summary = crawl(earlier.db, replace(earlier.config, sources=(shorter,)))
    assert (summary.counts["unchanged"], summary.counts["revised"]) == (12, 0)
    assert rows(earlier.db, "SELECT DISTINCT rules FROM articles") == [(shorter.rules[0].digest,)]
    assert not any("week" in text for _, _, text in texts(earlier.db))


def test_a_stored_page_that_takes_forever_holds_up_no_crawl_and_leaves_its_article_alone(earlier):
    """As with rules that are slow on it: those of today on the page of yesterday."""
    hostile(earlier.db)
    config = replace(earlier.config, limits=Limits(reading=0.5))
    config = replace(config, sources=(replace(config.sources[0], rules=SLOW),))
    summary = crawl(earlier.db, config)
    assert (summary.counts["unchanged"], summary.counts["revised"], summary.failures) == (11, 1, {})
    assert check(earlier.db).problems == ()


def test_it_may_run_beside_a_crawl(earlier, pool):
    edited = [replace(story, correction="It was another street.") for story in STORIES[6:]]
    publish(earlier.site, [*STORIES[:6], *edited])
    reading = threading.Thread(target=earlier.run, args=(pool,))
    reading.start()
    crawl(earlier.db, earlier.config)
    reading.join()
    assert earlier.run(pool).effects.total.refused == 0
    assert check(earlier.db).problems == ()
    assert rows(earlier.db, "SELECT count(*) FROM articles WHERE revision = 2") == [(7,)]
    assert not [text for _, _, text in texts(earlier.db) if LINE in text]


def daemon(archive, config, pool):
    crawl = Crawl(archive, config, pool, start(archive, "daemon"))
    return Daemon(archive, crawl, lambda: config, Manager("", 0.0), Pulse(archive.path), Tally())


def test_a_daemon_cleans_the_newest_articles_of_what_was_learned_since(earlier, pool, monkeypatch, caplog):
    crawl(earlier.db, earlier.config)
    change(earlier.db, "UPDATE sources SET template = 3; UPDATE articles SET template = 3 WHERE id = 12")
    monkeypatch.setattr(reextract, "AT_A_TIME", 8)
    with Archive(earlier.db) as archive, caplog.at_level(logging.INFO):
        watched = daemon(archive, earlier.config, pool)
        made = []
        for _ in range(3):
            watched.refresh()
            made.append(
                [number for (number,) in rows(earlier.db, "SELECT id FROM articles WHERE template = 3 ORDER BY id")]
            )
    assert made == [list(range(4, 13)), list(range(1, 13)), list(range(1, 13))]
    assert [record.message.split(" were")[0] for record in caplog.records] == ["8 articles", "3 articles"]
    assert rows(earlier.db, "SELECT scope, looked FROM reextractions") == [
        ('{"learned": true}', 8),
        ('{"learned": true}', 3),
    ]
    assert texts(earlier.db) == earlier.good


def test_a_daemon_that_is_to_stop_leaves_off_cleaning(earlier, pool):
    change(earlier.db, "UPDATE sources SET template = 3")
    with Archive(earlier.db) as archive:
        watched = daemon(archive, earlier.config, pool)
        watched.ending.set()
        watched.refresh()
    assert rows(earlier.db, "SELECT count(*) FROM articles WHERE template = 3") == [(0,)]


def test_an_archive_that_cannot_be_written_is_said_and_no_bug(earlier, pool, caplog):
    change(earlier.db, "UPDATE sources SET template = 3")
    with Archive(earlier.db, busy_seconds=0.1) as archive, contextlib.closing(sqlite3.connect(earlier.db)) as other:
        watched = daemon(archive, earlier.config, pool)
        other.execute("BEGIN IMMEDIATE")
        watched.refresh()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "tried again in an hour" in caplog.text


def test_a_site_that_answers_with_an_error_meanwhile_changes_nothing(earlier):
    earlier.site.routes[STORIES[2].path] = Response("<h1>Oops</h1>", status=500)
    crawl(earlier.db, earlier.config)
    assert rows(earlier.db, "SELECT count(*) FROM articles WHERE extractor = '0.0'") == [(1,)]


async def test_a_daemon_that_has_no_more_time_does_not_wait_for_a_slow_stored_page(earlier):
    hostile(earlier.db)
    slow = replace(earlier.config, sources=(replace(earlier.config.sources[0], rules=SLOW),))
    with Archive(earlier.db) as archive, Pool(60) as pool:
        crawl = Crawl(archive, slow, pool, start(archive, "daemon"))
        reading = asyncio.create_task(crawl._read_again(5))
        await asyncio.sleep(0.2)
        assert not reading.done()
        await crawl.writing.give_up()
        with pytest.raises(ArchiveError) as raised:
            await asyncio.wait_for(reading, 20)
        assert raised.value.passing, "the page that came is in the inbox, and is stored at the next start"


async def test_of_an_article_whose_current_page_is_refused_no_other_page_is_read(earlier, pool):
    number = rows(earlier.db, "SELECT min(article) FROM revisions")[0][0]
    change(
        earlier.db, f"UPDATE snapshots SET body = x'00' WHERE id = (SELECT snapshot FROM articles WHERE id = {number})"
    )
    found = await rereading.read_all(earlier.db, number, {}, pool)
    assert [read.result.reason for read in found.reads.values()] == ["damaged"]


async def test_who_works_in_the_background_stands_back_behind_others(earlier):
    with Pool(20, workers=1, nice=10) as pool:
        found = await rereading.read_all(earlier.db, 3, {}, pool)
        assert isinstance(next(iter(found.reads.values())).result, Article)
        (worker,) = pool._workers
        assert os.getpriority(os.PRIO_PROCESS, worker._process.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)


def test_who_reads_a_stored_page_is_told_no_secrets():
    source = Source("town", "https://town.example/", headers=(("Authorization", Secret("hunter2")),))
    assert b"hunter2" not in pickle.dumps(rereading.open_book(source))


def learn(earlier, monkeypatch):
    """As if the archive had learned that the paragraph on street numbers is the site's own."""

    def clean_of(db, article, source):
        db.execute("SELECT 1 FROM sources WHERE name = ?", [source]).fetchone()
        kept = tuple(block for block in article.blocks if not block.text.startswith("Residents of"))
        return replace(article, blocks=kept)

    monkeypatch.setattr(learned, "clean_of", clean_of)
    change(earlier.db, "UPDATE sources SET template = 1")


def test_what_is_learned_to_be_boilerplate_leaves_old_articles_and_is_no_edit(earlier, pool, monkeypatch):
    earlier.run(pool)
    learn(earlier, monkeypatch)
    before = hashlib.sha256(earlier.db.read_bytes()).digest()
    would = reextract.rehearse(earlier.db, earlier.choice(), pool, threading.Event(), lambda *_: None)
    assert would.effects.total.changed == 12
    assert hashlib.sha256(earlier.db.read_bytes()).digest() == before
    with Archive(earlier.db) as archive:
        daemon(archive, earlier.config, pool).refresh()
    assert not any("Residents" in text for _, _, text in texts(earlier.db))
    assert rows(earlier.db, "SELECT count(*), max(number) FROM revisions") == [(2, 2)]
    assert crawl(earlier.db, earlier.config).counts["unchanged"] == 12
    assert check(earlier.db).problems == ()


def test_what_was_learned_between_two_looks_is_no_edit(earlier, pool, monkeypatch):
    earlier.run(pool)
    learn(earlier, monkeypatch)
    edited = replace(STORIES[3], correction="The mayor's name was wrong.")
    publish(earlier.site, [*STORIES[:3], edited, *STORIES[4:]])
    summary = crawl(earlier.db, earlier.config)
    assert (summary.counts["unchanged"], summary.counts["revised"]) == (11, 1)
    what = "SELECT revisions.text FROM revisions JOIN articles ON article = articles.id WHERE url LIKE '%/3-%'"
    first, second = (text for (text,) in rows(earlier.db, f"{what} ORDER BY number"))
    assert "Residents" not in first
    assert second == f"{first} The mayor's name was wrong."


def serve(site, stories):
    """The stories, each with a notice that only its return tells from a text."""
    publish(site, stories)
    for story in stories:
        site.routes[story.path] = story.html().replace("</article>", f"<p>{NOTICE}</p></article>")


def test_a_notice_that_was_learned_leaves_the_articles_that_had_it(db, pool):
    with Site({}) as site:
        config = config_for(site)
        for count in (4, 8, 12, 16):
            serve(site, [Story(n) for n in range(count)])
            assert crawl(db, config).counts["revised"] == 0
        having = "SELECT count(*) FROM articles WHERE instr(text, ?)"
        assert rows(db, "SELECT template > 0 FROM sources") == [(1,)]
        with Archive(db) as archive:
            daemon(archive, config, pool).refresh()
        assert rows(db, having, NOTICE) == [(0,)]
        summary = crawl(db, config)
    assert (summary.counts["unchanged"], summary.counts["revised"]) == (16, 0)
    assert rows(db, "SELECT count(*) FROM replaced WHERE instr(text, ?)", NOTICE) >= [(1,)]
    assert check(db).problems == ()
