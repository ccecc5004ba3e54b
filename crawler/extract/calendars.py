"""Calendars: years and days that are counted otherwise than from Christ's birth, as pages write them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
"""The years before each era's first."""
FIRST_SOLAR, LAST_SOLAR = 1300, 1499
"""Years of the Iranian calendar that are read: 1921 to 2121."""
_LEAP: Final = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Years of 33 that have a day more; true for those years but one or two, by a day."""
_CYCLE: Final = 33
_EPOCH: Final = date(1921, 3, 21)
"""The first day of 1300."""


def era(name: str, year: str) -> int:
    """The year of an era, whose first is called so."""
    return ERAS[name] + (1 if year == "元" else int(year))


def solar(year: int, month: int, day: int) -> date:
    """A day of the Iranian calendar: six months of 31 days, five of 30, and the rest. ValueError for none."""
    length = 31 if month < 7 else 30 if month < 12 or year % _CYCLE in _LEAP else 29
    if not (1 <= month <= 12 and 1 <= day <= length and FIRST_SOLAR <= year <= LAST_SOLAR):
        raise ValueError
    before = 365 * (year - FIRST_SOLAR) + sum(y % _CYCLE in _LEAP for y in range(FIRST_SOLAR, year))
    return _EPOCH + timedelta(before + 31 * min(month - 1, 6) + 30 * max(0, month - 7) + day - 1)
