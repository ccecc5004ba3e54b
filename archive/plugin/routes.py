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
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
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


_ARTICLE, _SNAPSHOT = r"^/article/(?P<id>\d{1,15})", r"/snapshot(?:/(?P<number>\d{1,9}))?"
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
    r"^/author/(?P<id>\d{1,15})$": named.author,
    r"^/tag/(?P<id>\d{1,15})$": named.tag,
    r"^/watches$": watched.watches,
    rf"^/watch/(?P<name>{NAME.pattern})$": watched.watch,
    rf"^/watch/(?P<name>{NAME.pattern})\.atom$": watched.atom,
    r"^/status$": status.page,
    r"^/help$": _help,
    r"^/robots\.txt$": _robots,
    r"^/-/cuttings/(?P<name>\w+\.(?:css|js|svg))$": assets.file,
}


def routes() -> list[tuple[str, Any]]:
    """(Pattern, page), as Datasette wants them."""
    return [(pattern, _patient(page)) for pattern, page in _PAGES.items()]
