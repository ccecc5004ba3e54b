"""Identity: which article a page is, by its addresses, and whose text it has."""

from __future__ import annotations

import sqlite3

from archive.models import Article
from archive.rows import Value

# A shorter text, such as "Subscribe to read on", can stand on many pages that are different articles.
_DUPLICATE_WORDS = 20


def find(db: sqlite3.Connection, article: Article, own: int | None) -> sqlite3.Row | None:
    """The article that a page is, by the address it gives; else the one that its link led to before, ``own``."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM articles WHERE url = ?", [article.url]).fetchone()
    if row is None and own is not None:  # the page has moved to another canonical URL
        row = db.execute("SELECT * FROM articles WHERE id = ?", [own]).fetchone()
    return row


def original(db: sqlite3.Connection, values: dict[str, Value]) -> int | None:
    """The first article with this text, if the text is long enough to tell (or the title is the same, too)."""
    row = db.execute(
        "SELECT id FROM articles WHERE content_hash = ? AND duplicate_of IS NULL AND text != ''"
        " AND (? >= ? OR title = ?) ORDER BY id LIMIT 1",
        [values["content_hash"], values["word_count"], _DUPLICATE_WORDS, values["title"]],
    ).fetchone()
    return row["id"] if row else None
