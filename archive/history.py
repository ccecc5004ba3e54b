"""History: the revisions of an article: what differs from what was kept, and what is kept of it.

An article with one text alone has no rows in ``revisions``: they are written once there are two.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from archive import ledger
from archive.columns import byline
from archive.dedupe import content_hash
from archive.models import Article
from archive.revisions import RESTLESS, restless
from archive.rows import Value, clean, folded, insert
from archive.times import iso, when

_A_DAY = timedelta(days=1)

_KEPT = ("title", "byline", "published", "modified", "text", "content_hash", "snapshot")  # of each revision


def differs(row: sqlite3.Row, article: Article) -> bool:
    return (
        folded(row["title"]) != folded(article.title)
        or folded(row["byline"]) != folded(byline(article))
        or row["content_hash"] != content_hash(clean(article.text))
    )


def is_restless(db: sqlite3.Connection, row: sqlite3.Row, said: Article, now: datetime) -> bool:
    """Whether a page changed within a day in nothing but what changed at the looks before, too."""
    if row["revision"] < RESTLESS:
        return False
    last: list[sqlite3.Row] = db.execute(
        "SELECT seen_at, title, byline, text FROM revisions WHERE article = ? ORDER BY number DESC LIMIT ?",
        [row["id"], RESTLESS],
    ).fetchall()
    if when(last[0]["seen_at"]) < now - _A_DAY:
        return False
    before = [_lines(row["title"], row["byline"], row["text"]) for row in reversed(last)]
    return restless([*before, _lines(said.title, byline(said), clean(said.text))])


def _lines(title: str, names: str, text: str) -> list[str]:
    return [folded(line) for line in (title, names, *text.split("\n\n"))]


def add(db: sqlite3.Connection, row: sqlite3.Row, values: dict[str, Value], change: str, now: datetime) -> int:
    """A revision, of ``values`` and else of what the article's ``row`` says; its number."""
    number = _open(db, row) + 1
    kept = {name: row[name] for name in _KEPT} | {name: values[name] for name in _KEPT if name in values}
    revision: dict[str, Value] = {"seen_at": iso(now), "change": change, **kept}
    insert(db, "revisions", article=row["id"], number=number, **revision)
    ledger.version(db, row["id"], number, revision, now)
    return number


def _open(db: sqlite3.Connection, row: sqlite3.Row) -> int:
    """See to it that the text up to now is a revision; the number of the latest."""
    if row["revision"] == 1:
        kept = {name: row[name] for name in _KEPT}
        insert(db, "revisions", article=row["id"], number=1, seen_at=row["first_seen"], change="first", **kept)
    return int(row["revision"])
