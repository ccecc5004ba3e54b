"""The header Last-Modified: the last that is asked, and only of a page that lay there before it was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.models import Article, Page, Precision
from archive.tasks import Task, TaskKind
from crawler.extract import extract
from crawler.reading import Order, read

FETCHED = datetime(2024, 5, 3, 12, tzinfo=UTC)
URL = "https://gazette.example/news/bridge"
PROSE = "<p>The council voted on Tuesday to rebuild the old bridge over the river, after three winters without.</p>" * 6
BARE = f"<title>The bridge is rebuilt</title><h1>The bridge is rebuilt</h1>{PROSE}"
DATED = f'<meta property="article:published_time" content="2024-05-01">{BARE}'


def found(html=BARE, header="Tue, 30 Apr 2024 08:15:00 GMT", fetched_at=FETCHED):
    article = extract(html, URL, fetched_at=fetched_at, last_modified=header)
    assert isinstance(article, Article)
    return article


def test_it_dates_a_page_that_nothing_else_does_to_the_day():
    article = found()
    assert (article.published.at.date().isoformat(), article.published.precision) == ("2024-04-30", Precision.DAY)
    assert dict(article.evidence)["published"] == "last-modified"
    assert "no-date" in article.quality.flags, "the page says nothing of its day"


def test_beside_any_other_date_it_is_kept_and_not_believed():
    article = found(DATED, "Fri, 05 Jan 2024 08:15:00 GMT")
    assert [one.how for one in article.dates] == ["meta:article:published_time", "last-modified"]
    assert article.published == article.dates[0]
    assert "dates-disagree" not in article.quality.flags, "a file's date says nothing against it"


def test_that_of_a_page_made_when_it_was_asked_for_dates_nothing():
    assert found(header="Thu, 02 May 2024 12:00:00 GMT").published is None
    assert found(header="Fri, 03 May 2024 11:59:58 GMT").published is None
    assert found(fetched_at=None).published is None


@pytest.mark.parametrize(
    "header",
    [
        *("", "yesterday", "0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
        *(
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "Thu, 32 Foo 2024",
            "2" * 10_000,
            "\udcff\0",
            "Tue, 30 Apr 2031 08:15:00 GMT",
        ),
    ],
)
def test_what_is_no_date_or_lies_ahead_is_none(header):
    assert found(header=header).dates == ()


def test_it_comes_with_the_page():
    headers = (("content-type", "text/html; charset=utf-8"), ("last-modified", "Tue, 30 Apr 2024 08:15:00 GMT"))
    page = Page(URL, URL, 200, headers, BARE.encode(), FETCHED)
    result = read(Order(Task(1, TaskKind.ARTICLE, URL, "gazette"), page, None, 10)).result
    assert [one.how for one in result.dates] == ["last-modified"]
