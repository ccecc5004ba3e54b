"""Pages: raw pages into the tables snapshots and dictionaries, and back. The packing is in archive.snapshots."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive import hosts, ledger, snapshots
from archive.models import Page
from archive.rows import Value, clean, insert
from archive.times import iso, when

# A site's template changes now and then; a page that is to be kept whole for that costs no more than without.
_RENEW = timedelta(days=7)
_RENEW_UNHELPFUL = timedelta(days=1)


def save(db: sqlite3.Connection, page: Page, now: datetime) -> int:
    """Keep a page; the snapshot's id."""
    site = urlsplit(page.final_url).netloc
    dictionary, body = _packed(db, site, page.body, now)
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
    row = db.execute("SELECT * FROM snapshots WHERE id = ?", [snapshot]).fetchone()
    if row is None:
        return None
    dictionary = None if row["dictionary"] is None else _dictionary(db, row["dictionary"])
    body = snapshots.decompress(row["body"], dictionary)
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


def body(db: sqlite3.Connection, snapshot: int | None) -> bytes:
    """The bytes of a stored page; empty where they can't be had."""
    try:
        page = load(db, snapshot) if snapshot is not None else None
    except snapshots.DamagedError:
        return b""
    return page.body if page else b""


def _packed(db: sqlite3.Connection, site: str, body: bytes, now: datetime) -> tuple[int | None, bytes]:
    """The site's dictionary, or none, and the body compressed with it."""
    found = db.execute(
        "SELECT id, created FROM dictionaries WHERE site = ? ORDER BY created DESC, id DESC LIMIT 1", [site]
    ).fetchone()
    age = now - when(found["created"]) if found else None
    if found and age is not None and age < _RENEW:
        packed = snapshots.pack(body, _dictionary(db, found["id"]))
        if packed.helps or age < _RENEW_UNHELPFUL or len(body) > snapshots.MAX_DICTIONARY:
            return (found["id"] if packed.with_dictionary else None), packed.body
    if not body or len(body) > snapshots.MAX_DICTIONARY:
        return None, snapshots.compress(body)
    made = insert(db, "dictionaries", site=site, created=iso(now), body=snapshots.compress(body))
    packed = snapshots.pack(body, body)
    return (made if packed.with_dictionary else None), packed.body


def _dictionary(db: sqlite3.Connection, number: int) -> bytes:
    return snapshots.decompress(db.execute("SELECT body FROM dictionaries WHERE id = ?", [number]).fetchone()["body"])
