from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archive.models import Link
from config.models import Rules
from crawler.extract import metadata

URL = "https://www.gazette.example/news/bridge"


def read(html, url=URL, *, hint=None, rules=None):
    return metadata.read(LexborHTMLParser(html), url, hint=hint, fetched_at=None, rules=rules)


def ld(kind="NewsArticle", **fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **fields})}</script>'


def meta(name, content):
    return f'<meta property="{name}" content="{content}">'


# Titles.


@pytest.mark.parametrize(
    "html",
    [
        "<title>Old bridge opens again</title>",
        "<title>Old bridge opens again | Gazette</title>",
        "<title>Old bridge opens again - The Gazette</title>",
        "<title>Gazette: Old bridge opens again</title>",
        "<title>Gazette | Old bridge opens again</title>",
        "<title>Old bridge opens again — Local — gazette.example</title>" + meta("og:title", "Old bridge opens again"),
        meta("og:site_name", "Morning Post") + "<title>Old bridge opens again – Morning Post</title>",
        meta("og:title", "Old bridge opens again | News"),
        "<title>x</title><h1>Old bridge opens again</h1>",
        "<h1>\n Old   bridge <em>opens</em>\n again </h1>",
        "<h1><span class='kicker'>River</span><span>Old bridge opens again</span></h1>",
        meta("og:title", "Old bridge opens again") + "<h1><i>River works</i> Old bridge opens again</h1>",
        "<h1>Gazette</h1><h1>Old bridge opens again</h1>",
        meta("og:title", "Old bridge opens again") + "<h1>Subscribe now for less</h1>",
        meta("og:title", "Old bridge opens again") + "<h1><img src=x></h1>",
        ld(headline="Old bridge opens again"),
        meta("headline", "Old bridge opens again") + meta("og:title", "Old bridge opens again-Local|Gazette"),
        "<h1>Old bri\u00addge opens\u200b again</h1>",
        meta("og:title", "Old &amp;#98;ridge opens again"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_without_the_sites_name(html):
    assert read(html).title == "Old bridge opens again"


@pytest.mark.parametrize(
    "title",
    [
        "老石桥重新开放_新闻_晨报网",
        "老石桥重新开放-晨报网",
        "老石桥重新开放：晨报网",
        "老石桥重新开放【晨报网】",
        "老石桥重新开放",
    ],
)
def test_a_sites_name_needs_no_blanks_before_it(title):
    assert read(f"<title>{title}</title>" + meta("og:site_name", "晨报网")).title == "老石桥重新开放"


@pytest.mark.parametrize(
    "title",
    [
        "Spain – Italy: what to know",
        "A night at the opera | a review",
        "Mayor: 'We will build it'",
        "Up-to-date: 3:2 for Gazette City",
    ],
)
def test_a_headlines_own_dashes_and_colons_stay(title):
    html = f"<title>{title} - Gazette</title>{meta('og:title', title)}<h1>{title}</h1>"
    assert read(html).title == title


def test_a_headline_that_speaks_of_tags_keeps_them():
    assert read("<h1>Thirty years of &lt;br&gt; tags</h1>").title == "Thirty years of <br> tags"


def test_a_news_pages_own_headline_goes_before_one_for_search_engines_that_all_else_says():
    shown = meta("og:title", "Bridge live: all about the opening") + "<h1>Bridge live: all about the opening</h1>"
    html = "<title>Bridge live: all about the opening</title>" + shown
    own = "Old bridge opens again after two years"
    assert read(html + ld(headline=own)).title == own
    assert read(html + ld("WebPage", headline=own)).title == "Bridge live: all about the opening"
    assert read(html + ld(headline="Bridge live: all about the")).title == "Bridge live: all about the opening"


def test_a_blogs_name_over_the_headline_is_not_the_title():
    html = "<title>Bridges and Piers: Old bridge opens again</title>" + meta("og:title", "Old bridge opens again")
    heads = "<h1>Bridges and Piers</h1><h3>Old bridge opens again</h3><h1>Old, but open</h1>"
    assert read(html + heads, "https://someone.blog.example/2026/05/bridge").title == "Old bridge opens again"


def test_every_form_of_the_title_is_a_candidate_once():
    html = "<title>Bridge opens - Gazette</title>" + meta("og:title", "The bridge opens") + "<h1>Bridge opens</h1>"
    found = read(html)
    assert found.title_candidates[0] == found.title == "Bridge opens"
    assert set(found.title_candidates) == {"Bridge opens", "The bridge opens", "Bridge opens - Gazette"}


def test_the_feeds_title_serves_where_the_page_has_none():
    link = Link(URL, "gazette", "https://gazette.example/feed", title="Bridge opens")
    assert read("<p>text", hint=link).title == "Bridge opens"
    assert dict(read("<p>text", hint=link).evidence)["title"] == "link"
    assert read("<h1>Bridge closes</h1>", hint=link).title == "Bridge closes"


def test_a_sources_rule_goes_before_all():
    html = "<h1>Live</h1><h2 class=x>Bridge opens</h2>"
    assert read(html, rules=Rules(title="h2.x")).title == "Bridge opens"
    assert read(html, rules=Rules(title="h2.y")).title == "Live"
    assert read(html, rules=Rules(title=":contains(")).title == "Live"


# Canonical URL.


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (
            '<link rel="canonical" href="https://gazette.example/bridge?utm_source=x#top">',
            "https://gazette.example/bridge",
        ),
        ('<link rel="alternate canonical" href="/bridge">', "https://www.gazette.example/bridge"),
        (
            '<noscript><img src="x"></noscript><link rel="canonical" href="/bridge">',
            "https://www.gazette.example/bridge",
        ),
        (meta("og:url", "https://amp.gazette.example/bridge"), "https://amp.gazette.example/bridge"),
        (ld(url="https://gazette.example/bridge"), "https://gazette.example/bridge"),
        ('<link rel="canonical" href="https://evil.example/bridge">', URL),
        ('<link rel="canonical" href="https://gazette.example.evil.example/bridge">', URL),
        ('<link rel="canonical" href="https://www.gazette.example/">', URL),
        ('<link rel="canonical" href="javascript:alert(1)">', URL),
        ('<link rel="canonical" href="">', URL),
        ('<link rel="canonical" href="http://[bad">', URL),
        ("", URL),
    ],
)
def test_a_canonical_url_is_believed_on_its_own_site(html, url):
    assert read(html).canonical_url == url


@pytest.mark.parametrize("href", ["undefined", "null", " ", "{{ page.url }}", "${url}", "[object Object]", "False"])
def test_what_a_template_left_unfilled_is_no_address(href):
    page = read(f'<link rel=canonical href="{href}">' + meta("og:image", href))
    assert (page.canonical_url, page.image) == (URL, "")


def test_a_page_of_unknown_address_may_name_its_own():
    assert (
        read('<link rel="canonical" href="https://gazette.example/bridge">', "").canonical_url
        == "https://gazette.example/bridge"
    )
    assert read("<p>", "").canonical_url == ""


# Labels.


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="de-AT">', "de"),
        ('<html xml:lang="fr">', "fr"),
        (ld(inLanguage="pt-BR"), "pt"),
        (ld(inLanguage={"@type": "Language", "name": "es"}), "es"),
        (meta("og:locale", "it_IT"), "it"),
        ('<html lang=""><meta name="language" content="nl">', "nl"),
        ("<p>", ""),
    ],
)
def test_the_language_is_the_declared_ones_primary_tag(html, language):
    assert read(html).language == language


@pytest.mark.parametrize(
    "html",
    [
        ld(keywords=["Bridges", "River works", "bridges"]),
        ld(keywords="Bridges, River works,"),
        ld(keywords='["Bridges","River works"]'),
        ld(keywords="#Bridges #River works"),
        ld(keywords=["Bridges, River works"]),
        ld(keywords=["Topic: Bridges", "3f2b8c1e-0000-4000-8000-aabbccddeeff", "River works", "section_id_7", "12345"]),
        ld(keywords=[{"@type": "DefinedTerm", "name": "Bridges"}, {"name": "River works"}]),
        meta("article:tag", "Bridges") + meta("article:tag", "River works"),
        '<meta name="news_keywords" content="Bridges; River works">',
        '<meta name="keywords" content="Bridges, River works, Gazette">' + meta("og:site_name", "Gazette"),
        '<a rel="tag" href="/x">#Bridges</a><a rel="tag" href="/y">River works</a>',
        '<div><a href="/topic/1">Bridges</a> <a href="/tag/2">River works</a></div><nav><a href="/tag/3">x</a></nav>',
    ],
)
def test_tags_are_cleaned_and_kept_once(html):
    assert read(html).tags == ("Bridges", "River works")


def test_a_menu_of_topics_and_a_link_in_a_sentence_are_no_tags():
    menu = "".join(f'<a href="/topics/{i}">Topic {i}</a>' for i in range(40))
    assert read(f"<div>{menu}</div><p>He said <a href='/topic/x'>so</a> <a href='/topic/y'>twice</a></p>").tags == ()


@pytest.mark.parametrize(
    ("html", "section"),
    [
        (ld(articleSection="Local"), "Local"),
        (ld(articleSection=["Local", "News"]), "Local"),
        (meta("article:section", "Local"), "Local"),
        (meta("article:section", "https://gazette.example/local"), ""),
        (
            ld(
                "BreadcrumbList",
                itemListElement=[{"name": "Home"}, {"item": {"name": "Local"}}, {"name": "Bridge opens"}],
            ),
            "Local",
        ),
    ],
)
def test_the_section_is_a_name(html, section):
    assert read(html).section == section


def crumb(name, item):
    return {"@type": "ListItem", "name": name, "item": item}


HOME = crumb("Home", "https://www.gazette.example/")
LOCAL = crumb("Local", {"@id": "https://www.gazette.example/local"})


@pytest.mark.parametrize(
    "html",
    [
        ld(articleSection=["Home", "Local"]),
        ld(articleSection="Gazette") + meta("article:section", "Local"),
        ld(articleSection="Uncategorized") + meta("article:section", "Local"),
        meta("article:section", "Home &gt; News &gt; Local"),
        meta("article:section", "Local &gt; 06/2024"),
        meta("og:title", "Old bridge opens: a day out") + meta("article:section", "Local &gt; Old Bridge"),
        ld("BreadcrumbList", itemListElement=[HOME, LOCAL]),
        ld("BreadcrumbList", itemListElement=[HOME, crumb("News", "/news"), LOCAL]),
        ld("BreadcrumbList", itemListElement=[HOME, LOCAL, crumb("The bridge", URL)]),
        ld("BreadcrumbList", itemListElement=[LOCAL | {"name": "Startseite"}, LOCAL]),
        "<title>Bridge</title><ul class=breadcrumbs><a href=/>Home</a><li><a href=/l>Local</a><li><a>Bridge</a></ul>",
        "<nav aria-label=Breadcrumb><a href=/>Gazette</a> › <a href=/l>Local</a> › <span>Bridge</span></nav>",
    ],
)
def test_the_section_is_no_front_page_and_the_last_of_its_path(html):
    assert read(html).section == "Local"


@pytest.mark.parametrize("items", [None, 7, [], ["a"], [None, 7], [{}], [{"name": None, "item": 3}], [{"item": [[]]}]])
def test_breadcrumbs_that_are_none_give_no_section(items):
    assert read(ld("BreadcrumbList", itemListElement=items)).section == ""


@pytest.mark.parametrize(
    ("html", "image"),
    [
        (meta("og:image", "/i/bridge.jpg"), "https://www.gazette.example/i/bridge.jpg"),
        (ld(image="https://cdn.example/bridge.jpg"), "https://cdn.example/bridge.jpg"),
        (ld(image=[{"@type": "ImageObject", "url": "//cdn.example/bridge.jpg"}]), "https://cdn.example/bridge.jpg"),
        (meta("og:image", "/logo.png") + ld(image="/i/bridge.jpg"), "https://www.gazette.example/i/bridge.jpg"),
        (meta("og:image", "data:image/png;base64,AAAA"), ""),
        (meta("og:image", "javascript:alert(1)"), ""),
    ],
)
def test_the_image_is_an_absolute_address(html, image):
    assert read(html).image == image


def test_a_description_that_was_cut_gives_way_to_a_whole_one():
    html = meta("og:description", "The old bridge over…") + ld(description="The old bridge over the river opens.")
    assert read(html).description == "The old bridge over the river opens."
    for cut in ("The old bridge over...", "The old bridge over […]", "The old bridge [&amp;hellip;]"):
        html = meta("og:description", cut) + meta("description", "The old bridge over the river opens.")
        assert read(html).description == "The old bridge over the river opens."
    other = meta("og:description", "The old bridge…") + meta("description", "News from the river.")
    assert read(other).description == "The old bridge…"


@pytest.mark.parametrize(
    ("html", "paywalled"),
    [
        (ld(isAccessibleForFree=False), True),
        (ld(isAccessibleForFree="False"), True),
        (ld(isAccessibleForFree="http://schema.org/False"), True),
        (ld(isAccessibleForFree=True), False),
        (meta("article:content_tier", "locked"), True),
        (meta("article:content_tier", "free"), False),
        (ld(isAccessibleForFree=[]), None),
        ("<p>", None),
    ],
)
def test_a_page_says_whether_it_is_for_subscribers(html, paywalled):
    assert read(html).paywalled is paywalled


def test_the_rest_is_passed_on_for_the_body():
    found = read(ld(articleBody="The bridge.", wordCount="2") + meta("og:type", "Article") + ld("CollectionPage"))
    assert (found.article_body, found.word_count, found.og_type) == ("The bridge.", 2, "article")
    assert found.json_ld_types == ("NewsArticle", "CollectionPage")


@pytest.mark.parametrize("count", ["many", -3, None, [], {}, 1e999, "9" * 5_000])
def test_a_word_count_that_is_none_is_left_out(count):
    assert read(ld(wordCount=count)).word_count is None


def test_each_field_names_the_rule_that_gave_it():
    html = f'<html lang="en"><h1>Bridge opens</h1>{ld(author="Ada Moss", datePublished="2024-05-01")}'
    evidence = dict(read(html).evidence)
    assert evidence["title"] == "h1"
    assert evidence["authors"] == "json-ld:author"
    assert evidence["published"] == "json-ld:datePublished"
    assert evidence["language"] == "html:lang"
    assert "tags" not in evidence


# What attackers and accidents send.


def test_reading_changes_nothing():
    html = f"<html lang=en><head>{ld(headline='x')}</head><body><h1><b class=kicker>A</b>Bridge</h1><time>1 May</time>"
    tree = LexborHTMLParser(html)
    before = tree.html
    metadata.read(tree, URL, hint=None, fetched_at=None, rules=None)
    assert tree.html == before


def test_lone_surrogates_and_controls_do_not_get_through():
    found = read(
        '<script type="application/ld+json">{"@type":"Article","headline":"A\\ud800B\\u0000C \\u001b[31m D"}</script>'
    )
    assert found.title == "ABC [31m D"
    found.title.encode()


def test_a_page_of_nothing_but_metadata_ends_soon():
    html = (meta("article:tag", "x" * 1_000) + "<h1>a - b | c</h1><time>1</time><a rel=author>By</a>") * 3_000
    assert len(read(html).tags) <= 40


@pytest.mark.parametrize(
    "html",
    [
        "<h1>" * 10 + "<time>" * 60 + "<a rel=author class='byline date'>" * 40 + "word " * 500_000,
        f'<meta name=author content="{"a" * 5_000}">' * 300,
        f'<script type="application/ld+json">--> {" " * 1_000_000}x</script>',
        f'<script type="application/ld+json">{{{", " * 500_000}</script>',
        '<script type="application/ld+json">{"@type":"Article"}</script>' * 20_000,
        f"<title>{'a - ' * 500_000}</title>",
    ],
    ids=["nested", "bylines", "blanks", "commas", "scripts", "dashes"],
)
def test_a_page_made_to_be_slow_is_read_like_others(html):
    assert read(html).published is None  # each took from seconds to hours before its bound was set


PIECES = """
<h1> </h1> <title> |_Gazette _-_ :_ <time_datetime='2024-13-45'> 1_May_2024 By_ Ada_Moss <a_rel=author> '>
</script> <svg>
<meta_property='og:title'_content=' <script_type='application/ld+json'>
{"@type":"Article", "headline": "x"} <template> <!--
<link_rel=canonical_href=' http://[ \u202e \U0001f600 &#x110000; <h1_class=kicker>
<meta_name=date_content='99999999999
"""
pieces = st.sampled_from([piece.replace("_", " ") for piece in PIECES.split()])


@settings(max_examples=200)
@given(st.lists(pieces, max_size=30).map("".join), st.sampled_from([URL, "", "not a url", "https://127.0.0.1:8/x"]))
def test_no_page_raises(html, url):
    read(html, url)
