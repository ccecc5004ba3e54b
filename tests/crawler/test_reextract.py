from __future__ import annotations

import contextlib
import hashlib
import random
import signal
import sqlite3
import sys
import threading
import time
from dataclasses import replace

import pytest

from archive.check import check
from archive.store import Archive
from crawler import reextract
from crawler.pool import Pool
from tests.daemons import ENV
from tests.earlier import LINE, SLOW, change, hostile, rows, texts
from tests.live import running


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
    assert rows(earlier.db, "SELECT number, change FROM revisions ORDER BY number") == [(1, "first"), (2, "addition")]
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
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.01))
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
    INSERT INTO snapshots (id, url, final_url, fetched_at, status, headers, size, sha256, dictionary, body)
    SELECT i, url, final_url, fetched_at, status, headers, size, sha256, dictionary, body
    FROM n, snapshots WHERE id = 1;
    DELETE FROM revisions;
    INSERT INTO revisions (article, number, seen_at, change, title, text, content_hash, snapshot)
    SELECT 1, id - 1000, fetched_at, 'edit', 'x', 'x', 'x', id FROM snapshots WHERE id > 1000;
    UPDATE articles SET revision = 98, snapshot = 1098 WHERE id = 1;
    """
    change(earlier.db, more)
    report = earlier.run(pool)
    assert report.effects.total.looked == 12
    assert len(begun) == 11 + 98
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
