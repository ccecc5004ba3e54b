"""Named: the page of an author or of a tag."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from archive import finding, merging, spans
from archive.finding import Place
from archive.merging import Spot
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


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one archive has of an author or tag."""

    total: int
    rows: tuple[Row, ...]
    months: Counter[str]
    sources: Counter[tuple[str, str]]
    """By (name, title)."""


async def _named(datasette: Datasette, request: Request, kind: str) -> Response:
    number, before = int(request.url_vars["id"]), answer.before(request.args.get("before"))
    name = await answer.look(datasette, partial(_name, kind=kind, number=number), answer.within(request))
    if name is None:
        return await answer.missing(datasette, request, f"There is no {kind} with this number in the archive.")
    found = await _of_all(datasette, kind, number, name, before)
    where = answer.where(datasette, answer.within(request))
    last = str(listing.spot(found.rows[-1])) if found.more else ""
    older = f"/{kind}/{where}{number}?" + urlencode({"before": last}) if last else ""
    context = {"it": found, "older": older, "later": before is not None, "counted": finding.COUNTED}
    context["feed"] = f"/search.atom?{urlencode({kind: found.name})}"
    sql = f"""
        select articles.id as article, articles.title, articles.source, articles.published
        from article_{kind}s join articles on articles.id = article where {kind} = :{kind} order by article desc
    """  # noqa: S608  # one of two words
    behind = Behind(f"article_{kind}s?{kind}={number}", sql, {kind: number})
    return await answer.page(datasette, request, "named", context, behind=behind)


def _name(db: sqlite3.Connection, kind: str, number: int) -> str | None:
    row = db.execute(f"SELECT name FROM {kind}s WHERE id = ?", [number]).fetchone()  # noqa: S608  # one of two words
    return row["name"] if row else None


async def _of_all(datasette: Datasette, kind: str, number: int, name: str, before: Spot | None) -> Named:
    """An author's or a tag's page, of all archives: it is the same by its name."""
    names = answer.names(datasette)
    ask = partial(_of, kind=kind, name=name)
    questions = {one: partial(ask, before=merging.before(before, one, names)) for one in names}
    found = await answer.each(datasette, questions)
    rows = {
        (one, row["id"]): row
        for one, counted in found.items()
        for row in listing.placed(counted.rows, answer.where(datasette, one))
    }
    places = {one: [(row["happened"], row["id"]) for row in counted.rows] for one, counted in found.items()}
    spots = merging.latest(places, _PAGE + 1)
    months, sources = Counter[str](), Counter[tuple[str, str]]()
    for counted in found.values():
        months += counted.months
        sources += counted.sources
    every = spans.months(max(months), _MONTHS) if months else []
    asked = {kind: name}
    points = (Point(one, months[one], f"/search?{urlencode(asked | {'since': one, 'until': one})}") for one in every)
    by_source = (
        Point(title, count, f"/search?{urlencode(asked | {'source': source})}")
        for (source, title), count in sources.most_common(12)
    )
    return Named(
        kind=kind,
        id=number,
        name=name,
        total=min(sum(counted.total for counted in found.values()), finding.COUNTED + 1),
        rows=tuple(rows[spot.archive, spot.number] for spot in spots[:_PAGE]),
        more=len(spots) > _PAGE,
        months=Chart(tuple(points), "articles", "Month"),
        sources=shares(list(by_source)),
    )


def _of(db: sqlite3.Connection, kind: str, name: str, before: Place | None) -> _Counted:
    wanted = Wanted(author=name) if kind == "author" else Wanted(tag=name)
    numbers = finding.newest(db, wanted, _PAGE + 1, before)
    latest = db.execute(
        f"""
        SELECT substr(happened, 1, 7) AS month, timeline.source, coalesce(nullif(title, ''), timeline.source) AS title
        FROM (SELECT article FROM article_{kind}s WHERE {kind} = (SELECT id FROM {kind}s WHERE name = ?)
            ORDER BY article DESC LIMIT ?) AS some
        CROSS JOIN timeline ON timeline.article = some.article LEFT JOIN sources ON name = timeline.source
        """,  # noqa: S608  # as above
        [name, _MOST],
    ).fetchall()
    return _Counted(
        total=finding.count(db, wanted),
        rows=tuple(listing.rows(db, numbers)),
        months=Counter(one["month"] for one in latest),
        sources=Counter((one["source"], one["title"]) for one in latest),
    )
