"""Part: which elements of a page are of its article, and which belong to other texts."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NODES = 2_000
"""Named elements looked at."""
MOST_LINKS = 4_000
"""Links looked at."""
DEEPEST = 12
"""Elements around one that are looked at for names of other texts."""
HIGHEST = 100
"""Elements around the headline."""

_CALLED = '[class*="byline" i], [class*="aut" i]'
"""Elements that may be named after bylines: what stands in attributes costs 0.03 ms a page for each selector."""
_BYLINE = re.compile(r"byline|author|autor", re.IGNORECASE)
_OTHERS = re.compile(
    r"related|recommend|sidebar|comment|popular|latest|teaser|card(?<![a-z]card)|carousel|recent|read-?more|footer"
    r"|promo(?!ted)|trending|most-?read|upcoming|listing"
)
"""Names of parts of a page, in lower case, that date and sign other texts, as do these elements.

That each begins with a letter, of one case, makes the search six times as fast.
"""
_ELSEWHERE = frozenset({"footer", "nav", "form", "li", "figcaption"})
"""A picture's legend is signed by whoever took it."""
_OWN = frozenset({"body", "html", "main"})


class Part:
    """The article's part of a page, as far as the element that shows its headline tells."""

    def __init__(self, tree: LexborHTMLParser, headline: LexborNode | None) -> None:
        self._whole: LexborHTMLParser | LexborNode = tree
        self._holders: set[int] = set()
        self._known: dict[tuple[int, bool], bool] = {}
        self._links: list[tuple[LexborNode, str]] | None = None
        self._bylines: list[LexborNode] | None = None
        up = headline.parent if headline is not None else None
        while up is not None and len(self._holders) < HIGHEST:
            self._holders.add(up.mem_id)
            if up.tag in {"main", "article"}:
                self._whole = up
            up = up.parent

    @property
    def links(self) -> list[tuple[LexborNode, str]]:
        """The links in it with their addresses, in the page's order.

        To find those of one kind by their address costs a query as much as to read all.
        """
        if self._links is None:
            nodes = self._whole.css("a")[:MOST_LINKS]
            self._links = [(node, href) for node in nodes if (href := node.attrs.get("href"))]
        return self._links

    @property
    def bylines(self) -> list[LexborNode]:
        """Elements in it that are called after bylines."""
        if self._bylines is None:
            nodes = self._whole.css(_CALLED)[:MOST_NODES]
            self._bylines = [node for node in nodes if _BYLINE.search(node.attrs.get("class") or "")]
        return self._bylines

    def excludes(self, node: LexborNode, *, lists: bool = True) -> bool:
        """Whether an element belongs to another text; ``lists``: whether those in lists do.

        Whatever holds the headline is the article's, whatever it is called.
        """
        asked: list[tuple[int, bool]] = []
        up: LexborNode | None = node
        verdict = False
        for level in range(DEEPEST):
            if up is None or (tag := up.tag) in _OWN or up.mem_id in self._holders:
                break
            key = up.mem_id, lists
            if level and key in self._known:
                verdict = self._known[key]
                break
            if (level and tag in _ELSEWHERE and (lists or tag != "li")) or _is_others(up):
                verdict = True
                break
            if level:
                asked.append(key)
            up = up.parent
        self._known.update(dict.fromkeys(asked, verdict))
        return verdict


def _is_others(node: LexborNode) -> bool:
    attributes = node.attributes
    return bool(attributes) and bool(
        _OTHERS.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower())
    )
