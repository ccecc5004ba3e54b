"""Queue: the links to be fetched, once per canonical URL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive import addresses, announced
from archive.dedupe import mark
from archive.models import Link
from archive.rows import clean, update
from archive.scopes import within
from archive.sites import site
from archive.tasks import Scope
from archive.times import iso, iso_ms, latest, stamp, when

_FEW = 10  # links of a listing that may all have changed since they were fetched


@dataclass(frozen=True, slots=True)
class Revisit:
    """Which known articles that are listed again are looked at again, besides those that are said to have changed.

    Those last fetched before ``before``, and published (or first seen) in the last ``days``. None: none.
    """

    before: datetime | None = None
    days: int = 30


@dataclass(frozen=True, slots=True)
class Queued:
    """What putting links into the queue did."""

    new: tuple[datetime | None, ...] = ()
    """Never seen before: when each was published, None where nothing said so."""
    left_out: int = 0
    """New as well, and over what a site may give in a day."""


def enqueue(
    db: sqlite3.Connection, links: Iterable[Link], now: datetime, revisit: Revisit, per_day: int | None = None
) -> Queued:
    """Put links into the queue, of each site no more than ``per_day`` new ones a day (UTC).

    A known one is marked as listed, gets what it lacked, and is due now if it was given by hand (``found_in`` is
    empty), if its listing says it changed since it was fetched, or by ``revisit``. What an article's page has named
    as its variant, as for phones, is an alias from the first.
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
        if row["article"] and link.published and announced.differs(row, link.published):
            announced.note(db, row["article"], link.published)
        if news := dict(_news(row, link, now, revisit, believable=believable)):
            update(db, "links", row["id"], **news)
    rows = list(_within_a_day(db, [_row(link, iso(now)) for link in offered.values()], now, per_day))
    db.executemany(
        "INSERT INTO links (url, site, found_in, host, moves, source, title, published, published_precision,"
        " published_how, changed, due_at, first_seen, last_listed, title_mark)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row, mark(row[6]) if row[6] else 0) for row in rows],
    )
    known_as = addresses.variants(db, [row[0] for row in rows if row[2]])
    db.executemany(
        "UPDATE links SET state = 'alias', article = ?, due_at = NULL WHERE url = ?",
        [(article, url) for url, article in known_as.items()],
    )
    dates = {link.url: link.published.at if link.published else None for link in offered.values()}
    return Queued(tuple(dates[row[0] or ""] for row in rows if row[0] not in known_as), len(offered) - len(rows))


_Row = tuple[str | None, ...]


def _row(link: Link, now: str) -> _Row:
    said = link.published
    published = (stamp(said), said.precision.value, said.how) if said else (None, None, "")
    changed = stamp(link.changed) if link.changed else None
    where = (link.url, site(link.url), link.found_in, urlsplit(link.url).netloc, str(link.moves))
    return (*where, link.source, clean(link.title), *published, changed, now, now, now)


def _within_a_day(db: sqlite3.Connection, rows: list[_Row], now: datetime, per_day: int | None) -> Iterator[_Row]:
    """Those of the rows for which their site has room today: a trap invents new URLs without an end.

    Links given by hand (``found_in`` is empty) are not counted.
    """
    today = iso(now)[:10]
    by_site: dict[str, list[_Row]] = {}
    for row in rows:
        if row[2]:
            by_site.setdefault(row[1] or "", []).append(row)
        else:
            yield row
    for name, found in by_site.items():
        known = db.execute("SELECT day, new_links FROM sites WHERE site = ?", [name]).fetchone()
        before = known["new_links"] if known and known["day"] == today else 0
        room = len(found) if per_day is None else max(0, per_day - before)
        yield from found[:room]
        over = max(0, len(found) - room)
        db.execute(
            "INSERT INTO sites (site, day, new_links, left_out) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (site) DO UPDATE"
            " SET left_out = ?4 + iif(day = ?2, left_out, 0), new_links = ?3, day = ?2",
            [name, today, before + len(found) - over, over],
        )


def _claims_change(row: sqlite3.Row, link: Link) -> bool:
    """Whether a page is said to have changed since it was fetched, or in that very second: listings tell no more."""
    return bool(link.changed and row["fetched_at"] and iso(link.changed.at)[:-1] >= row["fetched_at"][:19])


def _believable(pairs: list[tuple[sqlite3.Row, Link]]) -> bool:
    """Whether a listing's dates of change can be: many sitemaps give the moment of their making for every page."""
    fetched = sum(row["fetched_at"] is not None for row, _ in pairs)
    return sum(_claims_change(row, link) for row, link in pairs) <= max(_FEW, fetched // 2)


def _news(
    row: sqlite3.Row, link: Link, now: datetime, revisit: Revisit, *, believable: bool
) -> Iterator[tuple[str, str | int]]:
    """The columns that a link offered again changes, apart from last_listed."""
    if link.title and not row["title"]:
        yield "title", link.title
        yield "title_mark", mark(link.title)
    if link.published and not row["published"]:
        yield "published", stamp(link.published)
        yield "published_precision", link.published.precision.value
        yield "published_how", link.published.how
    if link.changed and stamp(link.changed) != row["changed"]:
        yield "changed", stamp(link.changed)
    by_hand = not link.found_in
    if by_hand and link.moves != row["moves"]:  # or two hosts that send it to each other would do so for ever
        yield "moves", link.moves
    again = (believable and _claims_change(row, link)) or _asked_again(row, link, now, revisit)
    if by_hand or (again and row["state"] != "alias"):
        yield "due_at", iso(now)


def _asked_again(row: sqlite3.Row, link: Link, now: datetime, revisit: Revisit) -> bool:
    published = row["published"] or (stamp(link.published) if link.published else None)
    return row["state"] in {"stored", "failed", "gone"} and _recent(row, published, now, revisit)


def _recent(row: sqlite3.Row, published: str | None, now: datetime, revisit: Revisit) -> bool:
    if revisit.before is None or row["fetched_at"] is None or row["fetched_at"] >= iso_ms(revisit.before):
        return False
    first = when(row["first_seen"])
    return (min(latest(published), first) if published else first) >= now - timedelta(days=revisit.days)


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


def pending(db: sqlite3.Connection, scope: Scope, now: datetime) -> tuple[int, datetime | None]:
    """How many listings and links of the scope are due, and when the next that is not yet will be."""
    where, args = within(scope)
    count, following = 0, []
    for table in ("feeds", "links"):
        row = db.execute(
            f"SELECT count(*) FILTER (WHERE due_at <= :now), min(due_at) FILTER (WHERE due_at > :now) FROM {table}"  # noqa: S608  # ours
            f" WHERE due_at IS NOT NULL AND {where}",
            {"now": iso(now), **args},
        ).fetchone()
        count += row[0]
        following += [row[1]] if row[1] else []
    return count, when(min(following)) if following else None
