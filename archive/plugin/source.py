"""Source: a publisher's rhythm, what came of it, how good it is, what it repeats, and what is wrong with it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from archive import finding, register
from archive.plugin import answer, listing
from archive.plugin.behind import Behind
from archive.plugin.chart import Chart, Point
from archive.plugin.listing import Row
from archive.spans import days
from archive.wanted import Wanted
from config.load import ConfigError, load
from config.models import Config

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_DAYS, _WEEKS, _HOURS = 60, 26, 28
_NEWEST, _LEARNED, _ALARMS, _FAILURES = 20, 20, 20, 2_000
_SQL = "select * from days where source = :source order by day desc"


@dataclass(frozen=True, slots=True)
class Week:
    """What came from a source in a week, and how good it was."""

    first: str
    new: int
    words: float
    """Of an article, on average."""
    signed: float
    """Share of the articles with a byline, and with a date."""
    dated: float
    boilerplate: float
    """Share of what stood on the pages that was left out."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything the page of one source shows."""

    source: Row
    total: int
    """Articles; COUNTED + 1 for more than that."""
    first: str | None
    """When the oldest happened."""
    per_day: Chart
    changed: Chart
    failed: Chart
    hours: Chart
    weeks: tuple[Week, ...]
    """The latest first."""
    feeds: tuple[Row, ...]
    failures: tuple[tuple[str, int], ...]
    """Why pages could not be had or read in the last while, and how often."""
    doubts: tuple[tuple[str, int], ...]
    """What is doubted of the newest articles."""
    boilerplate: tuple[Row, ...]
    learned: int
    alarms: tuple[register.Row, ...]
    rows: tuple[Row, ...]


async def source(datasette: Datasette, request: Request) -> Response:
    """``/source/NAME``."""
    name = request.url_vars["name"]
    each = await answer.every(datasette, partial(of, name=name))
    there = {archive: one for archive, one in each.items() if one is not None}
    found = _together({answer.where(datasette, archive): one for archive, one in there.items()})
    if found is None:
        return await answer.missing(datasette, request, "There is no source of this name in the archive.")
    setting = (datasette.plugin_config("cuttings") or {}).get("config")
    context = {"it": found, "counted": finding.COUNTED, "config": _configured(setting, name) if setting else None}
    behind = Behind(f"days?source={name}&_sort_desc=day", _SQL, {"source": name})
    return await answer.page(datasette, request, "source", context, behind=behind, archive=next(iter(there)))


async def sources(datasette: Datasette, request: Request) -> Response:
    """``/sources``."""
    found = await answer.every(datasette, every)
    rows = {row["name"]: row for some in reversed(found.values()) for row in some}.values()
    # As each archive has them, of which the newest tells how a source is doing now.
    order = sorted(rows, key=lambda row: (-row["alarms"], -row["new"], row["title"].lower()))
    context = {"rows": order if len(found) > 1 else tuple(rows)}
    return await answer.page(datasette, request, "sources", context, behind=Behind("sources"))


def _together(found: Mapping[str, Publication]) -> Publication | None:
    """One page of several archives', by what stands before their numbers: the newest tells how it is doing now."""
    if not found:
        return None
    some = list(found.values())
    rows = [row for where, one in found.items() for row in listing.placed(one.rows, where)]
    rows.sort(key=lambda row: row["happened"], reverse=True)
    firsts = [one.first for one in some if one.first]
    return replace(
        some[0],
        total=min(sum(one.total for one in some), finding.COUNTED + 1),
        first=min(firsts, default=None),
        rows=tuple(rows[:_NEWEST]) if len(some) > 1 else some[0].rows,
    )


def every(db: sqlite3.Connection) -> tuple[Row, ...]:
    """All sources, with the last four weeks of each; those that give most first."""
    rows = db.execute(
        """
        SELECT name, coalesce(nullif(title, ''), name) AS title, language, country, configured,
            coalesce(month.new, 0) AS new, coalesce(month.revised, 0) AS revised,
            coalesce(month.failed, 0) AS failed, month.last,
            (SELECT count(*) FROM alarms WHERE source = name AND ended IS NULL) AS alarms
        FROM sources LEFT JOIN (
            SELECT source, sum(new) AS new, sum(revised) AS revised, sum(failed) AS failed,
                max(iif(new > 0, day, NULL)) AS last
            FROM days WHERE day > (SELECT date(max(day), '-28 days') FROM days) GROUP BY source
        ) AS month ON month.source = name
        ORDER BY alarms DESC, new DESC, title COLLATE NOCASE
        """
    )
    return tuple(dict(row) for row in rows)


def of(db: sqlite3.Connection, name: str) -> Publication | None:
    """One source with all that belongs to it."""
    row = db.execute("SELECT * FROM sources WHERE name = ?", [name]).fetchone()
    if row is None:
        return None

    def all_(sql: str, *params: object) -> tuple[Row, ...]:
        return tuple(dict(found) for found in db.execute(sql, params))

    kept = all_("SELECT * FROM days WHERE source = ? ORDER BY day DESC LIMIT ?", name, 7 * _WEEKS)
    latest = db.execute("SELECT max(day) FROM days").fetchone()[0]
    newest = finding.newest(db, Wanted(sources=(name,)), 100)
    learned = "FROM boilerplate WHERE source = ? AND state = 'learned'"
    fetches = "SELECT outcome, reason FROM fetches WHERE source = ? ORDER BY at DESC LIMIT ?"
    failures = Counter(
        one["reason"] or "unknown" for one in all_(fetches, name, _FAILURES) if one["outcome"] == "failed"
    )
    flags = all_("SELECT flags FROM articles WHERE id IN (SELECT value FROM json_each(?))", json.dumps(newest))
    doubts = Counter(str(flag) for one in flags for flag in answer.read(one["flags"], list))
    by_day = {one["day"]: one for one in kept}
    return Publication(
        source=dict(row),
        total=finding.count(db, Wanted(sources=(name,))),
        first=db.execute("SELECT min(happened) FROM timeline WHERE source = ?", [name]).fetchone()[0],
        per_day=_chart(by_day, latest, "articles", lambda one: one["new"], name),
        changed=_chart(by_day, latest, "changes", lambda one: one["revised"], ""),
        failed=_chart(by_day, latest, "failures", lambda one: one["failed"] + one["looks_failed"], ""),
        hours=_hours(kept[:_HOURS]),
        weeks=tuple(_weeks(kept)),
        feeds=all_("SELECT url, kind, fetched_at, due_at, status, failures, problem FROM feeds WHERE source = ?", name),
        failures=tuple(failures.most_common(8)),
        doubts=tuple(doubts.most_common(8)),
        boilerplate=all_(
            f"SELECT id, kind, sample, reason, pages, learned {learned} ORDER BY pages DESC LIMIT ?", name, _LEARNED
        ),
        learned=db.execute(f"SELECT count(*) {learned}", [name]).fetchone()[0],
        alarms=register.rows(db, source=name, everything=True)[:_ALARMS],
        rows=tuple(listing.rows(db, newest[:_NEWEST])),
    )


def _chart(by_day: Mapping[str, Row], latest: str | None, unit: str, value: Any, name: str) -> Chart:
    every_day = days(latest, _DAYS) if latest else []
    way = f"/search?source={name}&since={{0}}&until={{0}}" if name else ""
    points = (Point(day, value(by_day[day]) if day in by_day else 0, way.format(day)) for day in every_day)
    return Chart(tuple(points), unit, "Day")


def _hours(kept: Iterable[Row]) -> Chart:
    """At which hours, UTC, new articles came."""
    counts: Counter[int] = Counter()
    for row in kept:
        for hour, some in answer.read(row["hours"], dict).items():
            number = sum(n for n in some if isinstance(n, int)) if isinstance(some, list) else some
            if hour.isascii() and hour.isdigit() and isinstance(number, int):
                counts[int(hour) % 24] += number
    return Chart(tuple(Point(f"{hour:02}:00", counts[hour]) for hour in range(24)), "articles", "Hour (UTC)")


def _weeks(kept: tuple[Row, ...]) -> Iterable[Week]:
    for start in range(0, len(kept), 7):
        some = kept[start : start + 7]
        new, kept_, dropped = (sum(row[key] for row in some) for key in ("new", "kept", "dropped"))
        if new:
            words, signed, dated = (sum(row[key] for row in some) / new for key in ("words", "signed", "dated"))
            yield Week(some[-1]["day"], new, words, signed, dated, dropped / ((kept_ + dropped) or 1))


@cache
def _load(path: str) -> Config | str:
    """The configuration as it was at the first look; or why there is none."""
    try:
        return load(Path(path) if path != "usual" else None)
    except ConfigError as error:
        return str(error)


def _configured(path: str, name: str) -> Any:
    """What the configuration says of a source: a Source, None, or why it could not be read."""
    config = _load(path)
    return config if isinstance(config, str) else config.source(name)
