"""Links: the addresses that an article's text and pictures point to, absolute."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.dom import El
from crawler.urls import canonical, untracked

HOST: Final = r"https?://(?![^/]*xn--)(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20}"
PATH: Final = r"(?:/(?:[A-Za-z0-9_-]+(?:[.,+~:=]+[A-Za-z0-9_-]+)*+)?+)+"
"""Every part begins with its own ``/`` and gives nothing back: no input makes this slow."""
PLAIN: Final = re.compile(rf"({HOST})?({PATH})(?:\?([A-Za-z0-9_.~,:/=&%+*@()!-]*+))?(?:#\S*+)?")
"""Host, path and query of an address of which only trackers and what follows a ``#`` are to be left out.

All but two a page are so; to parse the others costs 15 µs each.
"""
PLAIN_IMAGE: Final = re.compile(HOST + PATH + r"(?:\?[A-Za-z0-9_.,:/=&-]*)?")
"""What says how large an image is to be sent tracks nobody."""
ORIGIN: Final = re.compile(HOST + r"(?=[/?#]|$)")
LONGEST_PLAIN: Final = 500
CANDIDATE: Final = re.compile(r"(\S+?)\s+([\d.]+)[wx]\s*(?:,|$)")
"""One image of a ``srcset``, with its width or its density."""


WITHIN: Final = "#"
"""Stands for all links to places on the page itself: no address to keep, but a link."""


class Base:
    """The address against which the others on a page are resolved."""

    def __init__(self, url: str) -> None:
        self.url = url
        found = ORIGIN.match(url)
        self.origin = found.group() if found else ""
        """Scheme and host, if they are plain."""
        self._page: str | None = None

    @property
    def page(self) -> str:
        if self._page is None:
            self._page = canonical(self.url) or ""
        return self._page

    def link(self, href: str) -> str:
        """An absolute http(s) URL; WITHIN for places on the page itself, an empty string for other schemes."""
        if len(href) < LONGEST_PLAIN and (plain := PLAIN.fullmatch(href)) is not None:
            host, path, query = plain.groups()
            if host or (self.origin and not path.startswith("//")):  # ``//host/path`` names a host
                query = untracked(query) if query else ""
                found = (host or self.origin) + path + (f"?{query}" if query else "")
                return WITHIN if "#" in href and found == self.page else found
        href = href.strip()
        if href.startswith("#"):
            return WITHIN
        found = canonical(href, self.url) or ""
        return WITHIN if "#" in href and found == self.page else found

    def image(self, img: El) -> str:
        """The address of an image, the largest one where there are several."""
        written = img.url.strip()
        if " " in written:
            sizes = CANDIDATE.findall(written)
            written = max(sizes, key=_size)[0] if sizes else written.split(" ", 1)[0]
        written = written.rstrip(",")
        if len(written) < LONGEST_PLAIN and PLAIN_IMAGE.fullmatch(written):
            return written
        found = self.link(written) if written else ""
        return "" if found == WITHIN else found


def base(parsed: LexborHTMLParser, address: str) -> str:
    """The address against which a page's links are resolved: its own, or what its ``base`` element says."""
    named = parsed.head.css_first("base[href]") if parsed.head is not None else None
    return (canonical((named.attributes["href"] or "").strip(), address) if named is not None else "") or address


def _size(candidate: tuple[str, str]) -> float:
    try:
        return float(candidate[1])
    except ValueError:
        return 0.0
