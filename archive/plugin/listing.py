"""Listing: articles as lists show them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from archive.merging import Spot
from archive.plugin.words import MARK, UNMARK
from archive.wanted import Wanted

Row = dict[str, Any]

COLUMNS: Final = """
    articles.id, articles.title, articles.published, articles.byline, articles.section, articles.language,
    articles.source, coalesce(nullif(sources.title, ''), articles.source) AS publication, happened
"""
# Not of all: SQLite reads a whole article for a column that stands behind its text.
_MORE: Final = """
    articles.revision, articles.removed, articles.paywalled, articles.duplicate_of, articles.first_seen, articles.url,
    coalesce(nullif(articles.description, ''), substr(articles.text, 1, 280)) AS summary
"""


def rows(db: sqlite3.Connection, numbers: Sequence[int], *, short: bool = False) -> list[Row]:
    """Articles in the order of their numbers; ``short``: without summary and notes."""
    found = db.execute(
        f"""
        SELECT {COLUMNS if short else f"{COLUMNS}, {_MORE}"} FROM json_each(?) AS wanted
        CROSS JOIN articles ON articles.id = wanted.value CROSS JOIN timeline ON timeline.article = articles.id
        LEFT JOIN sources ON sources.name = articles.source ORDER BY wanted.key
        """,  # noqa: S608  # put together from the constants above
        [json.dumps(list(numbers))],
    )
    return [dict(row) for row in found]


def hits(db: sqlite3.Connection, wanted: Wanted, numbers: Sequence[int]) -> list[Row]:
    """Likewise, with ``title_marked`` and ``passage``, in which the words that were found are marked."""
    listed = rows(db, numbers)
    if not wanted.match:
        return [row | {"title_marked": row["title"], "passage": row["summary"]} for row in listed]
    marked = db.execute(
        "SELECT rowid AS id, highlight(articles_fts, 0, :on, :off) AS title_marked,"
        " snippet(articles_fts, 1, :on, :off, '…', 44) AS passage FROM articles_fts"
        " WHERE articles_fts MATCH :match AND rowid IN (SELECT value FROM json_each(:numbers))",
        {"on": MARK, "off": UNMARK, "match": wanted.match, "numbers": json.dumps(list(numbers))},
    )
    more = {row["id"]: dict(row) for row in marked}
    return [row | more.get(row["id"], {"title_marked": row["title"], "passage": row["summary"]}) for row in listed]


def placed(found: Iterable[Row], where: str) -> list[Row]:
    """Rows of one of several archives, with ``where`` (answer.where) for their addresses."""
    return [row | {"where": where} if where else row for row in found]


def spot(row: Row) -> Spot:
    """Where a list goes on after this row."""
    return Spot(row["happened"], row["id"], row.get("where", "").rstrip("/"))


def address(row: Row) -> str:
    """Where an article is read here."""
    return f"/article/{row.get('where', '')}{row['id']}"
