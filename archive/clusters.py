"""Cluster: the articles that have nearly the same text: who ran it, when, and with what changes.

A cluster is a star: every article in it was compared with the cluster's first, whose number is its name, and is like
that one. To be like another member is not enough. So texts that differ a little from one to the next make no chain
at whose ends are two stories. Where the first is rewritten, those that ran its earlier text are a cluster of their own.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass

from archive.signatures import Signature, likeness, sign

CROWDED = 16
"""Articles with one mark, from which on it is a phrase or a notice that says nothing: no more are noted."""
KEPT = 6
"""Of a text's marks: the smallest that are not crowded. Two texts with half of their shingles in common miss each other
once in 60, as the smallest of either are looked up in all that are kept of the other."""
_FEW = 4
"""Articles with one mark, up to which it tells by itself that they may be alike. Of crowded ones it takes four."""
COMPARED = 4
"""Texts that one is compared with at most, 0.3 ms each; the likeliest first."""


@dataclass(frozen=True, slots=True)
class Near:
    """A text, and the articles that may have it, the likeliest first, as far as its marks tell."""

    signature: Signature
    free: tuple[int, ...] = ()
    """Its marks that are to be kept."""
    articles: tuple[int, ...] = ()


def near(db: sqlite3.Connection, text: str, but: int = -1) -> Near:
    """Which articles other than ``but`` may have nearly this text."""
    signature = sign(text)
    if not signature.telling:
        return Near(signature)
    marks = signature.marks
    sql = f"SELECT mark, article FROM shingles WHERE mark IN ({', '.join('?' * len(marks))})"  # noqa: S608  # marks
    rows = [(mark, article) for mark, article in db.execute(sql, marks) if article != but]
    found = Counter([mark for mark, _ in rows])
    weights: dict[int, float] = defaultdict(float)
    for mark, article in rows:
        weights[article] += min(1.0, _FEW / found[mark])
    likely = sorted([(-weight, article) for article, weight in weights.items() if weight >= 1])
    free = [mark for mark in marks if found[mark] < CROWDED]
    return Near(signature, tuple(free[:KEPT]), tuple([article for _, article in likely]))


def place(db: sqlite3.Connection, article: int, text: str, before: str) -> None:
    """Put an article whose text was ``before`` and is now ``text`` with those that say nearly the same.

    To be called whenever an article's text becomes another, after that was written down.
    """
    old = [(mark, article) for mark in sign(before).marks]
    db.executemany("DELETE FROM shingles WHERE mark = ? AND article = ?", old)
    found = near(db, text, article)
    if _stays(db, article, found.signature):
        _note(db, article, found)
    else:
        join(db, article, found)


def join(db: sqlite3.Connection, article: int, found: Near, original: int | None = None) -> None:
    """Put an article that is in no cluster to the text most like its own; ``original`` is known to have the same."""
    _note(db, article, found)
    best = _first(db, original) if original is not None else _nearest(db, found)
    if best is None:
        return
    name = best if _cluster(db, best) is not None else min(best, article)
    db.execute("UPDATE articles SET cluster = ? WHERE id IN (?, ?)", [name, best, article])


def like(db: sqlite3.Connection, signature: Signature, article: int) -> float:
    """How much of the shorter text stands in the longer one, a text's and an article's; 0 if they are two."""
    row = db.execute("SELECT text FROM articles WHERE id = ?", [article]).fetchone()
    if row is None:
        return 0.0
    return likeness(signature, sign(row["text"])) if signature.telling else float(row["text"] == signature.text)


def _note(db: sqlite3.Connection, article: int, found: Near) -> None:
    rows = [(mark, article) for mark in found.free]
    db.executemany("INSERT OR IGNORE INTO shingles (mark, article) VALUES (?, ?)", rows)


def _nearest(db: sqlite3.Connection, found: Near) -> int | None:
    """The first of the cluster, or the article in none, that is most like this text; None if none is."""
    firsts = dict.fromkeys([_first(db, article) for article in found.articles[: 4 * COMPARED]])
    alike = [(like(db, found.signature, first), -first) for first in list(firsts)[:COMPARED] if first is not None]
    best = max(alike, default=(0.0, 0))
    return -best[1] if best[0] else None


def _cluster(db: sqlite3.Connection, article: int) -> int | None:
    row = db.execute("SELECT cluster FROM articles WHERE id = ?", [article]).fetchone()
    return row["cluster"] if row else None


def _first(db: sqlite3.Connection, article: int) -> int | None:
    """The first of an article's cluster: itself, if it is in none. None if there is no such article."""
    row = db.execute("SELECT coalesce(cluster, id) AS first FROM articles WHERE id = ?", [article]).fetchone()
    return row["first"] if row else None


def _stays(db: sqlite3.Connection, article: int, signature: Signature) -> bool:
    """Whether an article with a new text stays in its cluster; if not, it is in none then."""
    first = _cluster(db, article)
    if first is None:
        return False
    others = "SELECT id, text FROM articles WHERE cluster = ? AND id != ? ORDER BY id"
    if first != article:
        if like(db, signature, first):
            return True
        db.execute("UPDATE articles SET cluster = NULL WHERE id = ?", [article])
        if db.execute(f"{others} LIMIT 1", [first, first]).fetchone() is None:
            db.execute("UPDATE articles SET cluster = NULL WHERE id = ?", [first])
        return False
    second = db.execute(f"{others} LIMIT 1", [first, first]).fetchone()
    if second is not None and like(db, signature, second["id"]):
        return True
    members = db.execute(others, [first, first]).fetchall()
    db.execute("UPDATE articles SET cluster = NULL WHERE cluster = ?", [first])
    for member in members:
        join(db, member["id"], near(db, member["text"], member["id"]))
    return False
