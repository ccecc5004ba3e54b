"""Watched: the saved searches, and what each of them has found, as a page and as an Atom feed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from archive import matches, passages
from archive.matches import Standing
from archive.plugin import answer, listing, saved
from archive.plugin.behind import Behind
from archive.plugin.listing import Row
from archive.plugin.words import web

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_PAGE = 50
_SQL = """
    select matches.article, matches.title, matches.at, matches.passage, articles.url
    from matches join articles on articles.id = matches.article
    where watch = :watch order by matches.id desc
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A watch, and what it found, the latest first."""

    name: str
    search: dict[str, object]
    """What it looks for: query, sources, author, tag, language."""
    configured: bool
    standing: Standing
    rows: tuple[Row, ...] = ()
    more: bool = False
    archive: str = ""
    """The one that it is of."""

    @property
    def url(self) -> str:
        """The same search in all that is kept."""
        names = {"query": "q", "sources": "source"}
        asked = {names.get(key, key): it for key, it in self.search.items()}
        return "/search?" + urlencode(asked, doseq=True, errors="replace")


async def watches(datasette: Datasette, request: Request) -> Response:
    """``/watches``."""
    each = await answer.every(datasette, every)  # as they are in the newest that has them: that is looked at
    found = tuple({one.name: one for some in reversed(each.values()) for one in some}.values())
    if len(each) > 1:
        found = tuple(sorted(found, key=lambda one: (not one.configured, one.name)))
    return await answer.page(datasette, request, "watches", {"watches": found}, behind=Behind("watches"))


async def watch(datasette: Datasette, request: Request) -> Response:
    """``/watch/NAME``; ``?before=``, the number of a match."""
    name = request.url_vars["name"]
    before = request.args.get("before") or ""
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
    found = await _of_all(datasette, name, last)
    if found is None:
        return await _missing(datasette, request)
    older = f"/watch/{name}?before={found.rows[-1]['match']}" if found.more else ""
    context = {"it": found, "older": older, "later": bool(last)}
    behind = Behind(f"matches?watch={name}&_sort_desc=id", _SQL, {"watch": name})
    return await answer.page(datasette, request, "watch", context, behind=behind, archive=found.archive)


async def atom(datasette: Datasette, request: Request) -> Response:
    """``/watch/NAME.atom``: an entry a match, which stays as it was found."""
    name = request.url_vars["name"]
    found = await _of_all(datasette, name)
    if found is None:
        return await _missing(datasette, request)
    base = saved.origin(request)
    entries = [_entry(row, base, name) for row in found.rows]
    return saved.feed(f"Cuttings: {name}", f"{base}/watch/{name}.atom", f"{base}/watch/{name}", entries)


async def _of_all(datasette: Datasette, name: str, before: int = 0) -> Watched | None:
    """A watch as it is in the newest archive that has it; what it found in others stands in their tables."""
    for archive, it in (await answer.every(datasette, partial(of, name=name, before=before))).items():
        if it is not None:
            rows = listing.placed(it.rows, answer.where(datasette, archive))
            return replace(it, rows=tuple(rows), archive=archive)
    return None


def every(db: sqlite3.Connection) -> tuple[Watched, ...]:
    """All watches, those of the configuration first."""
    standing = matches.standing(db)
    rows = db.execute("SELECT name, search, configured FROM watches ORDER BY configured DESC, name").fetchall()
    return tuple(_watched(row, standing) for row in rows)


def of(db: sqlite3.Connection, name: str, before: int = 0) -> Watched | None:
    """One watch with a page of what it found."""
    row = db.execute("SELECT name, search, configured FROM watches WHERE name = ?", [name]).fetchone()
    if row is None:
        return None
    sql = "SELECT * FROM matches WHERE watch = ? AND (id < ? OR ? = 0) ORDER BY id DESC LIMIT ?"
    found = db.execute(sql, [name, before, before, _PAGE + 1]).fetchall()
    articles = {one["id"]: one for one in listing.rows(db, [one["article"] for one in found])}
    rows = [
        articles[one["article"]]
        | {"match": one["id"], "at": one["at"], "title_then": one["title"], "passage": one["passage"]}
        for one in found[:_PAGE]
        if one["article"] in articles
    ]
    it = _watched(row, matches.standing(db))
    return Watched(it.name, it.search, it.configured, it.standing, tuple(rows), len(found) > _PAGE)


def _watched(row: sqlite3.Row, standing: dict[str, Standing]) -> Watched:
    found = answer.read(row["search"], dict)
    search: dict[str, object] = {str(key): it for key, it in found.items() if isinstance(it, (str, list))}
    return Watched(row["name"], search, bool(row["configured"]), standing[row["name"]])


def _entry(row: Row, base: str, name: str) -> saved.Entry:
    return saved.Entry(
        id=f"{base}/watch/{name}#{row['match']}",
        title=row["title_then"],
        url=f"{base}{listing.address(row)}",
        original=web(row["url"]),
        updated=saved.moment(row["at"]),
        author=row["byline"],
        passage=passages.plain(row["passage"]),
        publication=row["publication"],
    )


async def _missing(datasette: Datasette, request: Request) -> Response:
    return await answer.missing(datasette, request, "There is no watch of this name. `cuttings watch list` lists them.")
