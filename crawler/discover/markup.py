"""Markup: an HTML page parsed for its links, if it is safe to parse."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import urls

MAX_CHARACTERS = 3_000_000
MAX_DEPTH = 2_000
"""Open elements: parsing takes the square of their depth (100,000: half a minute); pages stay under 100."""
MAX_ATTRIBUTES = 5_000
"""Of one tag: the same holds for them."""

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_LONG_TAG = re.compile(r"<[A-Za-z](?:[^>\"'=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[\"'=])*+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ATTRIBUTE = re.compile(r"[^\s/=]+")
# These hold nothing, or are closed by their like: however many there are, none is deep.
_FLAT = frozenset(
    """
    area base body br col dd dt embed head hr html img input li link meta option p param source tbody td tfoot th
    thead tr track wbr
    """.split()  # noqa: SIM905  # a word list reads better
)


def parse(html: str) -> LexborHTMLParser | None:
    """The page's tree; None for one built to exhaust a parser."""
    html = html[:MAX_CHARACTERS]
    if deep(html) or _crowded(html):
        return None
    return LexborHTMLParser(html.encode("utf-8", "replace").decode())


def base(tree: LexborHTMLParser, url: str) -> str:
    """What the page's relative links are relative to."""
    node = tree.css_first("base[href]")
    return (urls.canonical(attribute(node, "href"), url) if node else None) or url


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value, or an empty string."""
    return (node.attributes.get(name) or "").strip()


def text(node: LexborNode) -> str:
    """What a person reads of an element, in one line, at most 500 characters."""
    return " ".join(node.text(separator=" ").split())[:500]


def deep(html: str) -> bool:
    """Whether elements are open within each other as on no page that was written for readers."""
    open_: dict[str, int] = {}
    depth = 0
    for closing, name in _TAG.findall(html):
        name = name.lower()  # noqa: PLW2901  # one meaning
        if name in _FLAT:
            continue
        if not closing:
            open_[name] = open_.get(name, 0) + 1
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif open_.get(name):
            open_[name] -= 1
            depth -= 1
    return False


def _crowded(html: str) -> bool:
    return any(
        len(tag[0]) > MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(_QUOTED.sub(" ", tag[0]))) > MAX_ATTRIBUTES
        for tag in _LONG_TAG.finditer(html)
    )
