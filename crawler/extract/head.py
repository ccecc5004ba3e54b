"""Head: what a page says of itself in its head and by its markup, gathered in one pass over its elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.tidy import tidy

MOST = 400
"""Elements of a kind, or values of a name, that are read; pages have some dozens."""
MOST_NODES = 4_000
"""Elements looked at in all."""
LONGEST = 5_000
"""Characters of a meta element's content."""

_WANTED = (
    'meta[content], link[rel~="canonical" i], link[rel="image_src"], title, h1, time, script[type*="ld+json" i]'
    ', [itemprop], a[rel~="author"], a[rel~="tag"]'
)
"""Document-wide: an image in ``<noscript>`` pushes the rest of the head into the body.

A query costs 0.03 ms a page for the walk and as much again for each attribute that is asked of every element, 0.01
for one asked of links alone: so there is one query, and one more (``_NAMED``) for the pages that it does not tell
enough.
"""
_BY_TAG = {"title": "titles", "h1": "times", "time": "times", "link": "links", "script": "scripts"}


@lru_cache(maxsize=1_000)
def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name))  # sites share most names, but for the punctuation in them


class Head:
    """What the elements of a page that speak of it hold; contents are tidied when they are asked for."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._meta: dict[str, list[str]] = {}
        self._tidied: dict[str, tuple[str, ...]] = {}
        self._by_letters: dict[str, str] | None = None
        self.titles: list[LexborNode] = []
        self.times: list[LexborNode] = []
        """The ``<h1>`` and ``<time>`` elements in the page's order."""
        self.links: list[LexborNode] = []
        """Canonical links and ``image_src``."""
        self.scripts: list[LexborNode] = []
        """Those of JSON-LD."""
        self.dated: list[LexborNode] = []
        """Those that microdata calls the day of publication."""
        self.signed: list[LexborNode] = []
        """Those that microdata or ``rel`` call the author."""
        self.tagged: list[LexborNode] = []
        """Those that microdata or ``rel`` call tags."""
        kinds = {tag: getattr(self, kind) for tag, kind in _BY_TAG.items()}
        for node in tree.css(_WANTED)[:MOST_NODES]:
            tag = node.tag or ""
            if tag == "meta":
                self._put(node.attributes)
                continue
            if tag in kinds:
                kinds[tag].append(node)
            if tag == "time" or tag not in kinds:
                self._sort(node, node.attributes)

    def _put(self, attributes: Mapping[str, str | None]) -> None:
        """What a meta element says."""
        if content := attributes.get("content"):
            for key in ("property", "name", "itemprop"):
                if key in attributes and (name := attributes[key]):
                    self._meta.setdefault(name.strip().lower(), []).append(content)

    def _sort(self, node: LexborNode, attributes: Mapping[str, str | None]) -> None:
        """What microdata and ``rel`` call an element."""
        props, rel = (f" {attributes.get(key) or ''} ".lower() for key in ("itemprop", "rel"))
        if " datepublished " in props or "pubdate" in attributes:
            self.dated.append(node)
        if " author " in props or " author " in rel:
            self.signed.append(node)
        elif " keywords " in props or " tag " in rel:
            self.tagged.append(node)

    @property
    def headlines(self) -> list[LexborNode]:
        """The ``<h1>`` elements."""
        return [node for node in self.times if node.tag == "h1"]

    @property
    def plain(self) -> dict[str, str]:
        """The names of the meta elements (``name``, ``property`` or ``itemprop``) by their letters and digits."""
        if self._by_letters is None:
            self._by_letters = {_plain(name[:100]): name for name in self._meta}
        return self._by_letters

    def values(self, name: str) -> tuple[str, ...]:
        """The contents of the meta elements of a name, tidied, in the page's order."""
        if name not in self._meta:
            return ()
        found = self._tidied.get(name)
        if found is None:
            texts = dict.fromkeys(tidy(text, LONGEST) for text in self._meta[name][:MOST])
            found = self._tidied[name] = tuple(filter(None, texts))
        return found

    def all(self, *names: str) -> Iterator[tuple[str, str]]:
        """(value, name) of each non-empty content, in the order of ``names``."""
        for name in names:
            if name in self._meta:
                for value in self.values(name):
                    yield value, name

    def first(self, *names: str) -> tuple[str, str]:
        """The first (value, name), or two empty strings."""
        return next(self.all(*names), ("", ""))
