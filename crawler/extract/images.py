"""Images: where a page says that one is to be had, and which show nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborNode

SOURCES: Final = (
    *("data-src", "data-original", "data-lazy-src", "data-url", "data-srcset", "data-lazy-srcset", "src", "srcset"),
)
"""Where an image's address stands, lazy loaders' places first: their ``src`` is a placeholder."""
FILE: Final = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:[?#]|$)", re.IGNORECASE)
NO_ADDRESS: Final = re.compile(r"[\s{}\[\]\"<>]")
LONGEST: Final = 2_000
DOTS: Final = frozenset({"0", "1", "0px", "1px"})
"""Widths and heights of images that only count readers."""


def address(node: LexborNode, attrs: Mapping[str, str | None]) -> str:
    """The address of an image as the page writes it; nothing for one that shows nothing."""
    if attrs.get("width") in DOTS and attrs.get("height") in DOTS and node.tag == "img":  # of amp-img: their ratio
        return ""
    return _written(attrs) or _offered(node) or _named(attrs)


def _written(attrs: Mapping[str, str | None]) -> str:
    for key in SOURCES:
        if (value := attrs.get(key)) and not value.startswith("data:"):
            return value
    return ""


def _named(attrs: Mapping[str, str | None]) -> str:
    """What a lazy loader keeps under a name of its own, known by the file's."""
    for key, value in attrs.items():
        if (
            key.startswith("data-")
            and value
            and len(value) < LONGEST
            and FILE.search(value)
            and not NO_ADDRESS.search(value)
        ):
            return value
    return ""


def _offered(node: LexborNode) -> str:
    """What a ``picture`` offers in an image's place, where that has no address of its own."""
    up = node.parent
    if up is None or up.tag != "picture":
        return ""
    return next(filter(None, [_written(source.attributes) for source in up.css("source")]), "")
