import gzip
import zlib
from datetime import UTC, datetime

import pytest

from archive.models import Page
from crawler.discover import sitemaps
from crawler.discover.listing import read

URL = "https://news.example.com/sitemap.xml"
AT = datetime(2026, 5, 1, tzinfo=UTC)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
URLSET = HEAD + '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def listing(body, content_type="application/xml", url=URL, **options):
    body = body.encode() if isinstance(body, str) else body
    return read(Page(url, url, 200, (("content-type", content_type),), body, AT), "herald", **options)


def place(number, rest=""):
    return f"<url><loc>https://news.example.com/a/{number}</loc>{rest}</url>\n"


def paths(found):
    return [link.url.removeprefix("https://news.example.com") for link in found.links]


def test_the_newest_articles_come_first_and_the_undated_last():
    found = listing(
        URLSET
        + place(1)
        + place(2, "<lastmod>2024-01-02</lastmod>")
        + place(3, "<lastmod>2025-01-02T10:00:00+01:00</lastmod>")
        + place(4)
        + "</urlset>"
    )
    assert found.kind == "sitemap"
    assert paths(found) == ["/a/3", "/a/2", "/a/1", "/a/4"]
    assert found.links[0].changed.how == "sitemap"
    assert found.links[0].published is None
    assert found.problem == ""


def test_a_news_sitemap_gives_titles_and_publication_dates():
    news = (
        "<news:news><news:publication><news:name>Herald</news:name></news:publication>"
        "<news:publication_date>2026-04-30T10:00:00Z</news:publication_date>"
        "<news:title>Fish &amp; chips</news:title></news:news>"
        "<image:image><image:loc>https://news.example.com/i.jpg</image:loc><image:title>No</image:title></image:image>"
    )
    link = listing(URLSET + place(1, news) + "</urlset>").links[0]
    assert (link.title, link.published.at.day, link.url[-4:]) == ("Fish & chips", 30, "/a/1")


def test_an_index_names_its_sitemaps_the_latest_first():
    index = (
        HEAD
        + "<sitemapindex>"
        + "".join(
            f"<sitemap><loc>/s{n}.xml.gz</loc>{f'<lastmod>202{n}-01-01</lastmod>' if n else ''}</sitemap>"
            for n in range(4)
        )
    )
    found = listing(index + f"<sitemap><loc>{URL}</loc></sitemap></sitemapindex>")
    assert found.kind == "sitemap-index"
    assert [more.url[-10:] for more in found.more] == ["/s3.xml.gz", "/s2.xml.gz", "/s1.xml.gz", "/s0.xml.gz"]
    assert found.more[0].changed.at.year == 2023
    assert found.links == ()


def test_a_plain_text_sitemap_is_one_address_a_line():
    found = listing(
        "\ufeffhttps://news.example.com/a/1\r\nhttps://news.example.com/a/2?utm_source=x\n\nno address\n", "text/html"
    )
    assert (found.kind, paths(found)) == ("sitemap", ["/a/1", "/a/2"])


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (URLSET + place(1) + place(2) + "<url><loc>https://news.example.com/a/3", 2),
        (URLSET + place(1) + place(2) + "<url><loc>x</url>" + place(4), 2),
        ("\n \n" + URLSET + place(1) + place(2) + "</urlset>", 2),
        (URLSET + place("1?a=1&b=2") + place(2) + "</urlset>", 2),
        (URLSET.replace("UTF-8", "nonsense") + place(1) + place(2) + "</urlset>", 2),
        (URLSET + place(1, "<image:image/>") + place(2, "<xhtml:link/>") + "</urlset>", 2),
        ("<urlset>" + place(1, "<news:title>wild</news:title>") + place(2) + "</urlset>trailing", 2),
        ("<urlset><loc>https://news.example.com/stray</loc></urlset>", 0),
        ("<urlset><news:news><news:title>stray</news:title></news:news>" + place(1) + "</urlset>", 1),
    ],
)
def test_a_damaged_sitemap_gives_what_can_be_had(damage, kept):
    assert len(listing(damage).links) == kept


def test_a_fault_is_told():
    found = listing(URLSET + "\n" + place(1) + "<url><loc>")
    assert found.problem == "the sitemap is damaged at line 4 (no element found); 1 of its URLs could be read"


def test_hostile_addresses_are_passed_over():
    hostile = ["javascript:alert(1)", "file:///etc/passwd", "http://exa mple.com/", "", "https://" + "a" * 70 + ".com/"]
    assert listing(URLSET + "".join(f"<url><loc>{url}</loc></url>" for url in hostile) + "</urlset>").links == ()


def test_declared_entities_are_never_expanded():
    laughs = '<!DOCTYPE urlset [<!ENTITY a "https://evil.example/">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20)
    )
    found = listing(HEAD + laughs + "]><urlset><url><loc>&a;x</loc></url>" + place(2) + "</urlset>")
    assert "/a/2" in paths(found)
    assert not any("evil" in link.url for link in found.links)


@pytest.mark.parametrize("name", ["sitemap.xml.gz", "sitemap.xml"])
def test_packed_is_told_by_the_bytes_and_not_by_the_name(name):
    body = (URLSET + place(1) + "</urlset>").encode()
    for packed in (body, gzip.compress(body), gzip.compress(body[:40]) + gzip.compress(body[40:])):
        assert paths(listing(packed, url=f"https://news.example.com/{name}")) == ["/a/1"]


def test_a_bomb_is_unpacked_only_to_the_limit():
    bomb = gzip.compress((URLSET + place(1)).encode() + b" " * 30_000_000)
    found = listing(bomb, max_bytes=100_000)
    assert paths(found) == ["/a/1"]
    assert "larger than 100,000 bytes unpacked" in found.problem
    assert len(sitemaps.gunzip(bomb, 1_000)[0]) == 1_000
    assert sitemaps.gunzip(gzip.compress(b"x" * 1_000), 1_000) == (b"x" * 1_000, "")


def test_a_file_of_endless_members_is_left_after_a_hundred():
    body, loss = sitemaps.gunzip(gzip.compress(b"x") * 5_000, 1_000_000)
    assert body == b"x" * 100
    assert "members" in loss


def test_packing_that_is_damaged_gives_its_beginning():
    body = (URLSET + "".join(place(n, f"<lastmod>2024-01-{n % 28 + 1:02}</lastmod>") for n in range(5_000))).encode()
    packed = gzip.compress(body)
    cut = listing(packed[: len(packed) // 2])
    assert len(cut.links) > 1_000
    assert "it is cut off" in cut.problem
    middle = len(packed) // 2
    hurt = listing(packed[:middle] + bytes(50) + packed[middle + 50 :])
    assert "compression is damaged" in hurt.problem or "damaged" in hurt.problem
    for nonsense in (b"\x1f\x8b", b"\x1f\x8b\x08\x00nonsense", zlib.compress(body), b"\x1f\x8b" * 1_000):
        assert listing(nonsense).links == ()


def test_fifty_thousand_addresses_are_read_whole():
    found = listing(URLSET + "".join(place(n) for n in range(50_000)) + "</urlset>")
    assert len(found.links) == 50_000
