"""JSON-LD: the schema.org description a page carries of itself (https://schema.org/Article), broken ones included."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborNode

from crawler.extract.tidy import tidy

Node = dict[str, Any]

ARTICLES = frozenset(
    {
        *("Article", "NewsArticle", "BlogPosting", "Report", "ReportageNewsArticle", "AnalysisNewsArticle"),
        *(
            "OpinionNewsArticle",
            "BackgroundNewsArticle",
            "ReviewNewsArticle",
            "AskPublicNewsArticle",
            "LiveBlogPosting",
        ),
        *("AdvertiserContentArticle", "SatiricalArticle", "ScholarlyArticle", "TechArticle", "MedicalScholarlyArticle"),
        "SocialMediaPosting",
    }
)
_STAND_INS = ("Review", "Recipe", "HowTo", "ClaimReview", "WebPage", "ItemPage", "CreativeWork", "VideoObject")
"""Types whose object describes the page's text where there is no article, in this order."""
BYTES = 2_000_000
"""Characters of JSON-LD read in all."""
SCRIPTS = 200
"""Scripts read."""
NODES = 2_000
"""Objects looked at."""

_DECODER = json.JSONDecoder(strict=False)
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s?\]\]>|\]\]>);?$")
_COMMA = re.compile(r",(?=\s*[}\]])")
_DOUBLE_COMMA = re.compile(r",(?:\s*,)+")
_BACKSLASH = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_MARK = re.compile(r'\\.|"', re.DOTALL)
_ENDS = re.compile(r"\s*+(?:[}\]:]|,\s*+[\"{\[}\]]|$)")


@dataclass(frozen=True, slots=True)
class LinkedData:
    article: Node = field(default_factory=dict)
    """The object that describes this page's article; empty if there is none."""
    types: tuple[str, ...] = ()
    """Types of the page's own objects (not of those nested in them), each once, in order."""
    tops: tuple[Node, ...] = ()
    """The page's own objects."""
    values: tuple[Any, ...] = ()
    """All that was read."""
    by_id: dict[str, Node] = field(default_factory=dict)
    """Objects by their names, once one was asked for."""

    def resolve(self, value: Any) -> Any:
        """What a bare reference (``{"@id": …}``) points to, else the value itself."""
        if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
            if not self.by_id:
                for one in self.values:
                    _index(one, self.by_id)
            return self.by_id.get(value["@id"], value)
        return value

    def text(self, *keys: str, limit: int = 1_000) -> tuple[str, str]:
        """The article's first non-empty text under these keys, tidied, and the key."""
        for key in keys:
            if text := first_text(self.article.get(key), limit):
                return text, key
        return "", ""


def read(scripts: Iterable[LexborNode], url: str = "") -> LinkedData:
    """Everything in a page's ``application/ld+json`` scripts; what cannot be read is passed over."""
    tops: list[Node] = []
    values: list[Any] = []
    left = BYTES
    for script in islice(scripts, SCRIPTS):
        source = script.text()
        left -= len(source)
        if left < 0:
            break
        for value in loads(source):
            tops.extend(_tops(value))
            values.append(value)
    types = dict.fromkeys(name for node in tops for name in types_of(node))
    return LinkedData(_main(tops, url), tuple(types), tuple(tops), tuple(values))


def loads(source: str) -> list[Any]:
    """The JSON values in a script, repaired where a common mistake is all that is wrong."""
    source = source.strip()
    if source[:1] not in {"{", "["} or source[-1:] not in {"}", "]"}:
        source = _WRAPPING.sub("", source).strip().removesuffix(";")
    for attempt in (_same, _repair, _unescape, _requote):
        text = attempt(source)
        try:
            return [_DECODER.decode(text)]
        except RecursionError:
            return []
        except ValueError:
            continue
    return _several(_repair(source))


def types_of(node: Node) -> list[str]:
    """Its types without schema.org's address, in the order given."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return [name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)]


def first_text(value: Any, limit: int = 1_000) -> str:
    """The text of a value: a string, ``@value``, the first of a list."""
    if isinstance(value, list):
        return next(filter(None, (first_text(v, limit) for v in value[:5] if not isinstance(v, list))), "")
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
        value = value[0] if isinstance(value, list) and value else value
    return tidy(value, limit) if isinstance(value, str) else ""


def addresses(value: Any) -> Iterator[str]:
    """The URLs in a value: strings, and the ``url``, ``contentUrl`` or ``@id`` of objects, in order."""
    for one in value[:20] if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one.strip()
        elif isinstance(one, dict):
            for key in ("url", "contentUrl", "@id"):
                found = one.get(key)
                found = found[0] if isinstance(found, list) and found else found
                if isinstance(found, str) and found:
                    yield found.strip()
                    break


def _same(source: str) -> str:
    return source


def _repair(source: str) -> str:
    return _BACKSLASH.sub(r"\\\\", _COMMA.sub("", _DOUBLE_COMMA.sub(",", source)))


def _unescape(source: str) -> str:
    return _repair(html.unescape(source))


def _requote(source: str) -> str:
    """With a backslash before quotation marks within a text: those after which no value can end."""
    parts: list[str] = []
    at, inside = 0, False
    for mark in _MARK.finditer(source):
        if mark[0] != '"':
            continue
        if inside and not _ENDS.match(source, mark.end()):
            parts.append(source[at : mark.start()] + '\\"')
            at = mark.end()
        else:
            inside = not inside
    return _repair("".join(parts) + source[at:])


def _several(source: str) -> list[Any]:
    """Values written one after the other, up to the first that cannot be read."""
    at = 0
    values: list[Any] = []
    while at < len(source) and len(values) < 50:
        try:
            value, end = _DECODER.raw_decode(source, at)
        except (ValueError, RecursionError):
            break
        values.append(value)
        at = end
        while at < len(source) and source[at] in " \t\r\n,;":
            at += 1
    return values


def _tops(value: Any, depth: int = 0) -> Iterator[Node]:
    """The objects that describe the page: those of lists and graphs, and what a page says it is about."""
    if depth > 4:
        return
    if isinstance(value, list):
        for one in value[:NODES]:
            yield from _tops(one, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), (dict, list)):
                yield from _tops(value[key], depth + 1)


def _index(value: Any, by_id: dict[str, Node]) -> None:
    """Every object that can be referred to. Objects with content go before bare references to them."""
    todo, seen = [value], 0
    while todo and seen < NODES:
        one = todo.pop()
        seen += 1
        if isinstance(one, list):
            todo.extend(one)
        elif isinstance(one, dict):
            name = one.get("@id")
            if isinstance(name, str) and len(one) > 1:
                by_id.setdefault(name, one)
            todo.extend(v for v in one.values() if isinstance(v, (dict, list)))


def _main(tops: list[Node], url: str) -> Node:
    """The article among them: by type, then by whether it names this page, then by how much it says."""
    articles = [n for n in tops if not ARTICLES.isdisjoint(types_of(n))]
    if not articles:
        return next((n for name in _STAND_INS for n in tops if name in types_of(n)), {})
    if len(articles) == 1:
        return articles[0]
    address = url.partition("#")[0].partition("?")[0].rstrip("/")

    def rank(node: Node) -> tuple[bool, bool, int]:
        own = [*addresses(node.get("url")), *addresses(node.get("mainEntityOfPage")), *addresses(node.get("@id"))]
        here = bool(address) and any(a.partition("#")[0].partition("?")[0].rstrip("/") == address for a in own)
        return here, bool(node.get("headline") or node.get("name")), len(node)

    return max(articles, key=rank)
