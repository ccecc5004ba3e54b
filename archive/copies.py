"""Copies: who else ran an article's text, when, and with what changes. SELECTs only, as archive.read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from archive import read
from archive.revisions import Piece, diff
from archive.signatures import shared, sign


@dataclass(frozen=True, slots=True)
class Copy:
    """One article of a cluster."""

    id: int
    source: str
    url: str
    title: str
    byline: str
    published: str | None
    first_seen: str
    word_count: int
    kept: float
    """Share of the first's text that stands in this one."""
    added: float
    """Share of this text that does not stand in the first's."""


def copies(db: sqlite3.Connection, which: str | int) -> tuple[Copy, ...] | None:
    """The articles that have nearly the text of one (by number or URL), itself among them, as they were published.

    The first to be stored comes before the others: they are compared with it. Empty if nobody else ran it; None if
    there is no such article.
    """
    article = read.article(db, which)
    if article is None:
        return None
    rows = db.execute(
        "SELECT id, source, url, title, byline, published, first_seen, word_count, text FROM articles WHERE cluster ="
        " (SELECT cluster FROM articles WHERE id = ?)"
        " ORDER BY id != cluster, coalesce(published, first_seen), id",
        [article.id],
    ).fetchall()
    found = []
    for row in rows:
        first, own = sign(rows[0]["text"]), sign(row["text"])
        values = {name: row[name] for name in row.keys() if name != "text"}  # noqa: SIM118  # a Row is no dict
        kept, added = round(shared(first, own), 3), round(1 - shared(own, first), 3)
        found.append(Copy(**values, kept=kept, added=added))
    return tuple(found)


def changes(db: sqlite3.Connection, copy: Copy, first: Copy) -> tuple[Piece, ...]:
    """The way from the first's text to a copy's."""
    sql = "SELECT text FROM articles WHERE id = ?"
    old, new = [db.execute(sql, [one.id]).fetchone()["text"] for one in (first, copy)]
    return diff(old, new)
