"""Article: one article, set for reading, with all that is known of it."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.plugin import answer, body, listing
from archive.plugin.behind import Behind
from archive.plugin.listing import Row
from archive.plugin.versions import revisions

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_COPIES, _ADDRESSES = 50, 50


@dataclass(frozen=True, slots=True)
class Cutting:
    """Everything the page of one article shows."""

    article: Row
    authors: tuple[Row, ...]
    tags: tuple[Row, ...]
    revisions: tuple[Row, ...]
    """All but their texts, oldest first; empty if the article never changed."""
    copies: tuple[Row, ...]
    """The other articles with nearly the same text, the first first."""
    addresses: tuple[Row, ...]
    """Its other URLs, and what kind of address each is."""
    dates: tuple[list[str], ...]
    """Every date of publication that was found: how, when, how precisely."""
    snapshot: Row | None
    """Of the page it was read from, without its body."""
    replaced: int
    """How often its text was read anew, by a better extractor or other rules."""


async def article(datasette: Datasette, request: Request) -> Response:
    """``/article/ID``."""
    number = int(request.url_vars["id"])
    cutting = await answer.look(datasette, partial(of, number=number), answer.within(request))
    if cutting is None:
        return await answer.missing(datasette, request, "There is no article with this number in the archive.")
    row = cutting.article
    dropped = [pair for pair in answer.read(row["dropped"], list) if isinstance(pair, list) and len(pair) == 2]
    context = {
        "cutting": cutting,
        "article": row,
        "body": await asyncio.to_thread(body.html, row["blocks"], row["text"]),
        "standfirst": "" if row["text"].startswith(row["description"][:60]) else row["description"],
        "flags": answer.read(row["flags"], list),
        "evidence": answer.read(row["evidence"], dict),
        "dropped": dropped,
    }
    return await answer.page(datasette, request, "article", context, behind=Behind(f"articles/{number}"))


def of(db: sqlite3.Connection, number: int) -> Cutting | None:
    """One article with all that belongs to it."""
    row = db.execute(
        "SELECT articles.*, coalesce(nullif(sources.title, ''), articles.source) AS publication FROM articles"
        " LEFT JOIN sources ON sources.name = articles.source WHERE articles.id = ?",
        [number],
    ).fetchone()
    if row is None:
        return None

    def all_(sql: str, *params: object) -> tuple[Row, ...]:
        return tuple(dict(found) for found in db.execute(sql, params))

    authors = "SELECT authors.id, name FROM article_authors JOIN authors ON authors.id = author WHERE article = ?"
    tags = "SELECT tags.id, name FROM article_tags JOIN tags ON tags.id = tag WHERE article = ? ORDER BY name"
    addresses = "SELECT url, kind FROM addresses WHERE article = ? AND url != ? ORDER BY first_seen, url LIMIT ?"
    snapshot = "SELECT id, final_url, fetched_at, status, size, sha256 FROM snapshots WHERE id = ?"
    copies = "SELECT id FROM articles WHERE cluster = ? AND id != ? ORDER BY id LIMIT ?"
    return Cutting(
        article=dict(row),
        authors=all_(f"{authors} ORDER BY position", number),
        tags=all_(tags, number),
        revisions=revisions(db, number),
        copies=tuple(listing.rows(db, [one["id"] for one in all_(copies, row["cluster"], number, _COPIES)])),
        addresses=all_(addresses, number, row["url"], _ADDRESSES),
        dates=tuple(one for one in answer.read(row["dates"], list) if isinstance(one, list) and len(one) == 3),
        snapshot=next(iter(all_(snapshot, row["snapshot"])), None),
        replaced=all_("SELECT count(*) AS n FROM replaced WHERE article = ?", number)[0]["n"],
    )
