"""Pause: when something came from a source, for archive.alarms.silence, and whether others like it pause as well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from archive.alarms.holidays import is_holiday
from archive.alarms.silence import HISTORY, Past, hour_of

FEWEST, MOST = 4, 60
"""Other sources of the same country, or of all, that are asked whether it is a holiday."""
QUIET = 0.7
"""Share of what they usually bring by this hour of the week: below it they keep a holiday."""
TELLING = 8.0
"""Hours with something new that they usually have together by then, under which it cannot be told."""
RECENT = 8
"""Days that are looked at for holidays."""
_EPOCH = date(1970, 1, 1)
Span = tuple[datetime, datetime]


def past(
    db: sqlite3.Connection, source: str, until: datetime, cut: Iterable[Span] = (), away: Iterable[Span] = ()
) -> Past:
    """A source's last eight weeks.

    ``cut``: the pauses that were alarms, up to when they were noticed; ``away``: when it could not be reached.
    """
    came: list[int] = []
    watched: set[int] = set()
    for day, looks, hours in _days(db, source, until):
        number = (date.fromisoformat(day) - _EPOCH).days
        if looks and not is_holiday(date.fromisoformat(day)):
            watched.add(number)
        came += sorted(number * 24 + int(hour) for hour in json.loads(hours))
    return Past(came, watched, *([(hour_of(begin), hour_of(end)) for begin, end in spans] for spans in (cut, away)))


def quiet(db: sqlite3.Connection, sources: Mapping[str, sqlite3.Row], source: str, until: datetime) -> set[int]:
    """The days, since 1970, of the last that were holidays by what others brought on them."""
    country = sources[source]["country"]
    alike = [name for name in sources if name != source and country and sources[name]["country"] == country]
    others = alike if len(alike) >= FEWEST else [name for name in sources if name != source]
    if len(others) < FEWEST:
        return set()
    step = max(1, len(others) // MOST)
    today = (until.astimezone(UTC).date() - _EPOCH).days
    recent = range(today - RECENT, today + 1)
    real, usual = dict.fromkeys(recent, 0), dict.fromkeys(recent, 0.0)
    for name in others[::step][:MOST]:
        _add(db, name, until, real, usual)
    found = {day for day in real if usual[day] >= TELLING and real[day] < QUIET * usual[day]}
    if usual[today] < TELLING and today - 1 in found:
        found.add(today)
    return found


def _add(db: sqlite3.Connection, source: str, until: datetime, real: dict[int, int], usual: dict[int, float]) -> None:
    """What a source brought on each of these days, in hours with something new, and on the same weekday usually."""
    today, now = max(real), until.astimezone(UTC).hour
    hours: dict[int, list[int]] = {}
    for written, looks, text in _days(db, source, until):
        if looks:
            hours[(date.fromisoformat(written) - _EPOCH).days] = list(map(int, json.loads(text)))
    for day in real:
        last = now if day == today else 24
        weeks = [hours[before] for before in range(day - 7, day - 7 * 8, -7) if before in hours]
        if day in hours and len(weeks) >= 2:
            real[day] += sum(hour < last for hour in hours[day])
            usual[day] += sum(hour < last for week in weeks for hour in week) / len(weeks)


def _days(db: sqlite3.Connection, source: str, until: datetime) -> list[tuple[str, int, str]]:
    return db.execute(
        "SELECT day, looks - looks_failed, hours FROM days WHERE source = ? AND day BETWEEN ? AND ? ORDER BY day",
        [source, (until - HISTORY).date().isoformat(), until.astimezone(UTC).date().isoformat()],
    ).fetchall()
