"""Feed: RSS 0.9 to 2.0, RDF, Atom and JSON Feed, whole or damaged.

Expat reads what is well-formed and, after small repairs, most of the rest; feedparser, forty times slower, reads
what is still broken then. References: RSS 2.0 (rssboard.org), RSS 1.0 and its syndication module, RFC 4287 (Atom),
JSON Feed 1.1 (jsonfeed.org).
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import feedparser

from archive.models import Link
from crawler import urls
from crawler.discover import markup, stamps, xml
from crawler.discover.found import Listing, Offers, once

HOW = "feed"
LOOSE_CHARACTERS = 1_000_000
"""How much of a broken feed is read the slow way: a thousand entries and more, in ten seconds at the very worst."""

ITEMS = frozenset({"item", "entry", "atom:entry", "rss:item"})
CHANNELS = frozenset({"channel", "rss:channel", "feed", "atom:feed"})
LINKS = frozenset({"link", "atom:link", "atom10:link", "a10:link", "rss:link"})
FIELDS = {
    "feedburner:origlink": "origin",
    "guid": "guid",
    "id": "guid",
    "atom:id": "guid",
    "title": "title",
    "rss:title": "title",
    "atom:title": "title",
    "pubdate": "published",
    "published": "published",
    "atom:published": "published",
    "issued": "published",
    "dc:date": "published",
    "dcterms:issued": "published",
    "dcterms:created": "published",
    "updated": "updated",
    "atom:updated": "updated",
    "a10:updated": "updated",
    "modified": "updated",
    "dcterms:modified": "updated",
    "lastbuilddate": "updated",
}
"""Child of an entry → the field that its text fills, if none has yet."""
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
"""Hours, of sy:updatePeriod."""

_HOME = re.compile(r"https?://[^/]+/")


@dataclass(slots=True)
class _Entry:
    base: str
    fields: dict[str, str] = field(default_factory=dict)

    def give(self, name: str, value: str) -> None:
        if value := value.strip():
            self.fields.setdefault(name, value)

    def link(self, source: str, feed: str) -> Link | None:
        """The best of the addresses it names, or None if there is none; the home page and the feed are no articles."""
        for name in ("origin", "alternate", "link", "about", "guid"):
            url = urls.canonical(self.fields.get(name, ""), "" if name == "guid" else self.base)
            if url and url != feed and not _HOME.fullmatch(url):
                break
        else:
            return None
        stamp = {name: stamps.read(self.fields.get(name, ""), HOW) for name in ("published", "updated")}
        return Link(url, source, feed, xml.plain(self.fields.get("title", "")), stamp["published"], stamp["updated"])


class _Feed:
    """Reads every dialect: entries count by the names they are found under, wherever they stand."""

    def __init__(self, url: str) -> None:
        self.items: list[object] = []
        self.entries: list[_Entry] = []
        self.channel: dict[str, str] = {}
        self._bases = [(0, url)]
        self._open: tuple[int, _Entry] | None = None

    def start(self, path: list[str], attributes: dict[str, str]) -> bool:
        name = path[-1]
        if base := attributes.get("xml:base"):
            self._bases.append((len(path), urls.canonical(base, self._bases[-1][1]) or self._bases[-1][1]))
        if name in ITEMS:
            entry = _Entry(self._bases[-1][1])
            entry.give("about", attributes.get("rdf:about", ""))
            self.entries.append(entry)
            self.items.append(entry)
            self._open = (len(path), entry)
            return False
        if self._open and len(path) == self._open[0] + 1:
            return self._field(name, attributes, self._open[1])
        return len(path) > 1 and path[-2] in CHANNELS and name in {"ttl", "sy:updateperiod", "sy:updatefrequency"}

    def _field(self, name: str, attributes: dict[str, str], entry: _Entry) -> bool:
        entry.base = self._bases[-1][1] if name in LINKS else entry.base
        if name in LINKS and (href := attributes.get("href")):
            readable = attributes.get("type", "text/html") in {"", "text/html", "application/xhtml+xml"}
            if attributes.get("rel", "alternate") == "alternate":
                entry.give("alternate" if readable else "link", href)
            return False
        if name == "guid" and attributes.get("isPermaLink", "").strip().lower() == "false":
            return False
        return name in LINKS or name in FIELDS

    def end(self, path: list[str], text: str) -> None:
        name, depth = path[-1], len(path)
        if self._bases[-1][0] == depth:
            self._bases.pop()
        if self._open and depth == self._open[0]:
            self._open = None
        elif text and self._open:
            self._open[1].give("link" if name in LINKS else FIELDS[name], text)
        elif text:
            self.channel.setdefault(name, text.strip())


def read(text: str, url: str, source: str) -> Listing:
    """The entries of an RSS, RDF or Atom feed that begins at its root (xml.root), in their order."""
    reader, fault = xml.read(text, lambda: _Feed(url))
    entries = reader.entries
    if fault:
        loose = _loosely(text, url)
        entries = loose if len(loose) > len(entries) else entries
    links = once(link for entry in entries if (link := entry.link(source, url)))
    problem = ""
    if fault:
        problem = fault.told("feed", len(links), "entries")
    elif entries and not links:
        problem = f"none of the feed's {len(entries)} entries has a link to a page"
    return Listing(Offers.FEED, links, (), problem, _ttl(reader.channel))


def read_json(text: str, url: str, source: str) -> Listing:
    """The items of a JSON Feed; of one that is cut off or damaged, those before the fault."""
    try:
        document: Any = json.loads(text)
        items, problem = document.get("items") if isinstance(document, dict) else None, ""
    except (ValueError, RecursionError) as error:
        items = _json_items(text)
        fault = xml.Fault(getattr(error, "lineno", 1), getattr(error, "msg", "nested too deep"))
        problem = fault.told("feed", len(items), "entries")
    links: list[Link] = []
    for item in items if isinstance(items, list) else []:
        entry = _Entry(url)
        for name, key in (("link", "url"), ("link", "external_url"), ("guid", "id"), ("title", "title")):
            entry.give(name, _string(item, key))
        entry.give("published", _string(item, "date_published"))
        entry.give("updated", _string(item, "date_modified"))
        if link := entry.link(source, url):
            links.append(link)
    return Listing(Offers.FEED, once(links), (), problem)


def _string(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""  # "\ud800" is valid JSON


def _json_items(text: str) -> list[object]:
    items: list[object] = []
    begin = re.search(r'"items"\s*:\s*\[', text)
    at = begin.end() if begin else len(text)
    decoder = json.JSONDecoder()
    while found := re.compile(r"[\s,]*(?=\{)").match(text, at):
        try:
            item, at = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            break
        items.append(item)
    return items


def _loosely(text: str, url: str) -> list[_Entry]:
    """What feedparser makes of a feed. Repaired first, so that no declaration of an entity reaches it.

    Of 100,000 elements within each other it would make nothing in ten seconds.
    """
    if markup.deep(text[:LOOSE_CHARACTERS]):
        return []
    body = xml.repair(text[:LOOSE_CHARACTERS]).encode()
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # BytesIO: feedparser takes plain bytes for the name of a file first, and would open it
    options = {"response_headers": headers, "sanitize_html": False, "resolve_relative_uris": False}
    try:
        parsed = feedparser.parse(io.BytesIO(body), **options)
    except Exception:  # noqa: BLE001  # it raises errors of many kinds on hostile text, as &#xD800; in an open CDATA
        return []
    entries = []
    for one in parsed.entries:
        entry = _Entry(url)
        entry.give("origin", one.get("feedburner_origlink", ""))
        for link in one.get("links", ()):
            if link.get("rel") == "alternate" and link.get("type", "text/html") == "text/html":
                entry.give("alternate", link.get("href", ""))
        entry.give("link", one.get("link", ""))
        if one.get("guidislink", True):
            entry.give("guid", one.get("id", ""))
        entry.give("title", one.get("title", ""))
        for name in ("published", "updated"):
            entry.give(name, dict.get(one, name) or "")  # its own get() gives one for the other
        entries.append(entry)
    return entries


def _ttl(channel: dict[str, str]) -> timedelta | None:
    minutes = channel.get("ttl", "")
    if re.fullmatch(r"\d{1,6}", minutes) and int(minutes):
        return timedelta(minutes=int(minutes))
    hours = PERIODS.get(channel.get("sy:updateperiod", "").lower())
    often = channel.get("sy:updatefrequency", "1")
    if hours and re.fullmatch(r"\d{1,4}", often) and int(often):
        return timedelta(hours=hours) / int(often)
    return None
