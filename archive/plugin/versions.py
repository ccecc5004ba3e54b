"""Versions: the texts an article has had, and what differs between two of them."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.plugin import answer
from archive.plugin.behind import Behind
from archive.plugin.listing import Row
from archive.revisions import Piece, diff

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_SQL = """
    select number, seen_at, change, title, byline, published, text
    from revisions where article = :article and number in (:old, :new) order by number
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of an article, the older first, and all there are of it."""

    revisions: tuple[Row, ...]
    old: Row
    new: Row
    language: str
    """The article's."""


@dataclass(frozen=True, slots=True)
class Side:
    """A paragraph of two versions, set side by side: what it was, and what it is."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


async def changes(datasette: Datasette, request: Request) -> Response:
    """``/article/7/changes``: the last change; ``…/changes/3``: the third text and the one before; ``…/changes/1-3``.

    ``?view=side`` sets them side by side. ``?old=1&new=3``, as the form without JavaScript asks, is ``1-3``.
    """
    number = int(request.url_vars["id"])
    asked = request.url_vars.get("pair") or ""
    old, new = (request.args.get(key) or "" for key in ("old", "new"))
    side = request.args.get("view") == "side"
    article = f"/article/{answer.where(datasette, answer.within(request))}{number}"
    if old.isascii() and new.isascii() and old.isdigit() and new.isdigit():
        where = f"{article}/changes/{int(old[:9])}-{int(new[:9])}"
        return Response.redirect(where + ("?view=side" if side else ""))
    found = await answer.look(datasette, partial(compared, number=number, asked=asked), answer.within(request))
    if found is None:
        return await answer.missing(
            datasette,
            request,
            "This article has no such two versions. An article that has not changed since it was first seen has one.",
        )
    pieces = await asyncio.to_thread(diff, found.old["text"], found.new["text"])
    context = {
        "id": number,
        "found": found,
        "side": side,
        "title": diff(found.old["title"], found.new["title"]),
        "byline": diff(found.old["byline"], found.new["byline"]),
        "text": pieces,
        "sides": sides(pieces) if side else (),
        "same": found.old["text"] == found.new["text"],
        "here": f"{article}/changes/{found.old['number']}-{found.new['number']}",
    }
    params = {"article": number, "old": found.old["number"], "new": found.new["number"]}
    behind = Behind(f"revisions?article={number}", _SQL, params)
    return await answer.page(datasette, request, "changes", context, behind=behind)


def revisions(db: sqlite3.Connection, article: int) -> tuple[Row, ...]:
    """The states an article has been in, oldest first, without their texts."""
    sql = """
        SELECT number, seen_at, change, title, words_added, words_removed, snapshot FROM revisions
        WHERE article = ? ORDER BY number
    """
    return tuple(dict(row) for row in db.execute(sql, [article]))


def compared(db: sqlite3.Connection, number: int, asked: str) -> Comparison | None:
    """Two versions: those that were ``asked`` for as ``1-3``, that and the one before it as ``3``, or the last two."""
    listed = revisions(db, number)
    if len(listed) < 2:
        return None
    first, _, second = asked.partition("-")
    new = int(second or first or listed[-1]["number"])
    old = int(first) if second else new - 1
    sql = "SELECT * FROM revisions WHERE article = ? AND number IN (?, ?) ORDER BY number"
    pair = [dict(row) for row in db.execute(sql, [number, old, new])]
    if len(pair) != 2:
        return None
    language = db.execute("SELECT language FROM articles WHERE id = ?", [number]).fetchone()
    return Comparison(listed, pair[0], pair[1], language[0] if language else "")


def sides(pieces: tuple[Piece, ...]) -> tuple[Side, ...]:
    """The pieces, paragraph by paragraph: a paragraph that is in both stands at the same height."""
    rows: list[tuple[list[Piece], list[Piece]]] = [([], [])]
    for piece in pieces:
        for place, part in enumerate(piece.text.split("\n\n")):
            if place and piece.op == "same":
                rows.append(([], []))
            gap = "\n\n" if place and piece.op != "same" else ""
            if gap + part and piece.op != "added":
                rows[-1][0].append(Piece(piece.op, gap + part))
            if gap + part and piece.op != "removed":
                rows[-1][1].append(Piece(piece.op, gap + part))
    return tuple(Side(tuple(old), tuple(new)) for old, new in rows if old or new)
