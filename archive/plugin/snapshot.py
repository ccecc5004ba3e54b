"""Snapshot: the page that an article was read from: as it looked, in a sandbox; as source; and byte for byte."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive import pages
from archive.models import Page
from archive.plugin import answer, harmless, raw
from archive.plugin.behind import Behind
from archive.plugin.listing import Row
from archive.plugin.versions import revisions
from archive.snapshots import DamagedError

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""Content-Security-Policy of a page as it was: nothing runs, nothing is loaded, and it is of no origin of ours."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A raw page that is kept, without its body."""

    row: Row
    title: str
    """The article's, or its revision's."""
    revisions: tuple[Row, ...]


async def snapshot(datasette: Datasette, request: Request) -> Response:
    """``/article/7/snapshot``, ``/article/7/snapshot/2``: of what its second text was read; about it, and a frame."""
    number, revision = _asked(request)
    found = await answer.look(datasette, partial(kept, article=number, revision=revision), answer.within(request))
    if found is None:
        return await _missing(datasette, request)
    here = f"/article/{answer.where(datasette, answer.within(request))}{number}/snapshot" + (
        f"/{revision}" if revision else ""
    )
    context = {"id": number, "it": found, "here": here, "revision": revision}
    return await answer.page(datasette, request, "snapshot", context, behind=Behind(f"snapshots/{found.row['id']}"))


async def page(datasette: Datasette, request: Request) -> Response:
    """``…/snapshot/page``: what the frame shows."""
    found = await _load(datasette, request)
    if isinstance(found, Response):
        return found
    html = await asyncio.to_thread(lambda: harmless.page(raw.source(found)))
    return Response(html, headers={"Content-Security-Policy": SANDBOX}, content_type="text/html; charset=utf-8")


async def source(datasette: Datasette, request: Request) -> Response:
    """``…/snapshot/source``: as text."""
    found = await _load(datasette, request)
    if isinstance(found, Response):
        return found
    text = await asyncio.to_thread(raw.source, found)
    return Response.text(
        text, headers={"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}
    )


async def bytes_(datasette: Datasette, request: Request) -> Response:
    """``…/snapshot/bytes``: as they came, as a file."""
    found = await _load(datasette, request)
    if isinstance(found, Response):
        return found
    number, revision = _asked(request)
    headers = {"Content-Disposition": f'attachment; filename="article-{number}-{revision or "now"}.bin"'}
    return Response(found.body, headers=headers, content_type="application/octet-stream")


def kept(db: sqlite3.Connection, article: int, revision: int) -> Kept | None:
    """The page that an article, or its revision of that number, was read from."""
    where = "revisions WHERE article = ? AND number = ?" if revision else "articles WHERE id = ?"
    params = [article, revision] if revision else [article]
    row = db.execute(f"SELECT snapshot, title FROM {where} AND snapshot IS NOT NULL", params).fetchone()  # noqa: S608  # ours
    if row is None:
        return None
    columns = "id, url, final_url, fetched_at, status, size, sha256, headers"
    found = db.execute(f"SELECT {columns} FROM snapshots WHERE id = ?", [row["snapshot"]]).fetchone()  # noqa: S608  # ours
    return Kept(dict(found), row["title"], revisions(db, article)) if found else None


async def _load(datasette: Datasette, request: Request) -> Page | Response:
    number, revision = _asked(request)

    def load(db: sqlite3.Connection) -> Page | None:
        found = kept(db, number, revision)
        return pages.load(db, found.row["id"]) if found else None

    try:
        loaded = await answer.look(datasette, load, answer.within(request))
    except DamagedError as error:
        return await answer.missing(datasette, request, f"This can't be read any more: {error}.")
    return loaded or await _missing(datasette, request)


async def _missing(datasette: Datasette, request: Request) -> Response:
    return await answer.missing(datasette, request, "The page that this was read from is not in the archive.")


def _asked(request: Request) -> tuple[int, int]:
    return int(request.url_vars["id"]), int(request.url_vars.get("number") or 0)
