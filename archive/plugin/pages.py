"""Pages: what each of our URLs answers.

| URL | page |
|---|---|
| ``/`` | the newest articles, by day; ``?source=``, ``?before=`` |
| ``/search?q=`` | full-text search; ``&order=newest``, ``&page=`` |
| ``/article/ID`` | one article |
| ``/article/ID/changes/N`` | its revision N compared with the one before |
| ``/article/ID/snapshot``, ``…/snapshot/N`` | the page that it, or its revision N, was read from, as source |
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.database import Database, QueryInterrupted
from datasette.utils.asgi import Request, Response

from archive import query, revisions
from archive.plugin import body, data, raw
from archive.plugin.words import day
from archive.snapshots import DamagedError

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_PAGE = 50
_LAST_PAGE = 20
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of our own pages: they have no scripts and load nothing but their own style."""


def database(datasette: Datasette) -> Database:
    """The archive's database, as the plugin's setting names it."""
    return datasette.get_database(datasette.plugin_config("cuttings")["database"])


async def front(datasette: Datasette, request: Request) -> Response:
    db, source = database(datasette), request.args.get("source") or ""
    before = _before(request.args.get("before") or "")
    rows = await data.newest(db, source=source, before=before, limit=_PAGE + 1)
    older = ""
    if len(rows) > _PAGE:
        rows, last = rows[:_PAGE], rows[_PAGE - 1]
        keys = {"source": source} if source else {}
        older = "/?" + urlencode(keys | {"before": f"{last['happened']},{last['id']}"})
    return await _page(
        datasette,
        request,
        "front",
        {
            "days": [(when, tuple(some)) for when, some in groupby(rows, lambda row: day(row["happened"]))],
            "sources": await data.sources(db),
            "source": source,
            "older": older,
            "later": before is not None,
        },
    )


async def search(datasette: Datasette, request: Request) -> Response:
    db, typed = database(datasette), request.args.get("q") or ""
    order = "newest" if request.args.get("order") == "newest" else "best"
    number = _number(request.args.get("page"), _LAST_PAGE)
    match = query.fts5(typed[:1000])
    context: dict[str, Any] = {"q": typed, "order": order, "page": number, "match": match, "hits": (), "total": 0}
    try:
        if match:
            skip = (number - 1) * _PAGE
            hits = await data.search(db, match, newest_first=order == "newest", limit=_PAGE + 1, offset=skip)
            context |= {"hits": hits[:_PAGE], "total": await data.count(db, match), "counted": data.COUNTED}
            context["more"] = len(hits) > _PAGE and number < _LAST_PAGE
    except QueryInterrupted:
        context["slow"] = True
    context["link"] = lambda **other: "/search?" + urlencode({"q": typed, "order": order} | other)
    return await _page(datasette, request, "search", context)


async def article(datasette: Datasette, request: Request) -> Response:
    cutting = await data.cutting(database(datasette), int(request.url_vars["id"]))
    if cutting is None:
        return await missing(datasette, request, "There is no article with this number in the archive.")
    row = cutting.article
    return await _page(
        datasette,
        request,
        "article",
        {
            "cutting": cutting,
            "article": row,
            "body": await asyncio.to_thread(body.html, row["blocks"], row["text"]),
            "standfirst": "" if row["text"].startswith(row["description"][:60]) else row["description"],
            "flags": _json(row["flags"], list),
            "evidence": _json(row["evidence"], dict),
            "dropped": [pair for pair in _json(row["dropped"], list) if isinstance(pair, list) and len(pair) == 2],
        },
    )


async def changes(datasette: Datasette, request: Request) -> Response:
    db, identity = database(datasette), int(request.url_vars["id"])
    listed = await data.revisions(db, identity)
    if not listed:
        return await missing(datasette, request, "This article has not changed since it was first seen.")
    number = request.url_vars.get("number")
    if number is None:
        return Response.redirect(f"/article/{identity}/changes/{listed[-1]['number']}")
    pair = await data.versions(db, identity, int(number))
    if pair is None:
        return await missing(datasette, request, "This article has no such revision, or none before it.")
    old, new = pair
    return await _page(
        datasette,
        request,
        "changes",
        {
            "id": identity,
            "revisions": listed,
            "old": old,
            "new": new,
            "title": revisions.diff(old["title"], new["title"]),
            "byline": revisions.diff(old["byline"], new["byline"]) if old["byline"] != new["byline"] else (),
            "text": await asyncio.to_thread(revisions.diff, old["text"], new["text"]),
        },
    )


async def snapshot(datasette: Datasette, request: Request) -> Response:
    """The page as text, or with ``?raw=1`` its bytes as a download; never as anything a browser would run."""
    identity, number = int(request.url_vars["id"]), int(request.url_vars.get("number") or 0)
    try:
        page = await data.snapshot(database(datasette), identity, number)
    except DamagedError as error:
        return await missing(datasette, request, f"This can't be read any more: {error}.")
    if page is None:
        return await missing(datasette, request, "The page that this was read from is not in the archive.")
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    if request.args.get("raw"):
        headers["Content-Disposition"] = f'attachment; filename="article-{identity}-{number or "now"}.bin"'
        return Response(page.body, headers=headers, content_type="application/octet-stream")
    return Response.text(await asyncio.to_thread(raw.source, page), headers=headers)


async def missing(datasette: Datasette, request: Request, message: str) -> Response:
    return await _page(datasette, request, "missing", {"message": message}, status=404)


async def robots() -> Response:
    """Cuttings are other people's texts: read here, not published here."""
    return Response.text("User-agent: *\nDisallow: /\n")


async def _page(
    datasette: Datasette, request: Request, name: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    shared = {"database": datasette.plugin_config("cuttings")["database"], "rel": body.REL}
    html = await datasette.render_template(f"cuttings/{name}.html", {**shared, **context}, request=request)
    return Response.html(html, status=status, headers={"Content-Security-Policy": POLICY})


def _before(value: str) -> tuple[str, int] | None:
    when, _, identity = value.rpartition(",")
    return (when, int(identity)) if when and identity.isascii() and identity.isdigit() and len(identity) < 19 else None


def _number(value: str | None, highest: int) -> int:
    number = int(value[:9]) if value and value.isascii() and value.isdigit() else 1
    return min(max(number, 1), highest)


def _json(text: str, kind: type) -> Any:
    """The value of a JSON column; an empty one if someone else's hand has been in it."""
    try:
        value = json.loads(text)
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()
