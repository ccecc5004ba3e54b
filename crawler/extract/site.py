"""Site: the name of the publisher, known again where it stands in titles and bylines."""

from __future__ import annotations

import re
from functools import lru_cache

from archive import sites
from crawler import urls

_PLAIN = re.compile(r"https://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,20}/[A-Za-z0-9/_.-]*")
"""Addresses that parsing and cleaning leave as they are; it takes 30 µs, this takes 1."""
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=512)
def fold(text: str) -> str:
    """Its words, for comparison: without case and punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def address(url: str, base: str = "") -> str:
    """The canonical form of a URL, without parsing it where it is plain that it has that form; empty if it has none."""
    if _PLAIN.fullmatch(url) and "/." not in url and "xn--" not in url and len(url) < urls.MAX_LENGTH:
        return url
    return urls.canonical(url, base) or ""


class Site:
    """Knows a site by its name and its host, as they stand in titles and bylines."""

    def __init__(self, name: str, url: str) -> None:
        """``url`` is a canonical one."""
        self.host = _host(url)
        self.domain = _site(self.host)
        label = self.domain.partition(".")[0].replace("-", "")
        names = (name, self.host, self.host.removeprefix("www."), self.domain)
        self._keys = {key for text in names if (key := _key(text))}
        self._keys |= {label} if len(label) > 2 else set()
        self._label = label if len(label) > 3 else ""

    def names(self, text: str) -> bool:
        """Whether a text is the name of the site and nothing else."""
        return _key(text) in self._keys

    def owns(self, url: str) -> bool:
        """Whether a canonical URL is of the same registrable domain; every one is where the page's is not known."""
        host = _host(url)
        return not self.host or host == self.host or (bool(self.domain) and _site(host) == self.domain)

    def resembles(self, text: str) -> bool:
        """Whether a part of a title or byline looks like the site's name: an abbreviation of its host, or longer."""
        key = _key(text)
        words = fold(text).split()
        if 1 < len(words) < 5 and any("".join(words[:i]) in self._keys for i in range(1, len(words))):
            return True
        if not self._label or len(key) < 4:
            return False
        return (key in self._label) or (self._label in key and text.count(" ") < 4)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]


@lru_cache(maxsize=256)
def _site(host: str) -> str:
    return sites.site(host)


def _key(text: str) -> str:
    return fold(text).replace(" ", "")
