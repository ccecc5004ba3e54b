"""Times as text, in the one form the archive keeps them (see archive.schema): pure, both ways."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from functools import lru_cache

from archive.models import Precision, Stamp

_CUT = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}


@lru_cache(maxsize=16)  # of one page the same time is written many times
def iso(at: datetime) -> str:
    """``2026-11-24T08:15:00Z``: UTC, cut to the second. ``at`` must be timezone-aware."""
    return _utc(at).isoformat("T", "seconds")[: -len("+00:00")] + "Z"


def iso_ms(at: datetime) -> str:
    """As iso, to the millisecond: for the pauses between requests."""
    return _utc(at).isoformat("T", "milliseconds")[: -len("+00:00")] + "Z"


def stamp(value: Stamp) -> str:
    """A Stamp cut to its precision. A day, month or year is the publisher's own; a minute or second is UTC."""
    if value.precision in _CUT:
        return value.at.date().isoformat()[: _CUT[value.precision]]
    return iso(value.at) if value.precision is Precision.SECOND else iso(value.at)[:16] + "Z"


def when(text: str) -> datetime:
    """What iso, iso_ms or stamp wrote, as an aware datetime; what was cut off is its first moment, in UTC."""
    at = datetime.fromisoformat(text + "-01-01"[: max(0, 10 - len(text))])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def latest(text: str) -> datetime:
    """As when, but the end of what was cut off: a page of some day in November may be an hour old in December."""
    at = when(text)
    if len(text) > len("2026-11-24"):
        return at
    month = 12 if len(text) == len("2026") else at.month
    day = at.day if len(text) == len("2026-11-24") else monthrange(at.year, month)[1]
    return at.replace(month=month, day=day, hour=23, minute=59, second=59)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no timezone")
    try:
        return at.astimezone(UTC)
    except OverflowError:  # the first or last day that can be told: the zone no longer matters
        return at.replace(tzinfo=UTC)
