from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

from kept import CONFIG, FEED, NOON, article, at, config, link, page

from archive.models import Failure, Host, Precision, Scope, Stage, TaskKind
from archive.times import when
from config.models import Source

OLD = NOON - timedelta(days=90)
TWO = config(
    Source("news", "https://news.example/", feeds=(FEED,)),
    Source("other", "https://other.example/", sections=("https://other.example/local",)),
)


def urls(batches):
    return [[task.url for task in batch.tasks] for batch in batches]


def due(kept, path="/bridge"):
    return kept.value("SELECT due_at FROM links WHERE url = ?", link(path).url)


def test_a_link_is_queued_once_however_often_it_is_listed(kept):
    assert kept.enqueue(link("/a"), link("/b"), link("/a")) == 2
    kept.later(minutes=30)
    assert kept.enqueue(link("/b"), link("/c")) == 1
    assert kept.rows("SELECT url, first_seen, last_listed FROM links ORDER BY id") == [
        (link("/a").url, "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"),
        (link("/b").url, "2026-11-24T12:00:00Z", "2026-11-24T12:30:00Z"),
        (link("/c").url, "2026-11-24T12:30:00Z", "2026-11-24T12:30:00Z"),
    ]


def test_what_a_listing_left_out_is_filled_in_by_the_next(kept):
    kept.enqueue(link())
    kept.enqueue(link(title="A bridge", published=at(NOON, Precision.DAY)))
    kept.enqueue(link(title="Another", published=at(OLD)))
    assert kept.rows("SELECT title, published, published_precision FROM links") == [("A bridge", "2026-11-24", "day")]


def test_a_known_article_is_due_again_when_its_listing_says_it_changed(kept):
    kept.put(again=lambda *_: None)
    kept.later(hours=1)
    kept.enqueue(link(changed=at(NOON - timedelta(minutes=1))))
    assert due(kept) is None
    kept.enqueue(link(changed=at(NOON + timedelta(minutes=30))))
    assert due(kept) == "2026-11-24T13:00:00Z"


def test_a_change_after_the_page_came_and_before_it_was_stored_is_not_missed(kept):
    """A page waits while the archive is locked, or for the next start where the daemon was killed."""
    kept.enqueue(link())
    kept.later(hours=1)
    kept.put(came=NOON + timedelta(milliseconds=700), again=lambda *_: None)
    kept.enqueue(link(changed=at(NOON - timedelta(seconds=1))))
    assert due(kept) is None
    kept.enqueue(link(changed=at(NOON)))
    assert due(kept) == "2026-11-24T13:00:00Z", "in the second in which it came"


def test_a_listing_for_which_everything_has_always_just_changed_is_not_believed(kept):
    for number in range(30):
        kept.put(article(link(f"/{number}").url, f"Text {number}"), again=lambda *_: None)
    kept.later(hours=1)
    listed = [link(f"/{number}", changed=at(kept.now)) for number in range(30)]
    kept.enqueue(*listed)
    assert kept.value("SELECT count(*) FROM links WHERE due_at IS NOT NULL") == 0
    kept.enqueue(*listed[:5], *(replace(some, changed=None) for some in listed[5:]))
    assert kept.value("SELECT count(*) FROM links WHERE due_at IS NOT NULL") == 5


def test_a_run_that_asks_for_it_looks_again_at_recent_articles_once(kept):
    kept.put(again=lambda *_: None)
    kept.put(article(link("/old").url, published=at(OLD)), again=lambda *_: None)
    kept.later(milliseconds=1)
    started = kept.now
    listed = (link(), link("/old"))
    kept.enqueue(*listed, revisit_before=started, revisit_days=30)
    assert (due(kept), due(kept, "/old")) == ("2026-11-24T12:00:00Z", None)
    kept.put(again=lambda *_: None)
    kept.enqueue(*listed, revisit_before=started, revisit_days=30)
    assert due(kept) is None, "it was fetched in this very run"


def test_a_listing_that_says_304_lists_what_it_listed(kept):
    kept.put(again=lambda *_: None)
    kept.later(hours=1)
    kept.store(FEED, None, page(FEED, status=304))
    assert due(kept) is None
    kept.store(FEED, None, page(FEED, status=304), revisit_before=kept.now)
    assert due(kept) == "2026-11-24T13:00:00Z"


def test_what_is_asked_for_by_hand_is_due_whatever_became_of_it(kept):
    kept.enqueue(link())
    kept.store(link().url, Failure("", Stage.EXTRACT, "not-an-article"))
    kept.enqueue(link(), revisit_before=NOON + timedelta(days=1))
    assert due(kept) is None, "a page that is no article is left alone, though it is listed again"
    kept.enqueue(link(found_in=""))
    assert due(kept) == "2026-11-24T12:00:00Z"


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
    assert batch.tasks[1].link == link("/newer", published=replace(at(NOON), how="listing"))


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
    assert (batch.tasks[1].page, batch.tasks[1].reads) == (received, 1)
    kept.later(hours=1)
    (batch,) = kept.take("three")
    assert batch.tasks[1].reads == 1, "it was not come to"
    kept.archive.receive(batch.tasks[1], received, batch.site, kept.now)
    kept.later(hours=1)
    assert kept.take("four")[0].tasks[1].reads == 2
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


def test_a_site_gives_so_many_new_links_a_day_and_the_rest_is_found_again(kept):
    links = tuple(link(f"/{number}") for number in range(30))
    kept.store(FEED, links[:20], page(FEED, etag="1"), links_per_day=25)
    assert kept.rows("SELECT etag, problem FROM feeds") == [("1", "")]
    kept.store(FEED, links, page(FEED, etag="2"), links_per_day=25)
    assert kept.value("SELECT count(*) FROM links") == 25
    ((etag, problem),) = kept.rows("SELECT etag, problem FROM feeds")
    assert etag == ""
    assert problem.startswith("5 new links were left out: its site gave 25 today")
    assert kept.enqueue(link("/by-hand", found_in="")) == 1, "what a person asks for is no trap"
    kept.later(days=1)
    kept.store(FEED, links, page(FEED, etag="2"), links_per_day=25)
    assert kept.value("SELECT count(*) FROM links") == 31
    assert kept.rows("SELECT etag, problem FROM feeds") == [("2", "")]


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


def test_a_scope_takes_its_own_sources_and_urls_alone(kept):
    kept.archive.sync_sources(TWO, kept.now)
    kept.enqueue(link("/a"), link("/b"), link("/a", "other"))
    assert urls(kept.take("a", Scope(False, urls=frozenset({link("/b").url})))) == [[link("/b").url]]
    assert urls(kept.take("b", Scope(False, frozenset({"other"})))) == [
        ["https://other.example/local", link("/a", "other").url]
    ]
    assert kept.take("c", Scope(everything=False)) == ()


def test_what_is_no_longer_configured_is_no_longer_crawled(kept):
    kept.archive.sync_sources(TWO, kept.now)
    kept.enqueue(link("/a"), link("/a", "other"))
    kept.archive.sync_sources(CONFIG, kept.now)
    assert urls(kept.take()) == [[FEED, link("/a").url]]
    assert kept.rows("SELECT name, configured FROM sources ORDER BY name") == [("news", 1), ("other", 0)]
    assert kept.value("SELECT due_at FROM feeds WHERE source = 'other'") is None
    kept.archive.sync_sources(config(replace(TWO.sources[1], enabled=False)), kept.now)
    assert kept.value("SELECT count(*) FROM feeds WHERE due_at IS NOT NULL") == 0
    kept.archive.sync_sources(TWO, kept.now)
    assert kept.value("SELECT count(*) FROM feeds WHERE due_at IS NOT NULL") == 2


def test_the_configuration_keeps_a_listings_time_and_its_children(kept):
    child = link("/sitemap-1.xml")
    kept.store(FEED, (), page(FEED), more=(child,), due_at=NOON + timedelta(hours=1))
    kept.later(minutes=1)
    kept.archive.sync_sources(CONFIG, kept.now)
    assert dict(kept.rows("SELECT url, due_at FROM feeds")) == {
        FEED: "2026-11-24T13:00:00Z",
        child.url: "2026-11-24T12:00:00Z",
    }
    kept.archive.sync_sources(config(replace(CONFIG.sources[0], feeds=())), kept.now)
    assert kept.value("SELECT count(*) FROM feeds WHERE due_at IS NOT NULL") == 0


def test_a_child_listing_is_looked_at_when_it_is_new_or_changed(kept):
    child = link("/sitemap-1.xml")
    kept.store(FEED, (), page(FEED), more=(child,))
    kept.store(child.url, (link("/a"),), page(child.url), due_at=NOON + timedelta(hours=1))
    kept.later(minutes=30)
    kept.store(FEED, (), page(FEED), more=(child,))
    assert kept.value("SELECT due_at FROM feeds WHERE id = 2") == "2026-11-24T13:00:00Z"
    kept.store(FEED, (), page(FEED), more=(replace(child, changed=at(NOON + timedelta(minutes=10))),))
    assert kept.value("SELECT due_at FROM feeds WHERE id = 2") == "2026-11-24T12:30:00Z"


def test_a_child_listing_that_gives_nothing_new_for_a_week_is_left_in_peace(kept):
    child = link("/sitemap-1.xml")
    kept.store(FEED, (), page(FEED), more=(child,))
    kept.store(child.url, (link("/a"),), page(child.url))
    kept.later(days=8)
    kept.store(child.url, (link("/a"),), page(child.url), due_at=kept.now + timedelta(minutes=30))
    kept.archive.wake(Scope(), kept.now)
    assert dict(kept.rows("SELECT id, due_at FROM feeds")) == {1: "2026-12-02T12:00:00Z", 2: "2026-12-03T12:00:00Z"}


def test_waking_makes_a_scopes_listings_due_now(kept):
    kept.archive.sync_sources(TWO, kept.now)
    for url in (FEED, "https://other.example/local"):
        kept.store(url, (), page(url), due_at=NOON + timedelta(hours=1))
    assert kept.archive.pending(Scope(), kept.now) == (0, NOON + timedelta(hours=1))
    kept.later(minutes=1)
    kept.archive.wake(Scope(False, frozenset({"other"})), kept.now)
    assert urls(kept.take()) == [["https://other.example/local"]]
    kept.archive.wake(Scope(False, urls=frozenset({FEED})), kept.now)
    assert urls(kept.take()) == [[FEED]]


def test_the_site_of_a_url_given_by_hand_is_crawled_only_when_asked_for(kept):
    assert kept.archive.add_source("else.example", "https://else.example/", kept.now) == "else.example"
    kept.archive.add_source("news", "https://somewhere.example/", kept.now)
    assert kept.rows("SELECT name, home, configured FROM sources ORDER BY name") == [
        ("else.example", "https://else.example/", 0),
        ("news", "https://news.example/", 1),
    ]
    given = replace(link(), url="https://else.example/a", source="else.example", found_in="")
    kept.enqueue(given)
    listing = kept.archive.add_listing("https://else.example/feed", "else.example", due_at=kept.now)
    assert listing == kept.archive.add_listing("https://else.example/feed", "else.example")
    assert urls(kept.take("a")) == [[FEED]]
    assert urls(kept.take("b", Scope(False, frozenset({"else.example"})))) == [
        ["https://else.example/feed", "https://else.example/a"]
    ]


def test_a_link_that_turns_out_a_listing_is_closed(kept):
    kept.enqueue(link(found_in=""))
    kept.archive.settle(1, Failure("", Stage.DISCOVER, "listing"), kept.now)
    assert kept.rows("SELECT state, reason, due_at FROM links") == [("refused", "listing", None)]


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

    few = steps(kept, turn)
    others = (Source(f"other{n}", f"https://other{n}.example/") for n in range(1000))
    kept.archive.sync_sources(config(*CONFIG.sources, *others), kept.now)
    assert steps(kept, turn) <= few * 1.2
