"""Authors: the people who sign an article, from what the page declares or from its byline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from config.models import Rules
from crawler.extract import json_ld, timestamps
from crawler.extract.around import Around
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.part import Part
from crawler.extract.select import attribute, brief, select
from crawler.extract.site import Site
from crawler.extract.tidy import squeeze
from crawler.extract.words import words

MOST = 20
LONGEST = 60
"""Characters of a name; longer is a sentence."""

LONGEST_BYLINE = 500
"""Characters of a byline that are read."""

_METAS = (
    *("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl"),
    *("article:author_name", "og:author", "citation_author", "twitter:creator:name", "cxenseparse:author"),
)
_LINK = re.compile(r"/(?:authors?|autor(?:es|en|a)?|auteurs?)/")
_NAMED = re.compile(r"byline|author|autor", re.IGNORECASE)
"""What an element is called that holds a byline."""
_URL = re.compile(r"^\S*(?:://|www\.)|^/|^\S+\.(?:com|org|net|de|co\.uk)/|\.html?$")
_EMAIL = re.compile(r"\S+@\S+\.\w+|(?<!\S)@\w+")
_ASIDE = re.compile(r"\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$)")
_PLACE = re.compile(r"(?<=\w)\s+(?:in|à|aus|en|em|i)\s+[A-ZÀ-Þ][\w-]+(?:\s[A-ZÀ-Þ][\w-]+)?$")
_BODIES = "json-ld:author:organization"
_DESKS = frozenset({_BODIES, "byline:desk", "text:desk"})
"""Places that are looked through for whoever signs, if no person does."""
BESIDE = 12
"""Lines below the headline in which a name next to a date is a byline."""
NEIGHBOURS = 6
"""Elements with bylines in one place; more are a list of other texts."""
NEXT = 3
"""Lines between such a name and the date."""
_SURNAME_FIRST = re.compile(r"^([^\s,;]+), ([^\s,;]+(?: \w\.?)?)$")
_LOGIN = re.compile(r"^\S+[._\d]\S*$|^\S*[a-z][A-Z]+$|(?i:\badmin\b)")
_CODE = re.compile(r"[{}<>=_:\\]|^\W+$")
_BLANKS = " .,;:|/·•–—-\"'*“”„«»‐"


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


def clean(values: Iterable[str]) -> tuple[str, ...]:
    """The names in some bylines, each once; agencies whose text it was are among them."""
    names = {name.casefold(): name for value in values for name in split(value)}
    return tuple(names.values())[:MOST]


def desks(values: Iterable[str]) -> tuple[str, ...]:
    """The first signature that names no person: a desk, a team."""
    names = (_bare(value[:LONGEST_BYLINE]) for value in values if not _URL.search(value) and not _CODE.search(value))
    return tuple(n for n in names if 1 < len(n) <= LONGEST and n.casefold() not in words().nobody)[:1]


def split(byline: str) -> Iterator[str]:
    """The names in one byline, without what is said around them."""
    byline = byline[:LONGEST_BYLINE]
    if _URL.search(byline):
        return
    if byline.count(" ") > 2 and (match := _hands().search(byline)):
        byline = byline[: match.start()]
    text = _ASIDE.sub(" ", _ASIDE.sub(" ", byline)) if "(" in byline or "[" in byline else byline
    text = _EMAIL.sub(" ", text) if "@" in text else text
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
        if name.count("(") == name.count(")") and any(map(str.isalpha, name)) and sum(map(str.isdigit, name)) < 4:
            yield name


def is_person(name: str) -> bool:
    """Whether it is written like a person's name: some capitalised words, or a few characters without case."""
    parts = name.split()
    if set(name.casefold().split()) & words().unlike:
        return False
    if not name or any(map(str.isdigit, name)) or len(name) > 40 or set(name) & set(":?!/"):
        return False
    if not name[0].isupper():
        return name[0].isalpha() and not name[0].islower() and len(name) <= 20 and len(parts) <= 3
    small = {part.casefold() for part in parts if part[0].islower()}
    return 2 <= len(parts) <= 5 and parts[-1][0].isupper() and small <= words().particles


def _people(names: Sequence[str], site: Site) -> set[str]:
    """Those of the names that say who wrote: people or, if none does, the publisher's newsroom."""
    people = {name for name in names if not _is_other(name, site)}
    if names and site.names(names[0]):  # "Gazette, Springfield" gives its address
        people = {name for name in people if " " in name or not name[0].isupper()}
    return people or {name for name in names if _is_desk(name) and not site.names(name)}


def _is_other(name: str, site: Site) -> bool:
    """Whether it is an agency, the publisher, an address or a login: better than nobody, but no one's name."""
    return _agency(name) or site.names(name) or site.resembles(name) or "@" in name or bool(_LOGIN.search(name))


def _is_desk(name: str) -> bool:
    """Whether it is a newsroom that signs as one."""
    return not words().desks.isdisjoint(name.casefold().split())


def _is_source(name: str, site: Site) -> bool:
    """Whether it is an agency whose text others worked on: it signs with them."""
    return _agency(name) and not site.names(name)


def _agency(name: str) -> bool:
    return name.casefold().strip(_BLANKS) in words().agencies


def _bare(name: str) -> str:
    """A name without what is written before and after it."""
    name = squeeze(name).strip(_BLANKS)
    for _ in range(2):
        if match := _begin(words().prefixes).match(name):
            name = name[match.end() :].strip(_BLANKS)
    for suffix in words().suffixes:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name = name.removesuffix(suffix).strip(_BLANKS)
    return _PLACE.sub("", name)


@cache
def _begin(options: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these at the beginning, as whole words; in scripts without spaces nothing parts them from the name."""
    return re.compile("|".join(re.escape(o) + (r"(?!\w)" if o[-1].islower() else "") for o in options), re.IGNORECASE)


@cache
def _hands() -> re.Pattern[str]:
    hands = "|".join(re.escape(one).replace(r"\ ", r"[\s;]+") for one in words().hands)
    return re.compile(rf"(?<!\w)(?:{hands})", re.IGNORECASE)


@cache
def _joins() -> re.Pattern[str]:
    joins = "|".join(map(re.escape, words().joins))
    return re.compile(rf"\s*[,;|/•·&\n、，]\s*|\s+[-–—]\s+|\s+(?:{joins})\s+", re.IGNORECASE)


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
        values = page.values(name)[:MOST]
        yield f"meta:{name}", [_SURNAME_FIRST.sub(r"\2 \1", value[:LONGEST_BYLINE]) for value in values]
    for node in data.tops:
        yield "json-ld:author", list(_names(data, node.get("author")))
    yield "meta:twitter:label", list(_labelled(page))
    yield "byline", _signed(page.signed, part)
    yield "byline", _signed([node for node, href, _ in part.named if href and _LINK.search(href)], part)
    yield "byline", _signed([node for node, _, called in part.named if called and _NAMED.search(called)], part)
    yield "text", _written([*near.below(), *near.above()])
    yield "text", _beside_date(near.below(BESIDE))
    yield "byline:desk", _one(page.signed)
    yield "text:desk", _unit(near.below(BESIDE))


def _names(data: LinkedData, value: Any, *, bodies: bool = False) -> Iterator[str]:
    """The names of the people in a JSON-LD value, or of the organisations."""
    for one in value[:MOST] if isinstance(value, list) else [value]:
        node = data.resolve(one)
        text = json_ld.first_text(node, 300)
        types = json_ld.types_of(node) if isinstance(node, dict) else []
        body = any(name.endswith("Organization") for name in types)
        if body == bodies or (body and isinstance(value, list) and _agency(text)):
            yield text


def _signed(nodes: Sequence[LexborNode], part: Part) -> list[str]:
    """Names written like people's in the first element of the article that holds any, and in its neighbours."""
    for at, node in enumerate(nodes[:MOST]):
        if part.excludes(node, lists=False):
            continue
        if found := [name for name in clean([brief(node, " ; ", 500)]) if is_person(name)]:
            around = node.parent.parent if node.parent and node.parent.parent else node
            near = _within(around, nodes[max(0, at - NEIGHBOURS) : at + NEIGHBOURS])
            if 1 < len(near) <= NEIGHBOURS:
                found = [name for one in near for name in clean([brief(one, " ; ", 500)]) if is_person(name)]
            return list(dict.fromkeys(found))
    return []


def _within(holder: LexborNode, nodes: Sequence[LexborNode]) -> list[LexborNode]:
    """Those of the elements that stand in another, up to four levels down."""
    inside = []
    for node in nodes:
        up = node.parent
        for _ in range(4):
            if up is None or up.mem_id == holder.mem_id:
                break
            up = up.parent
        if up is not None and up.mem_id == holder.mem_id:
            inside.append(node)
    return inside


def _written(lines: list[str]) -> list[str]:
    """Names in a line near the headline that begins like a byline, or that follows one that is nothing else."""
    for at, line in enumerate(lines):
        if len(line) > 100 or not (match := _begin(words().starts).match(line)):
            continue
        rest = line[match.end() :].strip(_BLANKS)
        names: list[str] = []
        for text in [rest] if rest else lines[at + 1 : at + MOST]:
            found = clean([text])
            if names and not all(map(is_person, found)):
                break
            names.extend(filter(is_person, found))
            if not names:
                break
        if names:
            return names
    return []


def _labelled(page: Head) -> Iterator[str]:
    """Names in the pairs of label and data that a page shows where its link is shared: "Written by", "Ada Moss"."""
    for number in "12":
        label, name = (page.first(f"twitter:{part}{number}")[0] for part in ("label", "data"))
        if label and _begin(words().starts).fullmatch(label.rstrip(" :")):
            yield name


def _beside_date(lines: Sequence[str]) -> list[str]:
    """Names that stand alone in a line below the headline, next to a date."""
    for at, line in enumerate(lines):
        if len(line) <= LONGEST and any(_is_date(other) for other in lines[max(0, at - 1) : at + NEXT]):
            names = clean([line])
            if names and all(map(is_person, names)) and " " in line:
                return list(names)
    return []


def _is_date(line: str) -> bool:
    return len(line) <= LONGEST and bool(timestamps.YEAR.search(line)) and timestamps.read(line) is not None


def _one(nodes: Sequence[LexborNode]) -> list[str]:
    """Whoever all the elements name that microdata or ``rel`` call the author: a login name, a team."""
    texts = {text for node in nodes[:MOST] if (text := brief(node, " ", LONGEST_BYLINE))}
    return list(texts) if len(texts) == 1 else []


def _unit(lines: Sequence[str]) -> list[str]:
    """The team or the company that signs in a line below the headline."""
    for line, following in pairwise([*lines, ""]):
        match = _begin(words().starts).match(line) if len(line) <= LONGEST else None
        name = (line[match.end() :].strip(_BLANKS) or following) if match else ""
        if len(name) > 2 and name.count(" ") < 5 and not any(map(str.isdigit, name)):
            return [name]
    return []
