"""Select: elements by a CSS selector that may come from a configuration, and their attributes as text."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError


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
