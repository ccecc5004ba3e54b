"""Names: an article's authors and tags, each a row that many articles share."""

from __future__ import annotations

import sqlite3

from archive.models import Article
from archive.rows import folded


def keep(db: sqlite3.Connection, article: int, said: Article) -> None:
    """Make the article's authors and tags what the page says."""
    authors = list(dict.fromkeys(filter(None, map(folded, said.authors))))
    tags = list(dict.fromkeys(filter(None, map(folded, said.tags))))
    if _names(db, "author", article) != authors:
        db.execute("DELETE FROM article_authors WHERE article = ?", [article])
        db.executemany("INSERT OR IGNORE INTO authors (name) VALUES (?)", [(name,) for name in authors])
        db.executemany(
            "INSERT INTO article_authors SELECT ?, id, ? FROM authors WHERE name = ?",
            [(article, position, name) for position, name in enumerate(authors, 1)],
        )
    if set(_names(db, "tag", article)) != set(tags):
        db.execute("DELETE FROM article_tags WHERE article = ?", [article])
        db.executemany("INSERT OR IGNORE INTO tags (name) VALUES (?)", [(name,) for name in tags])
        db.executemany("INSERT INTO article_tags SELECT ?, id FROM tags WHERE name = ?", [(article, t) for t in tags])


def _names(db: sqlite3.Connection, kind: str, article: int) -> list[str]:
    order = "position" if kind == "author" else "name"
    sql = f"SELECT name FROM article_{kind}s JOIN {kind}s ON {kind}s.id = {kind} WHERE article = ? ORDER BY {order}"  # noqa: S608  # one of two words
    return [row["name"] for row in db.execute(sql, [article])]
