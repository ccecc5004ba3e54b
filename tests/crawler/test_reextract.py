from __future__ import annotations

import contextlib
import hashlib
import logging
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from archive.check import check
from archive.outdated import Choice
from archive.store import Archive
from config.models import Config, Limits, Rules
from crawler import __version__, reextract
from crawler.crawl import Crawl, start
from crawler.daemon import Daemon
from crawler.notify import Manager
from crawler.once import all_sources, crawl_once
from crawler.pool import Pool
from crawler.pulse import Pulse
from crawler.tally import Tally
from tests.daemons import ENV
from tests.earlier import LINE, spoil
from tests.live import running
from tests.publisher import Story, config_for, publish
from tests.site import Response, Site

# Three nested :has() over 400 nested blocks cost the parser's selectors about 80 s.
SLOW = (Rules(body="div:has(div:has(div:has(x)))"),)
NESTED = "<article><h1>A headline</h1>" + "<div><p>Some words of a story that goes on.</p>" * 400


def rows(db, sql, *args):
    with contextlib.closing(sqlite3.connect(db, timeout=30)) as connection:
        return connection.execute(sql, args).fetchall()


def change(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        connection.executescript(sql)


def texts(db):
    return rows(db, "SELECT url, title, text FROM articles ORDER BY url")


def crawl(db, config):
    return crawl_once(db, config, all_sources(config))


@dataclass
class Earlier:
    """An archive as an earlier version left it, and what it says by today's."""

    db: Path
    site: Site
    config: Config
    good: list[tuple]

    def run(self, pool, **options):
        with Archive(self.db) as archive:
            return reextract.reextract(archive, self.choice(**options), pool, threading.Event(), lambda *_: None)

    def choice(self, **options):
        return Choice(__version__, {source.name: source for source in self.config.sources}, **options)


STORIES = (Story(0, correction="The number of trees was wrong."), *(Story(n) for n in range(1, 12)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One archive for all of these tests: a crawl takes seconds, a copy none."""
    db = tmp_path_factory.mktemp("earlier") / "archive.db"
    with Site({}) as site:
        config = config_for(site)
        for stories in ((Story(0), *STORIES[1:]), STORIES):
            publish(site, stories)
            crawl(db, config)
        good = texts(db)
        spoil(db)
        assert check(db).problems == ()
        yield Earlier(db, site, config, good)


@pytest.fixture
def earlier(made, db):
    publish(made.site, STORIES)
    shutil.copy(made.db, db)
    return replace(made, db=db)


@pytest.fixture
def pool():
    with Pool(20) as pool:
        yield pool


def test_stored_pages_read_anew_give_what_a_crawl_would(earlier, pool):
    report = earlier.run(pool)
    assert texts(earlier.db) == earlier.good
    counts = report.effects.total
    assert (counts.looked, counts.changed, counts.titles, counts.gained, counts.lost) == (12, 12, 12, 0, 24)
    assert check(earlier.db).problems == ()
    what = "SELECT chosen, looked, changed, words_lost, ended IS NULL FROM reextractions"
    assert rows(earlier.db, what) == [(12, 12, 12, 24, 0)]
    assert rows(earlier.db, "SELECT count(*), count(blocks) FROM replaced") == [(13, 12)]
    assert rows(earlier.db, "SELECT number, change FROM revisions ORDER BY number") == [(1, "first"), (2, "edit")]
    assert [len(text) for (text,) in rows(earlier.db, "SELECT text FROM revisions WHERE instr(text, ?)", LINE)] == []


def test_what_is_done_is_not_done_again_unless_all_is_asked_for(earlier, pool):
    earlier.run(pool)
    report = earlier.run(pool)
    assert (len(report.chosen.numbers), report.chosen.current) == (0, 12)
    assert len(earlier.run(pool, everything=True).chosen.numbers) == 12
    assert rows(earlier.db, "SELECT count(*) FROM replaced") == [(13,)], "nothing differed the second time"


def test_a_dry_run_says_the_same_and_writes_nothing(earlier, pool):
    before = hashlib.sha256(earlier.db.read_bytes()).digest()
    would = reextract.rehearse(earlier.db, earlier.choice(), pool, threading.Event(), lambda *_: None)
    assert hashlib.sha256(earlier.db.read_bytes()).digest() == before
    done = earlier.run(pool)
    assert (would.effects.total, would.effects.sources) == (done.effects.total, done.effects.sources)


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


def hostile(db):
    """The stored page of article 5 becomes one that is slow to be read by SLOW, and its text another."""
    body = NESTED.encode()
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        import zstandard

        connection.execute(
            "UPDATE snapshots SET body = ?, size = ?, sha256 = ?, dictionary = NULL"
            " WHERE id = (SELECT snapshot FROM articles WHERE id = 5)",
            [zstandard.compress(body), len(body), hashlib.sha256(body).hexdigest()],
        )
        connection.execute("UPDATE articles SET title = 'Another' WHERE id = 5")


def test_a_hostile_page_is_refused_in_time_and_all_others_are_read(earlier):
    hostile(earlier.db)
    before = rows(earlier.db, "SELECT title, text, extractor FROM articles WHERE id = 5")
    earlier.config = replace(earlier.config, sources=(replace(earlier.config.sources[0], rules=SLOW),))
    with Pool(0.5) as pool:
        report = earlier.run(pool)
    assert (report.effects.total.looked, report.effects.total.refused) == (12, 1)
    assert report.effects.refused[0].refusal.reason == "too-hard"
    assert rows(earlier.db, "SELECT title, text, extractor FROM articles WHERE id = 5") == before
    assert rows(earlier.db, "SELECT article, reason FROM refused") == [(5, "too-hard")]
    assert list(earlier.run(Pool(20)).chosen.numbers) == []


def test_without_a_process_to_read_in_nothing_is_changed_and_another_run_does_it(earlier, pool, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        report = earlier.run(pool)
    assert (report.effects.total.looked, report.effects.total.unread) == (0, 12)
    assert rows(earlier.db, "SELECT count(*) FROM refused") == [(0,)]
    assert earlier.run(pool).effects.total.looked == 12


def test_one_that_is_stopped_finishes_what_it_read_and_the_next_goes_on(earlier, pool, monkeypatch):
    monkeypatch.setattr(reextract, "AHEAD", 2)
    stop = threading.Event()
    with Archive(earlier.db) as archive:
        report = reextract.reextract(
            archive, earlier.choice(), pool, stop, lambda _, done, of: stop.set() if done >= 0 else None
        )
    done = report.effects.total.looked
    assert (done + report.left, done < 12) == (12, True)
    assert check(earlier.db).problems == ()
    report = earlier.run(pool)
    assert (report.effects.total.looked, report.left) == (12 - done, 0)
    assert texts(earlier.db) == earlier.good


def test_one_that_is_killed_at_any_moment_leaves_each_article_as_it_was_or_as_it_is_to_be(earlier, tmp_path):
    chance, old, good = random.Random(5), set(texts(earlier.db)), set(earlier.good)
    # Batches of one, so that there are many moments between two of them; the first is written after 2 s.
    code = "from crawler import reextract; reextract.BATCH = 1; from crawler.cli import main; main()"
    command = [sys.executable, "-c", code, "reextract", "--db", str(earlier.db)]
    halfway = 0
    for _ in range(40):
        with running(command, tmp_path, ENV, tmp_path / "said") as process:
            while process.poll() is None and not set(texts(earlier.db)) - old:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
        now = set(texts(earlier.db))
        assert now <= old | good
        halfway += bool(now & old and now & good)
        assert check(earlier.db).problems == ()
        done, replaced = rows(
            earlier.db, "SELECT sum(looked), (SELECT count(DISTINCT article) FROM replaced) FROM reextractions"
        )[0]
        assert done == replaced == len(now & good)
        if now == good:
            break
        old = now
    assert halfway
    assert now == good


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


def test_an_article_with_hundreds_of_revisions_is_read_in_little_room(earlier, pool, monkeypatch):
    monkeypatch.setattr(reextract, "AHEAD", 3)
    most = []
    begin = pool.begin

    def counted(order):
        most.append(sum(not one.done() for one in begun))
        begun.append(begin(order))
        return begun[-1]

    begun = []
    monkeypatch.setattr(pool, "begin", counted)
    more = """
    WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 1098)
    INSERT INTO snapshots SELECT i, url, final_url, fetched_at, status, headers, size, sha256, dictionary, body
    FROM n, snapshots WHERE id = 1;
    DELETE FROM revisions;
    INSERT INTO revisions (article, number, seen_at, change, title, text, content_hash, snapshot)
    SELECT 1, id - 1000, fetched_at, 'edit', 'x', 'x', 'x', id FROM snapshots WHERE id > 1000;
    UPDATE articles SET revision = 98, snapshot = 1098 WHERE id = 1;
    """
    change(earlier.db, more)
    report = earlier.run(pool)
    assert report.effects.total.looked == 12
    assert len(begun) == 12 + 98
    assert max(most) <= 3


def test_ctrl_c_ends_the_command_cleanly_and_says_how_to_go_on(earlier, tmp_path):
    code = "from crawler import reextract; reextract.BATCH = reextract.AHEAD = 1; from crawler.cli import main; main()"
    log = tmp_path / "said"
    with running([sys.executable, "-c", code, "reextract", "--db", str(earlier.db)], tmp_path, ENV, log) as process:
        while process.poll() is None and not rows(earlier.db, "SELECT 1 FROM replaced"):
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        status = process.wait(60)
    said = log.read_text()
    if status == 0:
        pytest.skip("it was done before it could be stopped")
    assert status == 1
    assert "run the same command again to go on" in said
    assert "Traceback" not in said
    assert rows(earlier.db, "SELECT ended IS NULL FROM reextractions") == [(0,)]


def test_a_page_of_an_extractor_that_refuses_it_is_listed(earlier, pool):
    with contextlib.closing(sqlite3.connect(earlier.db)) as connection, connection:
        connection.execute("UPDATE snapshots SET body = x'00' WHERE id = (SELECT snapshot FROM articles WHERE id = 2)")
    report = earlier.run(pool)
    assert [(one.url.rsplit("/")[-1], one.refusal.reason) for one in report.effects.refused] == [
        ("1-council-decides", "damaged")
    ]
    assert report.effects.total.looked == 12


def test_a_site_that_answers_with_an_error_meanwhile_changes_nothing(earlier):
    earlier.site.routes[STORIES[2].path] = Response("<h1>Oops</h1>", status=500)
    crawl(earlier.db, earlier.config)
    assert rows(earlier.db, "SELECT count(*) FROM articles WHERE extractor = '0.0'") == [(1,)]
