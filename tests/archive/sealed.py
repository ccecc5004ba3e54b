"""Sealed: an archive whose ledger has notes of four days, and ways to harm it behind its back."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kept import NOON, TEXT, Kept, article, at, page

from archive import ledger, sites
from archive.models import Failure, Precision, Stage
from archive.tasks import Host, Site
from archive.verify import verify

ROBOTS = b"User-agent: *\nDisallow: /private\n"


def make(path: Path) -> None:
    """Four days: ten articles; 3 was revised twice, 4 removed, 5 told more exactly, and moved as it was revised."""
    kept = Kept(path)
    host = Host("news.example", 200, ROBOTS, NOON, good_body=ROBOTS, good_at=NOON)
    kept.archive.keep_host(host, Site(sites.site("news.example")), NOON)
    put(kept, *range(1, 6))
    kept.later(days=1)
    put(kept, 6, 7)
    put(kept, 3, more="Corrected.")
    kept.store(url(4), Failure(url(4), Stage.FETCH, "gone"))
    kept.put(article(url(5), f"{TEXT} 5", published=at(NOON)), page_=fetched(5))
    kept.later(days=1)
    put(kept, 8, 9)
    put(kept, 3, more="Corrected once more.")
    kept.put(article(f"{url(5)}-moved", f"{TEXT} 5 More."), via=url(5), page_=fetched(5, b"More."))
    kept.later(days=1)
    put(kept, 10)
    kept.archive.close()


def url(number: int) -> str:
    return f"https://news.example/{number}"


def fetched(number: int, more: bytes = b""):
    body = b"<html><title>The paper</title>" + random.Random(number).randbytes(300).hex().encode() + more
    return replace(page(url(number), body, server="x"), permit="allowed")


def put(kept: Kept, *numbers: int, more: str = "") -> None:
    for number in numbers:
        said = article(url(number), f"{TEXT} {number} {more}", published=at(NOON, Precision.DAY))
        kept.put(said, page_=fetched(number, more.encode()))


def harm(path: Path, sql: str, *args) -> None:
    """Change the file behind the archive's back, triggers and references regardless."""
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    with db:
        if args:
            db.execute(sql, args)
        else:
            db.executescript(sql)
    db.close()


def said(path: Path, **options) -> str:
    return "\n".join(problem.sentence for problem in verify(path, **options).problems)


def value(path: Path, sql: str):
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchone()[0]
    db.close()
    return found


def reread(path: Path, *, number: int = 1, article: int = 1, **news) -> None:
    """As a re-extraction does: the text before goes to ``replaced``, and the new one is noted."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    find = "SELECT * FROM revisions WHERE article = ? AND number = ?"
    old = row if number == row["revision"] else db.execute(find, [article, number]).fetchone()
    db.execute(
        "INSERT INTO replaced (article, revision, at, title, byline, published, text, content_hash, extractor, rules,"
        " template) VALUES (?, ?, '2026-11-28T12:00:00Z', ?, ?, ?, ?, '', '1', '', 0)",
        [article, number, *(old[name] for name in ("title", "byline", "published", "text"))],
    )
    now = NOON + timedelta(days=4)
    columns = ", ".join(f"{name} = ?" for name in news)
    db.execute(f"UPDATE revisions SET {columns} WHERE article = ? AND number = ?", [*news.values(), article, number])
    if number == row["revision"]:
        ledger.amend(db, row, news, now)
        db.execute(f"UPDATE articles SET {columns} WHERE id = ?", [*news.values(), article])
    ledger.reread(db, article, number, now)
    db.close()
