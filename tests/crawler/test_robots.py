from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Failure, Page, Stage
from crawler.answers import failure
from crawler.robots import PARSED_BYTES, Robots, answer

# What robots.txt says (lines parted by |), the path and query, whether Cuttings may fetch it.
CASES = [
    # nothing said
    ("", "/a", True),
    ("# only a comment", "/a", True),
    ("<!doctype html>|<p>Not found: / |Disallow: /", "/a", True),
    ("Disallow: /", "/a", True),
    ("User-agent: *|Disallow:", "/a", True),
    ("User-agent: *|Disallow: # all open", "/a", True),
    # whose group
    ("User-agent: *|Disallow: /", "/a", False),
    ("User-agent: Cuttings|Disallow: /", "/a", False),
    ("user-AGENT: cuttings|dISALLOW: /", "/a", False),
    ("User-agent: CUTTINGS|Disallow: /", "/a", False),
    ("User-agent: Cuttings/1.0|Disallow: /", "/a", False),
    ("User-agent: Cuttings # us|Disallow: /", "/a", False),
    ("User-agent: Cut|Disallow: /", "/a", True),
    ("User-agent: C|Disallow: /", "/a", True),
    ("User-agent: Cuttingsbot|Disallow: /", "/a", True),
    ("User-agent: Cuttings-News|Disallow: /", "/a", True),
    ("User-agent: MyCuttings|Disallow: /", "/a", True),
    ("User-agent: Otherbot|Disallow: /", "/a", True),
    ("User-agent: Otherbot|User-agent: Cuttings|Disallow: /", "/a", False),
    ("User-agent: Cuttings|User-agent: Otherbot|Disallow: /", "/a", False),
    ("User-agent: *|Disallow: /||User-agent: Cuttings|Disallow: /x", "/a", True),
    ("User-agent: *|Disallow: /||User-agent: Cuttings|Disallow:", "/a", True),
    ("User-agent: Cuttings|Disallow: /x||User-agent: *|Disallow: /", "/a", True),
    ("User-agent: Cuttings|Disallow: /x||User-agent: *|Disallow: /", "/x", False),
    ("User-agent:|Disallow: /", "/a", True),
    # groups of one agent are one
    ("User-agent: Cuttings|Disallow: /a||User-agent: Cuttings|Disallow: /b", "/a", False),
    ("User-agent: Cuttings|Disallow: /a||User-agent: cuttings|Disallow: /b", "/b", False),
    ("User-agent: *|Disallow: /a||User-agent: X|Disallow: /||User-agent: *|Disallow: /b", "/b", False),
    ("User-agent: Cuttings||Disallow: /a", "/a", False),
    ("User-agent: Cuttings|Sitemap: https://a.test/s|Disallow: /a", "/a", False),
    ("User-agent: Cuttings|Disallow: /b|User-agent: X|Disallow: /", "/a", True),
    ("User-agent: Cuttings|Disallow:|User-agent: X|Disallow: /", "/a", True),
    # the longest match counts, Allow on ties
    ("User-agent: *|Disallow: /a|Allow: /a/b", "/a/b/c", True),
    ("User-agent: *|Allow: /a/b|Disallow: /a", "/a/b/c", True),
    ("User-agent: *|Allow: /a|Disallow: /a/b", "/a/b/c", False),
    ("User-agent: *|Disallow: /a|Allow: /a", "/a", True),
    ("User-agent: *|Disallow: /|Allow: /$", "/", True),
    ("User-agent: *|Disallow: /|Allow: /$", "/a", False),
    ("User-agent: *|Allow: /page|Disallow: /*.html", "/page.html", False),
    ("User-agent: *|Allow: /*.php|Disallow: /x", "/x.php", True),
    # paths: from the start, case counts
    ("User-agent: *|Disallow: /fish", "/fishing/rod", False),
    ("User-agent: *|Disallow: /fish/", "/fish", True),
    ("User-agent: *|Disallow: /fish", "/Fish", True),
    ("User-agent: *|Disallow: /fish", "/cat/fish", True),
    ("User-agent: *|Disallow: /a?b=1", "/a?b=1&c=2", False),
    ("User-agent: *|Disallow: /a?b=1", "/a?c=2&b=1", True),
    ("User-agent: *|Disallow: /a", "/a#part", False),
    # wildcards
    ("User-agent: *|Disallow: *", "/a", False),
    ("User-agent: *|Disallow: /*/print", "/news/1/print", False),
    ("User-agent: *|Disallow: /*/print", "/print", True),
    ("User-agent: *|Disallow: /*.pdf$", "/a.pdf", False),
    ("User-agent: *|Disallow: /*.pdf$", "/a.pdf?x", True),
    ("User-agent: *|Disallow: /a$", "/a", False),
    ("User-agent: *|Disallow: /a$", "/ab", True),
    ("User-agent: *|Disallow: /a$b", "/a$b", False),
    ("User-agent: *|Disallow: /*?*session=", "/a?x=1&session=2", False),
    ("User-agent: *|Disallow: /a**b", "/axxb", False),
    # percent-encoding: of the same bytes, the same path
    ("User-agent: *|Disallow: /ü", "/%C3%BC", False),
    ("User-agent: *|Disallow: /%C3%BC", "/ü", False),
    ("User-agent: *|Disallow: /%c3%bc", "/%C3%BC", False),
    ("User-agent: *|Disallow: /%61", "/a", False),
    ("User-agent: *|Disallow: /a%2Fb", "/a/b", True),
    ("User-agent: *|Disallow: /a%2Fb", "/a%2fb", False),
    # how it is written
    ("  User-agent :  *  |  Disallow :  /a  ", "/a", False),
    ("User-agent: *|Disallow: /a # not this", "/a", False),
    ("User agent: *|Disallow: /a", "/a", False),
    ("User-agent: *|Disalow: /a", "/a", False),
    ("User-agent: *|Odd: line|no colon|Disallow: /a", "/a", False),
    # robots.txt itself
    ("User-agent: *|Disallow: /", "/robots.txt", True),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(("lines", "path", "allowed"), CASES)
def test_rfc_9309(lines, path, allowed, end):
    robots = Robots.from_answer(200, lines.replace("|", end).encode())
    assert robots.allows(f"https://paper.test{path}") is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 499, 301, 304])
def test_where_there_are_no_rules_everything_is_allowed(status):
    assert Robots.from_answer(status, b"User-agent: *\nDisallow: /").allows("https://paper.test/a")


@pytest.mark.parametrize("status", [None, 429, 500, 502, 503, 599])
def test_where_the_rules_cannot_be_had_nothing_is_allowed(status):
    assert not Robots.from_answer(status, b"User-agent: *\nAllow: /").allows("https://paper.test/a")


def test_a_byte_order_mark_does_not_hide_the_first_line():
    robots = Robots.from_answer(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /")
    assert not robots.allows("https://paper.test/a")


def test_bytes_that_are_no_text_do_no_harm():
    robots = Robots.from_answer(200, b"\xff\xfe\x00junk\nUser-agent: *\nDisallow: /a\n\xc3")
    assert not robots.allows("https://paper.test/a")
    assert robots.allows("https://paper.test/b")


def test_five_hundred_kibibytes_are_read_in_whole_lines():
    head = b"User-agent: *\nDisallow: /first\n"
    filler = b"# " + b"x" * 77 + b"\n"
    body = head + filler * ((PARSED_BYTES - len(head)) // len(filler) - 1)
    body += (
        b"Disallow: /last\n"
        + b"#" * (PARSED_BYTES - len(body) - 16 - 14)
        + b"\nDisallow: /cut-in-the-middle\nDisallow: /beyond\n"
    )
    robots = Robots.from_answer(200, body)
    assert len(body) > PARSED_BYTES
    assert not robots.allows("https://paper.test/first")
    assert not robots.allows("https://paper.test/last")
    assert robots.allows("https://paper.test/cut-in-the-middle")
    assert robots.allows("https://paper.test/c")
    assert robots.allows("https://paper.test/beyond")


def test_the_crawl_delay_is_that_of_our_group():
    text = b"User-agent: *\nCrawl-delay: 30\n\nUser-agent: Cuttings\nCrawl-delay: 2.5\n"
    assert Robots.from_answer(200, text).crawl_delay() == 2.5
    assert Robots.from_answer(200, text).crawl_delay("Otherbot") == 30
    assert Robots.from_answer(200, b"User-agent: *\nDisallow: /a").crawl_delay() is None
    assert Robots.from_answer(404).crawl_delay() is None


@pytest.mark.parametrize("value", ["", "soon", "-1", "nan", "inf", "1e999"])
def test_a_crawl_delay_that_makes_no_sense_is_none(value):
    assert Robots.from_answer(200, f"User-agent: *\nCrawl-delay: {value}\n".encode()).crawl_delay() is None


def test_sitemaps_are_named_wherever_they_stand():
    text = b"Sitemap: https://a.test/1.xml\nUser-agent: X\nDisallow: /\nsitemap: https://a.test/2.xml\n" * 2
    assert Robots.from_answer(200, text).sitemaps() == ("https://a.test/1.xml", "https://a.test/2.xml")
    assert Robots.from_answer(None).sitemaps() == ()


def test_it_travels_between_processes():
    robots = Robots.from_answer(200, b"User-agent: *\nDisallow: /a")
    assert not robots.allows("https://paper.test/a")
    assert pickle.loads(pickle.dumps(robots)) == robots


@pytest.mark.parametrize(
    ("reason", "allowed"),
    [
        ("not-found", True),
        ("gone", True),
        ("forbidden", True),
        ("client-error", True),
        ("too-many-redirects", True),
        ("bad-redirect", True),
        ("not-html", True),
        ("rate-limited", False),
        ("server-error", False),
        ("timeout", False),
        ("unreachable", False),
        ("tls", False),
        ("too-large", False),
        ("bad-encoding", False),
        ("refused-address", False),
    ],
)
def test_a_failed_fetch_of_it_means_what_the_rfc_says(reason, allowed):
    remembered = answer(Failure("https://paper.test/robots.txt", Stage.FETCH, reason))
    assert Robots.from_answer(*remembered).allows("https://paper.test/a") is allowed


@pytest.mark.parametrize("status", [500, 503, 599])
def test_an_error_of_the_server_is_remembered_as_the_one_it_was(status):
    failed = failure("https://paper.test/robots.txt", status, {}, datetime(2026, 11, 25, tzinfo=UTC))
    assert answer(failed) == (status, b"")
    assert Robots.from_answer(status).unreachable


def test_what_is_remembered_of_a_huge_one_is_what_is_read_of_it():
    body = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * 600_000
    page = Page("u", "u", 200, (), body, datetime(2026, 3, 1, tzinfo=UTC))
    status, kept = answer(page)
    assert status == 200
    assert len(kept) <= PARSED_BYTES
    assert Robots.from_answer(status, kept) == Robots.from_answer(200, body)


@settings(deadline=None)  # of a busy machine
@given(st.binary(max_size=400), st.text(max_size=40))
def test_no_bytes_and_no_url_raise(body, path):
    robots = Robots.from_answer(200, b"User-agent: *\nDisallow: " + body)
    assert robots.allows(f"https://paper.test/{path}") in {True, False}
    robots.crawl_delay()
    robots.sitemaps()
