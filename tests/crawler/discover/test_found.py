"""Of a long listing the newest links are taken, whatever its order, and what is left out is said."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from archive.models import Page
from crawler.discover import listing
from crawler.discover.found import Offers, newest

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def read(xml: str):
    url = "https://a.example/list.xml"
    return listing.read(Page(url, url, 200, (("content-type", "text/xml"),), xml.encode(), NOW), "a")


def day(n: int) -> datetime:
    return NOW - timedelta(days=n)


def item(n: int, *, dated: bool = True) -> str:
    date = f"<pubDate>{format_datetime(day(n))}</pubDate>" if dated else ""
    return f"<item><link>https://a.example/news/{n}-days-old</link>{date}</item>"


def feed(*items: str):
    return read(f"<rss><channel>{''.join(items)}</channel></rss>")


def sitemap(numbers, *, dated: bool = True):
    def url(n):
        return f"<loc>https://a.example/news/{n}-days-old</loc>" + (f"<lastmod>{day(n).date()}</lastmod>" * dated)

    return read(f"<urlset>{''.join(f'<url>{url(n)}</url>' for n in numbers)}</urlset>")


def ages(found) -> list[int]:
    return [int(link.url.rpartition("/")[2].partition("-")[0]) for link in found.links]


def shuffled(count: int) -> list[int]:
    return random.Random(4).sample(range(count), count)


@pytest.mark.parametrize("order", [list(range(50)), list(reversed(range(50))), shuffled(50)])
def test_the_newest_are_kept_in_whatever_order_they_are_listed(order):
    for found in (feed(*map(item, order)), sitemap(order)):
        kept = newest(found, 10)
        assert ages(kept) == list(range(10))
        assert kept.problem == "it lists 50 links; the newest 10 are taken and the others left out"


def test_a_listing_within_the_limit_is_left_as_it_is():
    found = feed(*map(item, shuffled(10)))
    assert newest(found, 10) == found


def test_undated_links_come_after_dated_ones_in_the_order_of_a_feed():
    found = feed(item(0, dated=False), item(30), item(1, dated=False), item(20), item(2, dated=False))
    assert ages(newest(found, 4)) == [20, 30, 0, 1]


def test_of_an_undated_sitemap_both_ends_are_taken_for_either_may_be_the_newest():
    assert set(ages(newest(sitemap(range(50), dated=False), 10))) == {*range(5), *range(45, 50)}
    assert ages(newest(sitemap(range(3), dated=False), 2)) == [0, 2]


def test_a_date_in_the_year_9999_makes_nothing_new():
    late = (
        "<item><link>https://a.example/news/99-days-old</link><pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate></item>"
    )
    assert ages(newest(feed(late, *map(item, shuffled(20))), 5)) == [0, 1, 2, 3, 4]


def test_what_is_not_wanted_takes_no_place():
    kept = newest(feed(*map(item, range(20))), 3, lambda link: "/1" in link.url)
    assert ages(kept) == [1, 10, 11]
    assert "lists 11 links" in kept.problem


def test_of_an_index_the_sitemaps_changed_last_are_kept():
    one = "<sitemap><loc>https://a.example/{0}.xml</loc><lastmod>{1}</lastmod></sitemap>"
    found = read(f"<sitemapindex>{''.join(one.format(n, day(n).date()) for n in shuffled(30))}</sitemapindex>")
    kept = newest(found, 5)
    assert kept.kind is Offers.SITEMAP_INDEX
    assert [more.url for more in kept.more] == [f"https://a.example/{n}.xml" for n in range(5)]
    assert kept.problem == "it lists 30 sitemaps; the newest 5 are taken and the others left out"


def test_other_problems_are_said_too():
    found = read(f"<rss><channel>{''.join(map(item, range(9)))}<item><broken")
    assert newest(found, 3).problem.startswith("the feed is damaged")
    assert newest(found, 3).problem.endswith("left out")
