"""Dates: what was said of the day on which an article was published, whether it agrees, and what is kept of it. Pure.

Each of them is a Stamp whose ``how`` names who said it. In ``articles.dates`` they stand as JSON,
``[[how, time, precision], …]``, times as archive.times.stamp cuts them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from archive.models import Precision, Stamp
from archive.times import stamp, when

MOST: Final = 12
"""Dates kept of an article: the nine kinds of places, and some that said two."""
SERVED: Final = "last-modified"
"""The server's header Last-Modified: the time of a file, and as often that of the answer."""
_APART: Final = timedelta(days=1)
_FINE: Final = frozenset({Precision.SECOND, Precision.MINUTE})
_OTHER: Final = frozenset(
    {
        *("lastmodified", "timestamp", "date", "ptime"),
        *("jsonlddatecreated", "jsonlduploaddate", "datecreated", "dctermscreated", "dcdatecreated", "dccreated"),
        *("articlecreateat", "dctermsavailable"),
    }
)
"""What says when something else was: when the page was made, the text begun, the film put up.

Letters of ``how`` alone, since sites differ in the punctuation of these names.
"""


def agree(dates: Iterable[Stamp]) -> bool:
    """Whether no two are more than a day apart: moments by 24 hours, days and what is coarser by the calendar.

    A month agrees with any day in it; a day with its neighbours, for it may be another one in the next zone.
    """
    moments: list[datetime] = []
    first, last = 0, date.max.toordinal()
    for one in dates:
        if _is_another(one.how):
            continue
        if one.precision in _FINE:
            moments.append(one.at)
        begin, end = _days(one)
        first, last = max(first, begin), min(last, end)
    if first - last > 1:
        return False
    return not moments or max(moments) - min(moments) <= _APART


@lru_cache(maxsize=1_000)
def _is_another(how: str) -> bool:
    return "".join(filter(str.isalnum, how.lower())).removeprefix("meta") in _OTHER


def _days(one: Stamp) -> tuple[int, int]:
    """The first and the last day that it can mean, counted from the first of all."""
    day = one.at.date()
    number = day.toordinal()
    match one.precision:
        case Precision.YEAR:
            return day.replace(month=1, day=1).toordinal(), day.replace(month=12, day=31).toordinal()
        case Precision.MONTH:
            begin = day.replace(day=1).toordinal()
            return begin, begin + 30  # a short month's neighbour agrees with it, too
    return number, number


def dumps(dates: Iterable[Stamp]) -> str:
    return json.dumps([[one.how, stamp(one), one.precision.value] for one in dates], ensure_ascii=False)


def loads(text: str) -> tuple[Stamp, ...]:
    """What dumps wrote; a moment is in UTC then."""
    return tuple(Stamp(when(at), Precision(precision), how) for how, at, precision in json.loads(text))


def merged(kept: tuple[Stamp, ...], said: Iterable[Stamp], first_seen: datetime) -> tuple[Stamp, ...]:
    """What is known after a later look: what was just said, then what else was said before.

    What lies after the article was first seen can't be its publication, and goes last: the publisher dated it anew.
    Of each place there are two at most, the latest and the first; a server's header counts once.
    """
    served = any(one.how == SERVED for one in kept)
    news = [one for one in said if one.how != SERVED or not served]
    there = {(one.how, stamp(one)) for one in news}
    olds: dict[str, Stamp] = {}
    for one in kept:
        if (one.how, stamp(one)) not in there:
            olds[one.how] = one  # of several the last, which is the oldest
    every = [*news, *olds.values()]
    return tuple(
        [*(one for one in every if one.at <= first_seen), *(one for one in every if one.at > first_seen)][:MOST]
    )


def with_another(kept: tuple[Stamp, ...], said: Stamp) -> tuple[Stamp, ...]:
    """What is known after one was said again by the same place, or by a new one: its latest and its first are kept."""
    same = [one for one in kept if one.how == said.how]
    if any(stamp(one) == stamp(said) for one in same) or (not same and len(kept) >= MOST):
        return kept
    if not same:
        return (*kept, said)
    at = kept.index(same[0])
    return (*kept[:at], said, same[-1], *(one for one in kept[at:] if one.how != said.how))[:MOST]
