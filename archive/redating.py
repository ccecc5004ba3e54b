"""Redating: whether a date of publication is another than it was. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.times import when

_MINUTE = len("2026-11-24T08:15")
# Where on the earth a day may be: from 14 hours before Greenwich's to 12 after.
_EARLIEST, _LATEST = timedelta(hours=-14), timedelta(hours=12)


def redated(old: str | None, new: str | None) -> bool:
    """Whether one date of publication is another, by as much as both say: a day may be that of any place on earth."""
    if old is None or new is None or old == new:
        return False
    if len(old) >= _MINUTE and len(new) >= _MINUTE:
        return old[:_MINUTE] != new[:_MINUTE]
    if len(old) < _MINUTE and len(new) < _MINUTE:
        short = min(len(old), len(new))
        return old[:short] != new[:short]
    day, at = (old, new) if len(old) < len(new) else (new, old)
    first, last = _span(day)
    return not first <= when(at) < last


def _span(day: str) -> tuple[datetime, datetime]:
    """The instants that may be of a day, month or year."""
    first = when(day)
    after = first + timedelta(days={10: 1, 7: 31}.get(len(day), 366))
    return _moved(first, _EARLIEST), _moved(after, _LATEST)


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return at
