"""A web of newspapers on loopback: python -m tests.bench.web KIND HOSTS PAGES PORT, until its input ends.

Each host is an address of its own (127.0.1.1, 127.0.1.2 …) with a robots.txt, a feed of all its pages, and the pages,
gzipped beforehand and sent on connections that are kept: an answer costs it some 30 µs, so that it is never the bound.
Kinds of pages, 80 to 200 kB each:

real     labelled pages as publishers sent them, where they are there (tests.bench.sets)
papers   invented, with as many elements, attributes and scripts as pages of news have (tests.bench.papers)
simple   invented, in a template of a few dozen elements
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.bench.papers.newsroom import Newsroom
from tests.bench.papers.site import Paper
from tests.bench.papers.tongues import SCRIPTS, Tongue
from tests.bench.sets import bench_folder, labelled

KINDS = ("real", "papers", "simple")
LENGTHS = (80_000, 200_000)
FRAMES = (5_000, 75_000)
"""Bytes of styles, state and pictures with which a paper's pages are 110 to 180 kB long."""
SETS = ("fundus", "wcxb", "trafilatura", "readability")
DAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)

_NOTE = re.compile(rb'(?<=-note=")[0-9a-f]{40,}')
NOTES = [b"%050x" % random.Random(at).getrandbits(200) for at in range(256)]
"""What attributes say, on the papers' pages: real pages gzip to a fifth, and as many random numbers to two fifths."""

Told = tuple[str, bytes]
"""A page's title, for the feed, and its HTML."""


def address(host: int) -> str:
    return f"127.0.1.{host + 1}"


def pages(kind: str, hosts: int, count: int, port: int, data: Path) -> Iterator[tuple[int, Told]]:
    """(host, page) for up to ``count`` pages, shared evenly among the hosts."""
    each = count // hosts
    if kind == "real":
        yield from ((at % hosts, told) for at, told in enumerate(_real(data, count)))
        return
    for host in range(hosts):
        told = _paper(host, each, port) if kind == "papers" else _simple(host, each)
        yield from ((host, one) for one in told)


def _real(data: Path, count: int) -> list[Told]:
    found = [page for name in SETS for page in labelled(data, name)]
    told = [(page.title or "", page.html.encode("utf-8", "replace")) for page in found]
    fitting = [one for one in told if LENGTHS[0] <= len(one[1]) <= LENGTHS[1]]
    random.Random(1).shuffle(fitting)
    return fitting[:count]


def _paper(host: int, count: int, port: int) -> Iterator[Told]:
    paper = Paper(host, 1, count, sizes=FRAMES)
    here = f"http://{address(host)}:{port}"
    for number in range(count):
        sheet = paper.sheet(number)
        html = paper.html(sheet, paper.crawl_of(number)).replace(paper.home.encode(), here.encode())
        yield sheet.title, _NOTE.sub(lambda note: NOTES[int(note[0][:2], 16)], html)


def _simple(host: int, count: int) -> Iterator[Told]:
    """An article between a menu and a list of others, and a script that makes the page as long as it is to be."""
    tongue = Tongue(SCRIPTS[0], f"simple/{host}")
    room = Newsroom(tongue, f"wire/{host}", f"simple/{host}")
    chance = random.Random(f"simple/{host}")
    menu = "".join(f'<li><a href="/{n}/">{tongue.phrase(chance, 1, 2)}</a></li>' for n in range(60))
    stories = room.stories(count)
    for story in stories:
        text = "".join(f"<p>{unit}</p>" for part in story.parts for unit in part.units)
        others = "".join(f'<li><a href="/s">{one.title}</a></li>' for one in chance.choices(stories, k=20))
        state = json.dumps([chance.randrange(400) * 1_000_003 for _ in range(chance.randrange(7_000, 15_000))])
        html = (
            f'<!doctype html><html lang="{tongue.script.code}"><head><meta charset="utf-8"><title>{story.title}</title>'
            f'<meta name="author" content="{story.author}"><meta property="article:published_time"'
            f' content="{DAY.isoformat()}"></head><body><header><nav><ul>{menu}</ul></nav></header><main><article>'
            f'<h1>{story.title}</h1>{text}</article></main><aside class="related"><ul>{others}</ul></aside>'
            f"<footer><p>{tongue.phrase(chance, 4, 9)}</p></footer><script>var state={state};</script></body></html>"
        )
        yield story.title, html.encode()


def answers(kind: str, hosts: int, count: int, port: int, data: Path) -> dict[tuple[str, str], bytes]:
    """Whole answers by (address, path)."""
    found: dict[tuple[str, str], bytes] = {}
    items: list[list[str]] = [[] for _ in range(hosts)]
    for host, (title, body) in pages(kind, hosts, count, port, data):
        number = len(items[host])
        path = f"/news/{number}-story.html"
        found[address(host), path] = _answer("text/html; charset=utf-8", body)
        at = format_datetime(DAY - timedelta(minutes=number))
        link = f"http://{address(host)}:{port}{path}"
        said = title.replace("&", "&amp;").replace("<", "&lt;")
        items[host].append(f"<item><title>{said}</title><link>{link}</link><pubDate>{at}</pubDate></item>")
    for host in range(hosts):
        rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items[host])}</channel></rss>'
        found[address(host), "/feed.xml"] = _answer("application/rss+xml", rss.encode())
        found[address(host), "/robots.txt"] = _answer("text/plain", b"User-agent: *\nDisallow: /private/\n")
    return found


def _answer(kind: str, body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(body) + packer.flush()
    head = f"HTTP/1.1 200 OK\r\nServer: bench\r\nDate: {format_datetime(DAY, usegmt=True)}\r\nContent-Type: {kind}\r\n"
    head += f'Content-Encoding: gzip\r\nVary: Accept-Encoding\r\nETag: "{zlib.crc32(body):x}"\r\n'
    head += f"Cache-Control: max-age=60\r\nContent-Length: {len(packed)}\r\n\r\n"
    return head.encode() + packed


class _Host(asyncio.Protocol):
    def __init__(self, name: str, found: dict[tuple[str, str], bytes]) -> None:
        self._name, self._found, self._held = name, found, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            path = self._held.split(b" ", 2)[1].decode()
            self._held = self._held[end + 4 :]
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            self._transport.write(self._found.get((self._name, path), missing))


async def serve(hosts: int, port: int, found: dict[tuple[str, str], bytes]) -> None:
    loop = asyncio.get_running_loop()
    for host in range(hosts):
        name = address(host)
        await loop.create_server(lambda name=name: _Host(name, found), name, port)
    print(json.dumps({"pages": sum("/news/" in path for _, path in found)}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.web", description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("hosts", type=int)
    parser.add_argument("pages", type=int)
    parser.add_argument("port", type=int)
    parser.add_argument("--data", type=Path, default=bench_folder(), help="the folder of labelled pages")
    options = parser.parse_args(arguments)
    found = answers(options.kind, options.hosts, options.pages, options.port, options.data)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.hosts, options.port, found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
