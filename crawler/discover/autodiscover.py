"""Feeds of a page: those it names, those it links to, and the places where one usually is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive import sites
from crawler import urls
from crawler.discover import markup

TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rss",
    "application/feed+json": "json",
    "text/rss+xml": "rss",
    "application/x-rss+xml": "rss",
}
GENERIC_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
"""Types of a feed only where its address says so too."""
USUAL = (
    "feed",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "feeds",
    "feed.json",
    "rss/index.xml",
    "index.rdf",
)

_LIKE = re.compile(
    r"(?:^|[/._-])(?:rss2?|feeds?|atom|rdf)(?:$|[/._])|\.(?:rss|rdf|atom)$|[?&](?:feed|format|type)=(?:rss|atom|feed)"
)
_COMMENTS = re.compile(r"comments?[/_-]|kommentare")


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, or what looks like one until it is fetched."""

    url: str
    title: str
    kind: str
    """``rss``, ``atom``, ``json``; empty for a link that only looks like a feed."""


def feeds(html: str, url: str) -> tuple[Found, ...]:
    """The feeds that a page declares, then those it links to, each once; feeds of comments are left out."""
    tree = markup.parse(html)
    if tree is None:
        return ()
    base = markup.base(tree, url)
    found: dict[str, Found] = {}
    for node in tree.css("link[rel~=alternate i][href], link[rel~=feed i][href]"):
        target = urls.canonical(markup.attribute(node, "href"), base)
        type_ = markup.attribute(node, "type").partition(";")[0].strip().lower()
        if target and (type_ in TYPES or (type_ in GENERIC_TYPES and _looks(target))) and not _of_comments(target):
            kind = TYPES.get(type_, "json" if "json" in type_ else "")
            found.setdefault(target, Found(target, markup.attribute(node, "title"), kind))
    for node in tree.css("a[href]"):
        target = urls.canonical(markup.attribute(node, "href"), base)
        if target and _looks(target) and not _of_comments(target) and sites.same_site(target, url):
            found.setdefault(target, Found(target, markup.text(node), ""))
    return tuple(found.values())


def candidates(home: str) -> tuple[str, ...]:
    """Where to look for a feed of a site that names none: under the home page's own path, then under the root."""
    address = urls.canonical(home)
    if address is None:
        return ()
    folder = urlsplit(address)._replace(query="").geturl().rpartition("/")[0] + "/"
    places = [urls.canonical(f"{start}{name}", address) for name in USUAL for start in (folder, "/")]
    return tuple(dict.fromkeys(place for place in places if place))


def _looks(url: str) -> bool:
    parts = urlsplit(url.lower())
    return bool(_LIKE.search(f"{parts.path}?{parts.query}" if parts.query else parts.path))


def _of_comments(url: str) -> bool:
    return bool(_COMMENTS.search(urlsplit(url.lower()).path))
