"""Status: how the archive and its crawl are doing, in one value that goes to JSON as it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from archive import register
from archive.queue import pending
from archive.tasks import Scope
from archive.times import iso, iso_ms, when

T = TypeVar("T")

PARKED = "failures > 0 AND julianday(due_at) - julianday(fetched_at) > 6"
"""That a listing failed so often and for so long that it is looked at once a week (crawler.schedule.parked)."""

SITES = (
    "SELECT site, next_at, errors, leased_by, leased_until, coalesce((SELECT parked FROM hosts"
    " WHERE hosts.site = sites.site AND parked != '' LIMIT 1), '') AS parked FROM sites"
)
"""The pace of each site, and why one of its hosts is left alone."""


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
    parked: bool
    """Whether it failed so often and for so long (PARKED) that it is tried once a week only, by itself."""
    problem: str
    due_at: str | None
    """The next try."""


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
    """A site that is being spoken to, that asked for a pause or failed, or that is left alone for long."""

    site: str
    next_at: str | None
    """No request before: a parked site is tried again by itself then."""
    errors: int
    leased_by: str | None
    parked: str
    """Why it is left alone for long, or capped; empty: it is not."""


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
    daemon: RunStatus | None
    """The daemon's latest."""
    sites: tuple[SiteStatus, ...]
    """Those that are parked first."""
    alarms: tuple[register.Row, ...]
    """The open ones, the latest first."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted for whoever watches over a daemon: numbers alone, cheap however big the archive is."""

    bytes: int
    """Of the archive's file."""
    articles: int
    revisions: int
    sources: int
    """Configured and enabled."""
    links: dict[str, int]
    """State -> how many."""
    due_links: int
    due_listings: int
    oldest_due: float
    """Seconds for which the oldest of these has been due; 0: none is."""
    listings: int
    """That are looked at by themselves."""
    failing: int
    """Listings with failures in a row, that are not parked."""
    parked_listings: int
    """That failed so often and for so long that they are looked at once a week."""
    sites_in_work: int
    parked_sites: int
    alarms: dict[str, int]
    """Kind -> how many are open."""


def counts(db: sqlite3.Connection, now: datetime) -> Counts:
    """The numbers at a moment, from a connection of archive.database.reading.

    Each is a look into a small table or along one index: with 2 million links, 1.5 million of them due, and 500,000
    articles all of them take 1.5 s.
    """
    one = db.execute(
        "SELECT page_count * page_size AS bytes, (SELECT count(*) FROM articles) AS articles,"
        " (SELECT count(*) FROM revisions) AS revisions,"
        " (SELECT count(*) FROM sources WHERE configured) AS sources"
        " FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    sites = db.execute(
        "SELECT count(*) FILTER (WHERE leased_until >= :now) AS sites_in_work,"  # noqa: S608  # ours
        f" count(*) FILTER (WHERE parked != '') AS parked_sites FROM ({SITES})",
        {"now": iso(now)},
    ).fetchone()
    due = "count(*) FILTER (WHERE due_at <= :now) AS due, min(due_at) AS oldest"
    links = db.execute(f"SELECT {due} FROM links WHERE due_at IS NOT NULL", {"now": iso(now)}).fetchone()  # noqa: S608  # ours
    listings = db.execute(
        f"SELECT {due}, count(*) AS number, count(*) FILTER (WHERE failures > 0 AND NOT ({PARKED})) AS failing,"  # noqa: S608  # ours
        f" count(*) FILTER (WHERE {PARKED}) AS parked FROM feeds WHERE due_at IS NOT NULL",
        {"now": iso(now)},
    ).fetchone()
    oldest = [when(row["oldest"]) for row in (links, listings) if row["oldest"]]
    return Counts(
        **dict(one),
        **dict(sites),
        links=_counts(db, "SELECT state, count(*) FROM links GROUP BY state"),
        due_links=links["due"],
        due_listings=listings["due"],
        oldest_due=max(0.0, *((now - at).total_seconds() for at in oldest)) if oldest else 0.0,
        listings=listings["number"],
        failing=listings["failing"],
        parked_listings=listings["parked"],
        alarms=_counts(db, "SELECT kind, count(*) FROM alarms WHERE ended IS NULL GROUP BY kind"),
    )


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
        problems=_problems(db),
        queue=_counts(db, "SELECT state, count(*) FROM links GROUP BY state ORDER BY 2 DESC"),
        failures=_counts(
            db,
            "SELECT reason, count(*) FROM links WHERE state IN ('failed', 'refused', 'gone')"
            " GROUP BY +reason ORDER BY 2 DESC",  # the + keeps SQLite from going through all links by reason
        ),
        runs=_all(db, RunStatus, "FROM runs ORDER BY id DESC LIMIT 5"),
        daemon=next(iter(_all(db, RunStatus, "FROM runs WHERE command = 'daemon' ORDER BY id DESC LIMIT 1")), None),
        sites=_all(
            db,
            SiteStatus,
            f"FROM ({SITES}) WHERE errors > 0 OR leased_until >= ? OR next_at > ? OR parked != ''"
            " ORDER BY parked = '', next_at DESC, site",
            iso(now),
            iso_ms(now),
        ),
        alarms=register.rows(db),
    )


def _sources(db: sqlite3.Connection) -> tuple[SourceStatus, ...]:
    rows = db.execute(
        "SELECT name, title, configured, coalesce(articles, 0), last_new, coalesce(waiting, 0), coalesce(failed, 0),"
        " coalesce(listings, 0), last_look, coalesce(problems, 0) FROM sources"
        # Not max(first_seen) from articles, whose rows are wide: 15 s of a million, this .15.
        " LEFT JOIN (SELECT source, articles, first_seen AS last_new FROM (SELECT source, count(*) AS articles,"
        " max(article) AS latest FROM timeline GROUP BY source) JOIN (SELECT id, first_seen FROM articles)"
        " ON id = latest) AS a ON a.source = name"
        " LEFT JOIN (SELECT source, count(*) FILTER (WHERE state = 'waiting') AS waiting,"
        " count(*) FILTER (WHERE state IN ('failed', 'refused', 'gone')) AS failed FROM links GROUP BY source)"
        " AS l ON l.source = name"
        " LEFT JOIN (SELECT source, count(*) AS listings, max(fetched_at) AS last_look,"
        " count(*) FILTER (WHERE failures > 0 OR problem != '') AS problems FROM feeds GROUP BY source)"
        " AS f ON f.source = name WHERE configured OR articles > 0 OR waiting > 0 ORDER BY name"
    )
    return tuple(SourceStatus(name, title, bool(configured), *rest) for name, title, configured, *rest in rows)


def _problems(db: sqlite3.Connection) -> tuple[ListingProblem, ...]:
    rows = db.execute(
        f"SELECT source, url, failures, {PARKED} AS parked, problem, due_at FROM feeds"  # noqa: S608  # ours
        " WHERE failures > 0 OR problem != ''"
        " ORDER BY failures DESC, source, url"
    )
    return tuple(
        ListingProblem(source, url, failures, bool(parked), problem, due_at)
        for source, url, failures, parked, problem, due_at in rows
    )


def _all(db: sqlite3.Connection, kind: type[T], rest: str, *args: str) -> tuple[T, ...]:
    names = ", ".join(field.name for field in fields(kind))  # type: ignore[arg-type]  # one of the dataclasses above
    return tuple(kind(**row) for row in db.execute(f"SELECT {names} {rest}", args))


def _counts(db: sqlite3.Connection, sql: str) -> dict[str, int]:
    return dict(db.execute(sql).fetchall())
