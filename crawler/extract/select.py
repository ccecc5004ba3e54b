"""Select: elements by a CSS selector that may come from a configuration, and their attributes as text."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.extract.tidy import squeeze

MOST_NODES = 200
"""Nodes of an element that is looked at for a title, a date or a byline."""


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
