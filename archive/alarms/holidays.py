"""Holiday: the few days of the year on which many a paper does not appear, wherever it is."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache


def is_holiday(day: date) -> bool:
    """Whether silence on it says nothing: Christmas, the turn of the year, Good Friday to Easter Monday."""
    return (day.month, day.day) in {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1)} or day in _easter(day.year)


@lru_cache(maxsize=8)
def _easter(year: int) -> frozenset[date]:
    """Its four days, by the Gregorian reckoning (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    sunday = date(year, month, day + 1)
    return frozenset(sunday + timedelta(days=off) for off in (-2, -1, 0, 1))
