"""Stopgaps: what an article's page says now that is no new text of it, but stands in its place."""

from __future__ import annotations

import sqlite3

from archive import likeness
from archive.dedupe import content_hash
from archive.models import Article
from archive.rows import clean
from archive.words import sentences

# A notice has hardly more letters; a text that has was written anew. Who writes one anew dates the page as before.
_NOTICE = 1_500
_DATED = ("json-ld:", "meta:", "microdata")


def is_stopgap(db: sqlite3.Connection, article: int, said: Article) -> bool:
    """Whether what an article's page says now is no new text of it, but stands in its place.

    A consent wall, a challenge or a notice of a fault that passed for an article is the same for all of them, or has
    nothing in common with what was kept; and a text that was whole is now only begun, for those who do not subscribe.
    """
    new = content_hash(clean(said.text))
    row = db.execute(
        "SELECT 1 FROM articles AS a JOIN articles AS other ON other.source = a.source AND other.id != a.id"
        " AND other.content_hash = :new WHERE a.id = :id AND a.content_hash != :new AND :new != :empty"
        " AND coalesce(other.duplicate_of, other.id) != coalesce(a.duplicate_of, a.id)",
        {"new": new, "id": article, "empty": content_hash("")},
    ).fetchone()
    if row is not None:
        return True
    kept = db.execute("SELECT title, text FROM articles WHERE id = ?", [article]).fetchone()
    text = clean(said.text)
    return _is_notice(kept["title"], kept["text"], said, text) or (
        "paywalled" in said.quality.flags and 2 * len(text) < len(kept["text"])
    )


def _is_notice(title: str, before: str, said: Article, text: str) -> bool:
    """Whether a text is of another matter than the one before it, on a page that does not date it."""
    dated = said.published is not None and said.published.how.startswith(_DATED)
    if dated or len(text) > _NOTICE or not likeness.strange(title, f"{said.title}\n{text}"):
        return False
    return {line.strip() for line in sentences(before)}.isdisjoint(line.strip() for line in sentences(text))
