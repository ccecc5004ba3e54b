from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import brotli
import pytest
import zstandard

from archive.formats.members import START
from archive.formats.warc import Record
from archive.models import Page
from crawler import captures
from crawler.captures import Left
from tests.warcs import answer, chunked

URL, NOW, THEN = "https://a.example/1", datetime(2026, 11, 24, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
BODY = b"<!doctype html><p>" + "Äpfel, Öl ".encode() * 300
RESPONSE = {"warc-type": "response"}


def read(block, headers=RESPONSE, limit=100_000):
    return captures.page(Record(START, START, headers, len(block), block), URL, THEN, limit)


def deflated(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", deflated),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
    ],
)
@pytest.mark.parametrize("send", [bytes, chunked])
def test_a_body_is_unpacked_as_it_came_over_the_wire(encoding, pack, send):
    headers = {"Content_Encoding": encoding} | ({"Transfer_Encoding": "chunked"} if send is chunked else {})
    page = read(answer(send(pack(BODY)), **headers))
    assert (page.body, page.status, page.permit, page.fetched_at) == (BODY, 200, "imported", THEN)


def test_a_body_that_was_unpacked_before_is_taken_as_it_is_whatever_its_headers_say():
    for encoding in ("gzip", "br", "zstd", "deflate", "x-unknown"):
        block = answer(b"\n " + BODY, Content_Encoding=encoding, Transfer_Encoding="chunked")
        assert read(block).body == b"\n " + BODY


def test_headers_are_lower_case_in_their_order_without_cookies_and_unfolded():
    block = b"HTTP/1.0 200\nX-One: 1\nSET-COOKIE: a=b\nContent-Type: text/HTML\nX-Two: a\n  b\nrubbish\n\n<p>"
    assert read(block).headers == (("x-one", "1"), ("content-type", "text/HTML"), ("x-two", "a b"))


@pytest.mark.parametrize(
    ("block", "reason", "dead"),
    [
        (answer(b"", "404 Not Found"), "other-status", False),
        (answer(b"", "301 Moved", Location="/"), "other-status", False),
        (answer(b"", "304 Not Modified"), "other-status", False),
        (answer(b"", "500"), "other-status", False),
        (answer(b"\x89PNG", Content_Type="image/png"), "no-html", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "no-http", True),
        (b"", "no-http", True),
        (answer(chunked(BODY)[:700], Transfer_Encoding="chunked"), "truncated", True),
        (answer(gzip.compress(BODY)[:-9], Content_Encoding="gzip"), "bad-encoding", True),
        (answer(gzip.compress(b"<" * 10_000_000), Content_Encoding="gzip"), "too-large", True),
        (answer(brotli.compress(b"<" * 10_000_000), Content_Encoding="br"), "too-large", True),
        (answer(BODY * 100), "too-large", True),
    ],
)
def test_what_is_no_page_says_why(block, reason, dead):
    left = read(block)
    assert isinstance(left, Left)
    assert (left.reason, left.dead) == (reason, dead)


def test_a_resource_is_its_body_alone():
    assert read(BODY, {"warc-type": "resource", "content-type": "text/html"}).body == BODY
    assert read(BODY, {"warc-type": "resource", "content-type": "text/dns"}) == Left("no-html")


def test_only_responses_and_resources_of_the_web_may_be_pages():
    for kind in ("request", "revisit", "warcinfo", "metadata", "conversion", "continuation", ""):
        assert captures.kind({"warc-type": kind, "warc-target-uri": URL}) == Left("other-records")
    assert captures.kind({"warc-type": "response", "warc-target-uri": "dns:a.example"}) == Left("other-records")
    assert captures.kind({"warc-type": "RESPONSE", "warc-target-uri": f"<{URL}>"}) is None
    assert captures.target({"warc-target-uri": f"<{URL}>"}) == URL


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2019-01-01T00:22:11Z", datetime(2019, 1, 1, 0, 22, 11, tzinfo=UTC)),
        ("2019-01-01T00:22:11.123456789Z", datetime(2019, 1, 1, 0, 22, 11, 123456, tzinfo=UTC)),
        ("2019-01-01", datetime(2019, 1, 1, tzinfo=UTC)),
        ("2026-11-24T06:00:00Z", NOW),
        ("2030-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_page_is_of_the_time_that_it_says_if_that_can_be(said, at):
    assert captures.fetched_at({"warc-date": said}, NOW) == at


def test_a_page_has_room_for_one_of_the_largest_body():
    assert isinstance(read(answer(b"<" * 100_000)), Page)
    assert captures.ROOM > 100_000
