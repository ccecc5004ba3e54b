"""Servers that stall, break off, flood or lead astray hurt nobody: what the site beside them has arrives on time."""

from __future__ import annotations

import threading
import zlib

import brotli
import pytest
import zstandard

from tests.beside import beside
from tests.publisher import Story
from tests.site import Raw, Response, Site, redirect, reset

MB = 1_000_000
BAD = "/news/1-bad-story-of-the-day"
SOME = ("/news/2-fine-story-of-the-day", Story(7))
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture
def ill():
    with Site() as site:
        yield site


@pytest.mark.parametrize("path", ["/robots.txt", "/feed.xml", BAD])
def test_a_server_that_accepts_and_never_answers(ill, db, path):
    """It holds nobody up: it would answer only after all the good site's stories are there."""
    done = threading.Event()
    ill.routes[path] = Raw(lambda request, connection: done.wait(60))
    found = beside(db, ill, [BAD], good_done=done, deadline=60)
    found.good_is_whole()
    assert found.reasons == ["robots-unreachable" if path == "/robots.txt" else "unreachable"]


@pytest.mark.parametrize("path", ["/feed.xml", BAD])
def test_a_server_that_sends_one_byte_a_second(ill, db, path):
    done = threading.Event()

    def drip(request, connection):
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        while not done.wait(1):
            connection.sendall(b"<")

    ill.routes[path] = Raw(drip)
    found = beside(db, ill, [BAD], good_done=done, deadline=60)
    found.good_is_whole()
    assert found.reasons == ["unreachable"]


def test_the_crawl_ends_though_a_server_never_answers_and_one_drips(ill, db):
    def drip(request, connection):
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        while not ill.closing.wait(0.2):
            connection.sendall(b"<")

    ill.routes |= {"/feed.xml": Raw(lambda request, connection: ill.closing.wait(60)), "/map.xml": Raw(drip)}
    found = beside(db, ill, source={"sitemaps": (ill.url("/map.xml"),)}, deadline=1)
    found.good_is_whole()
    assert found.reasons == ["timeout", "timeout"]


def test_a_server_that_resets_the_connection_in_mid_body(ill, db):
    def break_off(request, connection):
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + Story(9).html().encode())
        reset(connection)

    ill.routes[BAD] = Raw(break_off)
    found = beside(db, ill, [BAD])
    found.good_is_whole()
    assert (found.reasons, found.stored()) == (["unreachable"], [])


def test_a_content_length_that_is_more_than_comes(ill, db):
    body = Story(9).html().encode()
    ill.routes[BAD] = Raw(lambda request, to: to.sendall(OK + b"Content-Length: %d\r\n\r\n" % (len(body) + 9) + body))
    found = beside(db, ill, [BAD])
    found.good_is_whole()
    assert (found.reasons, found.stored()) == (["unreachable"], [])


def test_a_content_length_that_is_less_than_comes(ill, db):
    """What comes after the announced end is nobody's answer: the next page is its own."""
    body = Story(9).html().encode()
    evil = OK + b"Content-Length: 4\r\n\r\nevil"
    ill.routes[BAD] = Raw(lambda request, to: to.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body + evil))
    ill.routes[SOME[0]] = SOME[1].html()
    found = beside(db, ill, [BAD, SOME[0]])
    found.good_is_whole()
    assert set(found.stored()) == {"\n\n".join(Story(n).paragraphs) for n in (9, 7)}


@pytest.mark.parametrize("path", ["/robots.txt", "/feed.xml", BAD])
def test_a_body_that_never_ends(ill, db, path):
    def endless(request, connection):
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b"<p>and more and more</p>\n" * 2_000)

    ill.routes[path] = Raw(endless)
    found = beside(db, ill, [BAD], page_bytes=5 * MB, listing_bytes=5 * MB)
    found.good_is_whole()
    assert found.reasons
    assert found.stored() == []
    assert found.grown < 100 * MB


def bomb(kind: str) -> bytes:
    """300 MB of zeros in as little as the coding can do: brotli in a few hundred bytes."""
    piece, times = b"\0" * MB, 300
    if kind == "gzip":
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join([pack.compress(piece) for _ in range(times)]) + pack.flush()
    if kind == "br":
        pack = brotli.Compressor(quality=5)
        return b"".join([pack.process(piece) for _ in range(times)]) + pack.finish()
    pack = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([pack.compress(piece) for _ in range(times)]) + pack.flush()


def test_a_few_bytes_that_unpack_to_300_megabytes(ill, db):
    bombs = {kind: bomb(kind) for kind in ("gzip", "br", "zstd")}
    assert len(bombs["br"]) < 1_000
    for kind, packed in bombs.items():
        ill.routes[f"/news/1-bad-{kind}-story"] = Response(packed, {"Content-Encoding": kind})
        ill.routes[f"/{kind}.xml"] = Response(packed, {"Content-Encoding": kind, "Content-Type": "text/xml"})
    ill.routes["/file.xml.gz"] = Response(bombs["gzip"], {"Content-Type": "application/gzip"})
    lists = tuple(ill.url(path) for path in ill.routes if ".xml" in path)
    found = beside(db, ill, [path for path in ill.routes if "news" in path], source={"sitemaps": lists})
    found.good_is_whole()
    assert found.reasons.count("too-large") == 6
    assert found.stored() == []
    assert found.grown < 150 * MB


def test_redirects_in_a_circle(ill, db):
    with Site() as other:
        ill.routes |= {BAD: redirect("/news/2"), "/news/2": redirect(BAD)}
        ill.routes["/news/3-to-itself"] = redirect("/news/3-to-itself")
        ill.routes["/news/4-and-away"] = redirect(other.url("/back"))
        other.routes["/back"] = redirect(ill.url("/news/4-and-away"))
        found = beside(db, ill, [BAD, "/news/3-to-itself", "/news/4-and-away"])
    found.good_is_whole()
    assert sorted(found.reasons) == ["moved", "moved", "too-many-redirects", "too-many-redirects"]
    assert len(ill.requests) < 20


def test_redirects_to_what_is_no_web_address(ill, db):
    targets = ("file:///etc/passwd", "javascript:alert(1)", "data:text/html,<p>x", "ftp://a/b", "//", "", "http://[")
    paths = [f"/news/{n}-bad-story-of-the-day" for n in range(len(targets))]
    ill.routes |= {path: redirect(target) for path, target in zip(paths, targets, strict=True)}
    found = beside(db, ill, paths)
    found.good_is_whole()
    assert found.reasons == ["bad-redirect"] * len(targets)
    assert found.stored() == []


@pytest.mark.parametrize("path", ["/robots.txt", "/feed.xml", BAD])
def test_headers_of_a_megabyte(ill, db, path):
    ill.routes[path] = Response(Story(9).html(), [("X-Big", "x" * MB)])
    found = beside(db, ill, [BAD])
    found.good_is_whole()
    assert found.reasons == ["robots-unreachable" if path == "/robots.txt" else "unreachable"]


def test_ten_thousand_cookies(ill, db):
    few = [("Set-Cookie", f"c{n}=1") for n in range(2_000)]
    ill.routes[BAD] = Response(Story(9).html(), few)
    ill.routes[SOME[0]] = Response(SOME[1].html(), [("Set-Cookie", f"cookie{n}={'x' * 20}") for n in range(10_000)])
    ill.routes["/news/3-next-story-of-the-day"] = Story(8).html()
    found = beside(db, ill, [BAD, SOME[0], "/news/3-next-story-of-the-day"])
    found.good_is_whole()
    assert found.reasons == ["unreachable"]
    assert not any("cookie" in request.headers for request in ill.requests)
    assert found.rows("SELECT count(*) FROM snapshots WHERE headers LIKE '%set-cookie%'") == [(0,)]
