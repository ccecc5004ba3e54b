"""Listing: from a fetched Page, by what its bytes are and not by what it is called."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from archive.models import Link, Page, Stamp
from crawler.discover import feeds, sections, sitemaps, xml
from crawler.discover.found import Listing, More, Offers
from crawler.extract import charset

__all__ = ["Listing", "More", "Offers", "read"]

MAX_BYTES = 50_000_000
"""Of a packed document, unpacked: the limit of the sitemap protocol."""
AHEAD = timedelta(days=1)
"""How far a date may lie after the fetch, for publishers' clocks and zones; beyond, it is wrong and left out."""

_LINES = re.compile(r"\s*https?://\S+[ \t]*(?:\n|\Z)")
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s", re.IGNORECASE)


def read(page: Page, source: str, *, max_bytes: int = MAX_BYTES) -> Listing:
    """The links of a feed, sitemap or section page. Never raises: what cannot be read is said in ``problem``."""
    body, loss = page.body, ""
    if body.startswith(b"\x1f\x8b"):
        body, loss = sitemaps.gunzip(body, max_bytes)
    listing = _sniff(body, page, source)
    if loss:
        count = len(listing.links) + len(listing.more)
        loss = f"the file is packed and {loss} ({count} links)"
    latest = page.fetched_at + AHEAD
    return replace(
        listing,
        links=tuple(_sober(link, latest) for link in listing.links),
        problem="; ".join(filter(None, (loss, listing.problem))),
    )


def _sniff(body: bytes, page: Page, source: str) -> Listing:
    url, content_type = page.final_url or page.url, page.header("content-type")
    text = xml.decode(body, content_type)
    start = text[:20_000].lstrip()
    name, document = xml.root(text)
    if name and not _HTML.search(text, 0, len(text) - len(document.lstrip())):  # a page may show a feed's source
        if name in {"urlset", "sitemapindex"}:
            return sitemaps.read(document, url, source)
        if name != "opml":
            return feeds.read(document, url, source)
    if start.startswith("{") and ('"items"' in text or "jsonfeed.org" in start):
        return feeds.read_json(text, url, source)
    if _LINES.match(start):
        return sitemaps.read_lines(text, url, source)
    if _HTML.search(start) or _ANCHOR.search(text):
        return sections.read(charset.decode(body, content_type), url, source)
    what = "is empty" if not text.strip() else "is neither a feed nor a sitemap nor a page with links"
    return Listing(Offers.NOTHING, problem=f"the answer {what}")


def _sober(link: Link, latest: datetime) -> Link:
    def sane(stamp: Stamp | None) -> Stamp | None:
        return stamp if stamp and stamp.at <= latest else None

    published, changed = sane(link.published), sane(link.changed)
    if published is link.published and changed is link.changed:
        return link
    return replace(link, published=published, changed=changed)
