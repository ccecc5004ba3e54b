"""What a publisher asks for in X-Robots-Tag and robots metas is heard, and what is said to others is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.models import Page
from crawler.directives import directives
from tests.publisher import Story


def page(body: str | bytes = "<p>x", *tags: str, content_type="text/html") -> Page:
    headers = (("content-type", content_type), *(("x-robots-tag", tag) for tag in tags))
    body = body.encode() if isinstance(body, str) else body
    return Page("https://a.example/b", "https://a.example/b", 200, headers, body, datetime.now(UTC))


def header(*tags: str) -> set[str]:
    return set(directives(page("<p>x", *tags)))


def meta(html: str) -> set[str]:
    return set(directives(page(html)))


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ((), set()),
        (("noarchive",), {"noarchive"}),
        (("NoArchive, NOINDEX",), {"noarchive", "noindex"}),
        (("noindex", "noarchive"), {"noarchive", "noindex"}),
        ((" noarchive ;nosnippet",), {"noarchive", "nosnippet"}),
        (("none",), {"noindex", "nofollow"}),
        (("all",), {"all"}),
        (("cuttings: noarchive",), {"noarchive"}),
        (("Cuttings : noarchive",), {"noarchive"}),
        (("*: noarchive",), {"noarchive"}),
        (("otherbot: noarchive",), set()),
        (("otherbot: noindex, noarchive",), set()),
        (("otherbot: noindex, cuttings: noarchive, nosnippet",), {"noarchive", "nosnippet"}),
        (("noindex, otherbot: noarchive",), {"noindex"}),
        (("otherbot: noindex", "noarchive"), {"noarchive"}),
        (("cuttingsbot: noarchive",), set()),
        (("unavailable_after: Wednesday, 25 Jun 2025 15:00:00 GMT",), {"unavailable_after"}),
        (("unavailable_after: 25-Jun-2025 15:00:00 EST, noarchive",), {"unavailable_after", "noarchive"}),
        (("otherbot: unavailable_after: 25 Jun 2025 15:00:00 PST, noarchive",), set()),
        (("max-snippet: 50, max-image-preview:large, noarchive",), {"max-snippet", "max-image-preview", "noarchive"}),
        (("", ",,", ":", "otherbot:", "*"), set()),
        (("no archive", "notarchive", "noarchived"), set()),
    ],
)
def test_a_header_is_heard_where_it_is_for_us(tags, said):
    assert header(*tags) == said


@pytest.mark.parametrize(
    "html",
    [
        '<meta name="robots" content="noarchive">',
        "<META CONTENT='NOARCHIVE' NAME='ROBOTS' />",
        "<meta name=robots content=noarchive>",
        '<meta\n  data-x="1"\n  content="index, noarchive , follow"\n  name=" Robots ">',
        '<meta name="Cuttings" content="noarchive">',
        '<html><body><p>late</p><meta name="robots" content="noarchive">',
        '<meta name="robots" content="index"><meta name="robots" content="noarchive">',
        '<meta name="robots" content="all"><meta name="cuttings" content="noarchive">',
        '<meta name="robots" content="noarchive;nosnippet">',
        '<!-- <meta name="robots" content="index"> --><meta name="robots" content="noarchive">',
        '<meta property="og:title" content="a > b"><meta name="robots" content="noarchive">',
        '<meta content="noarchive" data-note="a > b" name="robots" content="noarchive">',
    ],
)
def test_a_meta_is_heard_in_any_form_and_place(html):
    assert "noarchive" in meta(html)


def test_none_in_a_meta_is_noindex_and_nofollow():
    assert meta('<meta name="robots" content="NONE">') == {"noindex", "nofollow"}


@pytest.mark.parametrize(
    "html",
    [
        '<!-- <meta name="robots" content="noarchive"> -->',
        '<script>var x = \'<meta name="robots" content="noarchive">\'</script>',
        '<noscript><meta name="robots" content="noarchive"></noscript>',
        '<body><noscript><div><meta name="robots" content="noarchive"></div></noscript>',
        '<template><meta name="robots" content="noarchive"></template>',
        '<textarea><meta name="robots" content="noarchive"></textarea>',
        '<title><meta name="robots" content="noarchive"></title>',
        '<pre>&lt;meta name="robots" content="noarchive"></pre>',
        '<meta name="otherbot" content="noarchive">',
        '<meta name="googlebot" content="noarchive">',
        '<meta property="robots" content="noarchive">',
        '<meta name="description" content="robots: noarchive and none">',
        '<meta name="robots">',
        '<p title="noarchive">robots</p>',
        '<meta name="robots" content="index,follow,max-image-preview:large">',
    ],
)
def test_what_is_no_directive_for_us_is_not_heard(html):
    assert "noarchive" not in meta(html)
    assert "noindex" not in meta(html)


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "shift_jis", "iso-2022-jp"]
)
def test_a_meta_is_heard_in_any_charset(charset):
    html = f'<html><head><meta charset="{charset}"><meta name="robots" content="noarchive"><title>日本</title></head>'
    assert directives(page(html.encode(charset))) == {"noarchive"}


def test_another_token_can_be_listened_for():
    assert directives(page('<meta name="clipper" content="noarchive">', "clipper: nosnippet"), "Clipper") == {
        "noarchive",
        "nosnippet",
    }


def test_an_article_that_asks_for_nothing_has_none():
    assert meta(Story(1).html()) == set()


@pytest.mark.parametrize(
    "body",
    [
        b"robots" * 1_000_000,
        b"<meta robots" * 500_000,
        b'<meta name="robots" content="noarchive">' + b"<div>" * 100_000,
        b'<meta name="robots" content="' + b"none," * 1_000_000,
        b"\xff\xfe<\0m\0",
        b"\0" * 100_000,
    ],
)
def test_a_page_made_to_be_slow_is_looked_at(body):
    directives(page(body))
