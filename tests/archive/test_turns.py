from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

from kept import CONFIG, FEED, NOON, OLD, TWO, article, at, config, link, page, urls

from archive import turns
from archive.models import Link
from archive.tasks import Host, Scope, Site, TaskKind
from archive.times import when
from config.models import Source


def test_listings_go_first_and_then_the_newest_links(kept):
    kept.enqueue(
        link("/undated"), link("/older", published=at(OLD)), link("/newer", published=at(NOON)), link("/undated-2")
    )
    (batch,) = kept.take()
    assert [task.kind for task in batch.tasks] == [TaskKind.LISTING] + [TaskKind.ARTICLE] * 4
    assert [task.url for task in batch.tasks] == [
        FEED,
        *(link(path).url for path in ("/newer", "/older", "/undated", "/undated-2")),
    ]
    assert batch.tasks[1].link == link("/newer", published=at(NOON))


def test_an_index_of_more_sitemaps_than_a_turn_has_room_for_holds_up_neither_articles_nor_feeds(kept):
    kept.store(FEED, (link("/a"),), page(FEED), more=tuple(link(f"/map{n}.xml") for n in range(40)))
    kept.later(minutes=1)
    kept.archive.add_listing(FEED, "news", due_at=kept.now)
    (batch,) = kept.take()
    found = urls([batch])[0]
    assert (len(found), found[0], found[-1]) == (16, FEED, link("/a").url)


def test_a_host_is_in_one_batch_at_a_time(kept):
    kept.enqueue(link("/a"), link("/b", source="news"))
    (batch,) = kept.take("one", batch=2)
    assert kept.take("two") == ()
    kept.archive.release(batch.site, "two", kept.now)
    assert kept.take("two") == (), "what is not one's own can't be given back"
    kept.archive.release(replace(batch.site, errors=1), "one", kept.now)
    (again,) = kept.take("two")
    assert again.site.errors == 1


def test_a_lease_runs_out_unless_outcomes_come_in(kept):
    kept.enqueue(link("/a"))
    kept.take("one")
    kept.later(minutes=9)
    kept.store(link("/a").url, article(link("/a").url))
    kept.later(minutes=9)
    assert kept.take("two") == ()
    kept.later(minutes=2)
    assert urls(kept.take("two")) == [[FEED]]


def test_hosts_leased_by_a_killed_process_are_free_at_the_next_start(kept):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    kept.take(f"{socket.gethostname()}:{child.pid}")
    kept.archive.start_run("crawl", kept.now)
    (batch,) = kept.take(f"{socket.gethostname()}:{os.getpid()}")
    kept.archive.start_run("crawl", kept.now)
    assert kept.take("two") == (), "this process lives"
    kept.archive.release(batch.site, f"{socket.gethostname()}:{os.getpid()}", kept.now)
    kept.take("elsewhere:1")
    kept.archive.start_run("crawl", kept.now)
    assert kept.take("two") == (), "of another machine's processes nothing is known"


def test_batches_are_as_many_and_as_large_as_asked_for(kept):
    kept.archive.sync_sources(TWO, kept.now)
    kept.enqueue(*(link(f"/{n}") for n in range(40)), *(link(f"/{n}", "other") for n in range(40)))
    assert [len(batch.tasks) for batch in kept.take("a", sites=1, batch=5)] == [5]
    assert [len(batch.tasks) for batch in kept.take("b", sites=8)] == [16]
    assert kept.take("c") == ()


def test_no_more_links_are_taken_than_are_left(kept):
    kept.archive.sync_sources(TWO, kept.now)
    kept.enqueue(*(link(f"/{n}") for n in range(9)), *(link(f"/{n}", "other") for n in range(9)))
    batches = kept.take(links_left=10)
    assert sum(task.kind is TaskKind.ARTICLE for batch in batches for task in batch.tasks) == 10
    kept.later(hours=1)
    assert {task.kind for batch in kept.take(links_left=0) for task in batch.tasks} == {TaskKind.LISTING}


def test_a_host_that_wants_a_long_pause_is_left_for_later(kept):
    (batch,) = kept.take()
    kept.archive.release(replace(batch.site, next_at=NOON + timedelta(hours=1)), "me", kept.now)
    assert kept.take() == ()
    kept.later(minutes=55)
    (batch,) = kept.take()
    assert batch.site.next_at == NOON + timedelta(hours=1)


def test_a_sites_pace_comes_back_as_it_was_written(kept):
    (batch,) = kept.take()
    site = replace(batch.site, next_at=NOON + timedelta(milliseconds=1234), errors=3)
    kept.archive.release(site, "me", kept.now)
    kept.later(minutes=1)
    assert kept.take()[0].site == site


def test_a_publishers_hosts_are_one_site_and_in_one_batch_at_a_time(kept):
    kept.enqueue(*(replace(link(), url=f"https://{host}.example.co.uk/a") for host in ("www", "sport", "feeds")))
    batches = {batch.site.name: batch for batch in kept.take("one")}
    assert sorted(batches) == ["example.co.uk", "news.example"]
    batch = batches["example.co.uk"]
    assert {host.name for host in batch.hosts} == {f"{name}.example.co.uk" for name in ("www", "sport", "feeds")}
    assert len(batch.tasks) == 3


def test_a_site_that_a_process_left_without_a_word_says_so(kept):
    (batch,) = kept.take("one")
    assert not batch.site.abandoned
    kept.later(hours=1)
    (batch,) = kept.take("two")
    assert batch.site.abandoned
    kept.archive.release(batch.site, "two", kept.now)
    (batch,) = kept.take("three")
    assert not batch.site.abandoned


def test_a_host_shows_what_it_said_last_and_keeps_what_it_said_before(kept):
    (batch,) = kept.take()
    (host,) = batch.hosts
    assert host == Host("news.example")
    good = replace(host, robots_status=200, robots_body=b"\xff*", robots_at=NOON, good_body=b"\xff*", good_at=NOON)
    kept.archive.keep_host(good, batch.site, kept.now)
    kept.later(hours=24)
    kept.archive.keep_host(replace(good, robots_at=kept.now, good_at=kept.now), batch.site, kept.now)
    kept.later(hours=24)
    lost = replace(good, robots_status=None, robots_body=b"", robots_at=kept.now, good_at=NOON + timedelta(days=1))
    kept.archive.keep_host(lost, batch.site, kept.now)
    kept.archive.release(batch.site, "me", kept.now)
    assert kept.take()[0].hosts == (lost,)
    assert kept.rows("SELECT status, body, first_seen, last_seen FROM robots ORDER BY id") == [
        (200, b"\xff*", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"),
        (None, b"", "2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z"),
    ]


def test_of_a_robots_txt_that_changes_at_every_look_a_hundred_are_kept_and_the_last_good_one(kept):
    (batch,) = kept.take()
    host = Host("news.example", 200, b"good", NOON, b"good", NOON)
    kept.archive.keep_host(host, batch.site, kept.now)
    for number in range(120):
        kept.later(minutes=10)
        kept.archive.keep_host(replace(host, robots_status=503 + number, robots_at=kept.now), batch.site, kept.now)
    assert kept.value("SELECT count(*) FROM robots") == 101
    assert kept.take("two") == ()
    kept.archive.release(batch.site, "me", kept.now)
    assert kept.take()[0].hosts[0].good_body == b"good"


def test_a_page_that_was_received_and_not_read_comes_with_its_task(kept):
    kept.enqueue(link())
    (batch,) = kept.take("one")
    received = page(etag='"1"')
    kept.archive.receive(batch.tasks[1], received, batch.site, kept.now)
    kept.later(hours=1)
    (batch,) = kept.take("two")
    assert (batch.tasks[0].page, batch.tasks[0].reads) == (received, 1), "read before anything is waited for"
    kept.later(hours=1)
    (batch,) = kept.take("three")
    assert batch.tasks[0].reads == 1, "it was not come to"
    kept.archive.receive(batch.tasks[0], received, batch.site, kept.now)
    kept.later(hours=1)
    assert kept.take("four")[0].tasks[0].reads == 2
    kept.put()
    assert kept.value("SELECT count(*) FROM inbox") == 0


def test_a_page_that_waited_for_a_day_is_fetched_again(kept):
    kept.enqueue(link())
    (batch,) = kept.take("one")
    kept.archive.receive(batch.tasks[1], page(), batch.site, kept.now)
    kept.later(days=1, hours=1)
    assert kept.take("two")[0].tasks[1].page is None
    kept.archive.tidy(kept.now, log_days=90)
    assert kept.value("SELECT count(*) FROM inbox") == 0


def test_a_site_whose_time_has_not_come_is_not_looked_at(kept):
    kept.archive.sync_sources(TWO, kept.now)
    for url in (FEED, "https://other.example/local"):
        kept.store(url, (), page(url), due_at=NOON + timedelta(hours=1))
    assert kept.take() == ()
    assert set(kept.rows("SELECT due_at FROM sites")) == {("2026-11-24T13:00:00Z",)}
    kept.later(hours=1)
    assert len(kept.take()) == 2


def test_when_the_clock_is_set_what_was_to_come_moves_along(kept):
    kept.store(FEED, (link("/a"),), page(FEED), due_at=NOON + timedelta(minutes=30))
    kept.put(again=lambda *_: NOON + timedelta(hours=2))
    booted = NOON - timedelta(hours=5)
    kept.archive.start_run("daemon", kept.now, booted)
    for by in (timedelta(hours=1), timedelta(days=-1)):
        before = dict(kept.rows("SELECT url, due_at FROM links UNION SELECT url, due_at FROM feeds"))
        booted += by
        assert kept.archive.follow_clock(kept.now + by, booted)[0] == by
        assert kept.archive.follow_clock(kept.now + by, booted) == (timedelta(), 0), "another process moves nothing"
        kept.now += by
        after = dict(kept.rows("SELECT url, due_at FROM links UNION SELECT url, due_at FROM feeds"))
        to_come = {url for url in before if when(before[url]) > kept.now - by}
        assert to_come == {FEED, link().url}
        assert all(when(after[url]) == when(before[url]) + by for url in to_come)
        assert all(when(after[url]) <= kept.now for url in before.keys() - to_come), "what was due already stays due"


def steps(kept, work) -> int:
    """Of SQLite's machine, in tens, that a piece of work takes."""
    count = 0

    def one():
        nonlocal count
        count += 1

    kept.archive._writer.do(lambda db: db.set_progress_handler(one, 10))
    work()
    kept.archive._writer.do(lambda db: db.set_progress_handler(None, 0))
    return count


def test_a_turn_costs_the_same_however_many_sources_there_are(kept):
    def turn():
        (batch,) = kept.take(sites=1)
        kept.archive.release(batch.site, "me", kept.now)

    turn()  # the first of a site is cheaper than all others
    few = steps(kept, turn)
    others = (Source(f"other{n}", f"https://other{n}.example/") for n in range(1000))
    kept.archive.sync_sources(config(*CONFIG.sources, *others), kept.now)
    assert steps(kept, turn) <= few * 1.2


def test_where_very_many_sites_are_due_listings_still_go_first_and_then_the_longest_left_alone(kept, monkeypatch):
    names = [f"site{n:02}" for n in range(60)]
    feeds = {name: (f"https://{name}.example/feed",) for name in names[:5]}
    sources = [Source(name, f"https://{name}.example/", feeds=feeds.get(name, ())) for name in names]
    kept.archive.sync_sources(config(*sources), kept.now)
    kept.archive.enqueue([Link(f"https://{name}.example/a", name, "") for name in names], kept.now)
    for age, name in enumerate(reversed(names)):
        kept.archive.keep_pace(Site(f"{name}.example", kept.now - timedelta(minutes=age)), kept.now)

    def order(sites: int) -> list[str]:
        taken = kept.archive.take(kept.now, "me", Scope(), sites=sites)
        for batch in taken:
            kept.archive.release(batch.site, "me", kept.now)
        return [batch.site.name for batch in taken]

    everything = order(100)
    assert everything == [f"{name}.example" for name in names]
    monkeypatch.setattr(turns, "MANY", 10)
    assert order(20) == everything[:20]
    monkeypatch.setattr(turns, "MANY", 59)
    assert order(20) == everything[:20]
