from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kept import CONFIG, FEED, NOON, OLD, TWO, article, at, config, link, page, urls

from archive.models import Failure, Precision, Stage
from archive.tasks import Scope


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


def test_an_article_of_which_only_the_month_is_known_is_as_old_as_when_it_was_first_seen_at_most(kept):
    kept.put(article(published=at(NOON, Precision.MONTH)), again=lambda *_: None)
    kept.later(days=20)
    kept.enqueue(link(), revisit_before=kept.now, revisit_days=30)
    assert due(kept) == "2026-12-14T12:00:00Z"
    kept.put(again=lambda *_: None)
    kept.later(days=20)
    kept.enqueue(link(), revisit_before=kept.now, revisit_days=30)
    assert due(kept) is None


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
