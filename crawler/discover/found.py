"""Listing: what one feed, sitemap or section page offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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


def newest(listing: Listing, limit: int, wanted: Callable[[Link], bool] = lambda _: True) -> Listing:
    """The listing with its wanted links alone, and of them (and of an index's sitemaps) the newest ``limit``.

    Where that leaves some out, those kept are in order of their dates, undated ones last, and ``problem`` says so.
    """
    links = tuple(link for link in listing.links if wanted(link))
    if len(links) <= limit and len(listing.more) <= limit:
        return replace(listing, links=links)
    what, count = ("links", len(links)) if len(links) > limit else ("sitemaps", len(listing.more))
    told = f"it lists {count:,} {what}; the newest {limit:,} are taken and the others left out"
    dated = [link for link in links if link.published or link.changed]
    dated.sort(key=lambda link: moment(link.published or link.changed), reverse=True)
    undated = [link for link in links if not (link.published or link.changed)]
    if listing.kind is Offers.SITEMAP:  # which may begin with the newest or end with it: both ends are heard
        undated = [link for pair in zip(undated, reversed(undated), strict=True) for link in pair]
    kept = tuple(dict.fromkeys((*dated, *undated)))[:limit]
    problem = "; ".join(filter(None, (listing.problem, told)))
    return replace(listing, links=kept, more=listing.more[:limit], problem=problem)


def moment(stamp: Stamp | None) -> datetime:
    """For sorting: a Stamp's time, or the beginning of time if there is none."""
    return stamp.at if stamp else datetime.min.replace(tzinfo=UTC)
