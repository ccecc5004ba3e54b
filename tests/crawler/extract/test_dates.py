from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dated import FETCHED, URL, day, ld, meta, read

from archive.models import Link, Precision, Stamp
from config.models import Rules


@pytest.mark.parametrize(
    ("html", "how"),
    [
        (ld(datePublished="2024-05-01T10:00:00+02:00"), "json-ld:datePublished"),
        (meta("article:published_time", "2024-05-01T10:00:00+02:00"), "meta:article:published_time"),
        ('<meta name="published-date" content="2024-05-01">', "meta:published-date"),
        ('<meta itemprop="datePublished" content="2024-05-01">', "meta:datepublished"),
        ('<span itemprop="datePublished">1 May 2024</span>', "microdata"),
        ('<span property="schema:datePublished" content="2024-05-01T08:00Z">Wednesday</span>', "microdata"),
        ("<h1>T</h1><time title='2024-05-01 08:00'>3 weeks ago</time>", "time"),
        ("<h1>T</h1><time datetime='2024-05-01T08:00Z'>Wednesday</time>", "time"),
        ("<h1>T</h1><time>1 May 2024</time>", "time"),
        ("<h1>T</h1><div>By Ada Moss</div><div>1 May 2024 · 3 min</div><p>Text</p>", "text"),
        ("<div>1 May 2024</div><h1>T</h1><p>Text</p>", "text"),
        ('<script>var x = {"publishedAt":"2024-05-01T08:00:00Z"}</script>', "script"),
    ],
)
def test_each_place_gives_the_day_and_is_named(html, how):
    published = read(html).published
    assert (day(published), published.how) == ("2024-05-01", how)
    assert dict(read(html).evidence)["published"] == how


@pytest.mark.parametrize("moment", [1714557600, 1714557600000, 1714557600.5, "1714557600"])
def test_json_ld_may_count_seconds(moment):
    assert day(read(ld(datePublished=moment)).published) == "2024-05-01"


@pytest.mark.parametrize("moment", [True, -1, 0, 1e300, float("nan"), 10**400, {"a": 1}, [[1]], None])
def test_a_number_that_is_no_moment_is_none(moment):
    assert read(ld(datePublished=moment)).published is None


def test_a_url_gives_the_day_and_a_folder_the_month():
    assert day(read("<p>x", "https://g.example/2024/05/01/bridge").published) == "2024-05-01"
    assert day(read("<p>x", "https://g.example/a/20240501-bridge").published) == "2024-05-01"
    month = read("<p>x", "https://g.example/2024/04/bridge").published
    assert (day(month), month.precision) == ("2024-04-01", Precision.MONTH)


def test_the_publishers_own_zone_and_so_its_day_is_kept():
    published = read(ld(datePublished="2024-05-02T01:30:00+09:00")).published
    assert (day(published), published.at.utcoffset()) == ("2024-05-02", timedelta(hours=9))


def test_what_is_declared_goes_before_what_is_shown():
    html = ld(datePublished="2024-05-01T10:00:00Z") + "<h1>T</h1><time datetime='2024-04-30'>x</time>"
    assert day(read(html).published) == "2024-05-01"


def test_visible_text_gives_no_more_than_the_day():
    published = read("<h1>T</h1><div>1 May 2024, 10:15</div>").published
    assert (published.precision, published.at.hour) == (Precision.DAY, 0)


@pytest.mark.parametrize("changed", ["수정", "Güncellenme", "Uppdaterad", "تحديث", "अपडेट"])
def test_a_change_is_called_so_in_many_languages(changed):
    html = f"<h1>T</h1><p>{changed} 2024-05-02</p><p>2024-05-01</p>"
    assert day(read(html).published) == "2024-05-01"


def test_a_sentence_below_the_headline_dates_other_things():
    assert (
        read("<h1>T</h1><p>The bridge was first opened on 3 May 1998 and closed on 4 February 2023.</p>").published
        is None
    )
    assert day(
        read("<h1>T</h1><p>By Ada Moss, who writes of bridges | Updated Wed, May 1, 2024, 10:15 a.m.</p>").published
    )


def test_a_date_after_the_fetch_is_not_believed():
    html = ld(datePublished="2031-01-01") + "<h1>T</h1><time datetime='2024-05-01'></time>"
    assert day(read(html).published) == "2024-05-01"
    assert read(ld(datePublished="2031-01-01")).published is None


def test_a_clock_that_runs_ahead_by_its_zone_is_set_back_to_the_fetch():
    published = read(ld(datePublished="2024-05-03T19:00:00")).published
    assert (published.at, published.precision) == (FETCHED, Precision.DAY)


def test_a_date_that_would_be_in_the_future_one_way_round_is_read_the_other():
    assert day(read('<html lang="en-us"><meta name="date" content="09/04/2024">').published) == "2024-04-09"


def test_the_country_of_the_host_goes_before_a_templates_american_english():
    html = '<html lang="en-US"><h1>T</h1><div>03/02/2024</div>'
    assert day(read(html, "https://gazette.co.uk/a").published) == "2024-02-03"
    assert day(read(html, "https://gazette.example/a").published) == "2024-03-02"


@pytest.mark.parametrize("value", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00", "null", "", "0"])
def test_an_empty_field_printed_as_a_date_is_none(value):
    assert read(ld(datePublished=value)).published is None


def test_dates_of_other_texts_are_passed_over():
    html = """<h1>Bridge opens</h1>
    <aside class="related"><time datetime="2024-04-02">x</time></aside>
    <ul class="most-read"><li><time datetime="2024-04-03">x</time></li></ul>
    <article><time datetime="2024-05-01">x</time></article>"""
    assert day(read(html).published) == "2024-05-01"


def test_a_date_of_change_comes_after_one_of_publication():
    html = "<h1>T</h1><div>Updated 2 May 2024</div><div>Published 1 May 2024</div>"
    assert day(read(html).published) == "2024-05-01"


def test_a_change_is_kept_only_if_it_came_later():
    later = read(ld(datePublished="2024-05-01T10:00:00Z", dateModified="2024-05-02T09:00:00Z"))
    assert day(later.modified) == "2024-05-02"
    assert read(ld(datePublished="2024-05-01T10:00:00Z", dateModified="2024-05-01T10:00:00Z")).modified is None


def test_the_only_date_a_page_gives_is_its_date():
    found = read(meta("article:modified_time", "2024-05-02T09:00:00Z"))
    assert (day(found.published), found.modified) == ("2024-05-02", None)


def test_the_feed_is_believed_before_what_the_page_only_shows():
    said = Stamp(datetime(2024, 5, 1, 8, tzinfo=UTC), Precision.SECOND, "feed")
    link = Link(URL, "gazette", "https://gazette.example/feed", published=said)
    shown = "<h1>T</h1><time datetime='2024-04-30'></time>"
    assert read(shown, hint=link).published == said
    assert day(read(ld(datePublished="2024-04-29") + shown, hint=link).published) == "2024-04-29"


# What readers see against what is declared.


def evergreen(**fields):
    return ld(**fields).replace("NewsArticle", "Article")


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Ada Moss</p><p>1 May 2024</p>",
        "<p>Updated 1 May 2024</p>",
        "<p>Last updated:</p><p>May 1, 2024, 9:06 am</p>",
    ],
)
def test_the_date_at_the_headline_goes_before_a_declared_one_but_on_news(shown):
    html = f"<h1>T</h1>{shown}<p>Text</p>"
    assert day(read(evergreen(datePublished="2021-03-02") + html).published) == "2024-05-01"
    assert day(read(ld(datePublished="2021-03-02") + html).published) == "2021-03-02"


def test_what_is_made_for_sharing_stands():
    html = meta("article:published_time", "2021-03-02T08:00:00Z") + "<h1>T</h1><p>1 May 2024</p>"
    assert day(read(html).published) == "2021-03-02"


def test_a_change_that_is_shown_as_the_date_is_no_change_any_more():
    declared = evergreen(datePublished="2021-03-02", dateModified="2024-05-01T09:06:00Z")
    found = read(declared + "<h1>T</h1><p>Updated 1 May 2024</p>")
    assert (found.published.at.hour, found.published.how, found.modified) == (9, "text", None)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>2 March 2021</p><p>Updated 1 May 2024</p>",
        "<p>1 May 2024</p><p>30 April 2024</p><p>29 April 2024</p>",
        "<p>May 2024</p>",
        "<p>In a long sentence that no reader takes for a date of the text, 1 May 2024 is named too.</p>",
        "<p>Text</p>" * 20 + "<p>1 May 2024</p>",
    ],
    ids=["declared too", "a list", "a month", "a sentence", "far away"],
)
def test_the_declared_date_stands_where_it_is_shown_too_or_others_are_not_the_texts(shown):
    assert day(read(evergreen(datePublished="2021-03-02") + f"<h1>T</h1>{shown}").published) == "2021-03-02"


def test_a_date_that_says_it_is_of_publication_decides():
    shown = "<h1>T</h1><p>Updated Mar 2, 2024</p><p>Published</p><p>May 1, 2021</p>"
    assert day(read(evergreen(datePublished="2024-03-02") + shown).published) == "2021-05-01"


@pytest.mark.parametrize("kind", ["NewsArticle", "Article"])
def test_a_time_in_utc_is_shown_as_the_publishers_own(kind):
    html = ld(datePublished="2024-05-01T22:04:00Z").replace("NewsArticle", kind) + "<h1>T</h1><p>2 May 2024 00:04</p>"
    published = read(html).published
    assert (day(published), published.at.utcoffset()) == ("2024-05-02", timedelta(hours=2))
    assert published.at == datetime(2024, 5, 1, 22, 4, tzinfo=UTC)


def test_a_day_beside_that_in_utc_is_the_publishers_own_where_a_zone_explains_it():
    shown = "<h1>T</h1><p>30 April 2024</p>"
    assert day(read(ld(datePublished="2024-05-01T02:00:00Z") + shown).published) == "2024-04-30"
    assert day(read(ld(datePublished="2024-05-01T20:00:00Z") + shown).published) == "2024-05-01"
    assert day(read(ld(datePublished="2024-05-01T02:00:00+02:00") + shown).published) == "2024-05-01"


def test_the_publishers_own_day_is_not_after_the_fetch():
    html = ld(datePublished="2024-05-03T11:00:00Z") + "<h1>T</h1><p>4 May 2024</p>"
    published = read(html, fetched_at=None).published
    assert (day(published), published.precision, published.at) == (
        "2024-05-04",
        Precision.DAY,
        FETCHED - timedelta(hours=1),
    )
    assert read(html).published.at <= FETCHED


@pytest.mark.parametrize("year", ["9999", "1000", "0001"])
@pytest.mark.parametrize("shown", ["<p>1 January 9999</p>", "<p>31 December 9999 23:59</p>", "<p>1 May 1000</p>"])
def test_the_ends_of_the_calendar_are_no_trouble(year, shown):
    for moment in (f"{year}-12-31T23:59:59Z", f"{year}-01-01T00:00:00Z"):
        read(evergreen(datePublished=moment) + f"<h1>T</h1>{shown}", "https://g.example/2024/12/31/x", fetched_at=None)


def test_a_time_of_change_is_not_taken_for_the_publishers_zone():
    html = ld(datePublished="2024-05-01T22:04:00Z") + "<h1>T</h1><p>2 May 2024 00:31</p>"
    assert day(read(html).published) == "2024-05-01"


def test_the_folders_of_the_url_are_the_publishers_own_day():
    html = meta("article:published_time", "2024-05-02T02:30:00+00:00")
    assert day(read(html, "https://g.example/2024/05/01/bridge").published) == "2024-05-01"
    assert day(read(html, "https://g.example/2024/05/02/bridge").published) == "2024-05-02"
    assert day(read(html, "https://g.example/2024/04/11/bridge").published) == "2024-05-02"
    assert day(read(html, "https://g.example/2024/99/99/bridge").published) == "2024-05-02"


def test_a_line_above_the_headline_goes_before_dates_in_the_text():
    html = "<div>1 May 2024</div><h1>T</h1>" + "<p>Text</p>" * 16 + "<p>Date: 9 April 2024</p>"
    assert day(read(html).published) == "2024-05-01"


def test_what_holds_the_headline_is_the_articles_whatever_it_is_called():
    html = '<div class="card related"><h1>T</h1><div><time datetime="2024-05-01">x</time></div></div>'
    assert read(html).published.how == "time"
    assert day(read('<h1>T</h1><i class="promoted"><time datetime="2024-05-01">x</time></i>').published) == "2024-05-01"


def test_a_date_that_says_what_it_is_dates_a_page_wherever_it_stands():
    text = "<h1>T</h1>" + "<p>Text</p>" * 60
    assert day(read(f"{text}<p>Last updated: 1 May 2024</p>").published) == "2024-05-01"
    assert day(read(f"{text}<p>Updated 2 May 2024</p><p>Posted on</p><p>1 May 2024</p>").published) == "2024-05-01"


def test_the_only_day_that_stands_alone_dates_a_page_wherever_it_stands():
    text = "<h1>T</h1>" + "<p>Text</p>" * 60
    assert day(read(f"{text}<p>1 May 2024</p><i>1 May 2024</i>").published) == "2024-05-01"
    assert read(f"{text}<p>1 May 2024</p><i>2 May 2024</i>").published is None
    assert read(f"{text}<p>© 2005-2023 Gazette</p>").published is None


def test_the_data_of_a_pages_program_may_stand_in_an_attribute():
    html = "<div data-state='{&quot;datePublished&quot;:&quot;2024-05-01T08:00:00Z&quot;}'></div>"
    assert read(html).published.how == "script"


def test_rules_and_feeds_are_not_contradicted():
    ruled = "<b id=d datetime='2024-05-01T23:30:00Z'>x</b><h1>T</h1><p>2 May 2024</p>"
    assert day(read(ruled, "https://g.example/2024/05/02/x", rules=Rules(date="#d")).published) == "2024-05-01"
    said = Stamp(datetime(2024, 4, 1, 8, tzinfo=UTC), Precision.SECOND, "feed")
    link = Link(URL, "gazette", "https://gazette.example/feed", published=said)
    assert read("<h1>T</h1><p>1 May 2024</p>", hint=link).published == said


def test_a_sources_rule_goes_before_all():
    html = ld(datePublished="2024-04-29") + "<b id=d datetime='2024-05-01T07:00Z'>today</b>"
    published = read(html, rules=Rules(date="#d")).published
    assert (day(published), published.how) == ("2024-05-01", "rules:date")
    assert day(read(html, rules=Rules(date="#none")).published) == "2024-04-29"
    assert day(read(html, rules=Rules(date="[[")).published) == "2024-04-29"
