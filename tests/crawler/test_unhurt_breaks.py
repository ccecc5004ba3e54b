"""A page that broke off on its way is no new text of an article, and none was taken back by it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from config.models import Source
from tests.polite import config, crawl, manners, on, rows
from tests.publisher import Story
from tests.site import Raw, Request, Response, Site

that_day = on(2026, 11, 23)

PATH = "/news/7-harbour-bridge"
TEXT = [paragraph for number in (7, 8, 9) for paragraph in Story(number).paragraphs]
HEAD = (
    '<title>Harbour bridge reopens | The Paper</title><meta property="og:type" content="article">'
    '<meta property="article:published_time" content="2026-11-20T10:00:00Z">'
)
NAV = '<header><nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/town">Town</a></nav></header>'
BELOW = (
    '<aside class="related"><h2>More from the harbour</h2><ul>'
    + "".join(f'<li><a href="/news/{number}">{Story(number).title}</a></li>' for number in range(20, 28))
    + "</ul></aside><footer><p>The Paper is printed in Harbour Street.</p><p>All rights reserved</p></footer>"
    "<script>window.counted = window.counted || []; window.counted.push(['page', 7]);</script>"
)


def whole(*text: str, end: str = "</body></html>") -> str:
    inner = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    story = f"<main><article><h1>Harbour bridge reopens</h1>{inner}</article></main>"
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8">{HEAD}</head><body>{NAV}{story}{BELOW}{end}'


def looked_at(db: Path, *looks: Response | Raw | str) -> list[str]:
    """The changes of one article, whose page is each of these in turn."""
    with Site({PATH: looks[0]}) as site:
        site.routes["/map.xml"] = f"<urlset><url><loc>{site.url(PATH)}</loc></url></urlset>"
        settings = config(Source("ill", site.url(), sitemaps=(site.url("/map.xml"),), politeness=manners()))
        for look in looks:
            site.routes[PATH] = look
            crawl(db, settings)
    return [change for (change,) in rows(db, "SELECT change FROM revisions ORDER BY number")]


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_page_that_broke_off_leaves_the_text_and_its_history_as_they_were(db, percent):
    page = whole(*TEXT)
    assert looked_at(db, page, page[: len(page) * percent // 100]) == []
    assert rows(db, "SELECT text, paywalled FROM articles") == [("\n\n".join(TEXT), None)]


def test_it_is_said_that_a_page_broke_off_and_the_next_look_is_believed_again(db):
    page, later = whole(*TEXT), whole(*TEXT, "The ferry stays until spring, said its captain, and then goes for good.")
    assert looked_at(db, page, page[: len(page) // 2], later) == ["first", "addition"]
    told = rows(db, "SELECT outcome, stage, reason, detail FROM fetches WHERE kind = 'article' ORDER BY id")
    assert [row[:3] for row in told] == [("new", "", ""), ("failed", "fetch", "truncated"), ("revised", "", "")]
    assert "its end is missing" in told[1][3]


def test_an_answer_that_ends_where_the_connection_does_is_known_to_have_broken_off(db):
    page = whole(*TEXT)

    def break_off(request: Request, connection: socket.socket) -> None:
        head = "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        connection.sendall((head + page[: len(page) // 2]).encode())

    assert looked_at(db, page, Raw(break_off)) == []


def test_a_beginning_is_not_believed_however_often_it_comes(db):
    page = whole(*TEXT)
    half = page[: len(page) // 2]
    assert looked_at(db, page, half, half, half) == []


SECOND = "/news/8-ring-road"


def second(db: Path, *looks: str) -> list[tuple]:
    """The text of another article of a paper whose pages are closed, after each look at it."""
    found = []
    other = whole(*Story(11).paragraphs, *Story(12).paragraphs)
    with Site({PATH: other, SECOND: looks[0]}) as site:
        for look, paths in [(looks[0], [PATH]), *((look, [PATH, SECOND]) for look in looks)]:
            urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
            site.routes |= {SECOND: look, "/map.xml": f"<urlset>{urls}</urlset>"}
            source = Source("ill", site.url(), sitemaps=(site.url("/map.xml"),), politeness=manners())
            crawl(db, config(source))
            found.append(rows(db, "SELECT text FROM articles WHERE url LIKE ?", f"%{SECOND}"))
    return found[1:]


@pytest.mark.parametrize("percent", [5, 20, 50, 80])
def test_a_new_page_that_broke_off_is_fetched_again_before_it_is_kept(db, percent):
    page = whole(*TEXT)
    assert second(db, page[: len(page) * percent // 100], page) == [[], [("\n\n".join(TEXT),)]]
    assert rows(db, "SELECT 1 FROM revisions") == []


def test_a_new_page_that_is_never_closed_is_no_article_lost(db):
    bare = whole(*TEXT, end="")
    assert second(db, bare, bare) == [[], [("\n\n".join(TEXT),)]]


def test_pages_that_are_closed_no_longer_are_believed_at_the_second_look(db):
    bare = whole(*TEXT[1:], end="")
    assert looked_at(db, whole(*TEXT), bare, bare) == ["first", "cut"]
    told = "SELECT outcome FROM fetches WHERE kind = 'article' ORDER BY id"
    assert rows(db, told) == [("new",), ("failed",), ("revised",)]


def test_a_text_that_stays_the_same_on_a_page_no_longer_closed_is_unchanged(db):
    assert looked_at(db, whole(*TEXT), whole(*TEXT, end="")) == []
    assert rows(db, "SELECT outcome FROM fetches WHERE kind = 'article' ORDER BY id") == [("new",), ("unchanged",)]


def test_a_paragraph_taken_out_of_a_page_that_never_was_closed_is_an_edit(db):
    assert looked_at(db, whole(*TEXT, end=""), whole(*TEXT[:-3], end="")) == ["first", "cut"]
