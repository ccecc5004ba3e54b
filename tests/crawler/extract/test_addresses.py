"""The other addresses of a story that its page names."""

from __future__ import annotations

import pytest

from crawler.extract import extract

URL = "https://news.example/local/bridge-1234567"
TEXT = (
    "<p>" + "The council voted on Tuesday to rebuild the old bridge over the river, after three winters. " * 8 + "</p>"
)


def addresses(head: str, url: str = URL, body: str = "") -> dict[str, str]:
    page = f"<html><head><title>A new bridge</title>{head}</head><body>{body}<h1>A new bridge</h1>{TEXT}</body></html>"
    return dict(extract(page, url).addresses)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('<link rel="amphtml" href="/amp/bridge-1234567">', {"amp": "https://news.example/amp/bridge-1234567"}),
        (f'<link REL="AMPHTML" href="{URL}/amp?utm_source=x#top">', {"amp": f"{URL}/amp"}),
        (
            '<link rel="alternate" media="only screen and (max-width: 640px)" href="//m.news.example/b">',
            {"mobile": "https://m.news.example/b"},
        ),
        ('<link rel="alternate" media="handheld" href="/m/b">', {"mobile": "https://news.example/m/b"}),
        ('<link rel="alternate" media="print" href="?print=1">', {"print": f"{URL}?print=1"}),
    ],
)
def test_variants_are_read_in_canonical_form(tag, expected):
    assert addresses(tag) == expected


@pytest.mark.parametrize(
    "tag",
    [
        f'<meta property="og:url" content="{URL}">',
        '<meta property="og:url" content="https://news.example/">',
        '<meta property="og:url" content="{{ url }}">',
        '<meta property="og:url" content="https://www.news.example/b">',  # it is the canonical one then
        '<link rel="amphtml" href="">',
        '<link rel="amphtml">',
        '<link rel="amphtml" href="undefined">',
        '<link rel="amphtml" href="https://cdn.example/amp/bridge">',
        '<link rel="amphtml" href="javascript:void(0)">',
        '<link rel="alternate" media="print" href="https://other.example/print">',
        '<link rel="alternate" media="screen" href="/x">',
        '<link rel="alternate" type="application/rss+xml" href="/feed">',
        '<link rel="stylesheet" media="print" href="/print.css">',
    ],
)
def test_what_is_no_other_address_of_the_story_is_left_out(tag):
    assert addresses(tag) == {}


def test_an_og_url_beside_the_canonical_one_is_an_address():
    head = f'<link rel="canonical" href="{URL}"><meta property="og:url" content="https://news.example/s/1234567">'
    assert addresses(head, f"{URL}?page=all") == {"og:url": "https://news.example/s/1234567"}


def test_thousands_of_links_to_variants_cost_no_more_than_a_few():
    head = "".join(f'<link rel="alternate" media="print" href="/print/{n}">' for n in range(5_000))
    assert len(extract(f"<html><head>{head}</head><body><h1>A</h1>{TEXT}", URL).addresses) == 20
