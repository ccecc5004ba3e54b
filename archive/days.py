"""Day: what came from a source on one day, UTC, in figures: counted as it is stored, and read back."""

from __future__ import annotations

import json
import math
import sqlite3
from datetime import UTC, date, datetime, timedelta

from archive.alarms.day import Day
from archive.models import Article, Change, Failure, Stage, Verdict
from archive.tasks import Outcome, TaskKind
from archive.times import iso

KEPT = timedelta(days=400)
"""For which a source's days are kept: a year, and what is needed to compare with the same season."""
LEAST = 0.03
"""Boilerplate, of the text's length, that is as good as none: of a line dropped now and then the odds would jump."""
WALLS = frozenset({"blocked", "forbidden"})
"""Reasons of Failures that say that somebody was kept out."""
_OURS = frozenset({"interrupted", "browser", "no-browser"})
"""Those that say something of this machine."""


_COLUMNS = ", ".join(Day.__slots__)

# Three statements, as most outcomes are of pages that were stored before: those cost 9 µs, a new article 17.
_FETCH = """
INSERT INTO days (source, day, looks, looks_failed, looks_blocked, looked, fetched, failed, blocked, blocked_in_a_row,
    blocked_since, blocked_at, answered_at, revised, unread)
VALUES (:source, :day, :looks, :looks_failed, :looks_blocked, :looked, :fetched, :failed, :blocked, :blocked,
    :blocked_at, :blocked_at, :answered, :revised, :unread)
ON CONFLICT (source, day) DO UPDATE SET looks = looks + :looks, looks_failed = looks_failed + :looks_failed,
    looks_blocked = looks_blocked + :looks_blocked, looked = looked | :looked,
    fetched = fetched + :fetched, failed = failed + :failed,
    blocked = blocked + :blocked, blocked_in_a_row = iif(:answered IS NULL, blocked_in_a_row + :blocked, 0),
    blocked_since = iif(:answered IS NULL, coalesce(blocked_since, :blocked_at), NULL),
    blocked_at = coalesce(:blocked_at, blocked_at), answered_at = coalesce(:answered, answered_at),
    revised = revised + :revised, unread = unread + :unread
"""
_CAME = """
UPDATE days SET hours = json_set(hours, :path, coalesce(json_extract(hours, :path), 0) + 1)
WHERE source = :source AND day = :day
"""
_READ = """
SELECT word_count AS words, byline != '' AS signed,
    published IS NOT NULL AND published_how NOT IN ('feed', 'sitemap', 'last-modified') AS dated,
    language != '' AND coalesce((SELECT language NOT LIKE articles.language || '%' AND language != '' FROM sources
        WHERE name = :source), 0) AS elsewhere,
    length(text) AS kept, length(dropped) - 2 AS dropped
FROM articles WHERE id = :article
"""
_NEW = """
INSERT INTO days (source, day, fetched, answered_at, new, words, log_words, log_words_squared, signed, dated,
    foreign_language, kept, dropped, log_dropped, log_dropped_squared, by_rule, hours)
VALUES (:source, :day, 1, :answered, 1, :words, :log, :log * :log, :signed, :dated, :elsewhere, :kept, :dropped,
    :odds, :odds * :odds, :by_rule, json_object(:hour, 1))
ON CONFLICT (source, day) DO UPDATE SET fetched = fetched + 1, blocked_in_a_row = 0, blocked_since = NULL,
    answered_at = :answered,
    new = new + 1, words = words + :words, log_words = log_words + :log,
    log_words_squared = log_words_squared + :log * :log, signed = signed + :signed, dated = dated + :dated,
    foreign_language = foreign_language + :elsewhere, kept = kept + :kept, dropped = dropped + :dropped,
    log_dropped = log_dropped + :odds, log_dropped_squared = log_dropped_squared + :odds * :odds,
    by_rule = by_rule + :by_rule, hours = json_set(hours, :path, coalesce(json_extract(hours, :path), 0) + 1)
"""


def count(db: sqlite3.Connection, outcome: Outcome, verdict: Verdict, now: datetime) -> None:
    """Add what became of one task to its source's day."""
    task, result, at = outcome.task, outcome.result, iso(now)
    hour = str(now.astimezone(UTC).hour)
    row: dict[str, str | int | float | None] = {"source": task.source, "day": at[:10], "path": f'$."{hour}"'}
    if isinstance(result, Article) and verdict.change in {Change.NEW, Change.DUPLICATE}:
        row |= {"article": verdict.article_id, "hour": hour, "answered": at}
        found = db.execute(_READ, row).fetchone()
        odds = math.log(min(1 / LEAST, max(LEAST, found["dropped"] / max(1, found["kept"]))))
        log = math.log1p(found["words"])
        row |= {**found, "log": log, "odds": odds, "by_rule": ("body", "rule") in result.evidence}
        db.execute(_NEW, row)
        return
    listing = task.kind is TaskKind.LISTING
    failure = result if isinstance(result, Failure) else None
    walled, none = (failure is not None and failure.reason in WALLS), failure is not None and _is_none(failure)
    unread = none and not listing and not task.tries and task.article_id is None
    row |= {
        "looks": listing,
        "looks_failed": listing and failure is not None,
        "looks_blocked": listing and walled,
        "looked": 1 << int(hour) if listing and failure is None else 0,
        "fetched": not listing and failure is None,
        "failed": not listing and failure is not None,
        "blocked": not listing and walled,
        "blocked_at": at if walled and not listing else None,
        "answered": at if not listing and (failure is None or none) else None,
        "revised": verdict.change is Change.REVISED,
        "unread": unread,
    }
    db.execute(_FETCH, row)
    if unread:
        db.execute(_CAME, row)


def _is_none(failure: Failure) -> bool:
    """Whether the server gave what was asked for, as far as it can, and no article was in it."""
    return failure.stage in {Stage.EXTRACT, Stage.DISCOVER} and failure.reason not in WALLS | _OURS


def read(db: sqlite3.Connection, source: str, until: date, limit: int) -> list[Day]:
    """The days of a source up to one, that included, on which something came; the latest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM days WHERE source = ? AND day <= ? AND (new > 0 OR unread > 0)"  # noqa: S608  # ours
        " ORDER BY day DESC LIMIT ?",
        [source, until.isoformat(), limit],
    )
    return [_day(row) for row in rows]


def before(db: sqlite3.Connection, source: str, day: date, limit: int) -> list[Day]:
    """So many days of a source before one, whatever came on them; the latest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM days WHERE source = ? AND day < ? ORDER BY day DESC LIMIT ?",  # noqa: S608  # ours
        [source, day.isoformat(), limit],
    )
    return [_day(row) for row in rows]


def watched(db: sqlite3.Connection, source: str, day: date) -> tuple[date, int]:
    """The first day on which a listing of the source could be read, and the days since the last before ``day``."""
    sql = "SELECT min(day), max(day) FROM days WHERE source = ? AND day < ? AND looks > looks_failed"
    first, last = db.execute(sql, [source, day.isoformat()]).fetchone()
    if first is None:
        return day, 0
    return date.fromisoformat(first), (day - date.fromisoformat(last)).days - 1


def after_gaps(db: sqlite3.Connection, source: str, first: date) -> set[date]:
    """The days of a source since one that came after others on which none of its listings could be read."""
    rows = db.execute(
        "SELECT day, lag(day) OVER (ORDER BY day) FROM days WHERE source = ? AND day >= ? AND looks > looks_failed",
        [source, (first - timedelta(days=7)).isoformat()],
    )
    both = [(date.fromisoformat(day), date.fromisoformat(before)) for day, before in rows if before]
    return {day for day, before in both if (day - before).days > 1}


def since(db: sqlite3.Connection, first: date, until: date) -> dict[str, list[Day]]:
    """The days of all sources from one to another, both included, by source; the latest first."""
    found: dict[str, list[Day]] = {}
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM days WHERE day BETWEEN ? AND ? ORDER BY day DESC",  # noqa: S608  # ours
        [first.isoformat(), until.isoformat()],
    )
    for row in rows:
        found.setdefault(row["source"], []).append(_day(row))
    return found


def busiest(db: sqlite3.Connection, until: date, many: int) -> dict[str, int]:
    """The new articles on each source's busiest of so many days up to one."""
    first = until - timedelta(days=many - 1)
    sql = "SELECT source, max(new) FROM days WHERE day BETWEEN ? AND ? GROUP BY source"
    return dict(db.execute(sql, [first.isoformat(), until.isoformat()]).fetchall())


def by_hour(day: Day) -> dict[int, float]:
    """Hour, UTC → new articles that came in it: as large a part as of all that was asked for. In their order."""
    asked: dict[str, int] = json.loads(day.hours)
    share = day.new / max(1, sum(asked.values()))
    return {hour: share * asked[str(hour)] for hour in sorted(map(int, asked))}


def forget(db: sqlite3.Connection, now: datetime, most: int) -> int:
    """Throw away days that are older than KEPT, so many at most; how many."""
    old = "DELETE FROM days WHERE (source, day) IN (SELECT source, day FROM days WHERE day < ? LIMIT ?)"
    return db.execute(old, [iso(now - KEPT)[:10], most]).rowcount


def _day(row: sqlite3.Row) -> Day:
    source, day, *rest = row
    return Day(source, date.fromisoformat(day), *rest)
