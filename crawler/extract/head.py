"""Head: what a page says of itself in its head and by its markup, gathered in one pass over its elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
    ', [itemprop~="author"], [itemprop~="datePublished"], [itemprop~="keywords"] a, [rel~="author"], [rel~="tag"]'
)
"""Document-wide: an image in ``<noscript>`` pushes the rest of the head into the body.

A query costs a walk over the page, 0.13 ms on the benchmarks' pages, whatever it asks for: so there is one.
"""
_BY_TAG = {"title": "titles", "h1": "times", "time": "times", "link": "links", "script": "scripts"}
_KINDS = (*dict.fromkeys(_BY_TAG.values()), "dated", "signed", "tagged")


@dataclass(frozen=True, slots=True)
class Head:
    meta: Mapping[str, tuple[str, ...]]
    """``name``, ``property`` or ``itemprop`` in lower case → its contents, tidied, in the page's order."""
    titles: tuple[LexborNode, ...] = ()
    times: tuple[LexborNode, ...] = ()
    """The ``<h1>`` and ``<time>`` elements in the page's order."""
    dated: tuple[LexborNode, ...] = ()
    """Those that microdata calls the day of publication."""
    signed: tuple[LexborNode, ...] = ()
    """Those that microdata or ``rel`` call the author."""
    tagged: tuple[LexborNode, ...] = ()
    """Those that microdata or ``rel`` call tags."""
    links: tuple[LexborNode, ...] = ()
    """Canonical links and ``image_src``."""
    scripts: tuple[LexborNode, ...] = ()
    """Those of JSON-LD."""

    @property
    def headlines(self) -> Iterator[LexborNode]:
        """The ``<h1>`` elements."""
        return (node for node in self.times if node.tag == "h1")

    def all(self, *names: str) -> Iterator[tuple[str, str]]:
        """(value, name) of each non-empty content, in the order of ``names``."""
        for name in names:
            for value in self.meta.get(name, ()):
                yield value, name

    def first(self, *names: str) -> tuple[str, str]:
        """The first (value, name), or two empty strings."""
        return next(self.all(*names), ("", ""))


def read(tree: LexborHTMLParser) -> Head:
    meta: dict[str, list[str]] = {}
    found: dict[str, list[LexborNode]] = {kind: [] for kind in _KINDS}
    for node in tree.css(_WANTED)[:MOST_NODES]:
        tag = node.tag
        if tag == "meta":
            _put(node, meta)
            continue
        if tag in _BY_TAG:
            found[_BY_TAG[tag]].append(node)
        if tag in _BY_TAG and tag != "time":
            continue
        attributes = node.attributes
        props, rel = (f" {attributes.get(key) or ''} ".lower() for key in ("itemprop", "rel"))
        if " datepublished " in props or "pubdate" in attributes:
            found["dated"].append(node)
        if " author " in props or " author " in rel:
            found["signed"].append(node)
        elif tag == "a" and " author " not in props:
            found["tagged"].append(node)
    return Head(
        {name: tuple(values) for name, values in meta.items()},
        **{kind: tuple(nodes[:MOST]) for kind, nodes in found.items()},
    )


def _put(node: LexborNode, meta: dict[str, list[str]]) -> None:
    attributes = node.attributes
    value = tidy(attributes.get("content") or "", LONGEST)
    if value:
        for name in {attributes.get("name"), attributes.get("property"), attributes.get("itemprop")}:
            if name and len(values := meta.setdefault(name.strip().lower(), [])) < MOST:
                values.append(value)
