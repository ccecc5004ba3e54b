"""Listing: what one feed, sitemap or section page offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from archive.models import Link, Stamp


class Offers(StrEnum):
    """What the bytes turned out to be, whatever their name and content type claimed."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap-index"
    SECTION = "section"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class More:
    """A sitemap that an index names."""

    url: str
    changed: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The links that stood in one document, each once, in its order (sitemaps: newest first)."""

    kind: Offers
    links: tuple[Link, ...] = ()
    more: tuple[More, ...] = ()
    """An index's sitemaps, the most recently changed first, those without a date last."""
    problem: str = ""
    """A sentence for a person about what could not be read; empty if all could."""
    ttl: timedelta | None = None
    """How long the feed asks not to be fetched again."""


def once(links: Iterable[Link]) -> tuple[Link, ...]:
    """Each URL at its first place, with the first title and dates that any of its mentions gives."""
    kept: dict[str, Link] = {}
    for link in links:
        old = kept.get(link.url)
        if old is None:
            kept[link.url] = link
        elif not (old.title and old.published and old.changed):
            kept[link.url] = Link(
                *(link.url, old.source, old.found_in, old.title or link.title),
                *(old.published or link.published, old.changed or link.changed),
            )
    return tuple(kept.values())


def moment(stamp: Stamp | None) -> datetime:
    """For sorting: a Stamp's time, or the beginning of time if there is none."""
    return stamp.at if stamp else datetime.min.replace(tzinfo=UTC)
