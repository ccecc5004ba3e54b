"""Mending: what in a part refers to articles that went to another part, so that it is true of the part alone."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from urllib.parse import urlsplit

from archive import aliases, clusters
from archive.addresses import CANONICAL, LINK, VARIANTS
from archive.parts import CHOSEN, YEAR, Part
from archive.signatures import sign
from archive.sites import site
from archive.times import iso

ARCHIVED = "archived"
"""Reason of a link whose article is kept in another archive: it is stored, and is not fetched again by itself."""

_THERE = "(SELECT id FROM articles)"
_ELSEWHERE = f"{{0}} IS NOT NULL AND {{0}} NOT IN {_THERE}"


def mend(reader: sqlite3.Connection, db: sqlite3.Connection, part: Part, by: str, now: datetime) -> None:
    """See to queue, copies, watches and leases; in a transaction of its own."""
    db.execute("BEGIN")
    _duplicates(db)
    _clusters(db)
    if part.live:
        _close(db)
        if by == YEAR:
            _known(reader, db, part)
        _watches(db)
        _free(db, now)
    else:
        db.execute("UPDATE links SET due_at = NULL")
        db.execute("DELETE FROM sites")  # of links that were due
        db.execute("UPDATE sources SET configured = 0")
        db.execute("UPDATE watches SET configured = 0")
    db.execute("UPDATE deliveries SET message = NULL WHERE message NOT IN (SELECT id FROM deliveries)")
    db.execute("COMMIT")


def _duplicates(db: sqlite3.Connection) -> None:
    """The first with a text that another had, which is elsewhere, is the first here."""
    firsts = f"SELECT duplicate_of, min(id) FROM articles WHERE {_ELSEWHERE.format('duplicate_of')} GROUP BY 1"  # noqa: S608  # ours
    for original, first in db.execute(firsts).fetchall():
        db.execute(
            "UPDATE articles SET duplicate_of = iif(id = ?1, NULL, ?1) WHERE duplicate_of = ?2", [first, original]
        )


def _clusters(db: sqlite3.Connection) -> None:
    """A cluster whose first is elsewhere begins anew with its first here, of those that are like that one."""
    lost = f"SELECT DISTINCT cluster FROM articles WHERE {_ELSEWHERE.format('cluster')}"  # noqa: S608  # ours
    for row in db.execute(lost).fetchall():
        left = [one["id"] for one in db.execute("SELECT id FROM articles WHERE cluster = ? ORDER BY id", [row[0]])]
        while left:
            first, *others = left
            text = db.execute("SELECT text FROM articles WHERE id = ?", [first]).fetchone()["text"]
            signature = sign(text)
            alike = {one for one in others if clusters.like(db, signature, one)}
            db.executemany("UPDATE articles SET cluster = ? WHERE id = ?", [(first, one) for one in (first, *alike)])
            left = [one for one in others if one not in alike]
    alone = "SELECT cluster FROM articles WHERE cluster IS NOT NULL GROUP BY cluster HAVING count(*) = 1"
    db.execute(f"UPDATE articles SET cluster = NULL WHERE cluster IN ({alone})")  # noqa: S608  # ours


def _close(db: sqlite3.Connection) -> None:
    """Links of articles that are elsewhere are known, and not fetched again; what hangs on them is theirs there."""
    db.execute(
        "UPDATE links SET state = 'stored', reason = ?, article = NULL, due_at = NULL, tries = 0, fetched_at = NULL,"  # noqa: S608  # ours
        f" etag = '', last_modified = '' WHERE {_ELSEWHERE.format('article')}",
        [ARCHIVED],
    )
    db.execute("DELETE FROM inbox WHERE link NOT IN (SELECT id FROM links WHERE reason != ?)", [ARCHIVED])
    db.execute("UPDATE feeds SET parent = NULL WHERE parent NOT IN (SELECT id FROM feeds)")


def _known(reader: sqlite3.Connection, db: sqlite3.Connection, part: Part) -> None:
    """The other addresses of articles that are elsewhere, as of a copy for phones, are none of new articles either."""
    kinds = json.dumps([CANONICAL, LINK, *VARIANTS])
    found = reader.execute(
        "SELECT addresses.url, addresses.kind, addresses.first_seen, articles.url AS kept_by, articles.source"  # noqa: S608  # ours
        " FROM addresses JOIN articles ON articles.id = article"
        f" WHERE kind IN (SELECT value FROM json_each(:kinds)) AND article NOT IN ({CHOSEN[YEAR]})"
        " AND NOT EXISTS (SELECT 1 FROM links WHERE links.url = addresses.url)",
        {"kinds": kinds, "key": part.key},
    )
    rows = (
        (row["url"], host, site(host), row["source"], row["first_seen"], row["first_seen"], ARCHIVED)
        for row in found
        if (host := urlsplit(row["url"]).netloc)
        and (row["kind"] not in VARIANTS or aliases.relatives(row["url"], row["kept_by"]))
    )
    db.executemany(
        "INSERT OR IGNORE INTO links (url, host, site, source, first_seen, last_listed, state, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, 'stored', ?)",
        rows,
    )


def _watches(db: sqlite3.Connection) -> None:
    """New articles and versions get numbers after those that are here: what was looked at are these, and no more."""
    for column, table in (("looked_article", "articles"), ("looked_revision", "revisions")):
        db.execute(f"UPDATE watches SET {column} = min({column}, (SELECT coalesce(max(id), 0) FROM {table}))")  # noqa: S608  # ours


def _free(db: sqlite3.Connection, now: datetime) -> None:
    """No process works on this archive; that one may just have spoken to a site is remembered, as of a killed one."""
    db.execute("UPDATE sites SET leased_until = NULL")
    db.execute("UPDATE runs SET ended = ? WHERE ended IS NULL", [iso(now)])
