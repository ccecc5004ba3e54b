from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from kept import NOON, article, at

from archive import doubts
from archive.baseline import Baseline
from archive.models import Quality, Stamp
from archive.quality import doubted, judged

USUAL = Baseline(articles=200, language="en", mean=math.log1p(400), deviation=0.5, signed=1.0, dated=1.0)


def test_nothing_is_doubted_of_an_article_as_its_source_has_them():
    assert judged(article(), 400, USUAL) == Quality()


@pytest.mark.parametrize(("words", "short"), [(300, False), (120, False), (95, False), (80, True), (0, True)])
def test_a_text_far_shorter_than_its_sources_others_is_short_for_its_template(words, short):
    assert ("short-for-template" in doubted(article(), words, USUAL)) is short


def test_where_all_are_alike_a_third_of_the_length_is_still_enough():
    alike = replace(USUAL, deviation=0.0)
    assert doubted(article(), 140, alike) == ()
    assert doubted(article(), 120, alike) == ("short-for-template",)


def test_a_wires_short_notices_are_as_they_should_be():
    wire = replace(USUAL, mean=math.log1p(40))
    short = article(quality=Quality(0.8, ("short",)))
    assert judged(short, 45, wire) == Quality()
    assert doubted(short, 45, replace(wire, articles=19)) == ("short",)


def test_a_byline_is_missed_only_where_nearly_all_have_one():
    assert doubted(article(authors=()), 400, USUAL) == ("no-byline",)
    assert doubted(article(authors=()), 400, replace(USUAL, signed=0.9)) == ()


def test_a_foreign_language_is_odd_only_where_there_is_one():
    assert doubted(article(language="de"), 400, USUAL) == ("not-the-source-language",)
    assert doubted(article(language="de"), 400, replace(USUAL, foreign=0.1)) == ()
    assert doubted(article(language="de"), 400, replace(USUAL, language="")) == ()
    assert doubted(article(language=""), 400, USUAL) == ()


def test_of_nineteen_articles_nothing_is_concluded():
    few = replace(USUAL, articles=19)
    assert doubted(article(authors=(), language="de"), 3, few) == ()


def test_dates_are_judged_by_all_that_is_known_of_them():
    later = Stamp(NOON + timedelta(days=9), at(NOON).precision, "feed")
    assert doubted(article(dates=(at(NOON), later)), 400, USUAL) == ("dates-disagree",)
    once = article(dates=(at(NOON),), quality=Quality(0.95, ("dates-disagree",)))
    assert doubted(once, 400, USUAL) == ()


def test_each_doubt_takes_its_weight_and_the_score_ends_at_nought():
    assert judged(article(authors=(), quality=Quality(0.7, ("truncated",))), 400, USUAL) == Quality(
        0.65, ("truncated", "no-byline")
    )
    assert doubts.score(doubts.WEIGHTS) == 0.0
    assert doubts.score(("a doubt of another version",)) == 1.0
