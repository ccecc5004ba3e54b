"""Pages: raw pages into the table snapshots, and back. What they are compressed against: archive.dictionaries."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import datetime
from urllib.parse import urlsplit

from archive import dictionaries, hosts, ledger, snapshots
from archive.models import Page
from archive.rows import Value, clean, insert
from archive.times import iso, when

Packed = tuple[int | None, bytes]
"""The dictionary that a page was compressed against, if any, and its bytes."""

_WITH_DICTIONARY = (  # in one statement: a compaction may give the page another between two
    "SELECT snapshots.*, dictionaries.body AS siblings FROM snapshots"
    " LEFT JOIN dictionaries ON dictionaries.id = snapshots.dictionary WHERE snapshots.id = ?"
)


def packed(db: sqlite3.Connection, page: Page, now: datetime) -> Packed:
    """A page's bytes, compressed."""
    return dictionaries.packed(db, urlsplit(page.final_url).netloc, page.body, now)


def save(db: sqlite3.Connection, page: Page, now: datetime, ready: Packed | None = None) -> int:
    """Keep a page; the snapshot's id. ``ready``: its bytes, compressed before."""
    dictionary, body = ready or packed(db, page, now)
    fetched_at = iso(page.fetched_at)
    row: dict[str, Value] = {
        "url": clean(page.url),
        "final_url": clean(page.final_url),
        "fetched_at": fetched_at,
        "status": page.status,
        "headers": clean(json.dumps(page.headers, ensure_ascii=False)),
        "sha256": hashlib.sha256(page.body).hexdigest(),
        "robots": hosts.robots_of(db, urlsplit(page.url).netloc, page.permit, fetched_at),
        "permit": page.permit,
    }
    number = insert(db, "snapshots", **row, size=len(page.body), dictionary=dictionary, body=body)
    ledger.page(db, {"id": number, **row}, now)
    return number


def load(db: sqlite3.Connection, snapshot: int) -> Page | None:
    """The page as it was fetched, but without its permit. None if there is none; raises snapshots.DamagedError."""
    row = db.execute(_WITH_DICTIONARY, [snapshot]).fetchone()
    if row is None:
        return None
    body = unpacked(row)
    if hashlib.sha256(body).hexdigest() != row["sha256"]:
        raise snapshots.DamagedError(f"snapshot {snapshot} of {row['url']} is not what was stored")
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        status=row["status"],
        headers=tuple((name, value) for name, value in json.loads(row["headers"])),
        body=body,
        fetched_at=when(row["fetched_at"]),
    )


def unpacked(row: sqlite3.Row) -> bytes:
    """A page's bytes: ``body``, by ``dictionary``, whose body is in ``siblings``. Raises snapshots.DamagedError."""
    if row["dictionary"] is not None and row["siblings"] is None:
        raise snapshots.DamagedError(f"dictionary {row['dictionary']} is not there")
    siblings = None if row["siblings"] is None else snapshots.opened(row["siblings"])
    return snapshots.decompress(row["body"], siblings)


def body(db: sqlite3.Connection, snapshot: int | None) -> bytes:
    """The bytes of a stored page; empty where they can't be had."""
    try:
        page = load(db, snapshot) if snapshot is not None else None
    except snapshots.DamagedError:
        return b""
    return page.body if page else b""
