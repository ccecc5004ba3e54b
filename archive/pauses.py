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
HOURS = 6
"""Of such parts of a day each is looked at by itself: holidays begin and end at no hour of ours."""
EXPECTED = 2.0
"""Hours in it with something new that one of them usually has, so that none tells something."""
WEEKS, ONCE = 3, 1
"""Weeks before that have to be known, and in how many of them nothing may have come: other holidays."""
LATELY = 3 * 24
"""Hours before, in which something came from it: one that is closed tells nothing."""
SHARE, STILL = 0.15, 0.05
"""Of those that were expected to bring something, how many bring nothing as a holiday begins, and while it goes on."""
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
    looked: list[int] = []
    watched: set[int] = set()
    for day, looks, hours in _days(db, source, until):
        number = (date.fromisoformat(day) - _EPOCH).days
        if looks and not is_holiday(date.fromisoformat(day)):
            watched.add(number)
        looked += [number * 24 + hour for hour in range(24) if looks >> hour & 1]
        came += sorted(number * 24 + int(hour) for hour in json.loads(hours))
    spans = ([(hour_of(begin), hour_of(end)) for begin, end in each] for each in (cut, away))
    return Past(came, watched, looked, *spans)


def quiet(
    db: sqlite3.Connection, sources: Mapping[str, sqlite3.Row], source: str, last: int, until: datetime
) -> set[int]:
    """The hours since ``last`` in which others were silent as well: those of a holiday. Counted since 1970."""
    others = _others(sources, source)
    if len(others) < FEWEST:
        return set()
    known = [_hours(db, name, until) for name in others]
    now = hour_of(until)
    found: set[int] = set()
    holiday = False
    for start in range(max(last + 1, now - RECENT * 24) // HOURS * HOURS, now, HOURS):
        end = min(now, start + HOURS)
        begin = max(last + 1, end - HOURS)
        expected = [hours for hours, watched in known if _tells(hours, watched, begin, end)]
        if len(expected) >= FEWEST:  # else it goes on as it was: by night few tell anything
            silent = sum(not any(hour in hours for hour in range(begin, end)) for hours in expected)
            holiday = silent >= (STILL if holiday else SHARE) * len(expected)
        if holiday:
            found.update(range(begin, end))
    return found


def _others(sources: Mapping[str, sqlite3.Row], source: str) -> list[str]:
    """Some of the same country, or of all where it has too few."""
    country = sources[source]["country"]
    alike = [name for name in sources if name != source and country and sources[name]["country"] == country]
    others = alike if len(alike) >= FEWEST else [name for name in sources if name != source]
    return others[:: max(1, len(others) // MOST)][:MOST]


def _hours(db: sqlite3.Connection, source: str, until: datetime) -> tuple[set[int], set[int]]:
    """The hours in which something came from a source, and the days on which it was watched."""
    hours: set[int] = set()
    watched: set[int] = set()
    for day, looks, written in _days(db, source, until):
        number = (date.fromisoformat(day) - _EPOCH).days
        if looks:
            watched.add(number)
        hours.update(number * 24 + int(hour) for hour in json.loads(written))
    return hours, watched


def _tells(hours: set[int], watched: set[int], begin: int, end: int) -> bool:
    """Whether a source would bring something in a time by all that is known of it."""
    if (end - 1) // 24 not in watched or not any(hour in hours for hour in range(begin - LATELY, begin)):
        return False
    weeks = [week for week in range(1, 8) if begin // 24 - 7 * week in watched]
    brought = [sum(hour - 168 * week in hours for hour in range(begin, end)) for week in weeks]
    return len(weeks) >= WEEKS and brought.count(0) <= ONCE and sum(brought) >= EXPECTED * len(weeks)


def _days(db: sqlite3.Connection, source: str, until: datetime) -> list[tuple[str, int, str]]:
    return db.execute(
        "SELECT day, looked, hours FROM days WHERE source = ? AND day BETWEEN ? AND ? ORDER BY day",
        [source, (until - HISTORY).date().isoformat(), until.astimezone(UTC).date().isoformat()],
    ).fetchall()
