"""Stamp: read from the dates of feeds and sitemaps, RFC 822 and ISO 8601 (W3C-DTF) as they are found."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from archive.models import Precision, Stamp

ZONES = {
    "AEDT": 11, "AEST": 10, "BST": 1, "CEST": 2, "CET": 1, "EEST": 3, "EET": 2, "HKT": 8, "JST": 9, "KST": 9,
    "MESZ": 2, "MEZ": 1, "MSK": 3, "NZDT": 13, "NZST": 12, "SAST": 2, "SGT": 8, "WEST": 1, "WET": 0,
}  # fmt: skip
"""Hours east of UTC, of names that are not in RFC 822 and mean one zone in news feeds."""

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:[Tt\s]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[Tt]?(\d\d)(\d\d)(\d\d)?([Zz]|[+-]\d{4})?)?")
_CLOCK = re.compile(r"\d\d?:\d\d(:\d\d)?")
_ZONE = re.compile(r"\b(" + "|".join(ZONES) + r")\b\s*$")
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)


def read(text: str, how: str) -> Stamp | None:
    """A date in one of the two forms that feeds are written in; None for anything else.

    None too for the placeholders of a missing date (1970-01-01 and before, which no feed's article has).
    """
    text = text.strip()[:100]
    stamp = _iso(text, how) or _rfc822(text, how)
    return stamp if stamp and stamp.at > _EPOCH else None


def _iso(text: str, how: str) -> Stamp | None:
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, zone = compact.groups()
    elif full := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, zone = full.groups()
    else:
        return None
    precision = (
        (second and Precision.SECOND)
        or (hour and Precision.MINUTE)
        or (day and Precision.DAY)
        or (month and Precision.MONTH)
        or Precision.YEAR
    )
    try:
        at = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=_zone(zone))
        at = at.replace(second=min(int(second or 0), 59))  # 60 is a leap second
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Stamp(at, precision, how)


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if text[0] == "+" else -offset)


def _rfc822(text: str, how: str) -> Stamp | None:
    named = _ZONE.search(text)
    try:
        parts = parsedate_tz(text)
        if parts is None:
            return None
        offset = ZONES[named[1]] * 3600 if named else parts[9] or 0
        zone = timezone(timedelta(seconds=offset)) if offset else UTC
        at = datetime(*parts[:5], min(parts[5], 59), tzinfo=zone)
        at.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    clock = _CLOCK.search(text)
    if not clock:
        return Stamp(at, Precision.DAY, how)
    return Stamp(at, Precision.SECOND if clock[1] else Precision.MINUTE, how)
