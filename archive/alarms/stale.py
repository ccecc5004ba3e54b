"""Stale: a source of which no listing can be had any more, for longer than an outage lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.alarms.finding import Finding, Kind, many

LASTS = timedelta(hours=18)
"""Since the first of the failures in a row: an outage of a night is none of ours to tell of, and by the next day
somebody should know."""
APART = timedelta(hours=10)
"""Between the first look that failed and the last: pauses grow with failures, and most outages are over by then."""
FEWEST = 3
"""Failures in a row."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is known of one that is looked at."""

    url: str
    looked_at: datetime | None
    failures: int
    """In a row."""
    failing_since: datetime | None
    problem: str


def failing_since(
    listings: Sequence[Listing], now: datetime, *, lasts: timedelta, apart: timedelta, fewest: int
) -> datetime | None:
    """Since when all listings of a source fail, ``fewest`` times or more; None if not, or not for so long."""
    if not listings or not all(it.failures >= fewest and it.failing_since and it.looked_at for it in listings):
        return None
    since = max(it.failing_since for it in listings if it.failing_since)
    last = max(it.looked_at for it in listings if it.looked_at)
    return since if now - since >= lasts and last - since >= apart else None


def find(listings: Sequence[Listing], now: datetime) -> Finding | None:
    """Whether no listing of a source can be had, for longer than LASTS."""
    since = failing_since(listings, now, lasts=LASTS, apart=APART, fewest=FEWEST)
    if since is None:
        return None
    worst = max(listings, key=lambda it: it.failures)
    what = "Its listing cannot" if len(listings) == 1 else f"None of its {len(listings)} listings can"
    sentence = (
        f"{what} be had since {since:%H:%M} UTC on {since.day} {since:%B}, tried {many(worst.failures, 'time')}:"
        f" {worst.problem}"
    )
    evidence = {
        "listings": len(listings),
        "failures_in_a_row": worst.failures,
        "problem": worst.problem,
        "url": worst.url,
    }
    return Finding(Kind.STALE, since, sentence, evidence)
