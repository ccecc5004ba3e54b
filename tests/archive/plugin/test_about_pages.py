"""Pages of sources, authors, tags, versions and raw pages."""

import re

import pytest
from sample_archive import HOSTILE_PAGE, OUTSIDE, PAGE, SCRIPT, add, empty

from archive.plugin import harmless
from archive.plugin.versions import sides
from archive.revisions import diff
from archive.serve import app


async def test_a_source_shows_its_rhythm_quality_boilerplate_alarms_and_failures(get):
    html = (await get("/source/herald")).text
    for part in ("The Bay Herald", "New articles a day", "At which hour", "Failures a day", "Learned as boilerplate",
                 "Sign up now", "17:00", "With a byline", "12%", 'href="/search?source=herald"'):  # fmt: skip
        assert part in html, part
    html = (await get("/source/evil")).text
    for part in ("<b>silence</b> since", "3 in a row", "1 × <bdi>&lt;script&gt;", "open</span>", "2026-11-02"):
        assert part in html, part
    assert "javascript:alert(7)" in html  # as text
    await get("/source/none", 404)


async def test_a_source_shows_the_rules_by_which_it_is_read(path, tmp_path):
    (tmp_path / "cuttings.toml").write_text(
        '[sources.herald]\nhome = "https://herald.example/"\nexclude = ["/video/"]\n'
        '[[sources.herald.rules]]\nsince = 2026-01-01\nbody = "div.story > p"\n'
    )
    ds = app(path, config=str(tmp_path / "cuttings.toml"))
    html = (await ds.client.get("/source/herald")).text
    assert "<code>div.story &gt; p</code>" in html
    assert "<code>/video/</code>" in html
    assert "does not have this source" in (await ds.client.get("/source/evil")).text
    ds.get_database("archive").close()


async def test_a_configuration_that_cannot_be_read_is_said_and_hurts_no_page(path, tmp_path):
    (tmp_path / "broken.toml").write_text("[sources")
    ds = app(path, config=str(tmp_path / "broken.toml"))
    response = await ds.client.get("/source/herald")
    assert response.status_code == 200
    assert "could not be read" in response.text
    ds.get_database("archive").close()


async def test_sources_are_listed_with_what_they_gave(get):
    html = (await get("/sources")).text
    assert re.search(
        r'href="/source/herald"><bdi>The Bay Herald</bdi></a>.*?<td class="number">69</td>', html, re.DOTALL
    )
    assert "1 open" in html


async def test_authors_and_tags_have_their_articles_and_a_feed(get):
    html = (await get("/author/1")).text
    assert "<h1><bdi>Ada Byron</bdi></h1>" in html
    assert 'href="/article/1"' in html
    assert 'href="/search.atom?author=Ada+Byron"' in html
    assert 'href="/author/1"><bdi>Ada Byron</bdi>' in (await get("/article/1")).text
    html = (await get("/tag/2")).text
    assert SCRIPT not in html
    assert 'href="/article/2"' in html
    await get("/tag/99", 404)


async def test_any_two_versions_are_compared_inline_and_side_by_side(tmp_path):
    db = empty(tmp_path / "a.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    article = add(db, revision=3)
    for number, text in (
        (1, "One.\n\nTwo words."),
        (2, "One.\n\nTwo other words."),
        (3, "One.\n\nTwo other.\n\nThree."),
    ):
        db["revisions"].insert({
            "article": article, "number": number, "seen_at": f"2026-11-24T0{number}:00:00Z", "title": "T", "text": text,
            "change": "first" if number == 1 else "update", "content_hash": str(number),
        })  # fmt: skip
    db.close()
    ds = app(tmp_path / "a.db")
    html = (await ds.client.get("/article/1/changes/1-3")).text
    assert "Version 1 of" in html
    assert "<ins>" in html
    assert "<table" in (await ds.client.get("/article/1/changes/1-3?view=side")).text
    moved = await ds.client.get("/article/1/changes?old=1&new=2&view=side")
    assert moved.headers["location"] == "/article/1/changes/1-2?view=side"
    assert (await ds.client.get("/article/1/changes/3-1")).status_code == 200  # the older first all the same
    for url in (
        "/article/1/changes/1",
        "/article/1/changes/2-2",
        "/article/1/changes/1-9",
        "/article/1/changes?old=²&new=1",
    ):
        assert (await ds.client.get(url)).status_code in {404, 200}, url
    ds.get_database("archive").close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A b c.\n\nD e f.", "A b c.\n\nD x f.\n\nG."),
        ("A.\n\nB.\n\nC.", "C."),
        ("", "New.\n\nText."),
        ("Same.", "Same."),
        ("One two three.\n\nFour.", "One.\n\nTwo three.\n\nFour."),
    ],
)
def test_side_by_side_each_side_has_its_whole_text(old, new):
    rows = sides(diff(old, new))
    left = "\n\n".join("".join(piece.text for piece in row.old) for row in rows)
    right = "\n\n".join("".join(piece.text for piece in row.new) for row in rows)
    assert left.split() == old.split()
    assert right.split() == new.split()


async def test_a_raw_page_is_in_a_sandbox_as_source_and_byte_for_byte(get):
    assert re.search(
        r'<iframe class="was" sandbox [^>]*src="/article/1/snapshot/page"', (await get("/article/1/snapshot")).text
    )
    page = await get("/article/1/snapshot/page")
    assert "Façade" in page.text  # in the page's own encoding, iso-8859-1
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    source = await get("/article/1/snapshot/2/source")
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert source.headers["x-content-type-options"] == "nosniff"
    assert "<title>Café</title>" in source.text
    as_it_came = await get("/article/1/snapshot/bytes")
    assert as_it_came.content == PAGE
    assert as_it_came.headers["content-type"] == "application/octet-stream"
    assert as_it_came.headers["content-disposition"].startswith("attachment")


async def test_a_damaged_raw_page_is_said_to_be_damaged(get, writer):
    writer.execute("UPDATE snapshots SET body = x'00'")
    for way in ("page", "source", "bytes"):
        assert "be read any more" in (await get(f"/article/1/snapshot/{way}", 404)).text


def test_of_a_raw_page_nothing_is_left_that_asks_for_anything():
    html = harmless.page(HOSTILE_PAGE.decode())
    assert re.findall(rf'[^"]*{OUTSIDE}[^"]*', html) == [f"{OUTSIDE}/go"]  # a link, which somebody has to follow
    assert not re.search(r"<(script|iframe|object|embed|svg|meta (?!charset)|link|base|form|input)", html)
    assert not re.search(r"\son\w+=|javascript:|srcset|ping=", html)
    assert "color: rgb(1, 2, 3)" in html


@pytest.mark.parametrize(
    "css",
    [
        "a{background:url(//203.0.113.9/x)}",
        "a{background:URL( '//203.0.113.9/x' )}",
        "a{background:u\\72l(//203.0.113.9/x)}",
        "a{background:\\000075 rl(//203.0.113.9/x)}",
        "a{background:u\\r\\l(//203.0.113.9/x)}",
        "a{cursor:\\url(//203.0.113.9/x)}",
        "@imp\\ort '//203.0.113.9/x';",
        "a{background:-webkit-image-set('//203.0.113.9/x' 1x)}",
        "@im\\70ort '//203.0.113.9/x';",
        "@import url(//203.0.113.9/x) screen;",
        "a{background:url('//203.0.113.9/x",
    ],
)
def test_no_style_is_left_that_loads(css):
    assert "203.0.113.9" not in harmless.page(f"<style>{css}</style><p>x")
    if css.startswith("a{"):
        assert "203.0.113.9" not in harmless.page(f'<p style="{css[2:-1]}">x')


def test_a_page_of_a_hundred_thousand_parts_within_each_other_is_not_waited_for():
    assert "too many elements" in harmless.page("<div>" * 100_000)


HARD = [
    '[{"kind":"quote","children":' * 400 + "[]" + "}]" * 400,
    "[" * 100_000,
    '[{"kind":"paragraph","text":"a \\ud800 b"}]',
    '["\\ud800"]',
    '{"query":"\\ud800","sources":7,"tag":["\\udfff"]}',
]


@pytest.mark.parametrize("hard", HARD)
async def test_no_json_that_stands_in_the_archive_breaks_a_page(get, writer, hard):
    writer.execute("UPDATE articles SET blocks = ?, flags = ?, evidence = ?, dropped = ?, dates = ?", [hard] * 5)
    writer.execute("UPDATE watches SET search = ?", [hard])
    writer.execute("UPDATE days SET hours = ?", [hard])
    for url in (
        "/article/1",
        "/source/herald",
        "/watches",
        "/watch/harbour",
        "/search.json",
        "/search.atom",
        "/search.csv",
    ):
        response = await get(url)
        assert len(response.text) > 100, url


async def test_a_page_that_cannot_be_made_is_said_and_hurts_no_other(get, writer):
    writer.execute("UPDATE snapshots SET headers = 'broken'")
    assert "could not be made" in (await get("/article/1/snapshot/page", 500)).text
    await get("/article/1")
