"""Addresses: the other URLs under which a page says that its story is to be had."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.head import Head
from crawler.extract.site import Site, address

MOST = 20
"""Links to variants that are looked at."""
# In the head alone, of which most pages have a hundredth of their elements: 0.01 ms.
_VARIANTS = 'link[rel="amphtml" i], link[rel~="alternate" i][media]'

_UNFILLED = re.compile(r"[{}<>\[\]]|^\s*(?:undefined|null|none|false)?\s*$", re.IGNORECASE)
"""What a template leaves where it has no value."""


def read(tree: LexborHTMLParser, page: Head, own: str, site: Site) -> tuple[tuple[str, str], ...]:
    """(kind, canonical URL) of what the page names besides ``own``: of its site, and no front page."""
    found: dict[str, str] = {}
    for kind, written in _named(tree, page):
        url = "" if _UNFILLED.search(written) else address(written.strip(), own)
        if url and url != own and site.owns(url) and url.partition("://")[2].partition("/")[2]:
            found.setdefault(url, kind)
    return tuple([(kind, url) for url, kind in found.items()])


def _named(tree: LexborHTMLParser, page: Head) -> Iterator[tuple[str, str]]:
    head = tree.head
    for node in head.css(_VARIANTS)[:MOST] if head is not None else ():
        attributes = node.attributes
        media = (attributes.get("media") or "").lower()
        if (attributes.get("rel") or "").lower() == "amphtml":
            kind = "amp"
        elif "print" in media:
            kind = "print"
        else:
            kind = "mobile" if "handheld" in media or "max-width" in media or "max-device-width" in media else ""
        if kind:
            yield kind, attributes.get("href") or ""
    for value in page.values("og:url")[:1]:
        yield "og:url", value
