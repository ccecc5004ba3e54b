from __future__ import annotations

import json
from datetime import timedelta

import pytest
from kept import FEED, article, link, page

from archive import days
from archive.database import reading
from archive.models import Dropped, Failure, Stage


def day(kept, which=None):
    which = which or kept.now.date().isoformat()
    with reading(kept.path) as db:
        return dict(db.execute("SELECT * FROM days WHERE source = 'news' AND day = ?", [which]).fetchone())


def fail(kept, path, reason, stage=Stage.FETCH, **options):
    url = f"https://news.example{path}"
    if not kept.rows("SELECT 1 FROM links WHERE url = ?", url):
        kept.enqueue(link(path))
    return kept.store(url, Failure(url, stage, reason), page(url), **options)


def test_a_new_article_is_counted_with_its_length_byline_date_and_hour(kept):
    kept.put(article(text="One two three.", dropped=(Dropped("nav", "x" * 40),), evidence=(("body", "rule"),)))
    kept.later(hours=1)
    kept.put(article("https://news.example/b", "Four words are here.", authors=(), published=None, language="de"))
    kept.archive.sync_sources(_config(), kept.now)
    row = day(kept)
    assert (row["new"], row["fetched"], row["words"], row["signed"], row["dated"]) == (2, 2, 7, 1, 1)
    assert row["by_rule"] == 1
    assert row["dropped"] > 40
    assert row["kept"] == len("One two three.Four words are here.")
    assert json.loads(row["hours"]) == {"12": 1, "13": 1}
    assert row["log_words"] == pytest.approx(1.386 + 1.609, abs=0.01)


def _config():
    from config.models import Config, Source

    return Config(sources=(Source("news", "https://news.example/", feeds=(FEED,), language="en-GB"),))


def test_an_article_in_another_language_than_its_sources_is_counted_as_such(kept):
    kept.archive.sync_sources(_config(), kept.now)
    kept.put(article(language="en"))
    kept.put(article("https://news.example/b", "Ein anderer Text.", language="de"))
    kept.put(article("https://news.example/c", "Unknown tongue.", language=""))
    assert day(kept)["foreign_language"] == 1


def test_an_unchanged_and_a_revised_page_are_fetched_and_bring_nothing_new(kept):
    kept.put()
    kept.put()
    kept.put(article(text="It says something else altogether now."))
    row = day(kept)
    assert (row["fetched"], row["new"], row["revised"], row["hours"]) == (3, 1, 1, '{"12":1}')


def test_looks_are_counted_and_those_that_failed_and_those_that_were_blocked(kept):
    kept.store(FEED, (), page(FEED))
    kept.store(FEED, Failure(FEED, Stage.FETCH, "timeout"))
    kept.store(FEED, Failure(FEED, Stage.FETCH, "blocked"))
    row = day(kept)
    assert (row["looks"], row["looks_failed"], row["looks_blocked"], row["blocked"]) == (3, 2, 1, 0)


def test_pages_refused_in_a_row_are_counted_until_one_comes(kept):
    for path in ("/a", "/b"):
        fail(kept, path, "blocked")
        kept.later(hours=1)
    fail(kept, "/c", "timeout")
    row = day(kept)
    assert (row["blocked"], row["blocked_in_a_row"], row["failed"]) == (2, 2, 3)
    assert (row["blocked_since"], row["blocked_at"]) == ("2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z")
    kept.put()
    fail(kept, "/d", "forbidden")
    row = day(kept)
    assert (row["blocked_in_a_row"], row["blocked_since"]) == (1, "2026-11-24T14:00:00Z")


def test_a_page_that_is_no_article_counts_once_however_often_it_is_tried(kept):
    fail(kept, "/a", "not-an-article", Stage.EXTRACT)
    fail(kept, "/a", "not-an-article", Stage.EXTRACT)
    row = day(kept)
    assert (row["unread"], row["failed"], row["hours"]) == (1, 2, '{"12":1}')


def test_a_days_row_begins_at_midnight_utc_and_is_thrown_away_after_400_days(kept):
    kept.put()
    kept.later(hours=12)
    kept.put(article("https://news.example/b", "Another text."))
    assert [kept.value("SELECT count(*) FROM days WHERE new = 1")] == [2]
    kept.now += days.KEPT
    kept.archive.tidy(kept.now, log_days=90)
    assert kept.rows("SELECT day FROM days") == [("2026-11-25",)]
    kept.archive.tidy(kept.now + timedelta(days=1), log_days=90)
    assert kept.rows("SELECT day FROM days") == []


def test_how_much_came_in_which_hour_of_a_day_is_told(kept):
    for number in range(4):
        kept.put(article(f"https://news.example/{number}", f"{number} and more words."))
        kept.later(hours=1)
    with reading(kept.path) as db:
        (today,) = days.read(db, "news", kept.now.date(), 1)
    assert days.by_hour(today) == {12: 1, 13: 1, 14: 1, 15: 1}


def test_days_after_others_on_which_nothing_could_be_read_are_known(kept):
    first = kept.now.date()
    for pause in (1, 1, 3, 1):
        kept.store(FEED, (), page(FEED), due_at=kept.now)
        kept.later(hours=24 * pause)
    kept.store(FEED, Failure(FEED, Stage.FETCH, "timeout"), page(FEED), due_at=kept.now)
    kept.later(hours=24)
    kept.store(FEED, (), page(FEED), due_at=kept.now)
    with reading(kept.path) as db:
        assert days.after_gaps(db, "news", first) == {first + timedelta(days=each) for each in (5, 7)}


def test_the_busiest_day_is_known_of_each_source(kept):
    for number in range(5):
        kept.put(article(f"https://news.example/{number}", f"{number} and more words."))
        kept.later(hours=24 if number > 1 else 1)
    with reading(kept.path) as db:
        assert days.busiest(db, kept.now.date(), 28) == {"news": 3}
        assert days.busiest(db, kept.now.date(), 2) == {"news": 1}
