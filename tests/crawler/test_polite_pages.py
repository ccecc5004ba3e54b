"""What a page asks of those who keep it: noarchive in a header or a meta, for all or for us."""

from __future__ import annotations

import pytest

from tests.polite import config, crawl, manners, page, rows, rss, source
from tests.publisher import Story
from tests.site import Response, Site

A, B = "/news/1-first-story-of-the-day", "/news/2-second-story-of-the-day"


def with_meta(n, name, content):
    return Response(Story(n).html().replace("<head>", f'<head><meta name="{name}" content="{content}">'))


ASKS = {
    "header": page(1, **{"X-Robots-Tag": "noarchive"}),
    "header for us": page(1, **{"X-Robots-Tag": "cuttings: noarchive"}),
    "among others": page(1, **{"X-Robots-Tag": "nofollow, NOARCHIVE"}),
    "meta": with_meta(1, "robots", "noarchive"),
    "meta for us": with_meta(1, "Cuttings", "noarchive"),
    "nocache": with_meta(1, "robots", "index, nocache"),
}
ASKS_NOT = {
    "header for another": page(1, **{"X-Robots-Tag": "googlebot: noarchive"}),
    "meta for another": with_meta(1, "googlebot", "noarchive"),
    "meta that allows": with_meta(1, "robots", "archive, max-snippet:-1"),
}


@pytest.fixture
def site():
    with Site() as site:
        site.routes |= {A: page(1), B: page(2), "/feed.xml": rss(site.url(A), site.url(B))}
        yield site


def town(site, **more):
    return config(source("town", site.url("/feed.xml"), politeness=manners(**more)))


@pytest.mark.parametrize("answer", ASKS.values(), ids=ASKS)
def test_a_page_that_asks_not_to_be_archived_is_not_and_that_is_recorded(site, db, answer):
    site.routes[A] = answer
    summary = crawl(db, town(site))
    assert summary.failures == {"noarchive": 1}
    assert rows(db, "SELECT title FROM articles") == [(Story(2).title,)]
    assert rows(db, "SELECT state, reason FROM links WHERE url LIKE ?", f"%{A}") == [("refused", "noarchive")]
    assert rows(db, "SELECT stage, status FROM fetches WHERE reason = 'noarchive'") == [("robots", 200)]
    assert rows(db, "SELECT count(*) FROM snapshots WHERE url LIKE ?", f"%{A}") == [(0,)]
    assert rows(db, "SELECT count(*) FROM inbox") == [(0,)]
    crawl(db, town(site))
    assert site.paths.count(A) == 1


@pytest.mark.parametrize("answer", ASKS_NOT.values(), ids=ASKS_NOT)
def test_what_is_asked_of_others_is_not_asked_of_us(site, db, answer):
    site.routes[A] = answer
    crawl(db, town(site))
    assert len(rows(db, "SELECT 1 FROM articles")) == 2


def test_an_article_that_was_stored_before_its_page_asked_stays_as_it_is(site, db):
    crawl(db, town(site))
    before = rows(db, "SELECT title, text, revision FROM articles ORDER BY id")
    site.routes[A] = Response(
        Story(1, correction="It has changed.")
        .html()
        .replace("<head>", '<head><meta name="robots" content="noarchive">')
    )
    assert crawl(db, town(site)).failures == {"noarchive": 1}
    assert rows(db, "SELECT title, text, revision FROM articles ORDER BY id") == before
    assert rows(db, "SELECT state, reason FROM links WHERE url LIKE ?", f"%{A}") == [("stored", "noarchive")]


def test_only_the_named_setting_keeps_it_with_what_it_asked_beside_it(site, db):
    site.routes[A] = with_meta(1, "robots", "noarchive, nofollow")
    crawl(db, town(site, obey_robots=False))
    assert len(rows(db, "SELECT 1 FROM articles")) == 1
    fresh = db.with_name("fresh.db")
    crawl(fresh, town(site, obey_noarchive=False))
    kept = dict(rows(fresh, "SELECT title, robots FROM articles"))
    assert kept == {Story(1).title: "noarchive, nofollow", Story(2).title: ""}
