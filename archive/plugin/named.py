"""Named: the page of an author or of a tag."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from archive import finding, spans
from archive.finding import Place
from archive.plugin import answer, listing
from archive.plugin.behind import Behind
from archive.plugin.chart import Chart, Point, shares
from archive.plugin.listing import Row
from archive.wanted import Wanted

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_PAGE = 50
_MOST = 5_000
"""Articles, the newest, that months and sources are counted of."""
_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Named:
    """An author or a tag, and its articles."""

    kind: str
    """``author`` or ``tag``."""
    id: int
    name: str
    total: int
    rows: tuple[Row, ...]
    more: bool
    months: Chart
    sources: tuple[tuple[Point, float], ...]


async def author(datasette: Datasette, request: Request) -> Response:
    """``/author/ID``."""
    return await _named(datasette, request, "author")


async def tag(datasette: Datasette, request: Request) -> Response:
    """``/tag/ID``."""
    return await _named(datasette, request, "tag")


async def _named(datasette: Datasette, request: Request, kind: str) -> Response:
    number, before = int(request.url_vars["id"]), answer.before(request.args.get("before"))
    found = await answer.look(datasette, partial(of, kind=kind, number=number, before=before))
    if found is None:
        return await answer.missing(datasette, request, f"There is no {kind} with this number in the archive.")
    happened, last = listing.place(found.rows[-1]) if found.rows else ("", 0)
    older = f"/{kind}/{number}?" + urlencode({"before": f"{happened},{last}"}) if found.more else ""
    context = {"it": found, "older": older, "later": before is not None, "counted": finding.COUNTED}
    context["feed"] = f"/search.atom?{urlencode({kind: found.name})}"
    sql = f"""
        select articles.id as article, articles.title, articles.source, articles.published
        from article_{kind}s join articles on articles.id = article where {kind} = :{kind} order by article desc
    """  # noqa: S608  # one of two words
    behind = Behind(f"article_{kind}s?{kind}={number}", sql, {kind: number})
    return await answer.page(datasette, request, "named", context, behind=behind)


def of(db: sqlite3.Connection, kind: str, number: int, before: Place | None = None) -> Named | None:
    """An author's or a tag's page."""
    row = db.execute(f"SELECT name FROM {kind}s WHERE id = ?", [number]).fetchone()  # noqa: S608  # one of two words
    if row is None:
        return None
    wanted = Wanted(author=row["name"]) if kind == "author" else Wanted(tag=row["name"])
    numbers = finding.newest(db, wanted, _PAGE + 1, before)
    latest = db.execute(
        f"""
        SELECT substr(happened, 1, 7) AS month, timeline.source, coalesce(nullif(title, ''), timeline.source) AS title
        FROM (SELECT article FROM article_{kind}s WHERE {kind} = ? ORDER BY article DESC LIMIT ?) AS some
        CROSS JOIN timeline ON timeline.article = some.article LEFT JOIN sources ON name = timeline.source
        """,  # noqa: S608  # as above
        [number, _MOST],
    ).fetchall()
    months, sources = Counter(one["month"] for one in latest), Counter((one["source"], one["title"]) for one in latest)
    every = spans.months(max(months), _MONTHS) if months else []
    asked = {kind: wanted.author or wanted.tag}
    points = (Point(one, months[one], f"/search?{urlencode(asked | {'since': one, 'until': one})}") for one in every)
    by_source = (
        Point(title, count, f"/search?{urlencode(asked | {'source': name})}")
        for (name, title), count in sources.most_common(12)
    )
    return Named(
        kind=kind,
        id=number,
        name=row["name"],
        total=finding.count(db, wanted),
        rows=tuple(listing.rows(db, numbers[:_PAGE])),
        more=len(numbers) > _PAGE,
        months=Chart(tuple(points), "articles", "Month"),
        sources=shares(list(by_source)),
    )
