"""Sitemap: urlset, index, news sitemap and plain text (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import zlib

from archive.models import Link
from crawler import urls
from crawler.discover import stamps, xml
from crawler.discover.found import Listing, More, Offers, moment, once

HOW = "sitemap"
MAX_MEMBERS = 100
"""Of a gzip file (RFC 1952, 2.2); one is the rule, and each costs a copy of what follows."""

_FIELDS = {
    ("url", "loc"): "loc",
    ("url", "lastmod"): "lastmod",
    ("sitemap", "loc"): "loc",
    ("sitemap", "lastmod"): "lastmod",
    ("news", "title"): "title",
    ("news", "publication_date"): "published",
}


class _Sitemap:
    """Reads both roots; elements count by their local names, since prefixes differ and are often undeclared."""

    def __init__(self) -> None:
        self.items: list[object] = []
        self.entries: list[dict[str, str]] = []
        self.children: list[dict[str, str]] = []
        self._open: dict[str, str] = {}

    def start(self, path: list[str], attributes: dict[str, str]) -> bool:  # noqa: ARG002  # the protocol's
        local = [name.rpartition(":")[2] for name in path[-2:]]
        if local[-1] in {"url", "sitemap"}:
            entries = self.entries if local[-1] == "url" else self.children
            entries.append({})
            self._open = entries[-1]
        return len(path) > 2 and tuple(local) in _FIELDS

    def end(self, path: list[str], text: str) -> None:
        local = tuple(name.rpartition(":")[2] for name in path[-2:])
        if text and (field := _FIELDS.get((local[0], local[-1]))):
            self._open.setdefault(field, text.strip())
            if field == "loc":
                self.items.append(text)


def read(text: str, url: str, source: str) -> Listing:
    """A sitemap's or a sitemap index's links; of a damaged one, those before (and, repaired, after) the fault."""
    reader, fault = xml.read(text, _Sitemap)
    links = [_link(entry, url, source) for entry in reader.entries]
    children: dict[str, More] = {}
    for child in reader.children:
        if (place := urls.canonical(child.get("loc", ""), url)) and place != url:
            children.setdefault(place, More(place, stamps.read(child.get("lastmod", ""), HOW)))
    more = sorted(children.values(), key=lambda one: moment(one.changed), reverse=True)
    dated = sorted(
        (link for link in links if link), key=lambda link: moment(link.published or link.changed), reverse=True
    )
    found = once(dated)
    problem = fault.told("sitemap", len(found) + len(more), "URLs") if fault else ""
    return Listing(Offers.SITEMAP_INDEX if more and not found else Offers.SITEMAP, found, tuple(more), problem)


def read_lines(text: str, url: str, source: str) -> Listing:
    """A plain-text sitemap: one URL a line; other lines are passed over."""
    found = (urls.canonical(line) for line in text.splitlines())
    return Listing(Offers.SITEMAP, once(Link(one, source, url) for one in found if one))


def gunzip(body: bytes, max_bytes: int) -> tuple[bytes, str]:
    """What a gzip file holds, at most ``max_bytes`` of it, and a sentence where that is not all.

    Memory stays within ``max_bytes`` whatever the file promises; damaged and cut-off files give their beginning.
    """
    pieces: list[bytes] = []
    room = max_bytes
    for _ in range(MAX_MEMBERS):
        if not body.startswith(b"\x1f\x8b"):
            return b"".join(pieces), ""
        inflate = zlib.decompressobj(wbits=31)
        while not inflate.eof:
            try:
                piece = inflate.decompress(body, min(room + 1, 1 << 20))
            except zlib.error:
                return b"".join(pieces), "its compression is damaged; what came before was read"
            pieces.append(piece[:room])
            room -= len(piece)
            body = inflate.unconsumed_tail
            if room < 0:
                return b"".join(pieces), f"it is larger than {max_bytes:,} bytes unpacked; the rest was not read"
            if not piece and not body and not inflate.eof:
                return b"".join(pieces), "it is cut off; what came before was read"
        body = inflate.unused_data
    return b"".join(pieces), f"it has more than {MAX_MEMBERS} members; the rest was not read" if body else ""


def _link(entry: dict[str, str], url: str, source: str) -> Link | None:
    place = urls.canonical(entry.get("loc", ""), url)
    if place is None:
        return None
    published = stamps.read(entry.get("published", ""), HOW)
    return Link(
        place, source, url, xml.plain(entry.get("title", "")), published, stamps.read(entry.get("lastmod", ""), HOW)
    )
