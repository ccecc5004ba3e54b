import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Page
from crawler.discover.listing import Listing, Offers, read
from crawler.urls import canonical

URL = "https://news.example.com/somewhere"
AT = datetime(2026, 5, 1, tzinfo=UTC)
FEED = "<rss><channel><item><title>Title</title><link>https://news.example.com/a/1</link></item></channel></rss>"
SITEMAP = "<urlset><url><loc>https://news.example.com/a/1</loc></url></urlset>"
INDEX = "<sitemapindex><sitemap><loc>https://news.example.com/s.xml</loc></sitemap></sitemapindex>"
JSON = '{"version": "https://jsonfeed.org/version/1", "items": [{"url": "https://news.example.com/a/1"}]}'
PAGE = (
    "<!DOCTYPE html><html lang=de>"
    '<h2><a href="/2024/11/05/eine-brücke-über-den-fluss">Eine Brücke über den Fluss</a></h2>'
)


def listing(body, content_type="", url=URL):
    return read(Page(url, url, 200, (("content-type", content_type),), body, AT), "herald")


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "application/xml; charset=x", "image/png", "application/json"]
)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FEED, "feed"),
        (
            "<?xml version='1.0'?><?xml-stylesheet href='x'?><!-- hello -->" + FEED,
            "feed",
        ),
        (SITEMAP, "sitemap"),
        (INDEX, "sitemap-index"),
        (JSON, "feed"),
        ("https://news.example.com/a/1\n", "sitemap"),
        (PAGE, "section"),
        (PAGE + "<pre><rss></pre>" + FEED, "section"),
        ("", "nothing"),
        ("Just a moment...", "nothing"),
        ("<opml><body/></opml>", "nothing"),
    ],
)
def test_what_it_is_is_told_by_its_bytes_packed_or_not(body, kind, content_type):
    for data in (body.encode(), b"\xef\xbb\xbf" + body.encode(), gzip.compress(body.encode())):
        found = listing(data, content_type)
        assert found.kind == kind
        assert bool(found.problem) == (kind == "nothing")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_pages_headlines_are_read_in_its_encoding(encoding):
    page = PAGE.replace("<h2>", f'<meta charset="{encoding}"><h2>')
    assert listing(page.encode(encoding), "text/html").links[0].title == "Eine Brücke über den Fluss"


def test_the_address_that_answered_is_what_links_are_relative_to():
    page = Page(URL, "https://www.example.org/feed", 200, (), FEED.replace("https://news.example.com", "").encode(), AT)
    found = read(page, "herald")
    assert found.links[0].url == "https://www.example.org/a/1"
    assert found.links[0].found_in == "https://www.example.org/feed"


BEGINNINGS = [
    *(b"", b"<rss><channel><item><link>", b"<rss><channel><item><pubDate>", b"<rss><!DOCTYPE [", b"<urlset><url><loc>"),
    *(
        b"<feed><entry><link href='",
        b"<!doctype html><a href='/",
        b'{"items":[{"url":"',
        b"https://news.example.com/\n",
    ),
    *(b"<?xml version='1.0' encoding='", b"\x1f\x8b\x08\x00", b"\xff\xfe"),
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(BEGINNINGS),
    st.binary(max_size=300),
    st.text(max_size=60),
    st.sampled_from(["", URL, "no url", "\ud800"]),
)
def test_no_bytes_raise_and_every_link_is_in_its_canonical_form_once(beginning, tail, content_type, url):
    found = listing(beginning + tail, content_type, url)
    assert isinstance(found, Listing)
    assert found.kind in set(Offers)
    assert all(canonical(link.url) == link.url for link in found.links)
    assert len({link.url for link in found.links}) == len(found.links)


PIECES = [
    *("<item>", "</item>", "<entry>", "</entry>", "<link>", "</link>", "<title>", "</title>", "<guid>", "<ttl>9"),
    *("<![CDATA[", "]]>", "<!--", "-->", "&", "&amp;", "&nbsp;", "&#0;", "&#xD800;", "<", ">", "</b>", "]>", "\x00"),
    *("é", "'", '"', "<?xml", "?>", "https://news.example.com/a", "<link href='/a'/>", "<b xml:base='//'>"),
    *("<!ENTITY a 'b'>", "<!DOCTYPE x ["),
]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=30)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["<rss><channel>", "<feed>", "<urlset>", "<rdf:RDF>", "<opml>", "<html>"]), MARKUP)
def test_no_jumble_of_markup_raises(root, pieces):
    assert isinstance(listing((root + "".join(pieces)).encode()), Listing)
