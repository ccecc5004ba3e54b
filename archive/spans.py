"""Spans: days, months and years as words of the search index (archive.tables.reading.KEYS). Pure.

The calendar has more days than ours: what is known to the month alone stands at its day 0, what is known to the year
alone at its month 0, and each month has 31 days. So text order is time order, ``2026-00-00`` before ``2026-01-00``
before ``2026-01-01``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

_EARLIEST, _OPEN, _LATEST = "1000", "2000", "2100"
"""Years. What is before ``_OPEN`` is looked for by its beginning, where a span has none: there is little of it."""
NEVER = "never"
"""The key of no article."""


def either(keys: Iterable[str]) -> str:
    """An FTS5 expression on the index's keys, any of which is to be there; empty if there is none."""
    joined = " OR ".join(keys)
    return f"keys : ({joined})" if joined else ""


def spans(since: str, until: str) -> Iterator[str]:
    """The fewest keys of years, months and days that are all the days from one date to the other, both included.

    ``2026`` or ``2026-11`` is from its beginning or up to its end. Nothing if neither is given, and NEVER for a span
    that ends before it begins.
    """
    if not since and not until:
        return
    first, last = max(begin(since), begin(_EARLIEST)), min(end(until or _LATEST), end(_LATEST))
    if first > last:
        yield NEVER
    if not since and last >= begin(_OPEN):
        yield from ("y0*", "y1*")
        first = begin(_OPEN)
    for year in range(int(first[:4]), int(last[:4]) + 1):
        if first <= begin(f"{year}") and end(f"{year}") <= last:
            yield f"y{year}"
        else:
            yield from _months(year, first, last)


def begin(day: str) -> str:
    """The first day of what is known of a day: ``2026-11-00`` of ``2026-11``."""
    return f"{day[:10]}-00-00"[:10]


def first_day(day: str) -> str:
    """The first day of our own calendar that it may be: ``2026-11-01`` of ``2026-11``."""
    return f"{day[:10]}-01-01"[:10]


def end(day: str) -> str:
    """The last day of it."""
    return {4: f"{day}-12-31", 7: f"{day}-31"}.get(len(day), day[:10])


def previous(day: str) -> str:
    """The day before a day of this calendar."""
    year, month, number = _parts(day)
    if number:
        return f"{year:04}-{month:02}-{number - 1:02}"
    if month > 1:
        return f"{year:04}-{month - 1:02}-31"
    return f"{year:04}-00-00" if month else f"{year - 1:04}-12-31"


def back(day: str, days: int) -> str:
    """So many days before a day, roughly: one that our calendar has not is taken for one near it."""
    year, month, number = _parts(day)
    if not month or not number:
        return day
    known = date(year, month, min(number, 28) if number > 28 else number)
    return date.fromordinal(max(1, known.toordinal() - days)).isoformat() if days else day


def days(last: str, count: int) -> list[str]:
    """So many days of our calendar up to a last one, oldest first."""
    end_ = date.fromisoformat(last)
    return [(end_ - timedelta(days=number)).isoformat() for number in reversed(range(count))]


def months(last: str, count: int) -> list[str]:
    """So many months up to the last, ``2026-11``, oldest first."""
    end_ = int(last[:4]) * 12 + int(last[5:7] or 1) - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(end_ - count + 1, end_ + 1)]


def _months(year: int, first: str, last: str) -> Iterator[str]:
    for month in range(13):
        known = f"{year}-{month:02}"
        if first <= begin(known) and end(known) <= last:
            yield f"m{year}{month:02}"
        elif end(known) >= first and begin(known) <= last:
            every = (f"{known}-{number:02}" for number in range(32))
            yield from (f"d{one.replace('-', '')}" for one in every if first <= one <= last)


def _parts(day: str) -> tuple[int, int, int]:
    return int(day[:4]), int(day[5:7]), int(day[8:10])
