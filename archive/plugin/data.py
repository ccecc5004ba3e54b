"""Reading the archive for the pages: one function a question, rows as dicts. SELECTs only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from datasette.database import Database

from archive import pages
from archive.models import Page
from archive.plugin.words import MARK, UNMARK

Row = dict[str, Any]

WHEN: Final = "min(coalesce(articles.published, articles.first_seen), articles.first_seen)"
"""An article's place in time: when it was published; when it was first seen, if that is unknown or in the future."""

_LISTED: Final = f"""
    articles.id, articles.title, articles.published, articles.byline, articles.section, articles.language,
    articles.source,
    articles.revision, articles.removed, articles.duplicate_of, {WHEN} AS happened,
    coalesce(nullif(sources.title, ''), articles.source) AS publication
"""
_SUMMARY: Final = "coalesce(nullif(articles.description, ''), substr(articles.text, 1, 280)) AS summary"
_RELEVANCE: Final = "bm25(articles_fts, 4.0, 1.0)"
"""A word in the title weighs as much as four in the text."""
COUNTED: Final = 1000
"""Hits are counted up to here; nobody reads further, and counting all of a common word's is slow."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """Everything the page of one article shows."""

    article: Row
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    revisions: tuple[Row, ...]
    """All but their texts, oldest first; empty if the article never changed."""
    copies: tuple[Row, ...]
    """The other articles with nearly the same text."""
    addresses: tuple[str, ...]
    """Its other URLs."""
    snapshot: Row | None
    """Of the page it was read from, without its body."""


async def _rows(db: Database, sql: str, params: tuple[Any, ...] = ()) -> tuple[Row, ...]:
    return tuple(dict(row) for row in (await db.execute(sql, params)).rows)


async def newest(
    db: Database, *, source: str = "", before: tuple[str, int] | None = None, limit: int = 60
) -> tuple[Row, ...]:
    """Articles that repeat no other, newest first; ``before`` is the last one's (happened, id) of the page before."""
    where = ["articles.duplicate_of IS NULL"]
    params: list[Any] = []
    if source:
        where.append("articles.source = ?")
        params.append(source)
    if before:
        # Not (happened, id) < (?, ?): SQLite seeks in an index on an expression for the plain comparison alone.
        where.append(f"{WHEN} <= ? AND ({WHEN} < ? OR articles.id < ?)")
        params += [before[0], *before]
    sql = f"""
        SELECT {_LISTED}, {_SUMMARY} FROM articles LEFT JOIN sources ON sources.name = articles.source
        WHERE {" AND ".join(where)} ORDER BY {WHEN} DESC, articles.id DESC LIMIT ?
    """  # noqa: S608  # put together from the constants above
    return await _rows(db, sql, (*params, limit))


async def sources(db: Database) -> tuple[Row, ...]:
    """The sources that articles came from, and those that are configured, by title."""
    return await _rows(
        db,
        """
        SELECT name, coalesce(nullif(title, ''), name) AS title FROM sources
        WHERE configured OR EXISTS (SELECT 1 FROM articles WHERE articles.source = sources.name) ORDER BY 2
        """,
    )


async def search(db: Database, match: str, *, newest_first: bool, limit: int, offset: int) -> tuple[Row, ...]:
    """Hits for an FTS5 expression, best first or newest first, each with the passage that it was found in."""
    # The hits of this page are chosen first, so that passages are cut for them alone.
    place, order = (WHEN, "place DESC, id DESC") if newest_first else (_RELEVANCE, "place, id")
    sql = f"""
        WITH hits AS MATERIALIZED (
            SELECT articles_fts.rowid AS id, {place} AS place
            FROM articles_fts {"JOIN articles ON articles.id = articles_fts.rowid" if newest_first else ""}
            WHERE articles_fts MATCH ? ORDER BY {order} LIMIT ? OFFSET ?
        )
        SELECT {_LISTED}, highlight(articles_fts, 0, ?, ?) AS title_marked,
            snippet(articles_fts, 1, ?, ?, '…', 48) AS passage
        FROM hits JOIN articles_fts ON articles_fts.rowid = hits.id JOIN articles ON articles.id = hits.id
        LEFT JOIN sources ON sources.name = articles.source
        WHERE articles_fts MATCH ? ORDER BY {order.replace("id", "hits.id")}
    """  # noqa: S608  # put together from the constants above
    marks = (MARK, UNMARK, MARK, UNMARK)
    return await _rows(db, sql, (match, limit, offset, *marks, match))


async def count(db: Database, match: str) -> int:
    """How many articles an FTS5 expression finds; COUNTED + 1 for more than COUNTED."""
    sql = "SELECT count(*) AS n FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)"
    return int((await _rows(db, sql, (match, COUNTED + 1)))[0]["n"])


async def cutting(db: Database, article: int) -> Cutting | None:
    """One article with all that belongs to it."""
    found = await _rows(
        db,
        """
        SELECT articles.*, coalesce(nullif(sources.title, ''), articles.source) AS publication
        FROM articles LEFT JOIN sources ON sources.name = articles.source WHERE articles.id = ?
        """,
        (article,),
    )
    if not found:
        return None
    row = found[0]
    authors = await _rows(
        db,
        "SELECT name FROM article_authors JOIN authors ON authors.id = author WHERE article = ? ORDER BY position",
        (article,),
    )
    tags = await _rows(
        db, "SELECT name FROM article_tags JOIN tags ON tags.id = tag WHERE article = ? ORDER BY name", (article,)
    )
    others = "SELECT url FROM addresses WHERE article = ? AND url <> ? ORDER BY first_seen, url LIMIT 50"
    links = await _rows(db, others, (article, row["url"]))
    snapshots = await _rows(
        db, "SELECT id, final_url, fetched_at, status, size, sha256 FROM snapshots WHERE id = ?", (row["snapshot"],)
    )
    return Cutting(
        article=row,
        authors=tuple(author["name"] for author in authors),
        tags=tuple(tag["name"] for tag in tags),
        revisions=await revisions(db, article),
        copies=await _copies(db, row["cluster"], article),
        addresses=tuple(link["url"] for link in links),
        snapshot=next(iter(snapshots), None),
    )


async def _copies(db: Database, cluster: int | None, but: int) -> tuple[Row, ...]:
    sql = f"""
        SELECT {_LISTED} FROM articles LEFT JOIN sources ON sources.name = articles.source
        WHERE articles.cluster = ? AND articles.id <> ? ORDER BY articles.id LIMIT 50
    """  # noqa: S608  # put together from the constants above
    return await _rows(db, sql, (cluster, but))


async def revisions(db: Database, article: int) -> tuple[Row, ...]:
    """The states an article has been in, oldest first, without their texts."""
    sql = """
        SELECT number, seen_at, change, title, words_added, words_removed, snapshot FROM revisions
        WHERE article = ? ORDER BY number
    """
    return await _rows(db, sql, (article,))


async def versions(db: Database, article: int, number: int) -> tuple[Row, Row] | None:
    """The revision of that number and the one before it, texts and all; None if there are not both."""
    sql = "SELECT * FROM revisions WHERE article = ? AND number <= ? ORDER BY number DESC LIMIT 2"
    found = await _rows(db, sql, (article, number))
    return (found[1], found[0]) if len(found) == 2 and found[0]["number"] == number else None


async def snapshot(db: Database, article: int, number: int = 0) -> Page | None:
    """The stored page that an article, or its revision of that number, was read from. Raises DamagedError."""
    if number:
        sql = "SELECT snapshot FROM revisions WHERE article = ? AND number = ? AND snapshot IS NOT NULL"
        found = await _rows(db, sql, (article, number))
    else:
        found = await _rows(db, "SELECT snapshot FROM articles WHERE id = ? AND snapshot IS NOT NULL", (article,))
    if not found:
        return None
    page: Page | None = await db.execute_fn(lambda connection: pages.load(connection, found[0]["snapshot"]))
    return page
