"""Part: which elements of a page are of its article, and which belong to other texts."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NODES = 2_000
"""Named elements looked at."""
DEEPEST = 12
"""Elements around one that are looked at for names of other texts."""
HIGHEST = 100
"""Elements around the headline."""

_NAMED = 'a[href*="/aut"], a[href*="/t"], a[href*="/etiquet"], [class*="byline" i], [class*="aut" i]'
"""Links to authors and topics, and elements named after bylines; and others, which are told apart when looked at.

Each attribute that is asked of every element costs 0.03 ms a page, one that is asked of links alone 0.01.
"""
_OTHERS = re.compile(
    r"related|recommend|sidebar|comment|popular|latest|teaser|(?<![a-z])card|carousel|recent|read-?more|footer"
    r"|promo(?!ted)|trending|most-?read|upcoming|listing",
    re.IGNORECASE,
)
"""Names of parts of a page that date and sign other texts, as do these elements."""
_ELSEWHERE = frozenset({"footer", "nav", "form", "li"})
_OWN = frozenset({"body", "html", "main"})


class Part:
    """The article's part of a page, as far as the element that shows its headline tells."""

    def __init__(self, tree: LexborHTMLParser, headline: LexborNode | None) -> None:
        self._whole: LexborHTMLParser | LexborNode = tree
        self._holders: set[int] = set()
        self._known: dict[tuple[int, bool], bool] = {}
        self._named: list[tuple[LexborNode, str, str]] | None = None
        up = headline.parent if headline is not None else None
        while up is not None and len(self._holders) < HIGHEST:
            self._holders.add(up.mem_id)
            if up.tag in {"main", "article"}:
                self._whole = up
            up = up.parent

    @property
    def named(self) -> list[tuple[LexborNode, str, str]]:
        """Elements in it that are called after bylines, and links to authors and topics, in the page's order.

        Each with its address, if it is a link, and its class.
        """
        if self._named is None:
            self._named = []
            for node in self._whole.css(_NAMED)[:MOST_NODES]:
                attributes = node.attributes
                href = attributes.get("href") if node.tag == "a" else ""
                self._named.append((node, href or "", attributes.get("class") or ""))
        return self._named

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
    return bool(attributes) and bool(_OTHERS.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))
