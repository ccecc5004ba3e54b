"""Authors: the people who sign an article, from what the page declares or from its byline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from config.models import Rules
from crawler.extract import bylines, json_ld
from crawler.extract.around import Around
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.names import LONGEST_BYLINE, MOST, clean, desks, is_agency, is_desk
from crawler.extract.part import Part
from crawler.extract.select import attribute, brief, select
from crawler.extract.site import Site

_METAS = (
    *("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl"),
    *("article:author_name", "og:author", "citation_author", "twitter:creator:name", "cxenseparse:author"),
)
_BODIES = "json-ld:author:organization"
_DESKS = frozenset({_BODIES, "byline:desk", "text:desk"})
"""Places that are looked through for whoever signs, if no person does."""
_SURNAME_FIRST = re.compile(r"^([^\s,;]+), ([^\s,;]+(?: \w\.?)?)$")
_LOGIN = re.compile(r"^\S+[._\d]\S*$|^\S*[a-z][A-Z]+$|(?i:\badmin\b)")


def read(
    tree: LexborHTMLParser,
    page: Head,
    data: LinkedData,
    *,
    site: Site,
    near: Around,
    part: Part,
    rules: Rules | None,
) -> tuple[tuple[str, ...], str]:
    """Names in the byline's order and the rule that gave them.

    The first place that names people is believed; where there is none, the first that names an agency or the
    publisher.
    """
    fallback: tuple[tuple[str, ...], str] = ((), "")
    for how, values in _places(tree, page, data, near=near, part=part, rules=rules):
        if not any(values):
            continue
        names = desks(values) if how in _DESKS else clean(values)
        people = _people(names, site)
        if people and how not in _DESKS:
            return tuple(name for name in names if name in people or _is_source(name, site)), how
        if not fallback[0]:
            fallback = names or desks(values), how
    return fallback if fallback[0] else ((), "")


def _people(names: Sequence[str], site: Site) -> set[str]:
    """Those of the names that say who wrote: people or, if none does, the publisher's newsroom."""
    people = {name for name in names if not _is_other(name, site)}
    if names and site.names(names[0]):  # "Gazette, Springfield" gives its address
        people = {name for name in people if " " in name or not name[0].isupper()}
    return people or {name for name in names if is_desk(name) and not site.names(name)}


def _is_other(name: str, site: Site) -> bool:
    """Whether it is an agency, the publisher, an address or a login: better than nobody, but no one's name."""
    return is_agency(name) or site.names(name) or site.resembles(name) or "@" in name or bool(_LOGIN.search(name))


def _is_source(name: str, site: Site) -> bool:
    """Whether it is an agency whose text others worked on: it signs with them."""
    return is_agency(name) and not site.names(name)


def _places(
    tree: LexborHTMLParser, page: Head, data: LinkedData, *, near: Around, part: Part, rules: Rules | None
) -> Iterator[tuple[str, list[str]]]:
    """Where names are looked for, in the order in which they are believed."""
    if rules and rules.author:
        nodes = select(tree, rules.author)[:MOST]
        yield "rules:author", [attribute(node, "content") or brief(node, " ; ", 500) for node in nodes]
    for key in ("author", "creator"):
        yield f"json-ld:{key}", list(_names(data, data.article.get(key)))
    yield _BODIES, list(_names(data, data.article.get("author"), bodies=True))
    for name in _METAS:
        if values := page.values(name)[:MOST]:
            yield f"meta:{name}", [_SURNAME_FIRST.sub(r"\2 \1", value[:LONGEST_BYLINE]) for value in values]
    for node in data.tops:
        yield "json-ld:author", list(_names(data, node.get("author")))
    yield from bylines.people(page, part, near)
    yield from bylines.others(page, part, near)


def _names(data: LinkedData, value: Any, *, bodies: bool = False) -> Iterator[str]:
    """The names of the people in a JSON-LD value, or of the organisations."""
    listed = isinstance(value, dict) and isinstance(value.get("@list"), list)
    value = value["@list"] if listed else value
    if not value:
        return
    for one in value[:MOST] if isinstance(value, list) else [value]:
        node = data.resolve(one)
        if isinstance(node, dict) and "author" in node and "name" not in node:  # a Role, which has the person in it
            node = data.resolve(node["author"])
        types = json_ld.types_of(node) if isinstance(node, dict) else []
        body = any(name.endswith("Organization") for name in types)
        for text in _said(node):
            if body == bodies or (body and isinstance(value, list) and is_agency(text)):
                yield text


def _said(node: Any) -> Iterator[str]:
    """The names in one JSON-LD person: several where those who wrote together were made one; or its parts."""
    name = node.get("name") if isinstance(node, dict) else None
    if isinstance(name, list):
        for one in name[:MOST]:
            yield json_ld.first_text(one, 300)
    elif text := json_ld.first_text(node, 300):
        yield text
    elif isinstance(node, dict):
        yield " ".join(filter(None, (json_ld.first_text(node.get(key), 100) for key in ("givenName", "familyName"))))
