"""Any input gives an Article or a Failure, at a bounded cost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archive.models import Article
from crawler.extract import extract, guard, rewrite
from tests.crawler.extract.hostile import PAGES, TEXTS, P, costs
from tests.crawler.extract.promises import held

TAGS = [
    *("div", "p", "span", "a", "b", "i", "ul", "ol", "li", "table", "tr", "td", "blockquote", "pre", "figure", "img"),
    *("figcaption", "br", "h1", "h2", "article", "section", "nav", "script", "style", "template", "select", "svg"),
    *("math", "foreignObject", "caption", "button", "option", "html", "body", "textarea", "title", "noscript", "x-y"),
]
ATTRIBUTES = ["", " class=a", " id='b'", ' href="/x?a&b"', " a='>'", ' b="<p>"', " c = d", " hidden/", ' ="', " '"]
PROSE = [
    *("Tags", "<a href=/x>Read more</a>", "<img src=a.jpg>", "<!-- c -->", "Comments", "&lt;", "&#0;", "&#xD800;"),
    *("The pier was closed for a month after a survey. ", "昨天在首都举行了会议，讨论了明年的预算。"),
    *("عقد أمس في العاصمة اجتماع للحكومة", "Вчера в столице", "אתמול התקיימה בבירה", "\0", "\ud800", "\U0001f600"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<", ">", "</", '"', "'"),
]
MARKUP = st.lists(
    st.one_of(
        st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
        st.builds("</{}>".format, st.sampled_from(TAGS)),
        st.sampled_from([P, *PROSE]),
        st.text(max_size=12),
    ),
    max_size=100,
).map("".join)


@pytest.fixture(scope="module")
def parsed():
    return costs(PAGES, "parse")


@pytest.fixture(scope="module")
def extracted():
    return costs(TEXTS)


@pytest.mark.parametrize("name", PAGES)
def test_what_is_meant_to_hurt_the_parser_takes_little_memory_and_ends(parsed, name):
    assert parsed[name].megabytes < 100  # the worst takes 40


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_long_takes_little_memory_and_ends(extracted, name):
    assert extracted[name].megabytes < 200  # the worst takes 85


@pytest.mark.parametrize(
    "html",
    [
        f"<p>\0{P}\0</p>",
        f"{P}<p>&#0; &#xD800; &#x110000; &nosuch; &amp &lt;",
        f"<p title='unclosed>{P}",
        f"<html><body><table>{P}<tr>{P}<td>{P}",
        f"</p></div></body>{P}</html>{P}",
        f"<frameset><frame src=x></frameset>{P}",
        f"<title>{P}",
        f"<textarea>{P}",
        f"<plaintext>{P}",
        f"{P}<img src='http://[bad'><a href='http://[bad'>x</a><a href='https://'>y</a>",
        f"{P}<svg><foreignObject>{P}</foreignObject></svg><math><mi>x</mi></math>",
        f"\ud800{P}\udfff",
    ],
)
def test_broken_markup_gives_something(html):
    held(html)


@given(st.binary(max_size=3_000))
def test_random_bytes(data):
    held(data)


@given(st.text(max_size=1_500))
def test_random_text(text):
    held(text)


@settings(max_examples=120, deadline=None)
@given(MARKUP, st.integers(0, 3_000))
def test_random_trees_cut_at_any_byte(markup, length):
    held(markup)
    held(("<html><body><h1>x</h1>" + P * 4 + markup).encode("utf-8", "ignore")[: 400 + length])


@settings(max_examples=40, deadline=None)
@given(MARKUP)
def test_a_page_gives_the_same_each_time(markup):
    assert extract(P * 4 + markup) == extract(P * 4 + markup)


@settings(max_examples=120, deadline=None)
@given(MARKUP)
def test_the_parser_sees_no_other_elements_in_a_page_written_anew_than_were_written(markup):
    page = rewrite.page((P + markup).encode("utf-8", "ignore"))
    implied = {"html", "head", "body", "tbody", "tr", "colgroup"}
    seen = [node.tag for node in LexborHTMLParser(page).root.traverse() if node.tag not in implied]
    opened = page.count(b"<") - page.count(b"</")
    copies = sum(seen.count(tag) for tag in ("a", "b", "i"))
    assert len(seen) - copies <= opened + 1
    assert "-comment" not in seen


@pytest.mark.parametrize("nested", ["<div>", "<div></x>", "<span><div></span>", "<svg><tr>", "<ul><li>", "<a><div>"])
def test_a_page_written_anew_is_not_deep(nested):
    tree = LexborHTMLParser(rewrite.page((nested * 5_000 + P).encode()))
    depth = 0
    node = tree.css("p")[-1] if tree.css("p") else tree.body
    while node is not None:
        node, depth = node.parent, depth + 1
    assert depth < 420


def test_a_page_written_anew_keeps_its_article():
    page = (
        "<!doctype html><html lang=en><head><title>A & <b> B</title><script type=application/ld+json>"
        '{"headline": "1 < 2"}</script></head><body><!-- x --><svg><path/></svg>'
        f"<article><h1>A</h1>{P * 3}<ul><li>one<li>two</ul><p>1 < 2, <a href='/x?a=>'>see</a></article></body></html>"
    )
    anew = rewrite.page(page.encode())
    assert b'{"headline": "1 \\u003c 2"}' in anew
    before, after = extract(page), extract(anew)
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert (after.title, after.text) == (before.title, before.text)


def test_a_long_page_is_read_to_its_end():
    page = f"<h1>Pier</h1><article>{P * 6_000}<p>The very last words are these, and they are here.</article>"
    found = extract(page)
    assert isinstance(found, Article)
    assert "very last words" in found.text


@pytest.mark.parametrize("tag", ["<p>", "<div class=a>x</div>", "<a href=/x>x</a>", "<b>x</b>", "<br/>", "<p a='>'>"])
def test_an_ordinary_page_is_left_as_it_is(tag):
    page = tag * 2_000
    assert guard.tame(page) == page.encode()
