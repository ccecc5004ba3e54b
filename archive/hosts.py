"""Host: what is known of one, and every robots.txt that it ever showed."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime, timedelta

from archive.rows import insert
from archive.tasks import Host, Site
from archive.times import iso, when

ROBOTS_KEPT = 100
"""Of a host's former robots.txt: a day's change for three months, and a bound for one that changes at every look."""

RECONSIDERED = timedelta(days=30)
"""First seen longer ago, a link that robots.txt refused stays refused, whatever it says by now."""

_COMMENT = re.compile(rb"#[^\r\n]*")
"""Some give the moment at which they were made."""

SHARED = 20
"""Hosts of a site that count when its pace is found, besides those that are spoken to."""


def load(db: sqlite3.Connection, name: str) -> Host:
    """A host as it was kept, or as one of which nothing is known."""
    row = db.execute(
        "SELECT hosts.*, r.status, r.body, g.body AS good_body FROM hosts LEFT JOIN robots AS r ON r.id = robots"
        " LEFT JOIN robots AS g ON g.id = good WHERE hosts.host = ?",
        [name],
    ).fetchone()
    if row is None:
        return Host(name)
    return Host(
        name=name,
        robots_status=row["status"],
        robots_body=row["body"] or b"",
        robots_at=when(row["robots_at"]) if row["robots_at"] else None,
        good_body=row["good_body"] or b"",
        good_at=when(row["good_at"]) if row["good_at"] else None,
        parked=row["parked"],
    )


def robots_of(db: sqlite3.Connection, host: str, permit: str, fetched_at: str) -> int | None:
    """The row of ``robots`` by which a page was fetched (Page.permit), at a time; None where none was asked for."""
    if permit not in {"allowed", "none", "former"}:
        return None
    good = " AND status BETWEEN 200 AND 299" if permit == "former" else ""
    last = f"SELECT id FROM robots WHERE host = :host{good}"  # noqa: S608  # one of two, just above
    # By a clock that was set back, it may have been fetched before all of them.
    find = f"SELECT coalesce(({last} AND first_seen <= :at ORDER BY id DESC), ({last} ORDER BY id DESC)) AS id"
    row = db.execute(find, {"host": host, "at": fetched_at}).fetchone()
    number: int | None = row["id"]
    return number


def slow(db: sqlite3.Connection, site: str) -> list[str]:
    """Those hosts of a site whose robots.txt may have a Crawl-delay: the site's other hosts share their servers.

    Looked for among the SHARED that were asked last, for some sites have a host for each of their users.
    """
    rows = db.execute(
        "SELECT asked.host FROM (SELECT host, good FROM hosts WHERE site = ? AND good IS NOT NULL"
        " ORDER BY robots_at DESC LIMIT ?) AS asked JOIN robots ON robots.id = good"
        " WHERE CAST(body AS TEXT) LIKE '%crawl%delay%'",
        [site, SHARED],
    )
    return [row["host"] for row in rows]


def keep(db: sqlite3.Connection, host: Host, site: Site, now: datetime) -> None:
    """Write down what a host's robots.txt said; a new answer is a new row of ``robots``, and the old ones stay."""
    last = db.execute("SELECT * FROM robots WHERE host = ? ORDER BY id DESC LIMIT 1", [host.name]).fetchone()
    asked = iso(host.robots_at or now)
    if last and last["status"] == host.robots_status and last["body"] == host.robots_body:
        number = last["id"]
        db.execute("UPDATE robots SET last_seen = ? WHERE id = ?", [asked, number])
    else:
        said = {"status": host.robots_status, "body": host.robots_body}
        number = insert(db, "robots", host=host.name, first_seen=asked, last_seen=asked, **said)
        if last and _COMMENT.sub(b"", last["body"]) != _COMMENT.sub(b"", host.robots_body):
            _ask_again(db, host, now)
    is_good = host.good_at is not None and host.good_at == host.robots_at
    good = number if is_good else None
    db.execute(
        "INSERT INTO hosts (host, site, robots, robots_at, good, good_at, parked) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (host) DO UPDATE SET robots = excluded.robots, robots_at = excluded.robots_at,"
        " good = coalesce(excluded.good, good), good_at = coalesce(excluded.good_at, good_at),"
        " parked = excluded.parked",
        [host.name, site.name, number, asked, good, asked if is_good else None, host.parked],
    )
    db.execute(
        "DELETE FROM robots WHERE host = :host AND id != (SELECT coalesce(good, 0) FROM hosts WHERE host = :host)"
        " AND id <= (SELECT id FROM robots WHERE host = :host ORDER BY id DESC LIMIT 1 OFFSET :kept)"
        " AND NOT EXISTS (SELECT 1 FROM snapshots WHERE snapshots.robots = robots.id)",  # evidence
        {"host": host.name, "kept": ROBOTS_KEPT},
    )


def _ask_again(db: sqlite3.Connection, host: Host, now: datetime) -> None:
    """Other rules may allow what was refused: some sites shut everybody out while they are being worked on."""
    db.execute(
        "UPDATE links SET due_at = ? WHERE reason = 'robots' AND host = ? AND due_at IS NULL AND first_seen > ?",
        [iso(now), host.name, iso(now - RECONSIDERED)],
    )
