"""What an archive keeps of the dates and doubts of an article, look by look."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from kept import FEED, NOON, TEXT, article, at, link

from archive.models import Link, Precision, Quality, Stamp

HOW = "json-ld:datePublished"


def said(ago: timedelta = timedelta(), how: str = HOW, precision: Precision = Precision.SECOND) -> Stamp:
    return Stamp(NOON - ago, precision, how)


def dated(*dates: Stamp, **fields):
    return article(published=dates[0] if dates else None, dates=dates, **fields)


def rows(kept):
    return kept.rows("SELECT how, at, chosen FROM article_dates")


def flags(kept):
    return json.loads(kept.value("SELECT flags FROM articles"))


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_each_date_is_a_row_and_the_chosen_one_is_marked(kept):
    kept.put(dated(said(HOUR), said(2 * HOUR, "feed"), said(how="url", precision=Precision.DAY)))
    assert rows(kept) == [
        (HOW, "2026-11-24T11:00:00Z", 1),
        ("feed", "2026-11-24T10:00:00Z", 0),
        ("url", "2026-11-24", 0),
    ]
    assert kept.value("SELECT precision FROM article_dates WHERE how = 'url'") == "day"


def test_the_dates_of_an_article_are_found_by_its_id(kept):
    (plan,) = kept.rows("EXPLAIN QUERY PLAN SELECT * FROM article_dates WHERE article = 5")[:1]
    assert "SEARCH articles USING INTEGER PRIMARY KEY" in plan[3]


def test_the_date_never_moves_behind_the_first_look(kept):
    kept.put(dated(said(HOUR)))
    kept.later(days=3)
    kept.put(dated(said(-2 * DAY)))
    assert kept.value("SELECT published FROM articles") == "2026-11-24T11:00:00Z"
    assert rows(kept) == [(HOW, "2026-11-24T11:00:00Z", 1), (HOW, "2026-11-26T12:00:00Z", 0)]
    assert flags(kept) == ["dates-disagree"]
    assert kept.value("SELECT quality FROM articles") == 0.95


def test_nor_is_an_undated_article_dated_behind_it(kept):
    kept.put(dated())
    kept.later(days=3)
    kept.put(dated(said(-2 * DAY)))
    assert kept.value("SELECT published FROM articles") is None


def test_with_a_new_text_neither(kept):
    kept.put(dated(said(HOUR)))
    kept.later(days=3)
    kept.put(dated(said(-2 * DAY), text="Quite another text, of a bridge that is not to be built. " * 5))
    assert kept.value("SELECT revision FROM articles") == 2
    assert kept.value("SELECT published FROM articles") == "2026-11-24T11:00:00Z"


def test_an_earlier_date_is_taken_over(kept):
    kept.put(dated(said(HOUR)))
    kept.later(days=1)
    kept.put(dated(said(3 * HOUR)))
    assert rows(kept) == [(HOW, "2026-11-24T09:00:00Z", 1), (HOW, "2026-11-24T11:00:00Z", 0)]


def test_a_servers_date_gives_way_and_never_takes_over(kept):
    kept.put(dated(said(9 * DAY, "last-modified", Precision.DAY)))
    kept.later(days=1)
    kept.put(dated(said(8 * DAY, "last-modified", Precision.DAY)))
    assert kept.value("SELECT published FROM articles") == "2026-11-15"
    kept.put(dated(said(HOUR)))
    assert kept.value("SELECT published_how FROM articles") == HOW


def test_what_a_page_no_longer_says_is_still_known(kept):
    kept.put(dated(said(HOUR), said(9 * DAY, "feed")))
    kept.later(days=1)
    kept.put(dated(said(HOUR)))
    assert [how for how, _, _ in rows(kept)] == [HOW, "feed"]
    assert flags(kept) == ["dates-disagree"]


def test_a_page_that_gives_its_date_no_more_does_not_make_the_article_undated(kept):
    kept.put(dated(said(HOUR)))
    kept.later(days=1)
    kept.put(article(published=None, text="It was said otherwise, of the bridge.", quality=Quality(0.9, ("no-date",))))
    assert flags(kept) == []
    assert kept.value("SELECT published_how FROM articles") == HOW


def test_a_listings_other_date_at_a_later_look_is_noted_and_the_articles_stays(kept):
    kept.enqueue(link(published=said(HOUR, "feed")))
    kept.put(dated(said(HOUR), said(HOUR, "feed")))
    kept.later(days=5)
    for days in (3, 4):
        kept.enqueue(link(published=said(-days * DAY, "feed")))
    assert rows(kept) == [
        (HOW, "2026-11-24T11:00:00Z", 1),
        ("feed", "2026-11-28T12:00:00Z", 0),
        ("feed", "2026-11-24T11:00:00Z", 0),
    ]
    assert flags(kept) == ["dates-disagree"]
    kept.put(dated(said(HOUR), said(HOUR, "feed")))
    assert len(rows(kept)) == 3
    assert flags(kept) == ["dates-disagree"]


def test_a_listings_date_that_agrees_writes_nothing(kept):
    kept.enqueue(link(published=said(HOUR, "feed")))
    kept.put(dated(said(HOUR)))
    kept.later(hours=5)
    kept.enqueue(link(published=said(how="feed")))
    assert rows(kept) == [(HOW, "2026-11-24T11:00:00Z", 1)]


def test_a_sitemaps_date_beside_a_feeds_is_noted_by_its_name(kept):
    kept.enqueue(link(published=said(HOUR, "feed")))
    kept.put(dated(said(HOUR), said(HOUR, "feed")))
    kept.enqueue(link(published=said(40 * DAY, "sitemap")))
    assert [how for how, _, _ in rows(kept)] == [HOW, "feed", "sitemap"]


def test_who_said_it_comes_back_with_the_link_and_the_pages_own_date_does_not(kept):
    kept.enqueue(link("/told", published=said(HOUR, "sitemap")), link("/untold"))
    kept.put(dated(said(HOUR), url=link("/untold").url), via=link("/untold").url)
    assert kept.rows("SELECT published, published_how FROM links ORDER BY id") == [
        ("2026-11-24T11:00:00Z", "sitemap"),
        ("2026-11-24T11:00:00Z", "page"),
    ]
    kept.later(days=1)
    (batch,) = kept.take()
    told = {task.link.url: task.link.published for task in batch.tasks if task.link}
    assert told == {link("/told").url: said(HOUR, "sitemap"), link("/untold").url: None}


@pytest.fixture
def usual(kept):
    """The source had fifty signed articles of four hundred words the day before."""
    kept.archive._writer.do(
        lambda db: db.execute(
            "INSERT INTO days (source, day, new, log_words, log_words_squared, signed, dated)"
            " VALUES ('news', '2026-11-23', 50, 300.0, 1801.0, 50, 50)"
        )
    )


def test_what_the_sources_past_tells_is_doubted_when_an_article_is_stored(kept, usual):
    kept.put(article(authors=(), quality=Quality(0.8, ("short",))))
    assert flags(kept) == ["short-for-template", "no-byline"]
    assert kept.value("SELECT quality FROM articles") == 0.65


def test_a_later_look_is_judged_by_what_was_usual_at_the_first(kept, usual):
    kept.put(article(text=f"{TEXT}\n\n" * 9, authors=()))
    for days in (20, 900):
        kept.later(days=days)
        kept.put(article(text=f"{TEXT}\n\n" * 9, authors=(), section="Local"))
        assert flags(kept) == ["no-byline"]


def test_doubtful_articles_can_be_asked_for_by_their_doubt(kept):
    kept.put(article(quality=Quality(0.7, ("truncated",))))
    kept.put(article("https://news.example/whole", "Another text of a bridge that is there. " * 9))
    found = "SELECT url FROM articles WHERE EXISTS (SELECT 1 FROM json_each(flags) WHERE value = 'truncated')"
    assert kept.rows(found) == [("https://news.example/bridge",)]


def test_odd_names_of_places_are_kept_as_text(kept):
    kept.enqueue(Link("https://news.example/bridge", "news", FEED))
    kept.put(dated(Stamp(NOON, Precision.SECOND, "meta:a\"\ud800'b")))
    assert rows(kept) == [("meta:a\"\ufffd'b", "2026-11-24T12:00:00Z", 1)]


def test_a_date_without_others_is_as_before(kept):
    kept.put(article(published=at(NOON)))
    assert rows(kept) == []
    assert kept.value("SELECT published_how FROM articles") == "test"
