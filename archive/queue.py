"""Queue: the links to be fetched, once per canonical URL, and the turns in which hosts are spoken to."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive.models import Batch, Host, Link, Precision, Scope, Stamp, Task, TaskKind
from archive.rows import clean, update
from archive.sources import within
from archive.times import iso, iso_ms, stamp, when

LEASE = timedelta(minutes=10)
"""How long a host stays a process's without a sign of life; each stored outcome is one."""

_FEW = 10  # links of a listing that may all have changed since they were fetched


@dataclass(frozen=True, slots=True)
class Revisit:
    """Which known articles that are listed again are looked at again, besides those that are said to have changed.

    Those last fetched before ``before``, and published (or first seen) in the last ``days``. None: none.
    """

    before: datetime | None = None
    days: int = 30


def enqueue(db: sqlite3.Connection, links: Iterable[Link], now: datetime, revisit: Revisit) -> int:
    """Put links into the queue; how many were never seen before.

    A known one is marked as listed, gets what it lacked, and is due now if it was given by hand (``found_in`` is
    empty), if its listing says it changed since it was fetched, or by ``revisit``.
    """
    offered: dict[str, Link] = {}
    for link in links:
        offered.setdefault(link.url, link)
    urls = json.dumps(list(offered))
    known = db.execute("SELECT * FROM links WHERE url IN (SELECT value FROM json_each(?))", [urls]).fetchall()
    db.execute(
        "UPDATE links SET last_listed = ? WHERE url IN (SELECT value FROM json_each(?))",
        [iso(now), urls],
    )
    pairs = [(row, offered.pop(row["url"])) for row in known]
    believable = _believable(pairs)
    for row, link in pairs:
        if news := dict(_news(row, link, now, revisit, believable=believable)):
            update(db, "links", row["id"], **news)
    db.executemany(
        "INSERT INTO links (url, host, source, found_in, title, published, published_precision, changed,"
        " due_at, first_seen, last_listed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_row(link, iso(now)) for link in offered.values()],
    )
    return len(offered)


def _row(link: Link, now: str) -> tuple[str | None, ...]:
    published = (stamp(link.published), link.published.precision.value) if link.published else (None, None)
    changed = stamp(link.changed) if link.changed else None
    host = urlsplit(link.url).netloc
    return (link.url, host, link.source, link.found_in, clean(link.title), *published, changed, now, now, now)


def _claims_change(row: sqlite3.Row, link: Link) -> bool:
    return bool(link.changed and row["fetched_at"] and iso_ms(link.changed.at) > row["fetched_at"])


def _believable(pairs: list[tuple[sqlite3.Row, Link]]) -> bool:
    """Whether a listing's dates of change can be: many sitemaps give the moment of their making for every page."""
    fetched = sum(row["fetched_at"] is not None for row, _ in pairs)
    return sum(_claims_change(row, link) for row, link in pairs) <= max(_FEW, fetched // 2)


def _news(
    row: sqlite3.Row, link: Link, now: datetime, revisit: Revisit, *, believable: bool
) -> Iterator[tuple[str, str]]:
    """The columns that a link offered again changes, apart from last_listed."""
    if link.title and not row["title"]:
        yield "title", link.title
    if link.published and not row["published"]:
        yield "published", stamp(link.published)
        yield "published_precision", link.published.precision.value
    if link.changed and stamp(link.changed) != row["changed"]:
        yield "changed", stamp(link.changed)
    by_hand = not link.found_in
    again = (believable and _claims_change(row, link)) or _asked_again(row, link, now, revisit)
    if by_hand or (again and row["state"] != "alias"):
        yield "due_at", iso(now)


def _asked_again(row: sqlite3.Row, link: Link, now: datetime, revisit: Revisit) -> bool:
    published = row["published"] or (stamp(link.published) if link.published else None)
    return row["state"] in {"stored", "failed", "gone"} and _recent(row, published, now, revisit)


def _recent(row: sqlite3.Row, published: str | None, now: datetime, revisit: Revisit) -> bool:
    if revisit.before is None or row["fetched_at"] is None or row["fetched_at"] >= iso_ms(revisit.before):
        return False
    return when(published or row["first_seen"]) >= now - timedelta(days=revisit.days)


def relist(db: sqlite3.Connection, found_in: str, source: str, now: datetime, revisit: Revisit) -> None:
    """A listing is the same as last time (304): what ``revisit`` says holds for the links that stand in it."""
    if revisit.before is None:
        return
    rows = db.execute(
        "SELECT id, fetched_at, published, first_seen FROM links"
        " WHERE source = ? AND state IN ('stored', 'failed', 'gone') AND found_in = ? AND fetched_at IS NOT NULL",
        [source, found_in],
    ).fetchall()
    due = [(iso(now), row["id"]) for row in rows if _recent(row, row["published"], now, revisit)]
    db.executemany("UPDATE links SET due_at = ? WHERE id = ?", due)


def take(
    db: sqlite3.Connection,
    now: datetime,
    owner: str,
    scope: Scope,
    *,
    hosts: int,
    batch: int,
    links_left: int | None,
    lease: timedelta,
    patience: timedelta,
) -> tuple[Batch, ...]:
    """Up to ``hosts`` batches of what is due, listings first, then the newest links; their hosts are leased."""
    taken: list[Batch] = []
    for name in _free(db, now, patience):
        if len(taken) == hosts:
            break
        listings = _listings(db, name, now, scope, batch)
        room = batch - len(listings)
        links = _links(db, name, now, scope, room if links_left is None else min(room, links_left))
        if not listings and not links:
            continue
        if links_left is not None:
            links_left -= len(links)
        db.execute(
            "INSERT INTO hosts (host, leased_by, leased_until) VALUES (?, ?, ?) ON CONFLICT (host) DO UPDATE SET"
            " leased_by = excluded.leased_by, leased_until = excluded.leased_until",
            [name, owner, iso(now + lease)],
        )
        taken.append(Batch(_host(db, name), (*listings, *links)))
    return tuple(taken)


def _free(db: sqlite3.Connection, now: datetime, patience: timedelta) -> list[str]:
    """Hosts with something due that nobody speaks to: those with listings first, then the longest left alone.

    A host that wants a longer pause than ``patience`` is left for later. The recursion jumps from host to host
    in the index links_due, which may have many thousands of rows for each.
    """
    rows = db.execute(
        "WITH RECURSIVE named(host) AS (SELECT min(host) FROM links WHERE due_at IS NOT NULL UNION ALL"
        " SELECT (SELECT min(host) FROM links WHERE due_at IS NOT NULL AND links.host > named.host) FROM named"
        " WHERE named.host IS NOT NULL),"
        " due(host, listing) AS (SELECT host, 1 FROM feeds WHERE due_at <= :now UNION ALL SELECT host, 0 FROM named"
        " WHERE (SELECT min(due_at) FROM links WHERE links.host = named.host AND due_at IS NOT NULL) <= :now)"
        " SELECT due.host FROM due LEFT JOIN hosts ON hosts.host = due.host"
        " WHERE (leased_until IS NULL OR leased_until < :now) AND (next_at IS NULL OR next_at < :soon)"
        " GROUP BY due.host ORDER BY max(listing) DESC, next_at, due.host",
        {"now": iso(now), "soon": iso_ms(now + patience)},
    )
    return [row["host"] for row in rows.fetchall()]


def _listings(db: sqlite3.Connection, host: str, now: datetime, scope: Scope, limit: int) -> list[Task]:
    where, args = within(scope)
    rows = db.execute(
        f"SELECT * FROM feeds WHERE host = ? AND due_at <= ? AND {where} ORDER BY due_at, id LIMIT ?",  # noqa: S608  # ours
        [host, iso(now), *args, limit],
    )
    return [
        Task(row["id"], TaskKind.LISTING, row["url"], row["source"], row["etag"], row["last_modified"], row["failures"])
        for row in rows
    ]


def _links(db: sqlite3.Connection, host: str, now: datetime, scope: Scope, limit: int) -> list[Task]:
    """The newest due links of a host; undated ones last, in the order in which they were listed.

    The index links_next is in this order, so that nothing is sorted, however many are due.
    """
    where, args = within(scope)
    rows = db.execute(
        f"SELECT * FROM links INDEXED BY links_next WHERE host = ? AND due_at <= ? AND {where}"  # noqa: S608  # ours
        " ORDER BY published DESC LIMIT ?",
        [host, iso(now), *args, limit],
    )
    return [_task(row) for row in rows]


def _task(row: sqlite3.Row) -> Task:
    published = changed = None
    if row["published"]:
        published = Stamp(when(row["published"]), Precision(row["published_precision"]), "listing")
    if row["changed"]:
        changed = Stamp(when(row["changed"]), Precision.SECOND, "listing")
    return Task(
        id=row["id"],
        kind=TaskKind.ARTICLE,
        url=row["url"],
        source=row["source"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        tries=row["tries"],
        article_id=row["article"],
        link=Link(row["url"], row["source"], row["found_in"], row["title"], published, changed),
    )


def _host(db: sqlite3.Connection, name: str) -> Host:
    row = db.execute("SELECT * FROM hosts WHERE host = ?", [name]).fetchone()
    return Host(
        name=name,
        next_at=when(row["next_at"]) if row["next_at"] else None,
        errors=row["errors"],
        robots_status=row["robots_status"],
        robots_body=row["robots"],
        robots_at=when(row["robots_at"]) if row["robots_at"] else None,
    )


def keep_host(db: sqlite3.Connection, host: Host, now: datetime) -> None:
    """Write down a host's state; whoever leases it shows a sign of life by it."""
    db.execute(
        "INSERT INTO hosts (host, next_at, errors, robots_status, robots, robots_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (host) DO UPDATE SET next_at = excluded.next_at, errors = excluded.errors,"
        " robots_status = excluded.robots_status, robots = excluded.robots, robots_at = excluded.robots_at,"
        " leased_until = CASE WHEN leased_by IS NOT NULL THEN ? END",
        [
            host.name,
            iso_ms(host.next_at) if host.next_at else None,
            host.errors,
            host.robots_status,
            host.robots_body,
            iso(host.robots_at) if host.robots_at else None,
            iso(max(now, host.next_at or now) + LEASE),
        ],
    )


def release(db: sqlite3.Connection, host: Host, owner: str, now: datetime) -> None:
    """Give a host back, with its state; nothing happens if it is another's by now."""
    if db.execute("SELECT 1 FROM hosts WHERE host = ? AND leased_by = ?", [host.name, owner]).fetchone():
        keep_host(db, host, now)
        db.execute("UPDATE hosts SET leased_by = NULL, leased_until = NULL WHERE host = ?", [host.name])


def release_dead(db: sqlite3.Connection) -> None:
    """Free the hosts leased by processes of this machine (owner ``name:pid``) that are no more: killed in a turn."""
    owners = [row[0] for row in db.execute("SELECT DISTINCT leased_by FROM hosts WHERE leased_by IS NOT NULL")]
    dead = [(owner,) for owner in owners if _dead(owner)]
    db.executemany("UPDATE hosts SET leased_by = NULL, leased_until = NULL WHERE leased_by = ?", dead)


def _dead(owner: str) -> bool:
    machine, _, pid = owner.rpartition(":")
    if os.name != "posix" or machine != socket.gethostname() or not pid.isdecimal():
        return False  # elsewhere signal 0 is no mere question
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def pending(db: sqlite3.Connection, scope: Scope, now: datetime) -> tuple[int, datetime | None]:
    """How many listings and links of the scope are due, and when the next that is not yet will be."""
    where, args = within(scope)
    count, following = 0, []
    for table in ("feeds", "links"):
        row = db.execute(
            f"SELECT count(*) FILTER (WHERE due_at <= ?), min(due_at) FILTER (WHERE due_at > ?) FROM {table}"  # noqa: S608  # ours
            f" WHERE due_at IS NOT NULL AND {where}",
            [iso(now), iso(now), *args],
        ).fetchone()
        count += row[0]
        following += [row[1]] if row[1] else []
    return count, when(min(following)) if following else None
