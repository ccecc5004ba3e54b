from __future__ import annotations

import json

import pytest

from archive.models import Article
from crawler.extract import extract

P = (
    "The council voted on Tuesday to rebuild the old bridge over the river, after three winters without it.",
    "Work begins in the spring and is to last for two years, the mayor said at a meeting in the town hall.",
    "Lorries have had to take the long way round by the northern villages, which have asked for a bypass since.",
    "It will cost four million crowns, of which the state pays half, and the harbour company another quarter.",
    "Nobody has said so far where the market is to be held while the square beside the bridge is dug up.",
    "The ferry is to run until midnight as long as the bridge is closed, and every ten minutes in the morning.",
)


def flags(body="", **data):
    fields = {"@type": "NewsArticle", "headline": "The bridge is rebuilt", "datePublished": "2024-05-01"} | data
    body = body or "".join(f"<p>{text}</p>" for text in P)
    head = f'<title>The bridge is rebuilt</title><script type="application/ld+json">{json.dumps(fields)}</script>'
    html = f"<html lang=en><head>{head}</head><body><article><h1>The bridge is rebuilt</h1>{body}</article></body>"
    found = extract(html, "https://gazette.example/news/bridge")
    assert isinstance(found, Article), found
    return found.quality.flags


WORDS = sum(len(text.split()) for text in P)
LETTERS = sum(len(text) for text in P)


def test_nothing_is_doubted_of_a_whole_article():
    assert flags() == ()


@pytest.mark.parametrize(
    ("told", "unlike"),
    [
        (WORDS, False),
        (round(1.5 * WORDS), False),
        (2 * WORDS, True),
        (10 * WORDS, True),
        (round(0.6 * WORDS), False),
        (round(0.4 * WORDS), True),
        (LETTERS, False),
        (1, False),
    ],
)
def test_a_text_with_far_other_words_than_its_page_counts_is_doubted(told, unlike):
    assert ("unlike-word-count" in flags(wordCount=told)) is unlike


def test_a_short_text_is_no_article_whose_page_counts_its_letters_but_the_beginning_of_one():
    short = P[:4]
    assert "unlike-word-count" in flags("".join(f"<p>{text}</p>" for text in short), wordCount=sum(map(len, short)))


@pytest.mark.parametrize("told", [1e308, float("inf"), float("nan"), -5, "many", "9" * 5_000, [], {}, True, None])
def test_a_count_that_is_none_says_nothing(told):
    assert flags(wordCount=told) == ()


def test_headlines_with_teasers_are_like_a_listing():
    entries = "".join(f"<h2><a href=/news/{n}>{text[:50]}</a></h2><p>{text}</p>" for n, text in enumerate(P))
    assert "listing-like" in flags(entries)


TEASERS = [f"<h2>{text[:50]} {n}</h2><p>{text} <a href=/{n}>Read more</a></p>" for n in range(3) for text in P]


@pytest.mark.parametrize(
    "entries", [TEASERS, [f"<h3>{text[20:80]} {n}</h3>" for n in range(4) for text in P] + TEASERS[:1]]
)
def test_many_headings_with_hardly_a_text_are_like_a_listing(entries):
    assert "listing-like" in flags("".join(entries))


def test_a_list_of_ten_places_with_a_text_to_each_is_none():
    entries = "".join(
        f"<h2>{n + 1}. Place {n}</h2><p>{P[n % 6]} ({n})</p><p>{P[(n + 2) % 6]} ({n})</p>" for n in range(10)
    )
    assert "listing-like" not in flags(entries)


def test_teasers_that_break_off_are_like_a_listing():
    entries = "".join(f"<h2>{text[:50]}</h2><p>{text[:90]}…</p>" for text in P)
    assert {"listing-like", "truncated"} <= set(flags(entries))


def test_references_under_a_long_text_are_no_listing():
    papers = "".join(
        f"<li><a href=https://papers.example/{n}>Paper number {n} on the bridge</a></li>" for n in range(6)
    )
    prose = "".join(f"<p>{text} ({n})</p>" for n in range(4) for text in P)
    assert "listing-like" not in flags(f"{prose}<h2>References</h2><ol>{papers}</ol>")


def test_a_text_of_links_is_told():
    linked = "".join(f"<p>{text[:40]}<a href=/x>{text[40:]}</a></p>" for text in P)
    assert "mostly-links" in flags(linked)


def test_a_text_that_ends_amid_a_sentence_is_truncated():
    assert flags("".join(f"<p>{text}</p>" for text in (*P, "The harbour company has not said whether it"))) == (
        "truncated",
    )


def test_a_list_a_table_or_a_picture_at_the_end_cuts_nothing_off():
    prose = "".join(f"<p>{text}</p>" for text in P)
    for last in (
        "<ul><li>the old bridge and</li><li>the ferry to the</li></ul>",
        "<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2026</td><td>four million for the</td></tr></table>",
        "<figure><img src=/a.jpg width=900><figcaption>The bridge in winter, as the</figcaption></figure>",
    ):
        assert "truncated" not in flags(prose + last), last


def test_dates_that_lie_apart_are_told():
    shared = '<meta property="article:published_time" content="2023-05-01">'
    assert flags(shared + "".join(f"<p>{text}</p>" for text in P)) == ("dates-disagree",)
