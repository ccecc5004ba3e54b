"""Inbox: pages that were received and not yet read. What a killed process leaves there is not fetched again.

They are kept as they will be in ``snapshots``: compressed once, a page is a fifth of the bytes to be written here.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import pages
from archive.models import Page
from archive.snapshots import DamagedError, size
from archive.times import iso, iso_ms, when

FRESH = timedelta(days=1)
"""How long a page that was received but not read is still read; after that it is fetched again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A page, and how often reading it was begun and not ended."""

    page: Page
    reads: int


def put(db: sqlite3.Connection, link: int, page: Page, reads: int, now: datetime) -> None:
    """Keep a page from when it has come until what it says is stored; its reading begins for the ``reads``-th time."""
    dictionary, body = pages.packed(db, page, now)
    headers = json.dumps(page.headers)
    db.execute(
        "INSERT OR REPLACE INTO inbox"
        " (link, url, final_url, status, headers, fetched_at, dictionary, body, reads, permit)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [link, page.url, page.final_url, page.status, headers, _at(page), dictionary, body, reads, page.permit],
    )


def take(db: sqlite3.Connection, links: list[int], now: datetime) -> dict[int, Received]:
    """The pages that are there of these links, by link. They stay; one that can't be read back is fetched again."""
    rows = db.execute(
        "SELECT inbox.*, dictionaries.body AS siblings FROM inbox"
        " LEFT JOIN dictionaries ON dictionaries.id = inbox.dictionary"
        " WHERE link IN (SELECT value FROM json_each(?)) AND fetched_at > ?",
        [json.dumps(links), iso_ms(now - FRESH)],
    ).fetchall()
    found = {}
    for row in rows:
        with suppress(DamagedError):
            found[row["link"]] = Received(_page(row, pages.unpacked(row)), row["reads"])
    return found


def packed(db: sqlite3.Connection, link: int, page: Page) -> pages.Packed | None:
    """The page's bytes as they were compressed when it came; None where it is not there."""
    sql = "SELECT dictionary, body FROM inbox WHERE link = ? AND final_url = ? AND fetched_at = ?"
    row = db.execute(sql, [link, page.final_url, _at(page)]).fetchone()
    return (row["dictionary"], row["body"]) if row and size(row["body"]) == len(page.body) else None


def _at(page: Page) -> str:
    return iso_ms(page.fetched_at)


def _page(row: sqlite3.Row, body: bytes) -> Page:
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    fetched_at, permit = when(row["fetched_at"]), row["permit"]
    return Page(row["url"], row["final_url"], row["status"], headers, body, fetched_at, permit)


def drop(db: sqlite3.Connection, link: int) -> None:
    """What the link's page said is stored, or will not be."""
    db.execute("DELETE FROM inbox WHERE link = ?", [link])


def forget(db: sqlite3.Connection, now: datetime) -> None:
    """Drop what nobody came to read."""
    db.execute("DELETE FROM inbox WHERE fetched_at < ?", [iso(now - FRESH)])
