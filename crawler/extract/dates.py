"""Dates: when an article was published and changed, from the surest place a page gives, with its precision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from selectolax.lexbor import LexborHTMLParser

from archive.models import Link, Precision, Stamp
from config.models import Rules
from crawler.extract import timestamps
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData, first_text
from crawler.extract.tidy import tidy

_PUBLISHED_METAS = (
    *("article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished"),
    *(
        "parsely-pub-date",
        "sailthru.date",
        "publish-date",
        "publish_date",
        "published_date",
        "publication_date",
        "pubdate",
    ),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "date"),
    *("article.published", "originalpublicationdate", "citation_publication_date", "citation_date", "datecreated"),
)
_MODIFIED_METAS = (
    *(
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "article:updated",
        "dcterms.modified",
        "last-modified",
    ),
)


def read(
    tree: LexborHTMLParser,
    page: Head,
    data: LinkedData,
    region: str,
    fetched_at: datetime | None,
    *,
    url: str,
    hint: Link | None,
    rules: Rules | None,
) -> tuple[Stamp | None, Stamp | None]:
    """Published and modified."""
    published = next(
        (s for t, how in _published(tree, page, data, hint, rules, url) if (s := _stamp(t, how, region, fetched_at))),
        None,
    )
    modified = None
    for text, how in (
        (first_text(data.article.get("dateModified")), "json-ld:dateModified"),
        *((value, f"meta:{name}") for value, name in page.all(*_MODIFIED_METAS)),
    ):
        if modified := _stamp(text, how, region, fetched_at):
            break
    if published and modified and modified.at <= published.at:
        modified = None
    return published, modified


def _published(
    tree: LexborHTMLParser, page: Head, data: LinkedData, hint: Link | None, rules: Rules | None, url: str
) -> Iterator[tuple[str | Stamp, str]]:
    if rules and rules.date:
        try:
            nodes = tree.css(rules.date)
        except ValueError:
            nodes = []
        for node in nodes[:3]:
            attributes = node.attributes
            yield attributes.get("datetime") or attributes.get("content") or tidy(node.text()), "rules:date"
    yield first_text(data.article.get("datePublished")), "json-ld:datePublished"
    for value, name in page.all(*_PUBLISHED_METAS):
        yield value, f"meta:{name}"
    for node in tree.css('[itemprop~="datePublished"], time[datetime], time')[:10]:
        attributes = node.attributes
        yield attributes.get("datetime") or attributes.get("content") or tidy(node.text(), 200), "time"
    if hint and hint.published:
        yield hint.published, hint.published.how


def _stamp(value: str | Stamp, how: str, region: str, fetched_at: datetime | None) -> Stamp | None:
    if isinstance(value, Stamp):
        stamp: Stamp | None = value
    else:
        found = timestamps.read(value, region)
        stamp = Stamp(found[0], found[1], how) if found else None
    if stamp and fetched_at and stamp.at > fetched_at:
        if stamp.at - fetched_at > timedelta(hours=14):
            return None
        return Stamp(fetched_at.astimezone(stamp.at.tzinfo), Precision.DAY, stamp.how)
    return stamp
