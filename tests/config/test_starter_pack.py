import re

import pytest

from config.load import STARTER, load
from config.models import Source

PACK = load(STARTER, {}).sources


def test_there_are_many_publishers_in_many_countries_and_languages():
    assert len(PACK) >= 16
    assert len({source.country for source in PACK}) >= 10
    assert len({source.language.partition("-")[0] for source in PACK}) >= 8
    assert "thehill" in {source.name for source in PACK}


@pytest.mark.parametrize("source", PACK, ids=lambda source: source.name)
def test_each_publisher_is_described_and_has_something_to_look_at(source: Source):
    assert source.title
    assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", source.language)
    assert re.fullmatch(r"[A-Z]{2}", source.country)
    assert source.enabled
    listings = source.feeds + source.sitemaps + source.sections
    assert listings
    assert len(set(listings)) == len(listings)
    assert all(url.startswith("https://") for url in (source.home, *listings))
    assert source.wants(source.home)


@pytest.mark.parametrize("source", PACK, ids=lambda source: source.name)
def test_no_publisher_is_asked_more_often_than_is_polite(source: Source):
    assert source.schedule.fastest.total_seconds() >= 600
    assert not source.schedule.every
    assert source.politeness.delay >= 5
    assert source.politeness.obey_robots


def test_no_two_publishers_share_a_feed():
    feeds = [feed for source in PACK for feed in source.feeds]
    assert len(set(feeds)) == len(feeds)


def test_films_and_the_like_are_left_out_and_articles_are_not():
    hill = load(STARTER, {}).source("thehill")
    assert hill
    assert hill.wants("https://thehill.com/homenews/senate/1234567-a-vote/")
    assert not hill.wants("https://thehill.com/video/a-vote/1234567/")
