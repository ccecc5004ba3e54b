"""Titles: an article's headline, chosen among the forms that a page gives, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from archive.models import Link
from config.models import Rules
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.select import select
from crawler.extract.tidy import tidy

_PARTS = re.compile(r"\s+[|–—·•»«‹›⋆/\\-]\s+|\s*[|｜]\s*|\s+::?\s+|\s+[-–—]+\s+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    how: str
    candidates: tuple[str, ...]
    """Every form of it, the chosen one first."""


def read(
    tree: LexborHTMLParser, page: Head, data: LinkedData, *, site_name: str, hint: Link | None, rules: Rules | None
) -> Title:
    found: list[tuple[str, str]] = []
    if rules and rules.title:
        found += [
            (_of(node.attributes.get("content") or node.text()), "rules:title")
            for node in select(tree, rules.title)[:1]
        ]
    headline = data.text("headline", "name", limit=500)[0]
    og = page.first("og:title")[0]
    twitter = page.first("twitter:title", "parsely-title", "sailthru.title", "dc.title")[0]
    title = tidy(node.text(), 500) if (node := tree.css_first("title")) else ""
    h1 = _h1(tree, [headline, og, title])
    site = [site_name]
    offers = [
        (h1, "h1"),
        (headline, "json-ld:headline"),
        (og, "og:title"),
        (twitter, "twitter:title"),
        (title, "title"),
    ]
    texts = [text for text, _ in offers]
    found += [(strip_site(text, [t for t in texts if t != text], site), how) for text, how in offers]
    found += [(hint.title, "link")] if hint else []
    found = [(text, how) for text, how in found if text]
    if not found:
        return Title("", "", ())
    text, how = found[0]
    return Title(text, how, tuple(dict.fromkeys([text, *(t for t, _ in found), *filter(None, texts)])))


def fold(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _of(text: str | None) -> str:
    return tidy(text or "", 500)


def _h1(tree: LexborHTMLParser, others: Sequence[str]) -> str:
    texts = [text for node in tree.css("h1")[:10] if (text := _of(node.text(separator=" ")))]
    known = [set(fold(other).split()) for other in others if other]

    def alike(text: str) -> float:
        words = set(fold(text).split())
        return max((len(words & k) / len(words | k) for k in known if words), default=0.0)

    return max(texts, key=alike, default="")


def strip_site(text: str, others: Sequence[str], names: Sequence[str]) -> str:
    """``text`` without parts at its ends that are a site's name or that no other form of the title has."""
    parts = _PARTS.split(text)
    if len(parts) < 2:
        return text
    known = {fold(name) for name in names if name}
    for other in others:
        if fold(other) and fold(other) != fold(text) and fold(text).startswith(fold(other)):
            return other
    last = fold(parts[-1])
    if last in known:
        return text[: text.rindex(parts[-1])].rstrip(" |–—·•»«‹›⋆/\\:-｜")
    return text
