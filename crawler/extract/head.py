"""Head: what a page's ``<meta>`` elements say, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.tidy import tidy

MOST = 400
"""Meta elements read; pages have some dozens."""


@dataclass(frozen=True, slots=True)
class Head:
    meta: Mapping[str, tuple[str, ...]]
    """``name``, ``property`` or ``itemprop`` in lower case → its contents, tidied, in the page's order."""

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
    for node in tree.css("meta[content]")[:MOST]:
        attributes = node.attributes
        value = tidy(attributes.get("content") or "", 5_000)
        if not value:
            continue
        names = {attributes.get(key) or "" for key in ("name", "property", "itemprop")}
        for name in names - {""}:
            meta.setdefault(name.strip().lower(), []).append(value)
    return Head({name: tuple(values) for name, values in meta.items()})
