"""Select: elements by a CSS selector that may come from a configuration, and their attributes as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.extract.tidy import squeeze

Lines = Callable[[], list[str]]
"""The lines around a page's headline (``around_headline``), looked for when first needed."""

BELOW, ABOVE = 40, 12
"""Lines of text after and before a headline in which its date and byline stand."""

MOST_NODES = 200
"""Nodes of an element that is looked at for a title, a date or a byline."""

_OTHERS = re.compile(
    r"related|recommend|sidebar|comment|popular|latest|teaser|(?<![a-z])card|carousel|recent|read-?more|footer|promo"
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


def elsewhere(node: LexborNode, *, lists: bool = True) -> bool:
    """Whether an element belongs to another text than the page's article; ``lists``: whether those in lists do."""
    up: LexborNode | None = node
    for level in range(12):
        if up is None or up.tag in {"body", "html", "main"}:
            return False
        if level and up.tag in _ELSEWHERE and (lists or up.tag != "li"):
            return True
        if _OTHERS.search(f"{attribute(up, 'class')} {attribute(up, 'id')}"):
            return True
        up = up.parent
    return False


def around_headline(tree: LexborHTMLParser, title: str) -> list[str]:
    """Lines of text around the page's title: those below it, then those above, nearest first."""
    if tree.body is None:
        return []
    lines = tree.body.text(separator="\n", strip=True)[:300_000].split("\n")
    start = title[:12]
    at = next(
        (i for i, line in enumerate(lines) if start and line.startswith(start) and title.startswith(line[:40])), 0
    )
    below = list(islice(filter(_is_text, islice(lines, at + 1, None)), BELOW))
    above = list(islice(filter(_is_text, reversed(lines[:at])), ABOVE))
    return [squeeze(line[:1_000]) for line in (*below, *above)]


def _is_text(line: str) -> bool:
    """Whether a line is none of a script or a style sheet, which are text to the parser."""
    return (
        bool(line)
        and not line.endswith((";", ",", "{", "}", "*/", "[", "(", ">"))
        and "{" not in line
        and "=" not in line
    )
