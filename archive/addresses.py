"""Addresses: the URLs under which each article is to be had: which it is kept by, which led to it, which it names.

What a page says of its addresses is believed as far as nothing speaks against it. One that several different stories
name as theirs, as sites do that put one canonical URL on all pages, is ``shared`` from then on, and tells nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from archive import aliases, ledger
from archive.rows import update
from archive.times import iso

MOST = 50
"""Addresses of an article, from which on no more are noted that its page only names: some name another at each look."""
CANONICAL, LINK, SHARED = "canonical", "link", "shared"
VARIANTS = frozenset({"amp", "mobile", "print"})


def known(db: sqlite3.Connection, urls: Iterable[str]) -> dict[str, int | None]:
    """Which of these URLs are articles' addresses, and of which; None for a shared one.

    What an article is kept by is its address, whatever led elsewhere since.
    """
    rows = db.execute(
        "WITH asked AS (SELECT DISTINCT value FROM json_each(?))"
        " SELECT url, article FROM addresses WHERE url IN asked"
        " UNION ALL SELECT url, id FROM articles WHERE url IN asked",
        [json.dumps(list(urls))],
    )
    return {row["url"]: row["article"] for row in rows}


def taken(db: sqlite3.Connection, url: str) -> bool:
    """Whether an article is kept by this URL."""
    return db.execute("SELECT 1 FROM articles WHERE url = ?", [url]).fetchone() is not None


def keep(
    db: sqlite3.Connection, article: int, url: str, via: str, said: Iterable[tuple[str, str]], *, now: datetime
) -> None:
    """Note the URL that an article is kept by, the one it was fetched by, and those that its page names."""
    at = iso(now)
    own = [(url, CANONICAL)] + ([(via, LINK)] if via != url else [])
    db.executemany(
        "INSERT INTO addresses (url, article, kind, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?4)"
        " ON CONFLICT (url) DO UPDATE SET article = ?2, last_seen = ?4,"
        " kind = iif(article IS ?2 AND ?3 = 'link', kind, ?3) WHERE article IS NOT ?2 OR substr(last_seen, 1, 10) <"
        " substr(?4, 1, 10) OR kind != ?3 AND ?3 = 'canonical'",
        [(address, article, kind, at) for address, kind in own],
    )
    named = {address: kind for kind, address in reversed([*said]) if address not in {url, via}}
    db.executemany(
        "INSERT INTO addresses (url, article, kind, first_seen, last_seen) SELECT ?1, ?2, ?3, ?4, ?4"
        " WHERE (SELECT count(*) FROM (SELECT 1 FROM addresses WHERE article = ?2 LIMIT ?5)) < ?5"
        " ON CONFLICT (url) DO UPDATE SET article = iif(article IS ?2, ?2, NULL), last_seen = ?4,"
        " kind = iif(article IS ?2, kind, 'shared') WHERE iif(article IS ?2,"
        " substr(last_seen, 1, 10) < substr(?4, 1, 10), kind NOT IN ('canonical', 'link', 'shared'))",
        [(address, article, kind, at, MOST) for address, kind in named.items()],
    )
    _settle(db, article, via, said)


def share(db: sqlite3.Connection, url: str) -> None:
    """Note that a URL says nothing of which story it is."""
    db.execute("UPDATE addresses SET article = NULL, kind = ? WHERE url = ?", [SHARED, url])


def rename(db: sqlite3.Connection, row: sqlite3.Row, url: str, now: datetime) -> None:
    """Keep an article by another URL, which is no other article's."""
    article = row["id"]
    ledger.amend(db, row, {"url": url}, now)
    update(db, "articles", article, url=url)
    db.execute("UPDATE addresses SET kind = ? WHERE url = ? AND article = ?", [CANONICAL, url, article])


def variants(db: sqlite3.Connection, urls: Iterable[str | None]) -> dict[str, int]:
    """Which of these URLs are variants of articles that are known, by what their pages say and by their looks."""
    rows = db.execute(
        "SELECT addresses.url, article, articles.url AS kept_by FROM addresses JOIN articles ON articles.id = article"
        " WHERE addresses.url IN (SELECT value FROM json_each(?)) AND kind IN ('amp', 'mobile', 'print')",
        [json.dumps(list(urls))],
    )
    return {row["url"]: row["article"] for row in rows if aliases.relatives(row["url"], row["kept_by"])}


def _settle(db: sqlite3.Connection, article: int, via: str, said: Iterable[tuple[str, str]]) -> None:
    """Make links that wait, and are an article's variants by its page and by their looks, its aliases.

    Those given by hand are fetched.
    """
    urls = [url for kind, url in said if kind in VARIANTS and url != via and aliases.relatives(url, via)]
    if urls:
        db.execute(
            "UPDATE links SET state = 'alias', article = ?, due_at = NULL WHERE state = 'waiting' AND article IS NULL"
            " AND found_in != '' AND url IN (SELECT value FROM json_each(?))",
            [article, json.dumps(urls)],
        )
