"""All that a page says of the day on which it was published is kept, and what it says of other days is not."""

from __future__ import annotations

import pytest
from dated import FETCHED, URL, day, ld, meta, read

from archive.models import Link, Precision, Stamp


def hows(html, url=URL, **given):
    return [(day(stamp), stamp.how) for stamp in read(html, url, **given).dates]


def test_every_place_that_gives_a_date_is_kept_in_the_order_in_which_it_is_believed():
    html = (
        ld(datePublished="2024-05-01T10:00:00Z", dateCreated="2024-04-20")
        + meta("article:published_time", "2024-05-01T10:01:00Z")
        + "<h1>T</h1><time datetime='2024-04-30T22:00Z'></time>"
    )
    hint = Link(URL, "gazette", "https://gazette.example/feed", published=Stamp(FETCHED, Precision.SECOND, "feed"))
    assert hows(html, "https://gazette.example/2024-05-01/bridge", hint=hint) == [
        ("2024-05-01", "json-ld:datePublished"),
        ("2024-05-01", "meta:article:published_time"),
        ("2024-04-20", "json-ld:dateCreated"),
        ("2024-05-03", "feed"),
        ("2024-04-30", "time"),
        ("2024-05-01", "url"),
    ]


def test_the_one_that_is_believed_stands_first_where_the_shown_day_goes_before_the_declared():
    html = meta("published", "2024-01-01T10:00:00Z") + "<h1>T</h1><div>1 May 2024</div><p>Text</p>"
    assert hows(html) == [("2024-05-01", "text"), ("2024-01-01", "meta:published")]
    assert read(html).published == read(html).dates[0]


@pytest.mark.parametrize(
    "shown",
    [
        "<p class=published>Published 12 April 2024</p>",
        "<span class=date>12 April 2024</span>",
        "<div><b>By Ada Quill</b> <span>12 April 2024, 10:15</span></div>",
        "<p class=byline>By Ada Quill, Town Reporter | Published 12 April 2024 10:15 a.m.</p>",
    ],
)
def test_the_day_that_readers_see_is_kept_beside_what_machines_are_told(shown):
    html = meta("article:published_time", "2024-04-20T10:00:00Z") + f"<h1>T</h1>{shown}<p>Text</p>"
    assert hows(html) == [("2024-04-20", "meta:article:published_time"), ("2024-04-12", "text")]


@pytest.mark.parametrize(
    ("shown", "kept"),
    [("Published 11 February 2024", "2024-02-11"), ("11/02/2024", "2024-11-02"), ("02.11.2024", "2024-11-02")],
)
def test_a_day_and_a_month_change_places_only_where_both_are_figures(shown, kept):
    html = meta("article:published_time", "2024-11-02T10:00:00Z") + f"<h1>T</h1><p>{shown}</p><p>Text</p>"
    assert (kept, "text") in hows(html, fetched_at=FETCHED.replace(year=2025))


@pytest.mark.parametrize(
    "shown",
    [
        "Updated 22 April 2024",
        "22 April 2024",  # when it was changed, as the head says
        "The exhibition on the old harbour opens on 12 May 2024",
        "A long line about what the council had said on 12 April 2024 of the bridge",
    ],
)
def test_a_day_of_change_or_of_another_matter_is_not_kept_as_one_of_publication(shown):
    head = meta("article:published_time", "2024-04-20T10:00:00Z") + meta("article:modified_time", "2024-04-22T10:00Z")
    assert hows(f"{head}<h1>T</h1><div>{shown}</div><p>Text</p>") == [("2024-04-20", "meta:article:published_time")]


def test_a_day_that_can_be_read_either_way_is_the_one_that_was_told():
    html = meta("article:published_time", "2024-03-04T10:00:00Z") + "<h1>T</h1><div>04/03/2024</div><p>Text</p>"
    assert hows(html) == [("2024-03-04", "meta:article:published_time"), ("2024-03-04", "text")]


def test_a_date_of_change_is_none_of_publication():
    html = ld(datePublished="2024-05-01", dateModified="2024-05-02") + meta("article:modified_time", "2024-05-02")
    assert hows(html) == [("2024-05-01", "json-ld:datePublished")]
    late = ld(datePublished="2024-05-01") + "<h1>T</h1><time class=updated datetime='2024-05-02'>Updated</time>"
    assert hows(late) == [("2024-05-01", "json-ld:datePublished")]


def test_the_only_date_there_is_is_the_one_that_is_told():
    assert hows(ld(dateModified="2024-05-02")) == [("2024-05-02", "json-ld:dateModified")]
    assert hows("<p>Nothing</p>") == []


def test_a_second_date_of_the_same_place_is_another_texts():
    cards = "".join(f'<meta itemprop="datePublished" content="2024-0{n}-01">' for n in range(1, 5))
    assert hows(ld(datePublished="2024-05-01") + cards) == [
        ("2024-05-01", "json-ld:datePublished"),
        ("2024-01-01", "meta:datepublished"),
    ]


def test_the_month_of_a_folder_is_told_beside_a_day():
    assert hows(ld(datePublished="2024-05-01"), "https://gazette.example/2024/04/bridge")[-1] == ("2024-04-01", "url")


def test_what_lies_after_the_fetch_is_told_last_and_not_believed():
    html = ld(datePublished="2031-01-01") + meta("article:published_time", "2024-05-01") + meta("date", "2030-01-01")
    assert hows(html) == [("2024-05-01", "meta:article:published_time"), ("2031-01-01", "json-ld:datePublished")]
    assert hows(ld(datePublished="2031-01-01")) == [("2031-01-01", "json-ld:datePublished")]
    assert read(ld(datePublished="2031-01-01")).published is None


def test_a_page_full_of_dates_gives_few():
    html = "<h1>T</h1>" + "".join(
        f"<meta name='{name}' content='2024-05-01T{n % 24:02}:00Z'><time datetime='2024-05-01T{n % 24:02}:00Z'></time>"
        for n in range(10_000)
        for name in ("published", "pubdate", "date")
    )
    assert len(hows(html)) == 4


@pytest.mark.parametrize("date", ["0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01"])
def test_what_no_clock_shows_is_no_date(date):
    assert hows(ld(datePublished=date) + meta("published", date) + f"<h1>T</h1><time datetime='{date}'>") == []
