from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.dates import MOST, agree, dumps, loads, merged, with_another
from archive.models import Precision, Stamp

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def said(at=NOON, how="json-ld:datePublished", precision=Precision.SECOND):
    return Stamp(at, precision, how)


def day(number: int, how="url", month: int = 11):
    return said(datetime(2026, month, number, tzinfo=UTC), how, Precision.DAY)


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        (said(), said(NOON + DAY), True),
        (said(), said(NOON + DAY + timedelta(seconds=1)), False),
        (day(24), day(25), True),
        (day(24), day(26), False),
        (said(), day(25), True),
        (said(), day(26), False),
        (said(), said(NOON, precision=Precision.MONTH), True),
        (day(1), said(NOON, precision=Precision.MONTH), True),
        (day(3, month=9), said(NOON, precision=Precision.MONTH), False),
        (day(3, month=2), said(NOON, precision=Precision.YEAR), True),
        (said(datetime(2024, 11, 24, tzinfo=UTC)), said(NOON, precision=Precision.YEAR), False),
    ],
)
def test_two_dates_disagree_beyond_a_day_and_what_is_coarse_agrees_with_all_it_can_mean(one, other, holds):
    assert agree([one, other]) is holds
    assert agree([other, one]) is holds


def test_each_of_many_is_held_against_each():
    assert agree([day(23), day(24), said(NOON)])
    assert not agree([day(23), day(24), day(25)])


def test_the_same_moment_in_two_zones_is_one():
    assert agree([said(), said(NOON.astimezone(timezone(timedelta(hours=14))))])


@pytest.mark.parametrize(
    "how", ["last-modified", "json-ld:dateCreated", "json-ld:uploadDate", "meta:DC.date.created", "meta:date"]
)
def test_what_means_another_thing_contradicts_nothing(how):
    assert agree([said(), said(NOON - 90 * DAY, how)])


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_are_no_trouble(year):
    edge = datetime(year, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))
    for precision in Precision:
        assert not agree([said(), said(edge, precision=precision)])
        assert agree([said(edge, precision=precision)])


def test_none_and_one_agree():
    assert agree([])
    assert agree([said()])


def test_they_are_kept_as_json_and_come_back():
    dates = (said(), day(24), said(NOON, "feed", Precision.MINUTE), said(NOON.replace(day=1), "url", Precision.MONTH))
    assert dumps(dates)[:52] == '[["json-ld:datePublished", "2026-11-24T12:00:00Z", "'
    assert [one.how for one in loads(dumps(dates))] == [one.how for one in dates]
    assert dumps(loads(dumps(dates))) == dumps(dates)


def test_a_later_look_keeps_what_is_no_more_said():
    feed, page, url = said(how="feed"), said(), day(24)
    assert merged((page, feed), [page, url], NOON) == (page, url, feed)


def test_a_date_after_the_first_look_goes_last():
    page, anew = said(NOON - DAY), said(NOON + 3 * DAY)
    assert merged((page,), [anew, day(23)], NOON) == (day(23), page, anew)


def test_a_date_that_is_new_at_each_look_does_not_pile_up():
    kept = (said(NOON - 40 * DAY),)
    for number in range(30):
        kept = merged(kept, [said(NOON - 39 * DAY + number * DAY)], NOON)
    assert kept == (said(NOON - 10 * DAY), said(NOON - 40 * DAY))


def test_the_servers_header_is_kept_once():
    first, then = said(NOON - 3 * DAY, "last-modified"), said(NOON, "last-modified")
    assert merged((first,), [then], NOON) == (first,)


def test_a_listings_later_date_is_kept_beside_its_first():
    page, first = said(), said(how="feed")
    kept = with_another((page, first), said(NOON + 2 * DAY, "feed"))
    assert kept == (page, said(NOON + 2 * DAY, "feed"), first)
    assert with_another(kept, said(NOON + 4 * DAY, "feed")) == (page, said(NOON + 4 * DAY, "feed"), first)
    assert with_another(kept, first) == kept
    assert with_another(kept, said(how="sitemap"))[-1].how == "sitemap"


def test_no_more_are_kept_than_can_be_told():
    many = tuple(said(how=f"meta:{n}") for n in range(MOST))
    assert with_another(many, said(how="feed")) == many
    assert len(merged(many, [said(how=f"other:{n}") for n in range(MOST)], NOON)) == MOST
