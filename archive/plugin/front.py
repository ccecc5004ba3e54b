"""Front: a day's cuttings by source or section, what is moving, what changed, and what is wrong."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive import register
from archive.plugin import answer, listing
from archive.plugin.behind import Behind
from archive.plugin.listing import Row
from archive.spans import first_day

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_GROUPS, _MOVING, _CHANGED = 40, 6, 8
_LEAST, _ABOUT = 5, 30
"""Articles of each source or section: the least, and about how many in all where there are few of these."""
_RECENT = timedelta(days=1)
"""How many days before a day a story may begin that is said to be moving."""

_SQL = """
    select articles.id as article, articles.title, timeline.source, timeline.section, happened
    from timeline join articles on articles.id = timeline.article
    where happened >= :day and happened < :next
    order by happened desc, articles.id desc
"""


@dataclass(frozen=True, slots=True)
class Group:
    """The articles of one source, or of one section."""

    name: str
    title: str
    total: int
    rows: tuple[Row, ...]
    """The newest of them."""


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the page of one day."""

    day: str
    """Empty where there is no article at all."""
    total: int
    earlier: str
    """The day before it with articles; empty if there is none."""
    later: str
    groups: tuple[Group, ...]
    more: int
    """Sources or sections that are left out, with fewer articles than those that are shown."""
    moving: tuple[Row, ...]
    changed: tuple[Row, ...]
    alarms: tuple[register.Row, ...]
    titles: dict[str, str]
    """Source -> its title, of those that have an alarm."""


async def front(datasette: Datasette, request: Request) -> Response:
    """``/``: the last day with articles; ``/day/2026-11-24``: that one. ``?by=section``."""
    day, by = request.url_vars.get("day", ""), "section" if request.args.get("by") == "section" else "source"
    if source := request.args.get("source"):  # as addresses were before there were pages of sources
        return (
            Response.redirect(f"/source/{source}", status=301) if source.isalnum() else await _none(datasette, request)
        )
    if day and not _real(day):
        return await _none(datasette, request)
    found = await _of_all(datasette, day, by)
    behind = None
    if found.day:
        params = {"day": _first(found.day), "next": _next(found.day)}
        behind = Behind(f"timeline?happened__gte={params['day']}&happened__lt={params['next']}", _SQL, params)
    return await answer.page(datasette, request, "front", {"front": found, "by": by, "asked": day}, behind=behind)


async def _none(datasette: Datasette, request: Request) -> Response:
    return await answer.missing(datasette, request, "There is no such day, or no such source.")


async def _of_all(datasette: Datasette, day: str, by: str) -> Front:
    """The page of a day in all archives, or of the last one with articles."""
    if len(answer.names(datasette)) == 1:
        return await answer.look(datasette, partial(of_day, day=day, by=by))
    until = _next(day) if day else "9"
    day = day or max((await answer.every(datasette, _last)).values())
    found = await answer.every(datasette, partial(of_day, day=day, by=by, until=until))
    return _together({answer.where(datasette, name): front for name, front in found.items()})


def _together(fronts: Mapping[str, Front]) -> Front:
    """One page of several archives', by what stands before their numbers in addresses."""

    def latest(rows: Iterable[Row], *keys: str) -> list[Row]:
        return sorted(rows, key=lambda row: tuple(row[key] for key in keys), reverse=True)

    def all_(which: str) -> list[Row]:
        return [row for where, one in fronts.items() for row in listing.placed(getattr(one, which), where)]

    groups: dict[str, list[Group]] = defaultdict(list)
    for where, one in fronts.items():
        for group in one.groups:
            groups[group.name].append(replace(group, rows=tuple(listing.placed(group.rows, where))))
    most = max(_LEAST, _ABOUT // max(1, len(groups)))
    merged = [
        Group(
            name,
            some[0].title,
            sum(group.total for group in some),
            tuple(latest((row for group in some for row in group.rows), "happened", "id")[:most]),
        )
        for name, some in groups.items()
    ]
    merged.sort(key=lambda group: (-group.total, group.name))
    every = list(fronts.values())
    return Front(
        day=every[0].day,
        total=sum(one.total for one in every),
        earlier=max(one.earlier for one in every),
        later=min((one.later for one in every if one.later), default=""),
        groups=tuple(merged[:_GROUPS]),
        more=sum(one.more for one in every) + max(0, len(merged) - _GROUPS),
        moving=tuple(latest(all_("moving"), "sources", "latest")[:_MOVING]),
        changed=tuple(latest(all_("changed"), "seen_at", "id")[:_CHANGED]),
        alarms=tuple(alarm for one in every for alarm in one.alarms),
        titles={name: title for one in reversed(every) for name, title in one.titles.items()},
    )


def _last(db: sqlite3.Connection) -> str:
    """The last day with articles; empty if there is none."""
    last = db.execute("SELECT max(happened) FROM timeline").fetchone()[0]
    return first_day(last) if last else ""


def of_day(db: sqlite3.Connection, day: str, by: str, until: str = "") -> Front:
    """The page of a day, or of the last one with articles. ``by``: ``source`` or ``section``."""
    until = until or (_next(day) if day else "9")
    day = day or _last(db)
    groups, total, more = _groups(db, day, by) if day else ((), 0, 0)
    alarms = register.rows(db) if until == "9" else ()  # of a day that is past, they are of today
    titles = (
        dict(db.execute("SELECT name, coalesce(nullif(title, ''), name) FROM sources").fetchall()) if alarms else {}
    )
    return Front(
        day=day,
        total=total,
        earlier=_neighbour(db, "max", "<", _first(day)) if day else "",
        later=_neighbour(db, "min", ">=", _next(day)) if day else "",
        groups=groups,
        more=more,
        moving=_moving(db, day) if day else (),
        changed=changed(db, _CHANGED, until=until),
        alarms=alarms,
        titles=titles,
    )


def _groups(db: sqlite3.Connection, day: str, by: str) -> tuple[tuple[Group, ...], int, int]:
    within = "happened >= ? AND happened < ? AND original IS NULL"
    days = [_first(day), _next(day)]
    counts = db.execute(
        f"SELECT {by}, count(*) FROM timeline WHERE {within} GROUP BY 1 ORDER BY 2 DESC, 1",  # noqa: S608  # one of two words
        days,
    ).fetchall()
    shown = dict(map(tuple, counts[:_GROUPS]))
    ranked = f"SELECT article, {by} AS name, row_number() OVER (PARTITION BY {by} ORDER BY happened DESC, article DESC)"
    best = db.execute(
        f"SELECT article, name FROM ({ranked} AS place FROM timeline WHERE {within}) WHERE place <= ?",  # noqa: S608  # as above
        [*days, max(_LEAST, _ABOUT // max(1, len(counts)))],
    ).fetchall()
    named = dict(best)
    rows = defaultdict(list)
    for row in listing.rows(db, [article for article, name in best if name in shown]):
        rows[named[row["id"]]].append(row)
    groups = (
        Group(name, rows[name][0]["publication"] if by == "source" else name, total, tuple(rows[name]))
        for name, total in shown.items()
    )
    return tuple(groups), sum(total for _, total in counts), max(0, len(counts) - _GROUPS)


def _moving(db: sqlite3.Connection, day: str) -> tuple[Row, ...]:
    """Stories that several sources ran within the last days, those that most ran first."""
    end = _next(day)
    since = (date.fromisoformat(day) - _RECENT).isoformat()
    found = db.execute(
        "SELECT cluster, count(DISTINCT source) AS sources, max(happened) AS latest FROM timeline"
        " WHERE cluster IS NOT NULL AND happened >= ? AND happened < ? GROUP BY cluster HAVING sources > 1"
        " ORDER BY sources DESC, latest DESC LIMIT ?",
        [since, end, _MOVING],
    ).fetchall()
    firsts = {row["id"]: row for row in listing.rows(db, [row["cluster"] for row in found], short=True)}
    return tuple(firsts[row["cluster"]] | dict(row) for row in found if row["cluster"] in firsts)


def changed(
    db: sqlite3.Connection, limit: int, *, until: str = "9", kind: str = "", before: tuple[str, int] | None = None
) -> tuple[Row, ...]:
    """The latest changes that publishers made, the latest first; of one kind, or of all."""
    kinds = "revisions.change = :kind" if kind else "revisions.change != 'first'"
    found = db.execute(
        f"""
        SELECT revisions.id, article, number, seen_at, change, revisions.title, words_added, words_removed,
            articles.language, articles.source, coalesce(nullif(sources.title, ''), articles.source) AS publication
        FROM revisions CROSS JOIN articles ON articles.id = article LEFT JOIN sources ON sources.name = articles.source
        WHERE {kinds} AND seen_at < :until AND seen_at <= :at AND (seen_at < :at OR revisions.id < :id)
        ORDER BY seen_at DESC, revisions.id DESC LIMIT :limit
        """,  # noqa: S608  # one of two conditions
        {
            "kind": kind,
            "until": until,
            "at": before[0] if before else "9",
            "id": before[1] if before else 0,
            "limit": limit,
        },
    )
    return tuple(dict(row) for row in found)


def _neighbour(db: sqlite3.Connection, which: str, how: str, day: str) -> str:
    found = db.execute(f"SELECT {which}(happened) FROM timeline WHERE happened {how} ?", [day]).fetchone()[0]  # noqa: S608  # ours
    return first_day(found) if found else ""


def _first(day: str) -> str:
    """What comes before all times of a day; on the first of a month or year are those of which no more is known."""
    if day.endswith("-01-01"):
        return day[:4]
    return day[:7] if day.endswith("-01") else day


def _next(day: str) -> str:
    """What comes after all times of a day."""
    return _first((date.fromisoformat(day) + timedelta(days=1)).isoformat())


def _real(day: str) -> bool:
    try:
        return "1000" < day < "9999" and bool(date.fromisoformat(day))
    except ValueError:
        return False
