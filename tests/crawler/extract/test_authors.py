from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from config.models import Rules
from crawler.extract import authors, metadata

URL = "https://www.gazette.example/a"


def read(html, rules=None):
    return metadata.read(LexborHTMLParser(html), URL, hint=None, fetched_at=None, rules=rules)


def ld(author, **more):
    node = {"@type": "NewsArticle", "author": author, **more}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Moss", ["Ada Moss"]),
        ("BY ADA MOSS", ["ADA MOSS"]),
        ("Von Ada Moss und Jan Röder", ["Ada Moss", "Jan Röder"]),
        ("Ein Gastbeitrag von Ada Moss", ["Ada Moss"]),
        ("Par Ada Moss et Luc Brun", ["Ada Moss", "Luc Brun"]),
        ("Por Ada Moss y Luis Gil", ["Ada Moss", "Luis Gil"]),
        ("di Ada Moss e Ugo Riva", ["Ada Moss", "Ugo Riva"]),
        ("Door Ada Moss en Piet de Wit", ["Ada Moss", "Piet de Wit"]),
        ("Автор: Ада Мосс", ["Ада Мосс"]),
        ("文／林小明", ["林小明"]),
        ("김민준 기자", ["김민준"]),
        ("Ada Moss, Jan Roe and Lu Wei", ["Ada Moss", "Jan Roe", "Lu Wei"]),
        ("Ada Moss & Jan Roe | Lu Wei", ["Ada Moss", "Jan Roe", "Lu Wei"]),
        ("Ada Moss, Political Editor", ["Ada Moss"]),
        ("Ada Moss - Wirtschaftsredakteur", ["Ada Moss"]),
        ("Ada Moss, MD, Ph.D.", ["Ada Moss"]),
        ("Ada Moss (ada@gazette.example)", ["Ada Moss"]),
        ("Ada Moss @adamoss", ["Ada Moss"]),
        ("Ada Moss in Berlin", ["Ada Moss"]),
        ("Byron Anderson", ["Byron Anderson"]),
        ("Andrea Vonnegut", ["Andrea Vonnegut"]),
        ("Ada Moss, Reuters", ["Ada Moss", "Reuters"]),
        ("Reuters", ["Reuters"]),
        ("AFP, dpa", ["AFP", "dpa"]),
        ("https://gazette.example/author/ada-moss", []),
        ("admin", []),
        ("Guest Author", []),
        ("", []),
    ],
)
def test_a_byline_gives_its_names(byline, names):
    assert list(authors.clean([byline])) == names


def test_a_name_said_twice_is_kept_once():
    assert authors.clean(["Ada Moss", "ADA MOSS", "Jan Roe"]) == ("ADA MOSS", "Jan Roe")


@pytest.mark.parametrize(
    "author",
    [
        "Ada Moss",
        ["Ada Moss"],
        {"@type": "Person", "name": "Ada Moss"},
        [{"@type": "Person", "name": "By Ada Moss"}, {"@type": "Organization", "name": "Gazette"}],
        {"@type": "Person", "name": ["Ada Moss"]},
        {"@type": ["Person"], "name": "Ada&nbsp;Moss"},
    ],
)
def test_json_ld_gives_the_person(author):
    assert read(ld(author)).authors == ("Ada Moss",)


def test_json_ld_may_refer_to_the_person():
    graph = [
        {"@type": "NewsArticle", "author": {"@id": "#ada"}},
        {"@type": "Person", "@id": "#ada", "name": "Ada Moss"},
    ]
    html = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'
    assert read(html).authors == ("Ada Moss",)


@pytest.mark.parametrize(
    "html",
    [
        '<meta name="author" content="Ada Moss">',
        '<meta name="dc.creator" content="Moss, Ada">',
        '<h1>T</h1><a rel="author" href="/ada">Ada Moss</a>',
        '<h1>T</h1><span itemprop="author"><b itemprop="name">Ada Moss</b></span>',
        '<h1>T</h1><div class="c-byline">By <a href="/x">Ada Moss</a> <i>Staff writer</i> 3 min read</div>',
        '<h1>T</h1><a href="/author/ada-moss">Ada Moss</a>',
        "<h1>T</h1><p>By Ada Moss</p><p>Text</p>",
        "<h1>T</h1><p>Von</p><p>Ada Moss</p><p>Text</p>",
    ],
)
def test_pages_without_json_ld_say_it_elsewhere(html):
    assert read(html).authors == ("Ada Moss",)


def test_a_publisher_that_signs_its_own_texts_gives_way_to_a_person():
    html = ld({"@type": "Organization", "name": "The Gazette"}) + '<h1>T</h1><div class="byline">By Ada Moss</div>'
    assert read(html).authors == ("Ada Moss",)
    assert read(ld("Gazette") + '<meta name="author" content="Ada Moss">').authors == ("Ada Moss",)


def test_where_nobody_else_signs_it_is_the_publisher_the_desk_or_the_agency():
    assert read(ld({"@type": "Organization", "name": "The Gazette"})).authors == ("The Gazette",)
    assert read('<meta name="author" content="Gazette Staff">').authors == ("Gazette Staff",)
    assert read(ld(["Reuters"])).authors == ("Reuters",)


def test_bylines_of_other_texts_are_not_this_ones():
    html = '<h1>T</h1><div class="related"><a rel="author">Jan Roe</a></div><footer><a rel="author">Lu Wei</a></footer>'
    assert read(html).authors == ()


def test_what_a_byline_element_says_beside_names_is_no_name():
    html = (
        '<h1>T</h1><div class="author-box"><b>Ada Moss</b><a>Follow Author</a><a>Read More</a><i>Last Updated</i></div>'
    )
    assert read(html).authors == ("Ada Moss",)


def test_a_sources_rule_goes_before_all():
    html = ld("Jan Roe") + '<b class="x">By Ada Moss</b>'
    assert read(html, Rules(author=".x")).authors == ("Ada Moss",)
    assert read(html, Rules(author=".y")).authors == ("Jan Roe",)


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_byline_raises(values):
    for name in authors.clean(values):
        assert name.strip()
