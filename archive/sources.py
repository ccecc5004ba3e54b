"""Sources and their listings: the configuration's into the tables sources and feeds, and what was found on the way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive.models import Scope
from archive.rows import insert
from archive.scopes import within
from archive.sites import site
from archive.times import iso
from config.models import Config, Source

# A child listing, such as a sitemap of 2019, that gave nothing new for so long is woken with its parent no more.
QUIET = timedelta(days=7)


def sync(db: sqlite3.Connection, config: Config, now: datetime) -> None:
    """Make sources and feeds what the configuration says: new listings are due now, dropped ones no more."""
    enabled = [source for source in config.sources if source.enabled]
    before = {row["name"] for row in db.execute("SELECT name FROM sources WHERE configured")}
    for source in config.sources:
        db.execute(
            "INSERT INTO sources (name, title, home, language, country, configured, added) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET title = excluded.title, home = excluded.home,"
            " language = excluded.language, country = excluded.country, configured = excluded.configured",
            [source.name, source.title, source.home, source.language, source.country, source.enabled, iso(now)],
        )
    names = {source.name for source in enabled}
    listings = [(source.name, url, kind) for source in enabled for url, kind in _listings(source)]
    db.executemany("UPDATE sources SET configured = 0 WHERE name = ?", [(name,) for name in before - names])
    db.executemany(
        "INSERT INTO feeds (source, url, host, site, kind, due_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (url)"
        " DO UPDATE SET source = excluded.source, kind = excluded.kind, parent = NULL,"
        " due_at = coalesce(due_at, excluded.due_at)",
        [(name, url, urlsplit(url).netloc, site(url), kind, iso(now)) for name, url, kind in listings],
    )
    # Links of a source that is configured anew may be due at sites that had been put off without them.
    db.execute(
        "UPDATE sites SET due_at = ? WHERE (due_at IS NULL OR due_at > ?) AND site IN (SELECT site FROM links"
        " WHERE source IN (SELECT value FROM json_each(?)) AND due_at IS NOT NULL)",
        [iso(now), iso(now), json.dumps(sorted(names - before))],
    )
    # What hangs on a configured listing stays; the rest of these sources' is no longer looked at.
    db.execute(
        "WITH RECURSIVE kept(id) AS (SELECT id FROM feeds WHERE url IN (SELECT value FROM json_each(?))"
        " UNION SELECT feeds.id FROM feeds JOIN kept ON feeds.parent = kept.id)"
        " UPDATE feeds SET due_at = NULL WHERE due_at IS NOT NULL AND id NOT IN kept"
        " AND source IN (SELECT value FROM json_each(?))",
        [json.dumps([url for _, url, _ in listings]), json.dumps(sorted(before | names))],
    )


def _listings(source: Source) -> Iterator[tuple[str, str]]:
    for kind, urls in (("feed", source.feeds), ("sitemap", source.sitemaps), ("section", source.sections)):
        for url in urls:
            yield url, kind


def add(db: sqlite3.Connection, name: str, home: str, now: datetime, *, title: str = "", language: str = "") -> str:
    """A source that is in no configuration: the site of a URL given by hand. One that exists stays as it is."""
    db.execute(
        "INSERT OR IGNORE INTO sources (name, title, home, language, configured, added) VALUES (?, ?, ?, ?, 0, ?)",
        [name, title, home, language, iso(now)],
    )
    return name


def add_listing(
    db: sqlite3.Connection, url: str, source: str, *, parent: int | None = None, due_at: datetime | None = None
) -> int:
    """A listing found or given; its id. One that is known stays with its source, and is due at the earlier time."""
    due = iso(due_at) if due_at else None
    row = db.execute("SELECT id, due_at FROM feeds WHERE url = ?", [url]).fetchone()
    if row is None:
        kind = db.execute("SELECT kind FROM feeds WHERE id = ?", [parent]).fetchone()
        values = {"source": source, "url": url, "host": urlsplit(url).netloc, "site": site(url), "parent": parent}
        return insert(db, "feeds", **values, due_at=due, kind=kind["kind"] if kind else "auto")
    if due and (row["due_at"] is None or due < row["due_at"]):
        db.execute("UPDATE feeds SET due_at = ? WHERE id = ?", [due, row["id"]])
    return int(row["id"])


def wake(db: sqlite3.Connection, scope: Scope, now: datetime) -> None:
    """Make the scope's listings due now, but for children that have been quiet for a week."""
    where, args = within(scope)
    db.execute(
        f"UPDATE feeds SET due_at = :now WHERE {where}"  # noqa: S608  # the condition is one of two of our own
        " AND (parent IS NULL OR fetched_at IS NULL OR new_at > :quiet)",
        {"now": iso(now), "quiet": iso(now - QUIET), **args},
    )
