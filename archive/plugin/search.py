"""Search: what was looked for, what was found, and how often it was written about."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from archive import finding
from archive.finding import Place
from archive.plugin import answer, listing
from archive.plugin.behind import Behind
from archive.plugin.chart import Chart, Point, shares
from archive.plugin.listing import Row
from archive.spans import back, days, first_day, months
from archive.wanted import Wanted, day

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

PAGE = 50
LAST_PAGE = 20
"""Of the best: nobody reads further, and what is newest can be read to its end."""
_DAYS, _LONGEST = 60, 92
"""Days of the chart, and the most that it has where somebody asks for a span."""
_MONTHS = 60
_SHOWN = 12
"""Sources, of those that have most."""

_SQL = """
    select articles.id as article, articles.title, articles.source, articles.published, articles.url
    from articles_fts join articles on articles.id = articles_fts.rowid
    where articles_fts match :expression
    order by articles_fts.rowid desc
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as its address says it."""

    wanted: Wanted
    order: str
    """``best`` or ``newest``."""
    page: int = 1
    before: Place | None = None

    @property
    def params(self) -> dict[str, Any]:
        """What its address says, without where in the list one is."""
        wanted = self.wanted
        said = {"q": wanted.words, "source": list(wanted.sources), "author": wanted.author, "tag": wanted.tag}
        said |= {"language": wanted.language, "since": wanted.since, "until": wanted.until}
        if wanted.words and self.order == "newest":
            said["order"] = "newest"
        return {key: value for key, value in said.items() if value}

    def url(self, form: str = "", **other: Any) -> str:
        """Its address; ``form``: as ``.atom``, ``.json`` or ``.csv``. ``other``: what is to be said otherwise."""
        said = {key: value for key, value in (self.params | other).items() if value}
        return f"/search{form}" + (f"?{urlencode(said, doseq=True)}" if said else "")


@dataclass(frozen=True, slots=True)
class Charts:
    """How often something was written about."""

    by_day: Chart
    by_source: tuple[tuple[Point, float], ...]
    """In the days of that chart, the most first."""
    by_month: Chart | None
    """Of all time; None for what is in too many articles to be counted at once, or in these days alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands on one page of a search."""

    rows: tuple[Row, ...]
    more: bool
    total: int
    """COUNTED + 1 for more than that."""
    charts: Charts | None
    sources: tuple[tuple[str, str], ...]
    """(Name, title) of all, to choose from."""
    languages: tuple[str, ...]


def asked(args: Any) -> Asked:
    """A search from an address's arguments; what makes no sense in them is left out."""

    def one(key: str) -> str:
        return " ".join((args.get(key) or "")[:1000].split())

    sources = tuple(dict.fromkeys(name for name in args.getlist("source") if name))[:50]
    wanted = Wanted((args.get("q") or "")[:1000], sources, one("author"), one("tag"), one("language")[:35])
    wanted = replace(wanted, since=day(one("since")), until=day(one("until")))
    if wanted.match and one("order") != "newest":
        return Asked(wanted, "best", answer.number(args.get("page"), LAST_PAGE))
    return Asked(wanted, "newest", before=answer.before(args.get("before")))


async def search(datasette: Datasette, request: Request) -> Response:
    """``/search?q=…&source=…&author=…&tag=…&language=…&since=…&until=…&order=newest``; ``&page=``, ``&before=``."""
    it = asked(request.args)
    found = await answer.look(datasette, partial(find, asked=it, choices=True))
    context: dict[str, Any] = {"asked": it, "wanted": it.wanted, "q": it.wanted.words, "found": found}
    context |= {"counted": finding.COUNTED, "wordless": bool(it.wanted.words.strip()) and not it.wanted.match}
    context |= _ways(it, found)
    expression = it.wanted.expression()
    behind = Behind("timeline?_sort_desc=happened")
    if expression and not it.wanted.author and not it.wanted.tag:
        behind = Behind(
            "articles" + (f"?{urlencode({'_search': it.wanted.words})}" if it.wanted.match else ""),
            _SQL,
            {"expression": expression},
        )
    return await answer.page(datasette, request, "search", context, behind=behind)


def find(db: sqlite3.Connection, asked: Asked, *, choices: bool = False, most: int = PAGE) -> Found:
    """One page of what was found. ``choices``: also the charts, and what one may choose from."""
    said = asked
    wanted = finding.spelled(db, asked.wanted)
    asked = replace(asked, wanted=wanted)
    if wanted.words.strip() and not wanted.match:  # signs alone
        numbers = []
    elif asked.order == "best":
        numbers = finding.best(db, wanted, most + 1, (asked.page - 1) * most)
    else:
        numbers = finding.newest(db, wanted, most + 1, asked.before)
    rows = tuple(listing.hits(db, wanted, numbers[:most]))
    total = finding.count(db, wanted) if rows else 0
    more = len(numbers) > most and (asked.order == "newest" or asked.page < LAST_PAGE)
    if not choices:
        return Found(rows, more, total, None, (), ())
    titles = dict(db.execute("SELECT name, coalesce(nullif(title, ''), name) FROM sources ORDER BY 2 COLLATE NOCASE"))
    charts = _charts(db, asked, said, titles, total) if rows and wanted.match else None
    return Found(rows, more, total, charts, tuple(titles.items()), _languages(db))


def _ways(it: Asked, found: Found) -> dict[str, str]:
    """Where one goes from a page of a search."""
    ways = {"newer": "", "older": ""}
    if it.order == "best":
        ways["older"] = it.url(page=it.page + 1) if found.more else ""
        ways["newer"] = it.url(page=it.page - 1 if it.page > 2 else "") if it.page > 1 else ""
    else:
        happened, number = listing.place(found.rows[-1]) if found.rows else ("", 0)
        ways["older"] = it.url(before=f"{happened},{number}") if found.more else ""
        ways["newer"] = it.url() if it.before else ""
    return ways


def _window(db: sqlite3.Connection, asked: Asked) -> tuple[str, ...]:
    """The days of the chart: those of the span that was asked for, or the last sixty with what was found."""
    newest = finding.newest(db, asked.wanted, 1)
    happened = db.execute("SELECT happened FROM timeline WHERE article = ?", newest).fetchone()[0]
    last = asked.wanted.until if len(asked.wanted.until) == 10 else first_day(happened)
    count = _DAYS
    if len(asked.wanted.since) == 10:
        count = next((n for n in range(1, _LONGEST) if back(last, n - 1) <= asked.wanted.since), _LONGEST)
    return tuple(days(last, count))


def _charts(db: sqlite3.Connection, asked: Asked, said: Asked, titles: Mapping[str, str], total: int) -> Charts:
    """How often it was written about: by day and by source, and by month where that can be counted quickly."""
    every = _window(db, asked)
    within = replace(asked.wanted, since=max(every[0], asked.wanted.since), until=every[-1])
    found = finding.spread(db, within)
    by_day, by_source, by_month = Counter[str](), Counter[str](), Counter[str]()
    for (one, name), n in found.items():
        by_day[one] += n
        by_source[name] += n
    daily = [Point(one, by_day[one], said.url(since=one, until=one)) for one in every]
    span = {"since": every[0], "until": every[-1]}
    most = sorted(by_source.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
    sources = shares([Point(titles.get(name, name), n, said.url(**span, source=name)) for name, n in most])
    monthly = None
    if not asked.wanted.since and not asked.wanted.until and total <= finding.COUNTED:
        for (one, _), n in finding.spread(db, asked.wanted).items():
            by_month[one[:7]] += n
        if min(by_month) < every[0][:7]:
            known = [one for one in months(max(by_month)[:7], _MONTHS) if one >= min(by_month)]
            points = [Point(one, by_month[one], said.url(since=one, until=one)) for one in known]
            monthly = Chart(tuple(points), "articles", "Month")
    return Charts(Chart(tuple(daily), "articles", "Day"), sources, monthly)


def _languages(db: sqlite3.Connection) -> tuple[str, ...]:
    """Those of all articles, one look into the index for each."""
    found: list[str] = []
    following = "SELECT min(language) FROM articles WHERE language > ?"
    while one := db.execute(following, found[-1:] or [""]).fetchone()[0]:
        found.append(one)
    return tuple(found)
