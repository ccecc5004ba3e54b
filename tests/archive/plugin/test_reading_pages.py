import re

import pytest
from archive.plugin.data import WHEN
from sample_archive import PAGE, SCRIPT, add, empty
from selectolax.lexbor import LexborHTMLParser

from archive.serve import app

OURS = ["/", "/search?q=harbour", "/article/1", "/article/2", "/article/1/changes/2", "/article/9", "/search"]
TABLES = ["/archive", "/archive/articles", "/archive/articles/2", "/archive/fetches", "/archive/boilerplate"]


async def test_the_front_page_has_articles_by_day_newest_first_and_each_text_once(get):
    html = (await get("/")).text
    days = re.findall(r"<h2>(.*?)</h2>", html)
    assert days == [
        "Tuesday 24 November 2026",  # has no date of its own: the day it was first seen
        "Monday 23 November 2026",
        "Sunday 22 November 2026",
        "Saturday 21 November 2026",
    ]
    assert html.count("Harbour council votes") == 1
    assert "The Bay Herald" in html


async def test_the_front_page_can_show_one_source(get):
    html = (await get("/?source=evil")).text
    assert "/article/2" in html
    assert "/article/1" not in html


async def test_the_front_page_goes_back_page_by_page_without_losing_or_repeating_one(tmp_path):
    db = empty(tmp_path / "many.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    with db.conn:
        for number in range(120):
            add(db, url=f"https://herald.example/{number}", published=f"2026-11-{1 + number % 7:02}")
    db.close()
    ds, url, seen = app(tmp_path / "many.db"), "/", []
    for _ in range(3):
        html = (await ds.client.get(url)).text
        seen += re.findall(r'<h3><a href="/article/(\d+)"', html)
        url = next(iter(re.findall(r'href="([^"]+)" rel="next"', html)), "").replace("&amp;", "&")
    assert url == ""
    assert sorted(map(int, seen)) == list(range(1, 121))
    ds.get_database("archive").close()


async def test_an_empty_archive_says_what_to_do(tmp_path):
    empty(tmp_path / "new.db").close()
    ds = app(tmp_path / "new.db")
    html = (await ds.client.get("/")).text
    assert "This archive is empty" in html
    assert "cuttings crawl" in html
    assert (await ds.client.get("/search?q=word")).status_code == 200
    ds.get_database("archive").close()


async def test_an_article_is_shown_with_all_that_is_known_of_it(get):
    html = (await get("/article/1")).text
    for part in (
        "<h2>What comes next</h2>",
        "<strong>on Monday</strong>",
        "Ada Byron",
        "A narrow vote after a long night.",
        "23 November 2026, 08:15 UTC",
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
    assert "<del>23 November 2026</del> <ins>24 November 2026</ins>" in html
    assert "shows only the beginning" in (await ds.client.get(f"/article/{article}/changes/3")).text
    assert "shows only the beginning" in (await ds.client.get(f"/article/{article}")).text
    ds.get_database("archive").close()


async def test_what_changed_is_marked(get):
    html = (await get("/article/1/changes/2")).text
    assert "<ins>" in html
    assert "<del>" in html
    assert "edited" in html
    assert (await get("/article/1/changes", 302)).headers["location"] == "/article/1/changes/2"


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


async def test_a_snapshot_is_shown_as_text_that_nothing_can_run(get):
    response = await get("/article/1/snapshot")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert "<title>Café</title>" in response.text  # in the page's own encoding, iso-8859-1
    assert (await get("/article/1/snapshot/2")).text == response.text


async def test_a_damaged_snapshot_is_said_to_be_damaged(get, writer):
    writer.execute("UPDATE snapshots SET body = x'00'")
    assert "be read any more" in (await get("/article/1/snapshot", 404)).text


async def test_a_snapshot_can_be_had_byte_for_byte(get):
    response = await get("/article/1/snapshot?raw=1")
    assert response.content == PAGE
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("url", OURS)
async def test_our_pages_allow_no_script_and_nothing_from_outside(datasette, url):
    response = await datasette.client.get(url)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = LexborHTMLParser(response.text)
    assert not page.css("script, style, img, iframe, object, embed, svg, base, link:not([rel=stylesheet])")
    for node in page.css("*"):
        assert not [name for name in node.attributes if name in {"src", "srcset", "style"} or name.startswith("on")]


@pytest.mark.parametrize("url", [*OURS, *TABLES, "/-/robots.txt"])
async def test_every_page_keeps_robots_and_strangers_out(datasette, url):
    headers = (await datasette.client.get(url)).headers
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("url", [*OURS, *TABLES, "/archive/duplicates", "/archive/failures", "/archive/stripped"])
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


@pytest.mark.parametrize(
    "url", ["/?before=x", "/?before=,", "/?before=2026,9999999999999999999", "/?source=no", "/?before=1,²"]
)
async def test_odd_addresses_of_the_front_page_are_no_error(get, url):
    await get(url)


def test_the_order_of_the_front_page_is_in_an_index(tmp_path):
    db = empty(tmp_path / "a.db")
    plan = str(list(db.query(f"EXPLAIN QUERY PLAN SELECT id FROM articles ORDER BY {WHEN} DESC, id DESC LIMIT 9")))
    assert "articles_happened" in plan
    assert "TEMP B-TREE" not in plan
    db.close()
