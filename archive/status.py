"""Status: how the archive and its crawl are doing, in one value that goes to JSON as it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from archive.models import Scope
from archive.queue import pending
from archive.times import iso, iso_ms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source that is configured, or from which there are articles."""

    name: str
    title: str
    configured: bool
    articles: int
    last_new: str | None
    """When the latest article was first seen."""
    waiting: int
    """Links never fetched so far."""
    failed: int
    """Links that failed, were refused, or are gone."""
    listings: int
    last_look: str | None
    """When a listing of it was last fetched."""
    problems: int
    """Its listings that have one."""


@dataclass(frozen=True, slots=True)
class ListingProblem:
    """A feed, sitemap or section that could not be read, or only in part."""

    source: str
    url: str
    failures: int
    """In a row; 0: it could be read in part."""
    problem: str
    due_at: str | None


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run of ``crawl`` or ``daemon``, with what it did."""

    id: int
    command: str
    started: str
    ended: str | None
    """None: still running, or killed."""
    fetched: int
    new: int
    revised: int
    unchanged: int
    duplicate: int
    removed: int
    failed: int


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """A site that is being spoken to, or that asked for a pause or failed."""

    site: str
    next_at: str | None
    errors: int
    leased_by: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """All of it."""

    bytes: int
    """Of the archive's file."""
    articles: int
    revised: int
    """Articles that changed since they were first seen."""
    due: int
    """Listings and links whose time has come."""
    next_due: str | None
    sources: tuple[SourceStatus, ...]
    problems: tuple[ListingProblem, ...]
    queue: dict[str, int]
    """State of links -> how many."""
    failures: dict[str, int]
    """Reason of links that gave no article -> how many, the most first."""
    runs: tuple[RunStatus, ...]
    """The latest first, five at most."""
    in_work: tuple[SiteStatus, ...]


def status(db: sqlite3.Connection, now: datetime) -> Status:
    """The status at a moment, from a connection of archive.database.reading."""
    size, articles, revised = db.execute(
        "SELECT page_count * page_size, (SELECT count(*) FROM articles),"
        " (SELECT count(*) FROM articles WHERE revision > 1) FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    due, next_due = pending(db, Scope(), now)
    return Status(
        bytes=size,
        articles=articles,
        revised=revised,
        due=due,
        next_due=iso(next_due) if next_due else None,
        sources=_sources(db),
        problems=_all(
            db, ListingProblem, "FROM feeds WHERE failures > 0 OR problem != '' ORDER BY failures DESC, source, url"
        ),
        queue=_counts(db, "SELECT state, count(*) FROM links GROUP BY state ORDER BY 2 DESC"),
        failures=_counts(
            db,
            "SELECT reason, count(*) FROM links WHERE state IN ('failed', 'refused', 'gone')"
            " GROUP BY reason ORDER BY 2 DESC",
        ),
        runs=_all(db, RunStatus, "FROM runs ORDER BY id DESC LIMIT 5"),
        in_work=_all(
            db,
            SiteStatus,
            "FROM sites WHERE errors > 0 OR leased_until >= ? OR next_at > ? ORDER BY next_at DESC, site",
            iso(now),
            iso_ms(now),
        ),
    )


def _sources(db: sqlite3.Connection) -> tuple[SourceStatus, ...]:
    rows = db.execute(
        "SELECT name, title, configured, coalesce(articles, 0), last_new, coalesce(waiting, 0), coalesce(failed, 0),"
        " coalesce(listings, 0), last_look, coalesce(problems, 0) FROM sources"
        " LEFT JOIN (SELECT source, count(*) AS articles, max(first_seen) AS last_new FROM articles GROUP BY source)"
        " AS a ON a.source = name"
        " LEFT JOIN (SELECT source, count(*) FILTER (WHERE state = 'waiting') AS waiting,"
        " count(*) FILTER (WHERE state IN ('failed', 'refused', 'gone')) AS failed FROM links GROUP BY source)"
        " AS l ON l.source = name"
        " LEFT JOIN (SELECT source, count(*) AS listings, max(fetched_at) AS last_look,"
        " count(*) FILTER (WHERE failures > 0 OR problem != '') AS problems FROM feeds GROUP BY source)"
        " AS f ON f.source = name WHERE configured OR articles > 0 OR waiting > 0 ORDER BY name"
    )
    return tuple(SourceStatus(name, title, bool(configured), *rest) for name, title, configured, *rest in rows)


def _all(db: sqlite3.Connection, kind: type[T], rest: str, *args: str) -> tuple[T, ...]:
    names = ", ".join(field.name for field in fields(kind))  # type: ignore[arg-type]  # one of the dataclasses above
    return tuple(kind(**row) for row in db.execute(f"SELECT {names} {rest}", args))


def _counts(db: sqlite3.Connection, sql: str) -> dict[str, int]:
    return dict(db.execute(sql).fetchall())
