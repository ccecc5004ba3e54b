import pytest

from crawler.discover.autodiscover import candidates, feeds

HOME = "https://news.example.com/"


def found(html, url=HOME):
    return [(one.url.removeprefix("https://news.example.com"), one.title, one.kind) for one in feeds(html, url)]


def test_declared_feeds_come_first_with_their_names():
    html = """<head>
      <link rel="stylesheet" href="/feed.css"><link rel=canonical href="/feed">
      <link rel="Alternate" type="Application/RSS+XML; charset=utf-8" title="All news" href="/rss?utm_source=x">
      <link rel="alternate" type="application/atom+xml" href="atom.xml">
      <link rel="alternate" type="application/feed+json" href="/feed.json">
      <link rel="alternate" type="application/json" href="/wp-json/posts/1">
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
      <link rel="alternate" hreflang="de" href="/de/"></head>
      <body><a href="/feeds/sport.xml">Sport</a><a href="/rss">Again</a><a href="/feedback">Write to us</a>
      <a href="https://other.example.org/rss">Another site's</a><a href="/?feed=rss2">By query</a>"""
    assert found(html) == [
        ("/rss", "All news", "rss"),
        ("/atom.xml", "", "atom"),
        ("/feed.json", "", "json"),
        ("/feeds/sport.xml", "Sport", ""),
        ("/?feed=rss2", "By query", ""),
    ]


def test_a_declaration_after_a_noscript_in_the_head_is_found():
    assert found('<head><noscript><img src=x></noscript><link rel=alternate type="application/rss+xml" href=/f>') == [
        ("/f", "", "rss")
    ]


def test_links_are_relative_to_the_pages_base():
    html = '<base href="/blog/"><link rel=alternate type="application/rss+xml" href="feed">'
    assert found(html) == [("/blog/feed", "", "rss")]


@pytest.mark.parametrize(
    "html", ["", "\x00", "<", "<link rel=alternate type=application/rss+xml href=javascript:x>", "<div>" * 100_000]
)
def test_a_page_without_feeds_has_none(html):
    assert feeds(html, HOME) == ()


def test_the_usual_places_are_tried_near_the_page_first():
    near = candidates("https://news.example.com/blog/?x=1")
    assert near[:2] == ("https://news.example.com/blog/feed", "https://news.example.com/feed")
    assert len(near) == len(set(near))
    assert all("?" not in place for place in near)
    assert candidates("https://news.example.com") == candidates("https://news.example.com/")
    assert {"https://news.example.com/rss.xml", "https://news.example.com/index.xml"} <= set(candidates(HOME))
    assert candidates("no url") == ()
