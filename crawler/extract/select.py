"""Select: elements by a CSS selector that may come from a configuration, and their attributes as text."""

from __future__ import annotations

import re
from collections.abc import Collection

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.extract.tidy import squeeze

MOST_NODES = 200
"""Nodes of an element that is looked at for a title, a date or a byline."""

_OTHERS = re.compile(
    r"related|recommend|sidebar|comment|popular|latest|teaser|(?<![a-z])card|carousel|recent|read-?more|footer|promo(?!ted)"
    r"|trending|most-?read|upcoming|listing",
    re.IGNORECASE,
)
"""Names of parts of a page that date and sign other texts, as do these elements."""
_ELSEWHERE = frozenset({"footer", "nav", "form", "li"})


def select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements in the page's order; none for a selector that is no CSS."""
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):
        return []


def attribute(node: LexborNode, *names: str) -> str:
    """The first of these attributes that is there and not empty, or an empty string."""
    attributes = node.attributes
    return next((value for name in names if (value := attributes.get(name))), "")


def brief(node: LexborNode, separator: str = "", limit: int = 1_000) -> str:
    """The text of a small element on one line, without scripts and styles; nothing if it is longer than ``limit``.

    An element that was never closed may hold the whole page, and many such elements the page many times over.
    """
    parts: list[str] = []
    for count, one in enumerate(node.traverse(include_text=True)):
        if one.is_text_node and (one.parent is None or one.parent.tag not in {"script", "style"}):
            parts.append(one.text_content or "")
            limit -= len(parts[-1])
        if limit < 0 or count > MOST_NODES:
            return ""
    return squeeze(separator.join(parts))


def elsewhere(node: LexborNode, holders: Collection[int] = (), *, lists: bool = True) -> bool:
    """Whether an element belongs to another text than the page's article; ``lists``: whether those in lists do.

    ``holders`` are the ids of the elements that hold the headline: whatever they are called, they are its article's.
    """
    up: LexborNode | None = node
    for level in range(12):
        if up is None or (tag := up.tag) in {"body", "html", "main"} or (holders and up.mem_id in holders):
            return False
        if level and tag in _ELSEWHERE and (lists or tag != "li"):
            return True
        attributes = up.attributes
        if attributes and _OTHERS.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
            return True
        up = up.parent
    return False
