"""Authors: the people who sign an article, from what the page declares or from its byline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from config.models import Rules
from crawler.extract import json_ld
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.tidy import tidy
from crawler.extract.words import words

MOST = 20
LONGEST = 60
"""Characters of a name; longer is a sentence."""

_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_BYLINES = '[rel~="author"], [itemprop~="author"] [itemprop~="name"], [itemprop~="author"], .byline, .author-name, .byline__name'
_URL = re.compile(r"https?://|www\.|^/|\.(?:com|org|net|html?)\b")
_EMAIL = re.compile(r"\S+@\S+\.\w+|(?<!\S)@\w+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DIGITS = re.compile(r"\d")


def read(
    tree: LexborHTMLParser, page: Head, data: LinkedData, *, site_name: str, rules: Rules | None
) -> tuple[tuple[str, ...], str]:
    """Names in the byline's order and the rule that gave them."""
    for how, values in _places(tree, page, data, rules):
        names = clean(values)
        if names:
            return names, how
    return (), ""


def clean(values: list[str]) -> tuple[str, ...]:
    """People's names out of bylines, each once; agencies only if nobody else signs."""
    names: dict[str, str] = {}
    for value in values:
        for name in split(value):
            names.setdefault(name.casefold(), name)
    people = [name for key, name in names.items() if key not in words().agencies]
    return tuple(people or names.values())[:MOST]


def split(byline: str) -> Iterator[str]:
    """The names in one byline, without what is said around them."""
    known = words()
    text = _EMAIL.sub(" ", _ASIDE.sub(" ", byline))
    for part in _joins().split(text):
        name = _unprefixed(" ".join(part.split()).strip(" .,;:|/·•-–—\"'*"))
        folded = name.casefold()
        if (
            not 1 < len(name) <= LONGEST
            or _URL.search(folded)
            or folded in known.nobody
            or _DIGITS.search(name)
            and " " not in name
            and folded not in known.agencies
        ):
            continue
        if folded.replace(".", "") in known.credentials or (
            folded not in known.agencies and set(folded.split()) & known.roles
        ):
            continue
        yield name


def _unprefixed(name: str) -> str:
    folded = name.casefold()
    for prefix in words().prefixes:
        if folded.startswith(prefix) and not folded[len(prefix) :][:1].isalnum():
            return name[len(prefix) :].strip(" :.,")
    return name


def _joins() -> re.Pattern[str]:
    global _pattern
    if _pattern is None:
        _pattern = re.compile(rf"\s*[,;|/•·&\n]\s*|\s+(?:{'|'.join(map(re.escape, words().joins))})\s+", re.IGNORECASE)
    return _pattern


_pattern: re.Pattern[str] | None = None


def _places(
    tree: LexborHTMLParser, page: Head, data: LinkedData, rules: Rules | None
) -> Iterator[tuple[str, list[str]]]:
    if rules and rules.author:
        try:
            nodes = tree.css(rules.author)
        except ValueError:
            nodes = []
        yield (
            "rules:author",
            [tidy(node.attributes.get("content") or node.text(separator=" ")) for node in nodes[:MOST]],
        )
    for key in ("author", "creator"):
        yield f"json-ld:{key}", list(_names(data, data.article.get(key)))
    for name in _METAS:
        yield f"meta:{name}", [value for value in page.meta.get(name, ())]
    yield "byline", [tidy(node.text(separator=" "), 200) for node in tree.css(_BYLINES)[:1]]


def _names(data: LinkedData, value: Any) -> Iterator[str]:
    for one in value[:MOST] if isinstance(value, list) else [value]:
        yield json_ld.first_text(data.resolve(one), 300)
