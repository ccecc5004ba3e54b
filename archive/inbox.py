"""Inbox: pages that were received and not yet read. What a killed process leaves there is not fetched again."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.models import Page
from archive.times import iso, iso_ms, when

FRESH = timedelta(days=1)
"""How long a page that was received but not read is still read; after that it is fetched again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A page, and how often reading it was begun and not ended."""

    page: Page
    reads: int


def put(db: sqlite3.Connection, link: int, page: Page, reads: int) -> None:
    """Keep a page from when it has come until what it says is stored; its reading begins for the ``reads``-th time."""
    headers = json.dumps(page.headers)
    db.execute(
        "INSERT INTO inbox (link, url, final_url, status, headers, fetched_at, body, reads, permit)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (link) DO UPDATE SET url = excluded.url, body = excluded.body,"
        " final_url = excluded.final_url, status = excluded.status, headers = excluded.headers,"
        " fetched_at = excluded.fetched_at, reads = excluded.reads, permit = excluded.permit",
        [link, page.url, page.final_url, page.status, headers, iso_ms(page.fetched_at), page.body, reads, page.permit],
    )


def take(db: sqlite3.Connection, links: list[int], now: datetime) -> dict[int, Received]:
    """The pages that are there of these links, by link. They stay."""
    rows = db.execute(
        "SELECT * FROM inbox WHERE link IN (SELECT value FROM json_each(?)) AND fetched_at > ?",
        [json.dumps(links), iso_ms(now - FRESH)],
    ).fetchall()
    return {row["link"]: Received(_page(row), row["reads"]) for row in rows}


def _page(row: sqlite3.Row) -> Page:
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    fetched_at, permit = when(row["fetched_at"]), row["permit"]
    return Page(row["url"], row["final_url"], row["status"], headers, row["body"], fetched_at, permit)


def drop(db: sqlite3.Connection, link: int) -> None:
    """What the link's page said is stored, or will not be."""
    db.execute("DELETE FROM inbox WHERE link = ?", [link])


def forget(db: sqlite3.Connection, now: datetime) -> None:
    """Drop what nobody came to read."""
    db.execute("DELETE FROM inbox WHERE fetched_at < ?", [iso(now - FRESH)])
