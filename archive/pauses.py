"""Pause: when something came from a source, for archive.alarms.silence, and whether others like it pause as well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from archive.alarms.holidays import is_holiday
from archive.alarms.silence import HISTORY, Past, hour_of

FEWEST, MOST = 4, 60
"""Other sources of the same country, or of all, that are asked whether it is a holiday."""
HOURS = 6
"""Of such parts of a pause each is looked at by itself: holidays begin and end at no hour of ours."""
EXPECTED, HALF = 5, 0.5
"""Articles that another source usually brings in it, so that a part of them tells something, and what part tells it."""
WEEKS = 3
"""Weeks before that have to be known."""
LATELY = 3 * 24
"""Hours before, in which something came from it: one that is closed tells nothing."""
SHARE, STILL = 0.4, 0.25
"""Of those that tell something, how many bring half or less as a holiday begins, and while it goes on. In 8 worlds of
tests/bench/alarms.py with 103 parts of holidays and 6,259 others: .45 in nearly all of the former, .33 in a hundredth
of the latter.
"""
RECENT = 8
"""Days that are looked at for holidays."""
_EPOCH = date(1970, 1, 1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Known:
    """What came from another source."""

    hours: Mapping[int, int]
    """Articles by hour, counted since 1970."""
    watched: Collection[int]
    """The days, since 1970, on which it could be read, without the holidays of archive.alarms.holidays."""


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
    """The hours since ``last`` in which others brought little as well: those of a holiday. Counted since 1970."""
    others = _others(sources, source)
    return lull([_known(db, name, until) for name in others], last, hour_of(until)) if len(others) >= FEWEST else set()


def lull(others: Sequence[Known], last: int, now: int) -> set[int]:
    """The hours from one to another in which many of these brought half of what they usually do, or less."""
    found: set[int] = set()
    holiday = False
    for start in range(max(last + 1, now - RECENT * 24), now, HOURS):
        end = min(now, start + HOURS)
        begin = max(last + 1, end - HOURS)
        shares = [share for each in others if (share := _share(each, begin, end)) is not None]
        if len(shares) >= FEWEST:  # else it goes on as it was: by night few tell anything
            few = sum(share <= HALF for share in shares)
            holiday = few >= (STILL if holiday else SHARE) * len(shares)
        if holiday:
            found.update(range(begin, end))
    return found


def _others(sources: Mapping[str, sqlite3.Row], source: str) -> list[str]:
    """Some of the same country, or of all where it has too few."""
    country = sources[source]["country"]
    alike = [name for name in sources if name != source and country and sources[name]["country"] == country]
    others = alike if len(alike) >= FEWEST else [name for name in sources if name != source]
    return others[:: max(1, len(others) // MOST)][:MOST]


def _known(db: sqlite3.Connection, source: str, until: datetime) -> Known:
    hours: dict[int, int] = {}
    watched: set[int] = set()
    for day, looks, written in _days(db, source, until):
        number = (date.fromisoformat(day) - _EPOCH).days
        if looks and not is_holiday(date.fromisoformat(day)):
            watched.add(number)
        hours |= {number * 24 + int(hour): many for hour, many in json.loads(written).items()}
    return Known(hours, watched)


def _share(other: Known, begin: int, end: int) -> float | None:
    """Of what a source usually brings in a time, how much it brought; None where that tells nothing."""
    if (end - 1) // 24 not in other.watched or not any(hour in other.hours for hour in range(begin - LATELY, begin)):
        return None
    weeks = [168 * week for week in range(1, 8) if begin // 24 - 7 * week in other.watched]
    if len(weeks) < WEEKS:
        return None
    usual = median([_brought(other, begin - back, end - back) for back in weeks])
    return _brought(other, begin, end) / usual if usual >= EXPECTED else None


def _brought(other: Known, begin: int, end: int) -> int:
    return sum([other.hours.get(hour, 0) for hour in range(begin, end)])


def _days(db: sqlite3.Connection, source: str, until: datetime) -> list[tuple[str, int, str]]:
    return db.execute(
        "SELECT day, looked, hours FROM days WHERE source = ? AND day BETWEEN ? AND ? ORDER BY day",
        [source, (until - HISTORY).date().isoformat(), until.astimezone(UTC).date().isoformat()],
    ).fetchall()
