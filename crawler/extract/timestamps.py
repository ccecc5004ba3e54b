"""Timestamps: a date as pages, feeds and people write it, into a moment and how precisely it is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from archive.models import Precision

Moment = tuple[datetime, Precision]

_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([ap]\.?m\b\.?)?\s*(Z\b|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}\b)?)?",
    re.IGNORECASE,
)


def read(text: str, region: str = "") -> Moment | None:
    if match := _ISO.search(text[:200]):
        return _iso(match)
    return None


def _iso(match: re.Match[str]) -> Moment | None:
    year, month, day, hour, minute, second, half, zone = match.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        if zone and zone[0] in "+-":
            digits = zone[1:].replace(":", "").ljust(4, "0")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            at = at.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
    except ValueError:
        return None
    return at, Precision.SECOND if second else Precision.MINUTE if hour else Precision.DAY
