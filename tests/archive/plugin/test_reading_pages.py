import re

import pytest
from sample_archive import SCRIPT, add, empty
from selectolax.lexbor import LexborHTMLParser

from archive.serve import app

OURS = ["/", "/search?q=harbour", "/article/1", "/article/2", "/article/1/changes/2", "/article/9", "/search"]
TABLES = ["/archive", "/archive/articles", "/archive/articles/2", "/archive/fetches", "/archive/boilerplate"]


async def test_an_article_is_shown_with_all_that_is_known_of_it(get):
    html = (await get("/article/1")).text
    for part in (
        "<h2>What comes next</h2>",
        "<strong>on Monday</strong>",
        "Ada Byron",
        "A narrow vote after a long night.",
        '<time datetime="2026-11-23T08:15:00Z">23 November 2026, 08:15 UTC</time>',
        "exact to the minute",
        "json-ld:datePublished",
        "og:title",
        "notice:newsletter",
        'href="https://herald.example/1"',
        'href="/archive/articles/1"',
        'href="/article/1/snapshot"',
        'href="/article/1/changes/2"',
        'href="/article/3"',  # has the same text
        "Local",
    ):
        assert part in html, part


async def test_pictures_are_links_and_never_loaded(get):
    html = (await get("/article/1")).text
    assert 'href="https://cdn.herald.example/pier.jpg"' in html
    assert 'href="https://cdn.herald.example/lead.jpg"' in html
    assert "<img" not in html


async def test_a_copy_leads_to_the_article_that_had_the_text_first(get):
    assert 'href="/article/1">had this text first' in (await get("/article/3")).text


async def test_text_from_right_to_left_is_set_so(get):
    html = (await get("/article/4")).text
    assert '<article lang="ar" dir="rtl">' in html
    assert "The publisher has removed this article" in html


async def test_what_kind_of_change_it_was_is_said_in_words(tmp_path):
    db = empty(tmp_path / "a.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    article = add(db, revision=3, paywalled="2026-11-24T11:00:00Z")
    for number, change, published in (
        (1, "first", "2026-11-23"),
        (2, "correction", "2026-11-24"),
        (3, "paywalled", None),
    ):
        db["revisions"].insert({
            "article": article, "number": number, "seen_at": f"2026-11-24T{8 + number:02}:00:00Z", "change": change,
            "title": "A title", "text": f"{number} words.", "content_hash": str(number), "published": published,
            "words_added": 1, "words_removed": 2,
        })  # fmt: skip
    db.close()
    ds = app(tmp_path / "a.db")
    html = (await ds.client.get(f"/article/{article}/changes/2")).text
    assert "correction (1 word added, 2 words taken out)" in html
    assert '<del><time datetime="2026-11-23">23 November 2026</time></del>' in html
    assert '<ins><time datetime="2026-11-24">24 November 2026</time></ins>' in html
    assert "shows only the beginning" in (await ds.client.get(f"/article/{article}/changes/3")).text
    assert "shows only the beginning" in (await ds.client.get(f"/article/{article}")).text
    ds.get_database("archive").close()


async def test_what_changed_is_marked(get):
    html = (await get("/article/1/changes/2")).text
    assert "<ins>" in html
    assert "<del>" in html
    assert "edited" in html
    assert "<ins>" in (await get("/article/1/changes")).text  # the last change


@pytest.mark.parametrize(
    "url",
    [
        "/article/9",
        "/article/999999999999999",
        "/article/9/changes",
        "/article/1/changes/1",
        "/article/1/changes/7",
        "/article/3/changes",
        "/article/3/snapshot",
        "/article/1/snapshot/9",
        "/article/9/snapshot",
    ],
)
async def test_what_is_not_there_is_a_404_that_says_so(get, url):
    assert "Not here" in (await get(url, 404)).text


@pytest.mark.parametrize("url", OURS)
async def test_our_pages_allow_our_own_script_alone_and_nothing_from_outside(datasette, url):
    response = await datasette.client.get(url)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = LexborHTMLParser(response.text)
    assert not page.css("style, img, object, embed, base, script:not([src]), iframe:not([sandbox])")
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert name not in {"srcset", "style"}
            assert not name.startswith("on")
            if name == "src":
                assert value.startswith(("/-/cuttings/", "/article/1/snapshot"))
    assert {node.attributes["src"].partition("?")[0] for node in page.css("script")} == {"/-/cuttings/cuttings.js"}


@pytest.mark.parametrize("url", [*OURS, *TABLES, "/-/robots.txt"])
async def test_every_page_keeps_robots_and_strangers_out(datasette, url):
    headers = (await datasette.client.get(url)).headers
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("url", [*OURS, *TABLES])
async def test_scraped_markup_is_shown_and_not_obeyed(datasette, url):
    html = (await datasette.client.get(url)).text
    assert SCRIPT not in html
    for link in re.findall(r"""(?:href|src|action)\s*=\s*["']?\s*([^"'>\s]+)""", html):
        assert not link.lower().startswith(("javascript:", "data:text", "vbscript:")), link
    assert "<iframe" not in html
    assert "<svg onload" not in html


async def test_titles_can_not_turn_the_line_around_them(get):
    html = (await get("/article/2")).text
    head = html[: html.index("</head>")]
    assert "\u202e" not in head
    assert "<h1><bdi>\u202eesrever" in html
    assert "\x07" not in html


async def test_links_to_the_web_send_no_referrer(get):
    for url in ("/article/1", "/archive/articles", "/archive/articles/1"):
        html = (await get(url)).text
        links = re.findall(r'<a [^>]*href="https?://(?!datasette\.io|localhost)[^>]*>', html)
        assert links, url
        assert all('rel="noreferrer noopener nofollow"' in link for link in links), url


async def test_robots_are_asked_to_stay_away(get):
    assert "Disallow: /" in (await get("/robots.txt")).text


async def test_the_style_sheet_has_an_address_that_changes_with_it(get):
    url = re.search(r'href="(/-/cuttings/cuttings\.css\?\w{8})"', (await get("/")).text)[1]
    response = await get(url)
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    await get("/-/cuttings/other.css", 404)
