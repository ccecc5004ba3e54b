from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from config.models import Rules
from crawler.extract import metadata, names

URL = "https://www.gazette.example/a"


def read(html, rules=None):
    return metadata.read(LexborHTMLParser(html), URL, hint=None, fetched_at=None, rules=rules)


def ld(author, **more):
    node = {"@type": "NewsArticle", "author": author, **more}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("byline", "expected"),
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
        ("Guest Essay by Ada Moss", ["Ada Moss"]),
        ("Ada Moss (Text) und Jan Roe (Fotos)", ["Ada Moss"]),
        ("By Ada Moss, for The Gazette", ["Ada Moss"]),
        ("By Ada Moss - January 5, 2024", ["Ada Moss"]),
        ("Ada Moss • 5 min read", ["Ada Moss"]),
        ("山田太郎（編集部）", ["山田太郎"]),
        ("Eine Kolumne von Ada Moss", ["Ada Moss"]),
        ("Protokoll: Ada Moss", ["Ada Moss"]),
        ("Reporting by Ada Moss; Editing by Jan Roe", ["Ada Moss"]),
        ("Szöveg: Ada Moss és Jan Roe", ["Ada Moss", "Jan Roe"]),
        ("Γράφει η Ada Moss", ["Ada Moss"]),
        ("Viết bởi Ada Moss và Jan Roe", ["Ada Moss", "Jan Roe"]),
        ("Ada Moss + Jan Roe", ["Ada Moss", "Jan Roe"]),
        ("ผู้เขียน: สมชาย ใจดี", ["สมชาย ใจดี"]),
        ("लेखक: राम कुमार और सीता देवी", ["राम कुमार", "सीता देवी"]),
        ("نویسنده: علی رضایی", ["علی رضایی"]),
        ("取材・文＝山田太郎", ["山田太郎"]),
        ("张三；李四", ["张三", "李四"]),
        ("責任編輯：王小明", []),
        ("admin", []),
        ("Guest Author", []),
        ("", []),
    ],
)
def test_a_byline_gives_its_names(byline, expected):
    assert list(names.clean([byline])) == expected


def test_a_name_said_twice_is_kept_once():
    assert names.clean(["Ada Moss", "ADA MOSS", "Jan Roe"]) == ("ADA MOSS", "Jan Roe")


@pytest.mark.parametrize(
    "author",
    [
        "Ada Moss",
        ["Ada Moss"],
        {"@type": "Person", "name": "Ada Moss"},
        [{"@type": "Person", "name": "By Ada Moss"}, {"@type": "Organization", "name": "Gazette"}],
        {"@type": "Person", "name": ["Ada Moss"]},
        {"@type": ["Person"], "name": "Ada&nbsp;Moss"},
        {"@type": "Person", "givenName": "Ada", "familyName": "Moss"},
        {"@list": [{"@type": "Person", "name": "Ada Moss"}]},
        {"@type": "Role", "roleName": "Editor", "author": {"@type": "Person", "name": "Ada Moss"}},
    ],
)
def test_json_ld_gives_the_person(author):
    assert read(ld(author)).authors == ("Ada Moss",)


def test_names_that_one_json_ld_person_has_are_those_of_several():
    assert read(ld({"@type": "Person", "name": ["Ada Moss", None, "Jan Roe"]})).authors == ("Ada Moss", "Jan Roe")


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
        '<h1>T</h1><p property="author" typeof="Person"><b property="name">Ada Moss</b></p>',
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
    assert read("<article><h1>T</h1><p class=author>AFP</p><p>Text</p></article>").authors == ("AFP",)


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


@pytest.mark.parametrize(
    "author",
    [
        [{"@type": "Person", "name": "Ada Moss"}, {"@type": "Person", "name": "Deutsche Presse-Agentur"}],
        [{"@type": "Person", "name": "Ada Moss"}, {"@type": "Organization", "name": "Deutsche Presse-Agentur"}],
        "Ada Moss und Deutsche Presse-Agentur",
    ],
)
def test_an_agency_signs_beside_the_person_who_worked_on_its_text(author):
    assert read(ld(author)).authors == ("Ada Moss", "Deutsche Presse-Agentur")


def test_an_agency_that_publishes_the_page_itself_does_not():
    assert read(ld(["Ada Moss", "AFP"]) + '<meta property="og:site_name" content="AFP">').authors == ("Ada Moss",)


def test_the_publishers_address_is_nobody():
    author = {"@type": "Person", "name": "Gazette, Springfield, Freedonia"}
    assert read(ld(author) + "<h1>T</h1><p>By Ada Moss</p>").authors == ("Ada Moss",)


def test_a_newsroom_that_says_so_goes_before_whoever_is_named_on_the_page():
    assert read(ld("The Gazette Team") + '<h1>T</h1><b class="author">Ada Moss</b>').authors == ("The Gazette Team",)
    assert read(ld(["Ada Moss", "Gazette Staff"])).authors == ("Ada Moss",)


@pytest.mark.parametrize("login", ["amoss.2", "ada.moss", "AdaM", "NOC Admin", "page.author.name"])
def test_a_login_gives_way_to_a_name(login):
    assert read(ld(login) + "<h1>T</h1><p>By Ada Moss</p>").authors == ("Ada Moss",)
    assert read(ld(login)).authors == (login,)


@pytest.mark.parametrize("label", ["Written by", "By", "Author:", "Autor"])
def test_what_a_page_shows_where_it_is_shared_may_name_its_author(label):
    html = f'<meta name="twitter:label1" content="{label}"><meta name="twitter:data1" content="Ada Moss">'
    assert read(html).authors == ("Ada Moss",)
    assert read(html.replace(label, "Est. reading time").replace("Ada Moss", "5 minutes")).authors == ()


@pytest.mark.parametrize(
    "below",
    [
        "<p>Ada Moss</p><p>1 May 2024</p>",
        "<p>1 May 2024</p><p>Ada Moss</p>",
        "<p>Ada Moss</p><p>·</p><p>1 May 2024</p>",
        "<p>Standfirst of the text.</p><p>Ada Moss</p><time>1 May 2024</time>",
    ],
)
def test_a_name_that_stands_next_to_the_date_below_the_headline_signs(below):
    assert read(f"<h1>T</h1>{below}<p>Text</p>").authors == ("Ada Moss",)


@pytest.mark.parametrize(
    "label", ["Jump to Recipe", "Guide to Better Bridges", "© Someone Else", "Neueste Beiträge", "(s)"]
)
def test_a_label_next_to_the_date_is_no_name(label):
    assert read(f"<h1>T</h1><p>{label}</p><p>1 May 2024</p>").authors == ()


def test_names_stand_one_below_the_other_after_the_word_for_by():
    html = "<h1>T</h1><p>Von:</p><p>Ada Moss</p><p>Jan Roe</p><p>Die Brücke ist wieder offen.</p>"
    assert read(html).authors == ("Ada Moss", "Jan Roe")


@pytest.mark.parametrize("name", ["The Bridge Builders", "bridgefan", "Gazette"])
def test_whoever_signs_below_the_headline_serves_where_no_person_does(name):
    assert read(f"<h1>T</h1><p>By</p><p>{name}</p><p>Text</p>").authors == (name,)


def test_a_login_in_an_authors_link_serves_where_no_person_signs():
    assert read('<h1>T</h1><p>In <a rel="author" href="/x">bridgefan</a></p>').authors == ("bridgefan",)
    assert read('<h1>T</h1><a rel="author">bridgefan</a><a rel="author">riverfan</a>').authors == ()


def test_an_authors_link_beside_the_article_serves_where_it_is_the_only_one():
    assert read('<h1>T</h1><div class="sidebar"><a rel="author">Ada Moss</a></div>').authors == ("Ada Moss",)


@pytest.mark.parametrize("hand", ["Edited by", "Medically reviewed by", "Photos by", "Fotos:", "Traduit par"])
def test_who_edited_or_illustrated_a_text_did_not_write_it(hand):
    html = f'<h1>T</h1><div class="byline">By <b>Ada Moss</b> <span>{hand}</span> <b>Jan Roe</b></div>'
    assert read(html).authors == ("Ada Moss",)


def test_bylines_outside_the_part_with_the_headline_are_other_texts():
    html = '<main><h1>T</h1><p>Words</p></main><section><b class="author">Jan Roe</b></section>'
    assert read(html).authors == ()


def test_who_took_the_picture_did_not_write_the_text():
    picture = (
        "<figure><img src=b.jpg><figcaption>River <span class='credit author'>Jan Roe</span></figcaption></figure>"
    )
    assert read(f"<article><h1>Bridge opens</h1>{picture}<p>Text</p></article>").authors == ()
    signed = "<p class=author>Ada Moss</p>"
    assert read(f"<article><h1>Bridge opens</h1>{picture}{signed}<p>Text</p></article>").authors == ("Ada Moss",)


def test_half_an_aside_is_no_name():
    html = '<meta name="author" content="Ada Moss"><meta name="author" content="Picture Desk)">'
    assert read(html).authors == ("Ada Moss",)


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_byline_raises(values):
    for name in names.clean(values):
        assert name.strip()
