"""Labels: language, canonical URL, site name, section, tags, image and description as a page declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from crawler.extract import json_ld, language
from crawler.extract.head import MOST_CRUMBS, Head
from crawler.extract.json_ld import LinkedData
from crawler.extract.part import Part
from crawler.extract.select import attribute, brief
from crawler.extract.site import Site, address, fold
from crawler.extract.words import words

Found = tuple[str, str]
"""A value and the rule that gave it; two empty strings for none."""
NONE: Found = ("", "")

MOST_TAGS = 40
MOST_PATH = 300
"""Characters of a path of sections."""
LONGEST_TAG = 80
"""Characters; longer ones are sentences."""

_TAG_METAS = ("article:tag", "parsely-tags", "news_keywords", "sailthru.tags", "keywords", "og:article:tag")
_CODE = re.compile(r"^[\da-f-]{12,}$|^\d+$|\w:\w|_\w+_", re.IGNORECASE)
"""Machines' labels: identifiers, numbers, ``key:value``."""
_TOPIC = re.compile(r"/(?:tags?|topics?|themen?|thema|themes?|temas?|etiquetas?|etiquettes?)/\w")
MOST_TOPICS = 15
"""Links to topics beyond which they are a menu of them."""
_STEP = re.compile(r"\s[>»›/]\s")
_SECTION_METAS = (
    *("article:section", "parsely-section", "og:article:section", "sailthru.section", "articlesection", "section"),
    "category",
)
_LOGO = re.compile(r"logo|sprite|placeholder|default[-_]?(?:image|share|og)|blank\.|pixel|avatar|favicon")
_UNFILLED = re.compile(r"^\s*(?:undefined|null|none|nan|false|true)?\s*$|\{\{|\$\{|<%|\[object", re.IGNORECASE)
"""What a template leaves where it has no value."""
_CUT = re.compile(r"(?:\.{3}|…|\[(?:\.{3}|…)\])$")
_FREE = {"true": False, "false": True, "1": False, "0": True, "yes": False, "no": True}


def declared_language(tree: LexborHTMLParser, page: Head, data: LinkedData) -> Found:
    root = tree.root
    attributes = root.attributes if root else {}
    for how, value in (
        ("html:lang", attributes.get("lang") or attributes.get("xml:lang") or ""),
        ("json-ld:inLanguage", json_ld.first_text(data.article.get("inLanguage"))),
        *((f"meta:{name}", value) for value, name in page.all("og:locale", "language", "dc.language", "inlanguage")),
    ):
        if name := language.normal(value):
            return name, how
    return NONE


def canonical(page: Head, data: LinkedData, own: str, site: Site) -> Found:
    """The page's own name for itself, if it is of the same site and no site's front page is given for an article."""
    for value, how in _offered(page, data):
        found = own if value == own else _address(value.strip(), own)
        if not found or not site.owns(found):
            continue
        if own and _is_front(found) and not _is_front(own):
            continue
        return found, how
    return (own, "url") if own else NONE


def _offered(page: Head, data: LinkedData) -> Iterator[Found]:
    """The addresses that a page gives for itself, surest first."""
    for rel, href in page.links():
        if rel != "image_src":
            yield href, "link:canonical"
    for value in page.values("og:url")[:1]:
        yield value, "og:url"
    for value in json_ld.addresses(data.article.get("url")):
        yield value, "json-ld:url"


def site_name(page: Head, data: LinkedData) -> str:
    name = page.first("og:site_name", "application-name", "al:android:app_name")[0]
    if not name or "://" in name:
        publisher = data.resolve(data.article.get("publisher"))
        name = json_ld.first_text(publisher) if isinstance(publisher, (dict, list)) else ""
    return name[:100]


def section(page: Head, data: LinkedData, *, own: str, site: Site, title: str) -> Found:
    """The last of a path of sections; never the front page, the site, what files nothing, or the text itself."""
    whole = fold(title)
    none = {whole, *words().unfiled}
    for value, how in _filed(page, data, own):
        parts: list[str] = [part.strip() for part in _STEP.split(value[:MOST_PATH])]
        for label in reversed(parts):
            name = fold(label)
            ends = " " in label and name in whole  # a path that ends in the text itself, if not in all of it
            if not (ends or name in none or name.replace(" ", "").isdecimal() or site.names(label)) and _is_label(
                label
            ):
                return label, how
    return NONE


def _filed(page: Head, data: LinkedData, own: str) -> Iterator[Found]:
    """What a page says that it is filed under, surest first."""
    value = data.article.get("articleSection")
    for one in value[:MOST_CRUMBS] if isinstance(value, list) else [value]:
        yield json_ld.first_text(one), "json-ld:articleSection"
    for value, name in page.all(*_SECTION_METAS):
        yield value, f"meta:{name}"
    for crumb in reversed(_crumbs(data, own)):
        yield crumb, "json-ld:BreadcrumbList"
    for node in page.filed:
        yield attribute(node, "content") or brief(node), "markup:articleSection"
    for crumb in reversed(page.crumbs):
        yield crumb, "breadcrumbs"


def tags(page: Head, data: LinkedData, *, site: Site, part: Part) -> tuple[tuple[str, ...], str]:
    """Keywords from the first place that has any, cleaned; never the site's own name."""
    for how, values in _tag_places(page, data, part):
        found: dict[str, str] = {}
        for value in values:
            label = value.rpartition(": ")[2].strip(" #·|;,.\"'").strip()
            if _is_label(label) and not _CODE.search(label) and not site.names(label):
                found.setdefault(label.casefold(), label)
        codes = sum(label.isupper() and label.isascii() for label in found.values())
        if found and (codes <= 4 or codes <= len(found) / 2):  # else a newsroom's own codes
            return tuple(found.values())[:MOST_TAGS], how
    return (), ""


def image(page: Head, data: LinkedData, base: str) -> Found:
    """The lead image's absolute URL; a logo or placeholder only where there is nothing else."""
    stand_in = NONE
    for value, how in _images(page, data):
        found = _address(value, base), how
        if _is_front(found[0]):
            continue
        if found[0] and not _LOGO.search(found[0].lower()):
            return found[0], how
        if found[0] and not stand_in[0]:
            stand_in = found[0], how
    return stand_in


def _images(page: Head, data: LinkedData) -> Iterator[Found]:
    for value, name in page.all("og:image", "og:image:url", "og:image:secure_url"):
        yield value, f"meta:{name}"
    for value in json_ld.addresses(data.resolve(data.article.get("image"))):
        yield value, "json-ld:image"
    for value, name in page.all("twitter:image", "twitter:image:src", "thumbnail"):
        yield value, f"meta:{name}"
    for rel, href in page.links():
        if rel == "image_src":
            yield href, "link:image_src"
    yield page.pictured, "microdata:image"


def description(page: Head, data: LinkedData) -> Found:
    """The page's summary of itself, a whole one before one that was cut."""
    metas = list(page.all("og:description", "description", "twitter:description", "dc.description"))
    text, key = data.text("description", "abstract", limit=2_000)
    found = [(value, f"meta:{name}") for value, name in metas]
    found.append((text, f"json-ld:{key}"))
    first = next((one for one in found if one[0]), NONE)
    if not (cut := _CUT.search(first[0])):
        return first
    begin = first[0][: cut.start()][:LONGEST_TAG]
    return next((one for one in found if one[0].startswith(begin) and not _CUT.search(one[0])), first)


def paywalled(page: Head, data: LinkedData) -> bool | None:
    """What the page says of itself; schema.org's ``isAccessibleForFree`` goes before the content tiers in meta."""
    for node in (data.article, *data.tops):
        value = node.get("isAccessibleForFree")
        free = _FREE.get(str(value).rsplit("/", 1)[-1].strip().casefold()) if value is not None else None
        if free is not None:
            return free
    tier = page.first("article:content_tier", "og:content_tier", "content_tier")[0].casefold()
    return {"free": False, "metered": False, "locked": True, "paid": True}.get(tier)


def _is_front(url: str) -> bool:
    return url.partition("://")[2].partition("?")[0].rstrip("/").count("/") == 0 and "?" not in url


def _address(value: str, base: str) -> str:
    """Its canonical form; nothing for what a template left unfilled."""
    return "" if _UNFILLED.search(value) else address(value, base)


def _is_label(text: str) -> bool:
    return 1 < len(text) <= LONGEST_TAG and "://" not in text and any(map(str.isalnum, text))


def _crumbs(data: LinkedData, own: str) -> list[str]:
    """Names of the breadcrumbs to the page; it is the last one itself where that leads nowhere else."""
    for node in data.tops:
        items = node.get("itemListElement")
        if "BreadcrumbList" in json_ld.types_of(node) and isinstance(items, list):
            crumbs = [one for one in items[:MOST_CRUMBS] if isinstance(one, dict)]
            names = [json_ld.first_text(one.get("name") or one.get("item")) for one in crumbs]
            ends = next(json_ld.addresses(crumbs[-1].get("item") or crumbs[-1].get("url")), "") if crumbs else ""
            last = len(names) if ends and address(ends, own) not in {own, ""} else len(names) - 1
            return [name for name in names[1:last] if _is_label(name)]
    return []


def _tag_places(page: Head, data: LinkedData, part: Part) -> Iterator[tuple[str, list[str]]]:
    yield "json-ld:keywords", list(_keywords(data.article.get("keywords")))
    for name in _TAG_METAS:
        if values := page.values(name):
            yield f"meta:{name}", [part for value in values for part in split(value)]
    tagged = [link for node in page.tagged[:MOST_TAGS] for link in (node.css("a") if node.tag != "a" else [node])]
    yield "rel=tag", [brief(node, limit=200) for node in tagged[:MOST_TAGS]]
    links = [node for node, href in part.links if ("/t" in href or "/e" in href) and _TOPIC.search(href)][:100]
    topics = [node for node in links if node.parent and node.parent.tag != "p" and not part.excludes(node, lists=False)]
    if 1 < len(topics) <= MOST_TOPICS:
        yield "links", [brief(node, limit=200) for node in topics]


def _keywords(value: Any) -> Iterator[str]:
    for one in value[:200] if isinstance(value, list) else [value]:
        text = json_ld.first_text(one, 5_000)
        if isinstance(value, list) and len(value) > 1:
            yield text.partition(":")[2] or text if text.lower().startswith(("tag:", "keyword:")) else text
        else:
            yield from split(text)


def split(text: str) -> list[str]:
    """Keywords in one string: by commas, else by semicolons or bars, or each after a hash."""
    if text[:2] == '["' and text[-2:] == '"]':  # a list that was written as text
        text = text[1:-1]
    for separator in (",", ";", "|", "、", "，", "،"):
        if separator in text:
            return [part.strip() for part in text.split(separator)]
    if text.count(" #") and text[0] == "#":
        return text.split("#")
    return [text]
