from __future__ import annotations

import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.extract.around import Around
from crawler.extract.part import Part


def around(html, title="T"):
    tree = LexborHTMLParser(html)
    return Around(tree, tree.css_first("h1"), title)


def test_lines_below_and_above_stand_nearest_first():
    found = around("<p>a</p><div>b <i>c</i></div><section><h1>T <b>x</b></h1><p>d</p></section><p>e <i>f</i></p>")
    assert list(found.below()) == ["d", "e", "f"]
    assert list(found.above()) == ["c", "b", "a"]


def test_they_are_read_as_far_as_they_are_asked_for():
    found = around("<h1>T</h1>" + "".join(f"<p>{n}</p>" for n in range(100)))
    assert list(found.below(2)) == ["0", "1"]
    assert list(found.below(4)) == ["0", "1", "2", "3"]
    assert list(found.below(1)) == ["0"]


def test_what_is_not_shown_as_text_is_none():
    html = (
        "<style>a</style><h1>T</h1><script>1 May</script><!-- c --><select><option>x</select><svg><text>y</text></svg>z"
    )
    assert (list(around(html).below()), list(around(html).above())) == (["z"], [])


@pytest.mark.parametrize("name", ["id=comments", "class='post-comments area'", "id=respond", "class=commentlist"])
def test_what_readers_wrote_does_not_stand_around_the_headline(name):
    html = (
        f"<article><h1>T</h1><p class=comments-count>a</p></article><div {name}><b>Cy Tan</b><p>9 May 2024</p></div>b"
    )
    assert list(around(html).below()) == ["a", "b"]


def test_without_the_element_the_titles_text_is_found():
    assert list(around("<p>a</p><p>The bridge opens</p><p>b</p>", "The bridge opens").below()) == ["b"]
    assert list(around("<p>a</p><p>The bridge opens</p><p>b</p>", "The bridge opens").above()) == ["a"]
    assert list(around("", "").below()) == []


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5_000 + "<h1>T</h1>" + "</div>" * 5_000 + "<p>x",
        ("<div>" * 50 + "x" + "</div>" * 50) * 2_000 + "<h1>T</h1>",
        "<p>x" * 100_000 + "<h1>T</h1>" + "<p>y" * 100_000,
        "<h1>" * 1_000 + "T",
        "<h1>T</h1>" + "<b></b>" * 100_000,
    ],
    ids=["deep", "towers", "wide", "nested", "empty"],
)
def test_the_walk_is_bounded(html):
    tree = LexborHTMLParser(html)
    start = time.process_time()
    headline = tree.css_first("h1")
    found = Around(tree, headline, "T")
    part = Part(tree, headline)
    assert len(list(found.below())) <= 40
    assert len(list(found.above())) <= 12
    assert len(part.links) <= 2_000
    assert time.process_time() - start < 1
