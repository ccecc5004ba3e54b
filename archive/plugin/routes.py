"""Routes: what each of our addresses answers. They can be cited: what is here once stays.

| address | page |
|---|---|
| ``/``, ``/day/2026-11-24`` | a day's cuttings; ``?by=section`` |
| ``/search`` | full-text search; ``.atom``, ``.json`` and ``.csv`` of any |
| ``/changes`` | what publishers changed of late |
| ``/article/ID`` | one article |
| ``/article/ID/changes/1-3`` | two of its texts compared; ``?view=side`` |
| ``/article/ID/snapshot/2`` | the page that its second text was read from; ``/page``, ``/source``, ``/bytes`` |
| ``/sources``, ``/source/NAME`` | publishers |
| ``/author/ID``, ``/tag/ID`` | who wrote, and what about |
| ``/watches``, ``/watch/NAME`` | saved searches, and what each found; ``.atom`` |
| ``/status`` | queue, runs, hosts, disk |
| ``/help`` | how to search, and keys |

Of several archives that are read together, what has a number has its archive's name before that: ``/article/2025/7``.
Without it, it leads there.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Forbidden, NotFound, Request, Response

from archive.plugin import (
    answer,
    article,
    assets,
    changed,
    front,
    named,
    saved,
    search,
    snapshot,
    source,
    status,
    versions,
    watched,
)
from config.names import NAME

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

log = logging.getLogger(__name__)

Page = Callable[["Datasette", Request], Awaitable[Response]]


async def _help(datasette: Datasette, request: Request) -> Response:
    return await answer.page(datasette, request, "help", {})


async def _robots(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001  # as the others
    """Cuttings are other people's texts: read here, not published here."""
    return Response.text("User-agent: *\nDisallow: /\n")


def _patient(page: Page) -> Page:
    """A page that says so where the archive took too long, or where it could not be made.

    Datasette's own way prints all that the page was made of, which takes minutes for what is nested a thousand times.
    """

    @wraps(page)
    async def told(datasette: Datasette, request: Request) -> Response:
        try:
            return await page(datasette, request)
        except answer.SlowError:
            return await answer.slow(datasette, request)
        except (NotFound, Forbidden):
            raise
        except Exception:
            log.exception("the page %s could not be made", request.path)
            return await answer.broken(datasette, request)

    return told


def _numbered(page: Page, table: str, label: str) -> Page:
    """A page of what has a number: where there are several archives, in the one that its address names, or that has it.

    ``label``: the column by which it is known to be the same in two of them.
    """

    @wraps(page)
    async def found(datasette: Datasette, request: Request) -> Response:
        names, name = answer.names(datasette), answer.within(request)
        if name and (len(names) == 1 or name not in names):
            return await answer.missing(datasette, request, "There is no archive of this name here.")
        if name or len(names) == 1:
            return await page(datasette, request)
        ask = partial(_called, table=table, label=label, number=int(request.url_vars["id"]))
        called = {one: said for one, said in (await answer.every(datasette, ask)).items() if said is not None}
        kind, rest = request.path.removeprefix("/").split("/", 1)
        query = f"?{request.query_string}" if request.query_string else ""
        ways = {one: f"/{kind}/{one}/{rest}{query}" for one in called}
        if len(set(called.values())) == 1:
            return Response.redirect(next(iter(ways.values())))
        context = {"which": [(one, said, ways[one]) for one, said in called.items()], "kind": kind}
        return await answer.page(datasette, request, "which", context, status=300 if called else 404)

    return found


def _called(db: sqlite3.Connection, table: str, label: str, number: int) -> str | None:
    row = db.execute(f"SELECT {label} FROM {table} WHERE id = ?", [number]).fetchone()  # noqa: S608  # ours, below
    return row[0] if row else None


_WITHIN = r"(?:(?P<archive>[a-z0-9_-]{1,80})/)?"
_ARTICLE, _SNAPSHOT = rf"^/article/{_WITHIN}(?P<id>\d{{1,15}})", r"/snapshot(?:/(?P<number>\d{1,9}))?"
_PAGES: dict[str, Page] = {
    r"^/$": front.front,
    r"^/day/(?P<day>\d{4}-\d{2}-\d{2})$": front.front,
    r"^/search$": search.search,
    r"^/search\.atom$": saved.atom,
    r"^/search\.json$": saved.as_json,
    r"^/search\.csv$": saved.as_csv,
    r"^/changes$": changed.changed,
    rf"{_ARTICLE}$": article.article,
    rf"{_ARTICLE}/changes(?:/(?P<pair>\d{{1,9}}(?:-\d{{1,9}})?))?$": versions.changes,
    rf"{_ARTICLE}{_SNAPSHOT}$": snapshot.snapshot,
    rf"{_ARTICLE}{_SNAPSHOT}/page$": snapshot.page,
    rf"{_ARTICLE}{_SNAPSHOT}/source$": snapshot.source,
    rf"{_ARTICLE}{_SNAPSHOT}/bytes$": snapshot.bytes_,
    r"^/sources$": source.sources,
    r"^/source/(?P<name>[a-z0-9][a-z0-9_.-]{0,99})$": source.source,
    rf"^/author/{_WITHIN}(?P<id>\d{{1,15}})$": named.author,
    rf"^/tag/{_WITHIN}(?P<id>\d{{1,15}})$": named.tag,
    r"^/watches$": watched.watches,
    rf"^/watch/(?P<name>{NAME.pattern})$": watched.watch,
    rf"^/watch/(?P<name>{NAME.pattern})\.atom$": watched.atom,
    r"^/status$": status.page,
    r"^/help$": _help,
    r"^/robots\.txt$": _robots,
    r"^/-/cuttings/(?P<name>\w+\.(?:css|js|svg))$": assets.file,
}


_NUMBERED = {"article": ("articles", "url"), "author": ("authors", "name"), "tag": ("tags", "name")}
"""First part of an address → its table, and the column by which a thing is the same in two archives."""


def routes() -> list[tuple[str, Any]]:
    """(Pattern, page), as Datasette wants them."""
    found = []
    for pattern, page in _PAGES.items():
        kind = pattern.split("/")[1]
        found.append((pattern, _patient(_numbered(page, *_NUMBERED[kind]) if kind in _NUMBERED else page)))
    return found
