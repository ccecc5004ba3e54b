"""Turn: when a site may be spoken to, and by whom: its lease and its pace."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive import hosts, inbox, owners
from archive.inbox import Received
from archive.models import Link, Precision, Stamp
from archive.scopes import within
from archive.tasks import Batch, Scope, Site, Task, TaskKind
from archive.times import iso, iso_ms, when

CLOCK_TOLERANCE = timedelta(seconds=10)
"""By less nothing is moved: so much a clock that is right may be corrected by."""
LEASE = timedelta(minutes=10)
"""How long a site stays a process's without a sign of life; each stored outcome is one."""
MANY = 500
"""Sites due at once from which on not all of them are put in order: of 10,000 that takes 15 ms each second."""
SPARE = 50
"""Sites more than are wanted that are looked at then: some have nothing due after all."""
_MANY_DUE = "SELECT 1 FROM sites WHERE due_at <= :now LIMIT 1 OFFSET :many"
_LISTED = "SELECT site FROM feeds WHERE due_at <= :now ORDER BY due_at LIMIT :many"


def take(
    db: sqlite3.Connection,
    now: datetime,
    owner: str,
    scope: Scope,
    *,
    sites: int,
    batch: int,
    links_left: int | None,
    lease: timedelta,
    patience: timedelta,
    busy: frozenset[str],
) -> tuple[Batch, ...]:
    """Up to ``sites`` batches of what is due, their sites leased: what came before, listings, the newest links.

    A quarter of a batch is for links where listings would fill it.
    """
    taken: list[Batch] = []
    seen = set(busy)
    while len(taken) < sites:
        # Again, where those that were looked at have nothing due after all, and not all were.
        names = [name for name in _free(db, now, scope, patience, sites + len(busy) + SPARE) if name not in seen]
        if not names:
            break
        seen.update(names)
        for name in names:
            if len(taken) == sites:
                break
            tasks = _due(db, name, now, scope, batch=batch, links_left=links_left)
            if tasks:
                if links_left is not None:
                    links_left -= sum(task.kind is not TaskKind.LISTING for task in tasks)
                taken.append(_lease(db, name, tasks, owner, iso(now + lease)))
            elif scope.everything:
                move_on(db, name)
        if not scope.everything:
            break
    return tuple(taken)


def _due(
    db: sqlite3.Connection, site: str, now: datetime, scope: Scope, *, batch: int, links_left: int | None
) -> list[Task]:
    listings = _listings(db, site, now, scope, batch)
    # An index may name more sitemaps than can be read in a day.
    room = max(batch - len(listings), batch // 4)
    links = _links(db, site, now, scope, room if links_left is None else min(room, links_left))
    # Pages that are there go first: to read them nobody has to be waited for.
    return sorted([*listings[: batch - len(links)], *links], key=lambda task: task.page is None)


def _lease(db: sqlite3.Connection, name: str, tasks: list[Task], owner: str, until: str) -> Batch:
    names = dict.fromkeys((*(urlsplit(task.url).netloc for task in tasks), *hosts.slow(db, name)))
    known = tuple(hosts.load(db, host) for host in names)
    row = db.execute("SELECT next_at, errors, leased_by FROM sites WHERE site = ?", [name]).fetchone()
    db.execute("UPDATE sites SET leased_by = ?, leased_until = ? WHERE site = ?", [owner, until, name])
    next_at = when(row["next_at"]) if row["next_at"] else None
    return Batch(Site(name, next_at, row["errors"], row["leased_by"] is not None), tuple(tasks), known)


def _free(db: sqlite3.Connection, now: datetime, scope: Scope, patience: timedelta, most: int) -> list[str]:
    """Sites with something due that nobody speaks to: those with listings first, then the longest left alone.

    A site that wants a longer pause than ``patience`` is left for later. What is due is known by ``sites.due_at``, but
    for sources that are in the scope and not in the configuration. Where very many are due, ``most`` of them.
    """
    where, args = within(scope)
    also = (
        f" UNION SELECT site FROM feeds WHERE due_at <= :now AND {where}"  # noqa: S608  # ours
        f" UNION SELECT site FROM links WHERE due_at <= :now AND {where}"
        " AND (url IN (SELECT value FROM json_each(:urls))"
        " OR source IN (SELECT name FROM sources WHERE NOT configured))"
    )
    asked: dict[str, str | int] = {"now": iso(now), "soon": iso_ms(now + patience), "most": most, "many": MANY, **args}
    free = "(leased_until IS NULL OR leased_until < :now) AND (next_at IS NULL OR next_at < :soon)"
    if scope.everything and db.execute(_MANY_DUE, asked).fetchone():
        order = "ORDER BY next_at, site LIMIT :most"
        listed = f"SELECT site FROM sites WHERE site IN ({_LISTED}) AND {free} {order}"  # noqa: S608  # ours
        others = f"SELECT site FROM sites INDEXED BY sites_next WHERE due_at <= :now AND {free} {order}"  # noqa: S608  # ours
        rows = [row for sql in (listed, others) for row in db.execute(sql, asked).fetchall()]
        return list(dict.fromkeys(row["site"] for row in rows))
    rows = db.execute(
        "SELECT site FROM sites WHERE site IN (SELECT site FROM sites WHERE due_at <= :now"  # noqa: S608  # ours
        f"{'' if scope.everything else also}) AND {free}"
        " ORDER BY EXISTS (SELECT 1 FROM feeds WHERE feeds.site = sites.site AND due_at <= :now) DESC, next_at, site",
        asked,
    ).fetchall()
    return [row["site"] for row in rows]


def move_on(db: sqlite3.Connection, site: str) -> None:
    """Set when something of the configuration's is next due at a site."""
    where, args = within(Scope())
    rows = [
        db.execute(
            f"SELECT due_at FROM {table} WHERE site = :site AND due_at IS NOT NULL AND {where}"  # noqa: S608  # ours
            " ORDER BY due_at LIMIT 1",
            {"site": site, **args},
        ).fetchone()
        for table in ("feeds", "links")
    ]
    due = min((row["due_at"] for row in rows if row), default=None)
    db.execute("UPDATE sites SET due_at = ? WHERE site = ? AND due_at IS NOT ?", [due, site, due])


def _listings(db: sqlite3.Connection, site: str, now: datetime, scope: Scope, limit: int) -> list[Task]:
    """The due listings of a site, those of the configuration before what was found in them, the longest due first."""
    where, args = within(scope)
    rows = db.execute(
        f"SELECT * FROM feeds WHERE site = :site AND due_at <= :now AND {where}"  # noqa: S608  # ours
        " ORDER BY parent IS NOT NULL, due_at, id LIMIT :limit",
        {"site": site, "now": iso(now), "limit": limit, **args},
    )
    return [
        Task(row["id"], TaskKind.LISTING, row["url"], row["source"], row["etag"], row["last_modified"], row["failures"])
        for row in rows
    ]


def _links(db: sqlite3.Connection, site: str, now: datetime, scope: Scope, limit: int) -> list[Task]:
    """The newest due links of a site; undated ones last, in the order in which they were listed.

    The index links_next is in this order, so that nothing is sorted, however many are due.
    """
    where, args = within(scope)
    rows = db.execute(
        f"SELECT * FROM links INDEXED BY links_next WHERE site = :site AND due_at <= :now AND {where}"  # noqa: S608  # ours
        " ORDER BY published DESC LIMIT :limit",
        {"site": site, "now": iso(now), "limit": limit, **args},
    ).fetchall()
    received = inbox.take(db, [row["id"] for row in rows], now)
    return [_task(row, received.get(row["id"])) for row in rows]


def link_of(row: sqlite3.Row) -> Link:
    """What listings said of a link, from its row."""
    published = changed = None
    if row["published"] and row["published_how"] != "page":  # what the page said is no second voice
        published = Stamp(
            when(row["published"]), Precision(row["published_precision"]), row["published_how"] or "listing"
        )
    if row["changed"]:
        changed = Stamp(when(row["changed"]), Precision.SECOND, "listing")
    return Link(row["url"], row["source"], row["found_in"], row["title"], published, changed, row["moves"])


def _task(row: sqlite3.Row, received: Received | None) -> Task:
    return Task(
        id=row["id"],
        kind=TaskKind.ARTICLE,
        url=row["url"],
        source=row["source"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        tries=row["tries"],
        article_id=row["article"],
        link=link_of(row),
        page=received.page if received else None,
        reads=received.reads if received else 0,
    )


def keep_site(db: sqlite3.Connection, site: Site, now: datetime) -> None:
    """Write down a site's pace; whoever leases it shows a sign of life by it."""
    next_at = iso_ms(site.next_at) if site.next_at else None
    db.execute(
        "INSERT INTO sites (site, next_at, errors) VALUES (?, ?, ?) ON CONFLICT (site) DO UPDATE SET"
        " next_at = excluded.next_at, errors = excluded.errors,"
        " leased_until = CASE WHEN leased_by IS NOT NULL THEN ? END",
        [site.name, next_at, site.errors, iso(max(now, site.next_at or now) + LEASE)],
    )


def release(db: sqlite3.Connection, site: Site, owner: str, now: datetime, *, lost: bool) -> None:
    """Give a site back, with its pace; nothing happens if it is another's by now.

    ``lost``: whoever leases it next is told that it was left without a word, and may have been asked a moment ago.
    """
    if db.execute("SELECT 1 FROM sites WHERE site = ? AND leased_by = ?", [site.name, owner]).fetchone():
        keep_site(db, site, now)
        by = owner if lost else None
        db.execute("UPDATE sites SET leased_by = ?, leased_until = NULL WHERE site = ?", [by, site.name])
        move_on(db, site.name)


def release_dead(db: sqlite3.Connection) -> None:
    """Free the sites leased by processes of this machine that are no more; that they were left is remembered."""
    rows = db.execute("SELECT DISTINCT leased_by FROM sites WHERE leased_by IS NOT NULL").fetchall()
    dead = [(row["leased_by"],) for row in rows if owners.dead(row["leased_by"])]
    db.executemany("UPDATE sites SET leased_until = NULL WHERE leased_by = ?", dead)


def follow_clock(db: sqlite3.Connection, now: datetime, boot: str, booted: datetime) -> tuple[timedelta, int]:
    """Move every time to come along with a clock that was set; by how much it was, and how many were moved.

    ``booted`` is when this start of the machine, ``boot``, was by the clock as it is now, and the archive knows when
    it was by the clock that it went by so far: whichever of several processes comes first moves the times, once. After
    another start it is known only that a clock stands before what was stored last.
    """
    row = None
    if boot:
        row = db.execute("SELECT booted FROM runs WHERE boot = ? ORDER BY id DESC LIMIT 1", [boot]).fetchone()
    last = _last_sign(db)
    by = timedelta()
    if row:
        by = booted - when(row["booted"])
    elif last and last > now:
        by = now - last
    if abs(by) < CLOCK_TOLERANCE:
        return timedelta(), 0
    db.execute("UPDATE runs SET booted = ? WHERE boot = ?", [iso_ms(booted), boot])
    return by, _shift(db, now - max(by, timedelta()), by)


def _last_sign(db: sqlite3.Connection) -> datetime | None:
    """The latest moment that the archive knows of: when something was fetched, or a run began or ended."""
    sql = (
        "SELECT max(at) FROM (SELECT max(at) AS at FROM fetches UNION ALL SELECT max(started) FROM runs"
        " UNION ALL SELECT max(ended) FROM runs)"
    )
    found: str | None = db.execute(sql).fetchone()[0]
    return when(found) if found else None


def _shift(db: sqlite3.Connection, since: datetime, by: timedelta) -> int:
    """Move every time after ``since``; how many.

    Of a clock that was set back, that is also what was due by the old one and would not be by the new.
    """
    moved = 0
    for table, column, write in (
        ("feeds", "due_at", iso),
        ("links", "due_at", iso),
        ("sites", "due_at", iso),
        ("sites", "next_at", iso_ms),
        ("sites", "leased_until", iso),
        ("deliveries", "due_at", iso),
        ("deliveries", "leased_until", iso),
    ):
        key = "site" if table == "sites" else "id"
        rows = db.execute(
            f"SELECT {key} AS key, {column} AS at FROM {table} WHERE {column} > ?",  # noqa: S608  # one of those above
            [iso(since)],
        ).fetchall()
        db.executemany(
            f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608  # likewise
            [(write(when(row["at"]) + by), row["key"]) for row in rows],
        )
        moved += len(rows)
    return moved
