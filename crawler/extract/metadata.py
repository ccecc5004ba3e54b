"""Metadata: what a page says of its article, each field from the best of the places that give it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from archive.models import Link, Stamp
from config.models import Rules
from crawler.extract import addresses, authors, dates, json_ld, labels, links, titles
from crawler.extract.around import Around
from crawler.extract.clock import Clock
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.part import Part
from crawler.extract.site import Site, address


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of an article beside its body; a field that the page does not give is empty."""

    canonical_url: str = ""
    """The page's own canonical URL if it is of the same site as the one it was fetched from; else the latter."""
    addresses: tuple[tuple[str, str], ...] = ()
    """(kind, URL) of others that the page gives for itself."""
    title: str = ""
    title_candidates: tuple[str, ...] = ()
    """Every form of the title that the page gives, the chosen one first: what may be repeated in the body."""
    authors: tuple[str, ...] = ()
    published: Stamp | None = None
    modified: Stamp | None = None
    """None where it is the same moment as ``published``."""
    dates: tuple[Stamp, ...] = ()
    """As in ``Article.dates``."""
    language: str = ""
    """As declared; crawler.extract.language.detect looks at the text."""
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    description: str = ""
    site_name: str = ""
    paywalled: bool | None = None
    """Whether the page says that its text is for subscribers; None if it says nothing."""
    json_ld_types: tuple[str, ...] = ()
    """schema.org types of the page's own objects."""
    og_type: str = ""
    article_body: str = ""
    """The text of the article as JSON-LD gives it: paragraphs may be lost, and it may be a teaser."""
    word_count: int | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    """(field, rule that gave it)."""


def read(
    tree: LexborHTMLParser, url: str, *, hint: Link | None, fetched_at: datetime | None, rules: Rules | None
) -> Meta:
    """The metadata of a parsed page, before anything is cut out of it; never raises, changes nothing.

    ``hint`` is what a feed or sitemap said of it, ``fetched_at`` the moment after which nothing can have been
    published, ``rules`` the source's own selectors: they win where they find something.
    """
    page = Head(tree)
    data = json_ld.read(page.scripts, url)
    evidence: dict[str, str] = {}
    declared, evidence["language"] = labels.declared_language(tree, page, data)
    site_name = labels.site_name(page, data)
    own = address(url)
    site = Site(site_name, own)
    canonical, evidence["canonical_url"] = labels.canonical(page, data, own, site)
    title = titles.read(tree, page, data, site=site, hint=hint, rules=rules)
    near = Around(tree, title.node, title.text)
    part = Part(tree, title.node)
    names, evidence["authors"] = authors.read(tree, page, data, site=site, near=near, part=part, rules=rules)
    clock = Clock(_region(tree, site.host) or declared, fetched_at)
    published, modified, told = dates.read(
        tree, page, data, clock, near=near, part=part, url=unquote(url), hint=hint, rules=rules
    )
    section, evidence["section"] = labels.section(page, data, own=canonical, site=site, title=title.text)
    tags, evidence["tags"] = labels.tags(page, data, site=site, part=part)
    image, evidence["image"] = labels.image(page, data, links.base(tree, canonical or url))
    description, evidence["description"] = labels.description(page, data)
    evidence |= {"title": title.how, "published": published.how if published else ""}
    evidence["modified"] = modified.how if modified else ""
    return Meta(
        canonical_url=canonical,
        addresses=addresses.read(tree, page, canonical, site),
        title=title.text,
        title_candidates=title.candidates,
        authors=names,
        published=published,
        modified=modified,
        dates=told,
        language=declared,
        section=section,
        tags=tags,
        image=image,
        description=description,
        site_name=site_name,
        paywalled=labels.paywalled(page, data),
        json_ld_types=data.types,
        og_type=page.first("og:type")[0].lower(),
        article_body=_body(data),
        word_count=_count(data),
        evidence=tuple((field, how) for field, how in evidence.items() if how),
    )


def _region(tree: LexborHTMLParser, host: str) -> str:
    """The page's full language tag, as ``en-gb``: the region decides which way round its dates are written.

    A host's country goes before that of the tag, which templates leave at ``en-US``.
    """
    root = tree.root
    tag = ((root.attributes.get("lang") or "") if root else "").lower().replace("_", "-")
    country = host.rpartition(".")[2].partition(":")[0]
    return f"{tag[:2]}-{country}" if tag and len(country) == 2 and country.isalpha() else tag


def _body(data: LinkedData) -> str:
    text = data.article.get("articleBody") or data.article.get("text")
    return text[:500_000] if isinstance(text, str) else ""


def _count(data: LinkedData) -> int | None:
    try:
        count = int(data.article.get("wordCount") or 0)
    except (TypeError, ValueError, OverflowError):
        return None
    return count if 0 < count < 1_000_000 else None
