"""Any input gives an Article or a Failure, at a bounded cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import render
from archive.models import Article, Failure
from crawler.extract import extract

P = "<p>" + "The pier was closed for the third time this month, after a survey had found that it moved. " * 4 + "</p>"
TAGS = [
    *("div", "p", "span", "a", "b", "i", "ul", "ol", "li", "table", "tr", "td", "blockquote", "pre", "figure", "img"),
    *("figcaption", "br", "h1", "h2", "article", "section", "nav", "script", "style", "template", "select", "svg"),
]


def outcome(html: str | bytes) -> Article | Failure:
    found = extract(html, "https://news.example/x")
    assert isinstance(found, Article | Failure)
    if isinstance(found, Article):
        render.markdown(found.blocks)
        render.html(found.blocks)
    return found


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div>" * 100_000 + P * 5 + "</div>" * 100_000,
        "<b>" * 50_000 + P * 5,
        "".join(f"<font size={n}>" for n in range(5_000)) + "<p>x" * 20_000,
        "<table><tr><td>" * 20_000 + P,
        "<ul><li>" * 30_000 + P,
        "<blockquote>" * 30_000 + P * 5,
        "<x-a>" * 60_000 + P,
        "<a href=x>" * 50_000 + P,
        "<svg><g>" * 30_000 + P,
        "<p>x" * 1_000_000,
        "<" * 200_000,
        "<div " + "a=1 " * 200_000 + ">" + P,
        "<p>" + "word " * 1_000_000 + "</p>",
        "<p>" + "." * 500_000 + "</p>" + P,
        "x" * 2_000_000,
        "Tags " + "a " * 200_000,
        "<script>" + '"' + "\\" * 300_000 + "</script>",
        "<script>" + '"<p' * 100_000 + "</script>",
        "<!--" * 50_000 + P,
        "<style>" * 30_000 + P,
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + f">{P}",
        "<p/" + "/".join(f"a{n}='1'" for n in range(60_000)) + f">{P}",
    ],
    ids=lambda html: html[:14],
)
def test_what_is_meant_to_hurt_costs_little(html):
    start = time.process_time()
    outcome(html)
    assert time.process_time() - start < 5  # CPU time; measured under one second each


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
    outcome(html)


@given(st.binary(max_size=3_000))
def test_random_bytes(data):
    outcome(data)


@given(st.text(max_size=1_500))
def test_random_text(text):
    outcome(text)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([f"<{tag}>" for tag in TAGS]),
            st.sampled_from([f"</{tag}>" for tag in TAGS]),
            st.sampled_from(
                [P, "Tags", "<a href=/x>Read more</a>", "<img src=a.jpg>", "<!-- c -->", "Comments", "&lt;"]
            ),
            st.text(max_size=12),
        ),
        max_size=120,
    )
)
def test_random_trees(parts):
    outcome("".join(parts))
    outcome("<html><body><h1>x</h1>" + P * 4 + "".join(parts))
