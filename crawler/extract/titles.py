"""Titles: an article's headline, chosen among the forms that a page gives, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.models import Link
from config.models import Rules
from crawler.extract import json_ld
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.select import attribute, brief, select
from crawler.extract.site import Site, fold
from crawler.extract.tidy import squeeze

LONGEST = 500
"""Characters of a title."""
ALIKE = 0.08
"""Share of common words under which an <h1> and everything else the page calls itself are not the same title."""

CUT = 90
"""Characters from which a machine-readable headline may have been cut: search engines showed 110."""

_SEPARATOR = re.compile(r"[\s|｜ㅣ│](?:(?<=\s)\s*(?:[-–—·•»«‹›⋆/\\:~]+\s+|[|｜ㅣ│]+\s*)|(?<=[|｜ㅣ│])[|｜ㅣ│]*\s*)")
"""Signs between blanks, and bars. What begins with one of a set of characters is found twice as fast."""
_UNSPACED = "_-–—：【"
"""Before a site's name in Chinese and Japanese titles; the first parts sections, too."""
_BAR = frozenset("|｜ㅣ│")
_KICKER = re.compile(
    r"kicker|topline|top-line|overline|dachzeile|roof-?line|eyebrow|spitzmarke|pretitle|pre-title|surtitle|antetitulo|badge"
    r"|(?<![a-z])(?:label|tag|category|section|date|time|live|flag)(?![a-z])|hidden|sr-only|screen-?reader",
    re.IGNORECASE,
)
"""Names of elements within a headline that are no part of it."""


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    how: str
    candidates: tuple[str, ...]
    """Every form of it, the chosen one first."""
    node: LexborNode | None = None
    """The element that shows it at the top of the article."""


def read(
    tree: LexborHTMLParser,
    page: Head,
    data: LinkedData,
    *,
    site: Site,
    hint: Link | None,
    rules: Rules | None,
) -> Title:
    """The page's own headline: what its source's rules find, else the best of its forms, else the feed's."""
    ruled = (
        _first(attribute(node, "content") or brief(node) for node in select(tree, rules.title))
        if rules and rules.title
        else ""
    )
    headline = data.text("headline", "name", limit=LONGEST)[0] or page.first("headline", "hdl")[0][:LONGEST]
    og = page.first("og:title")[0][:LONGEST]
    title = _first([page.title.text()[: 20 * LONGEST]] if page.title is not None else [])
    other = page.first("twitter:title", "parsely-title", "sailthru.title", "dc.title")[0][:LONGEST]
    raw = {"json-ld:headline": headline, "og:title": og, "meta:title": other, "title": title}
    names = {fold(text) for text in raw.values()}
    shared, told = fold(og), fold(title)
    heads = [(text, node) for node in page.headlines[:10] for text in _heads(node, names)]
    if og and shared in told and not site.names(og):
        beside = told.replace(shared, "").strip()
        if any(fold(text) == beside for text, _ in heads):  # the blog's name, over a headline of a lower rank
            heads = [head for head in heads if fold(head[0]) in names]
    main, node = _main(heads, raw.values(), site)
    h1 = strip_site(main, site, (), bars=False)
    known = {key for text in (h1, headline, og, other) if (key := fold(text))}
    short = {text: strip_site(text, site, known - {fold(text)}) for text in dict.fromkeys(raw.values())}
    forms = {"h1": h1, **{how: short[text] for how, text in raw.items()}}
    how = _choose(forms, news=any("News" in name for name in json_ld.types_of(data.article)))
    text = forms.get(how, "")
    if ruled:
        text, how = ruled, "rules:title"
    elif not text and hint:
        text, how = hint.title, "link"
    texts = [text, *forms.values(), *raw.values(), hint.title if hint else ""]
    return Title(text, how if text else "", tuple(dict.fromkeys(filter(None, texts))), node)


def _first(texts: Iterable[str | None]) -> str:
    return next(filter(None, (squeeze(text or "")[:LONGEST] for text in texts)), "")


def _choose(forms: dict[str, str], *, news: bool) -> str:
    """The form to be taken: what readers see at the top, unless it is less than that or more.

    A news site's machine-readable headline that is also what it shares goes before an ``<h1>`` of other words
    (measured on news pages: right 5 of 7 times; on others 1 of 9). So does one of four words or more that nothing else
    on the page says, as the rest is worded for search engines (2 of 2; on others 1 of 5). Where it is what the page
    shares that differs from all else, that was right 6 times of 11, and the ``<h1>`` stays. An ``<h1>`` that ends in
    what all else calls the text has a kicker before it.
    """
    h1, headline, og, title = (fold(forms[how]) for how in ("h1", "json-ld:headline", "og:title", "title"))
    if h1:
        if news and h1 == og == title and headline.count(" ") >= 3 and not h1.startswith(headline):
            return "json-ld:headline"
        for how, other in (("json-ld:headline", headline), ("og:title", og)):
            if (news or h1 != og) and h1.endswith(" " + other) and other.count(" ") >= 2:
                return how
        if not (news and headline and headline == og):
            return "h1"
    if len(headline) > CUT and og.startswith(headline):
        return "og:title"
    return next((how for how in ("json-ld:headline", "og:title", "meta:title", "title") if forms[how]), "")


def _heads(node: LexborNode, known: Collection[str]) -> Iterator[str]:
    """The forms of a headline: whole and, if something else is nested in it, without that."""
    whole = squeeze(unescape(brief(node)))[:LONGEST]
    children = [child for child in node.iter() if child.tag]
    if not children or fold(whole) in known:
        yield whole
        return
    whole = brief(node, " ")[:LONGEST]  # parts in elements of their own may have no blank between
    rest = whole
    for child in children:
        text = brief(child, " ")
        if text and _KICKER.search(attribute(child, "class")) and text != rest:
            rest = rest.removeprefix(text).removesuffix(text).strip(" :–—|-")
    yield rest or whole


def _main(heads: list[tuple[str, LexborNode]], others: Iterable[str], site: Site) -> tuple[str, LexborNode | None]:
    """The ``<h1>`` that is most like what the page is called elsewhere; none if it is only the name of the site."""
    fit = [head for head in heads if head[0] and not site.names(head[0])]
    same = {fold(other) for other in others}
    for head in fit:
        if fold(head[0]) in same:
            return head
    known = [units for other in dict.fromkeys(others) if len(units := _units(other)) > 2]

    def alike(text: str) -> float:
        units = _units(text)
        return max((len(units & k) / len(units | k) for k in known), default=0.0)

    best, node = max(fit, key=lambda head: alike(head[0])) if len(fit) > 1 else fit[0] if fit else ("", None)
    if known and best and alike(best) < ALIKE:
        return "", None
    return best, node


def _units(text: str) -> set[str]:
    """What two titles are compared by: their words, or their letters in scripts that have no case, and no spaces."""
    folded = fold(text)
    return set(folded) if folded.upper() == folded else set(folded.split())


def strip_site(text: str, site: Site, known: Collection[str], *, bars: bool = True) -> str:
    """``text`` without parts at its ends that name the site or that no other form of it has.

    ``bars`` says whether whatever a bar parts from it goes, too.
    """
    for _ in range(3):
        if fold(text) in known:
            break
        shorter = _shorter(text, site, known, bars=bars)
        if shorter == text:
            break
        text = shorter
    return text


def _shorter(text: str, site: Site, known: Collection[str], *, bars: bool) -> str:
    breaks = list(_SEPARATOR.finditer(text))
    if breaks:
        last, first = breaks[-1], breaks[0]
        front, back = text[: last.start()].strip(), text[last.end() :].strip()
        cut = fold(front) in known or site.names(back) or site.resembles(back)
        if front and (cut or (bars and set(last[0]) & _BAR and front.count(" ") >= 2)):
            return front
        front, back = text[: first.start()].strip(), text[first.end() :].strip()
        if back and (site.names(front) or fold(back) in known):
            return back
    prefix, _, rest = text.partition(": ")
    if rest and site.names(prefix):
        return rest
    return text if text.isascii() else _unspaced(text, site, bars=bars)


def _unspaced(text: str, site: Site, *, bars: bool) -> str:
    """``text`` without the site's name behind a sign, in scripts that put no blanks around it."""
    for sign in _UNSPACED:
        front, _, back = text.rpartition(sign)
        if front.strip() and (site.names(back.rstrip("】")) or (bars and sign == "_" and len(front) > 3)):
            return front.strip()
    return text
