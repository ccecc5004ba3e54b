"""Authors: the people who sign an article, from what the page declares or from its byline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from config.models import Rules
from crawler.extract import json_ld
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.select import around_headline, attribute, elsewhere, select
from crawler.extract.site import Site
from crawler.extract.tidy import squeeze, tidy
from crawler.extract.words import words

MOST = 20
LONGEST = 60
"""Characters of a name; longer is a sentence."""

_METAS = (
    *("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl"),
    *("article:author_name", "og:author", "citation_author", "twitter:creator:name", "cxenseparse:author"),
)
_SIGNED = (
    '[itemprop~="author"] [itemprop~="name"], [rel~="author"], [itemprop~="author"]',
    'a[href*="/author/"], a[href*="/authors/"], a[href*="/autor/"], a[href*="/auteur/"], a[href*="/profile/"]',
    '[class*="byline" i], [class*="author" i]:not([class*="authority" i]), [class*="autor" i], [data-testid*="byline" i]',
)
"""Elements that hold a byline, surest first."""
_URL = re.compile(r"^\S*(?:://|www\.)|^/|^\S+\.(?:com|org|net|de|co\.uk)/|\.html?$")
_EMAIL = re.compile(r"\S+@\S+\.\w+|(?<!\S)@\w+")
_ASIDE = re.compile(r"\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$)")
_PLACE = re.compile(r"(?<=\w)\s+(?:in|à|aus|en|em|i)\s+[A-ZÀ-Þ][\w-]+(?:\s[A-ZÀ-Þ][\w-]+)?$")
_CODE = re.compile(r"[{}<>=_\\]|^\W+$")
_BLANKS = " .,;:|/·•–—-\"'*“”„«»‐"


def read(
    tree: LexborHTMLParser, page: Head, data: LinkedData, *, site: Site, rules: Rules | None
) -> tuple[tuple[str, ...], str]:
    """Names in the byline's order and the rule that gave them.

    The first place that names people is believed; where there is none, the first that names an agency or the
    publisher.
    """
    others: tuple[tuple[str, ...], str] = ((), "")
    for how, values in _places(tree, page, data, rules):
        names = clean(values)
        people = tuple(name for name in names if not _is_other(name, site))
        if people:
            return people, how
        if names and not others[0]:
            others = names, how
    return others


def clean(values: Iterable[str]) -> tuple[str, ...]:
    """The names in some bylines, each once; agencies only if nobody else signs."""
    names = {name.casefold(): name for value in values for name in split(value)}
    people = [name for name in names.values() if not _agency(name)]
    return tuple(people or names.values())[:MOST]


def split(byline: str) -> Iterator[str]:
    """The names in one byline, without what is said around them."""
    if _URL.search(byline):
        return
    text = _EMAIL.sub(" ", _ASIDE.sub(" ", byline))
    if not text.strip(_BLANKS):
        text = byline  # nothing but an address: better than nobody
    known = words()
    for part in _joins().split(text):
        name = _bare(part)
        folded = name.casefold()
        if not 1 < len(name) <= LONGEST or _CODE.search(name) or _URL.search(folded) or folded in known.nobody:
            continue
        if not _agency(name) and (
            set(folded.replace(".", "").split()) <= known.credentials or set(folded.split()) & known.roles
        ):
            continue
        if any(map(str.isalpha, name)) and sum(map(str.isdigit, name)) < 4:
            yield name


def is_person(name: str) -> bool:
    """Whether it is written like a person's name: some capitalised words, or a few characters without case."""
    parts = name.split()
    if not name or any(map(str.isdigit, name)) or len(name) > 40 or set(name) & set(":?!/"):
        return False
    if not name[0].isupper():
        return not name[0].islower() and len(name) <= 20 and len(parts) <= 3
    return 2 <= len(parts) <= 5 and parts[-1][0].isupper() and sum(part[0].islower() for part in parts) <= 2


def _is_other(name: str, site: Site) -> bool:
    """Whether it is an agency, the publisher, or an address: better than nobody, but no one's name."""
    return _agency(name) or site.names(name) or site.resembles(name) or "@" in name


def _agency(name: str) -> bool:
    return name.casefold().strip(_BLANKS) in words().agencies


def _bare(name: str) -> str:
    """A name without what is written before and after it."""
    name = squeeze(name).strip(_BLANKS)
    for _ in range(2):
        folded = name.casefold()
        for prefix in words().prefixes:
            if folded.startswith(prefix) and not folded[len(prefix) :][:1].isalnum():
                name = name[len(prefix) :].strip(_BLANKS)
                break
    for suffix in words().suffixes:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name = name.removesuffix(suffix).strip(_BLANKS)
    return _PLACE.sub("", name)


@cache
def _joins() -> re.Pattern[str]:
    joins = "|".join(map(re.escape, words().joins))
    return re.compile(rf"\s*[,;|/•·&\n、，]\s*|\s+[-–—]\s+|\s+(?:{joins})\s+", re.IGNORECASE)


def _places(
    tree: LexborHTMLParser, page: Head, data: LinkedData, rules: Rules | None
) -> Iterator[tuple[str, list[str]]]:
    """Where names are looked for, in the order in which they are believed."""
    if rules and rules.author:
        nodes = select(tree, rules.author)[:MOST]
        yield "rules:author", [attribute(node, "content") or _lines(node) for node in nodes]
    for key in ("author", "creator"):
        yield f"json-ld:{key}", list(_names(data, data.article.get(key)))
    for name in _METAS:
        yield f"meta:{name}", list(page.meta.get(name, ()))
    for node in data.tops:
        yield "json-ld:author", list(_names(data, node.get("author")))
    for selector in _SIGNED:
        yield "byline", _signed(tree, selector)
    yield "text", _written(tree)


def _names(data: LinkedData, value: Any) -> Iterator[str]:
    for one in value[:MOST] if isinstance(value, list) else [value]:
        yield json_ld.first_text(data.resolve(one), 300)


def _lines(node: LexborNode) -> str:
    return tidy(node.text(separator=" ; "), 300)


def _signed(tree: LexborHTMLParser, selector: str) -> list[str]:
    """Names written like people's in the first element of the article that holds any, and in its neighbours."""
    for node in select(tree, selector)[:MOST]:
        if elsewhere(node, lists=False):
            continue
        if found := [name for name in clean([_lines(node)]) if is_person(name)]:
            around = node.parent.parent if node.parent and node.parent.parent else node
            near = around.css(selector)
            if 1 < len(near) <= 6:
                found = [name for one in near for name in clean([_lines(one)]) if is_person(name)]
            return list(dict.fromkeys(found))
    return []


def _written(tree: LexborHTMLParser) -> list[str]:
    """Names in a line near the headline that begins like a byline, or that follows one that is nothing else."""
    lines = around_headline(tree)
    starts = words().starts
    for line, following in pairwise([*lines, ""]):
        folded = line.casefold()
        if len(line) > 100 or not (start := next((s for s in starts if folded.startswith(s)), "")):
            continue
        rest = line[len(start) :].strip(_BLANKS)
        if line[len(start) :][:1].isalnum():
            continue
        if names := [name for name in clean([rest or following]) if is_person(name)]:
            return names
    return []
