"""Search: what was looked for, what was found, and how often it was written about."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from archive import finding, merging
from archive.finding import Place
from archive.merging import Spot
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
    before: Spot | None = None

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
    found = await find(datasette, it, choices=True)
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


@dataclass(frozen=True, slots=True)
class _Hits:
    """What one archive has of what was asked for."""

    wanted: Wanted
    """With beginnings of words spelled out as it has them."""
    numbers: tuple[int, ...]
    """In its order."""
    places: tuple[tuple[str, int], ...]
    """Of the newest: where they stand in time."""
    scores: tuple[tuple[int, float], ...]
    """Of the best, to be merged with those of others."""
    total: int
    newest: str
    """When the newest of all happened, where there are to be charts."""
    titles: Mapping[str, str]
    languages: tuple[str, ...]


async def find(datasette: Datasette, asked: Asked, *, choices: bool = False, most: int = PAGE) -> Found:
    """One page of what was found in all archives. ``choices``: also the charts, and what one may choose from."""
    names = answer.names(datasette)
    hits, chosen = await _asked_all(datasette, asked, choices=choices, most=most)
    more = len(chosen) > most and (asked.order == "newest" or asked.page < LAST_PAGE)
    chosen = chosen[:most]
    total = min(sum(one.total for one in hits.values()), finding.COUNTED + 1) if chosen else 0
    newest = max(one.newest for one in hits.values())
    charted = bool(choices and chosen and asked.wanted.match and newest)
    every = _window(asked, newest) if charted else ()
    monthly = charted and not asked.wanted.since and not asked.wanted.until and total <= finding.COUNTED
    rest = {
        name: partial(
            _shown,
            wanted=one.wanted,
            numbers=tuple(number for where, number in chosen if where == name),
            days=every,
            monthly=monthly,
            where=answer.where(datasette, name),
        )
        for name, one in hits.items()
        if one.numbers or charted
    }
    shown = await answer.each(datasette, rest)
    rows = {(name, row["id"]): row for name, one in shown.items() for row in one.rows}
    found = tuple(rows[key] for key in chosen if key in rows)
    if not choices:
        return Found(found, more, total, None, (), ())
    titles = {name: title for one in reversed(hits.values()) for name, title in one.titles.items()}
    titles = dict(sorted(titles.items(), key=lambda pair: pair[1].lower())) if len(names) > 1 else titles
    charts = _charts(asked, every, titles, list(shown.values()), monthly=monthly) if charted else None
    languages = tuple(sorted({language for one in hits.values() for language in one.languages}))
    return Found(found, more, total, charts, tuple(titles.items()), languages)


async def _asked_all(
    datasette: Datasette, asked: Asked, *, choices: bool, most: int
) -> tuple[dict[str, _Hits], list[tuple[str, int]]]:
    """What each archive has, and what of that stands on the page, and one more."""
    names = answer.names(datasette)
    ask = partial(_hits, asked=asked, choices=choices, most=most, alone=len(names) == 1)
    # To score one takes .1 ms: of many archives, each gives but some of the best. Where that is not so, all are scored.
    shares = (max(8, 3 * asked.page * most // len(names)), asked.page * most + 1)
    for scored in shares:
        questions = {
            name: partial(ask, before=merging.before(asked.before, name, names), scored=scored) for name in names
        }
        hits = await answer.each(datasette, questions)
        chosen, is_short = _chosen(hits, asked, most)
        if not is_short:
            break
    return hits, chosen


def _hits(
    db: sqlite3.Connection,
    asked: Asked,
    before: Place | None,
    *,
    choices: bool,
    most: int,
    alone: bool,
    scored: int,
) -> _Hits:
    wanted = finding.spelled(db, asked.wanted)
    numbers: list[int] = []
    if wanted.words.strip() and not wanted.match:  # signs alone
        pass
    elif asked.order == "best" and alone:
        numbers = finding.best(db, wanted, most + 1, (asked.page - 1) * most)
    elif asked.order == "best":  # of those before this page it takes all, to know which of them are others'
        numbers = finding.best(db, wanted, asked.page * most + 1)
    else:
        numbers = finding.newest(db, wanted, most + 1, before)
    newest, titles, languages = "", dict[str, str](), tuple[str, ...]()
    if choices:
        sql = "SELECT name, coalesce(nullif(title, ''), name) FROM sources ORDER BY 2 COLLATE NOCASE"
        titles, languages = dict(db.execute(sql).fetchall()), _languages(db)
    if choices and wanted.match and (numbers or not alone):
        newest = next((when for when, _ in finding.places(db, finding.newest(db, wanted, 1))), "")
    return _Hits(
        wanted=wanted,
        numbers=tuple(numbers),
        places=tuple(finding.places(db, numbers)) if asked.order == "newest" else (),
        scores=tuple(finding.scores(db, wanted, numbers[:scored])) if asked.order == "best" and not alone else (),
        total=finding.count(db, wanted) if numbers or not alone else 0,
        newest=newest,
        titles=titles,
        languages=languages,
    )


def _chosen(hits: Mapping[str, _Hits], asked: Asked, most: int) -> tuple[list[tuple[str, int]], bool]:
    """(Archive, number) of what stands on the page, and of one more; whether more should have been scored for that."""
    if asked.order == "newest":
        spots = merging.latest({name: one.places for name, one in hits.items()}, most + 1)
        return [(spot.archive, spot.number) for spot in spots], False
    if len(hits) == 1:
        return [(name, number) for name, one in hits.items() for number in one.numbers], False
    best = merging.best({name: one.scores for name, one in hits.items()}, asked.page * most + 1)
    taken = Counter(name for name, _ in best)
    is_short = any(taken[name] == len(one.scores) < len(one.numbers) for name, one in hits.items())
    return best[(asked.page - 1) * most :], is_short


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one archive has to show of what was chosen."""

    rows: tuple[Row, ...]
    spread: Counter[tuple[str, str]]
    """By day and source, within the days of the chart."""
    months: Counter[str]


def _shown(
    db: sqlite3.Connection,
    *,
    wanted: Wanted,
    numbers: tuple[int, ...],
    days: tuple[str, ...],
    monthly: bool,
    where: str,
) -> _Shown:
    rows = tuple(listing.placed(listing.hits(db, wanted, numbers), where)) if numbers else ()
    spread, by_month = Counter[tuple[str, str]](), Counter[str]()
    if days:
        spread = finding.spread(db, replace(wanted, since=max(days[0], wanted.since), until=days[-1]))
    if monthly:
        for (one, _), n in finding.spread(db, wanted).items():
            by_month[one[:7]] += n
    return _Shown(rows, spread, by_month)


def _ways(it: Asked, found: Found) -> dict[str, str]:
    """Where one goes from a page of a search."""
    ways = {"newer": "", "older": ""}
    if it.order == "best":
        ways["older"] = it.url(page=it.page + 1) if found.more else ""
        ways["newer"] = it.url(page=it.page - 1 if it.page > 2 else "") if it.page > 1 else ""
    else:
        ways["older"] = it.url(before=str(listing.spot(found.rows[-1]))) if found.more else ""
        ways["newer"] = it.url() if it.before else ""
    return ways


def _window(asked: Asked, newest: str) -> tuple[str, ...]:
    """The days of the chart: those of the span that was asked for, or the last sixty with what was found."""
    last = asked.wanted.until if len(asked.wanted.until) == 10 else first_day(newest)
    count = _DAYS
    if len(asked.wanted.since) == 10:
        count = next((n for n in range(1, _LONGEST) if back(last, n - 1) <= asked.wanted.since), _LONGEST)
    return tuple(days(last, count))


def _charts(
    said: Asked, every: tuple[str, ...], titles: Mapping[str, str], shown: Sequence[_Shown], *, monthly: bool
) -> Charts:
    """How often it was written about: by day and by source, and by month where that can be counted quickly."""
    by_day, by_source, by_month = Counter[str](), Counter[str](), Counter[str]()
    for one in shown:
        by_month += one.months
        for (day_, name), n in one.spread.items():
            by_day[day_] += n
            by_source[name] += n
    daily = [Point(one, by_day[one], said.url(since=one, until=one)) for one in every]
    span = {"since": every[0], "until": every[-1]}
    most = sorted(by_source.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
    sources = shares([Point(titles.get(name, name), n, said.url(**span, source=name)) for name, n in most])
    by_months = None
    if monthly and min(by_month) < every[0][:7]:
        known = [one for one in months(max(by_month)[:7], _MONTHS) if one >= min(by_month)]
        points = [Point(one, by_month[one], said.url(since=one, until=one)) for one in known]
        by_months = Chart(tuple(points), "articles", "Month")
    return Charts(Chart(tuple(daily), "articles", "Day"), sources, by_months)


def _languages(db: sqlite3.Connection) -> tuple[str, ...]:
    """Those of all articles, one look into the index for each."""
    found: list[str] = []
    following = "SELECT min(language) FROM articles WHERE language > ?"
    while one := db.execute(following, found[-1:] or [""]).fetchone()[0]:
        found.append(one)
    return tuple(found)
