"""Dictionaries: the pages of each site that its others are compressed against, and how they are chosen and renewed.

A site's first page is its first dictionary. Several pages make a better one, which is worth its room once it serves
enough pages; how long one serves follows from that, since a site's template changes slowly: of two that are a year
apart, one still halves what the other takes (python -m tests.bench.size).
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta

from archive import snapshots
from archive.connection import Connection
from archive.rows import insert
from archive.snapshots import Dictionary
from archive.times import iso, when

_RENEW = timedelta(days=7)
_RENEW_UNHELPFUL = timedelta(days=1)
SIBLINGS = 4
"""Pages that make one dictionary."""
_EARNED = 8
"""A dictionary is replaced by one of several pages, and that by a later one, when the pages by it take so many times as
much as it does: a new one takes as much again, and saves the next pages an eighth or more."""
_MOST_SERVED = 1_000
"""Pages by one dictionary, at which it is renewed in any case once it is a week old."""
_READY = 32_000_000
"""Bytes of dictionaries that a connection keeps ready, for those sites whose pages came last."""


def packed(db: sqlite3.Connection, site: str, body: bytes, now: datetime) -> tuple[int | None, bytes]:
    """The page compressed, and the dictionary it was compressed against, if any; a new one where that is worth it."""
    if not body or len(body) > snapshots.MAX_DICTIONARY:
        return None, snapshots.compress(body)
    found = db.execute(
        "SELECT id, created, pages, body FROM dictionaries WHERE site = ? ORDER BY created DESC, id DESC LIMIT 1",
        [site],
    ).fetchone()
    if found is None:
        return _against(*_made(db, site, [body], now), body)
    try:
        dictionary = _ready(db, found["id"], found["body"])
    except snapshots.DamagedError:  # 'cuttings check' names it
        return _against(*_made(db, site, [body], now), body)
    result = dictionary.pack(body)
    age = now - when(found["created"])
    if not result.helps:
        if age >= _RENEW_UNHELPFUL:
            return _against(*_made(db, site, [body], now), body)
    elif _has_served(db, found, age, len(result.body)):
        latest = _latest(db, found["id"], found["body"])
        return _against(*_made(db, site, [*latest, body], now), body)
    return (found["id"] if result.with_dictionary else None), result.body


def _has_served(db: sqlite3.Connection, found: sqlite3.Row, age: timedelta, page: int) -> bool:
    """Whether a better, or newer, dictionary is worth its room. ``page``: bytes that one of its pages takes now."""
    if found["pages"] > 1 and age < _RENEW:
        return False
    least = min(_EARNED * len(found["body"]) // max(page, 1), _MOST_SERVED)
    served = "SELECT 1 FROM snapshots WHERE dictionary = ? LIMIT 1 OFFSET ?"
    return db.execute(served, [found["id"], max(least, SIBLINGS) - 1]).fetchone() is not None


def _latest(db: sqlite3.Connection, dictionary: int, content: bytes) -> list[bytes]:
    """The last pages that were compressed against it, the latest last; without those that can't be read."""
    unpacked = snapshots.opened(content)
    rows = db.execute(
        "SELECT body FROM snapshots WHERE dictionary = ? ORDER BY id DESC LIMIT ?", [dictionary, SIBLINGS - 1]
    ).fetchall()
    found = []
    for row in reversed(rows):
        with suppress(snapshots.DamagedError):
            found.append(snapshots.decompress(row["body"], unpacked))
    return found


def _made(db: sqlite3.Connection, site: str, pages: list[bytes], now: datetime) -> tuple[int, Dictionary]:
    content = snapshots.together(pages)
    body = snapshots.compress(content)
    number = insert(db, "dictionaries", site=site, created=iso(now), body=body, pages=len(pages))
    return number, _ready(db, number, body, content)


def _against(number: int, dictionary: Dictionary, body: bytes) -> tuple[int | None, bytes]:
    result = dictionary.pack(body)
    return (number if result.with_dictionary else None), result.body


def _ready(db: sqlite3.Connection, number: int, body: bytes, content: bytes | None = None) -> Dictionary:
    """A dictionary, ready to be compressed against.

    That the number stands for the same bytes as before is looked at each time, which takes 10 µs: a transaction may
    have been undone since.
    """
    kept = db.dictionaries if isinstance(db, Connection) else None
    if kept is not None and number in kept and kept[number][0] == body:
        kept.move_to_end(number)
        found: Dictionary = kept[number][1]
        return found
    made = Dictionary(snapshots.opened(body) if content is None else content, len(body))
    if kept is not None:
        kept[number] = body, made
        while len(kept) > 1 and sum(one.memory + len(packed) for packed, one in kept.values()) > _READY:
            kept.popitem(last=False)
    return made
