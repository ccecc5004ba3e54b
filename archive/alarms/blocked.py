"""Blocked: a site that shows us checks for robots, or forbids us to read, where it did not before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from archive.alarms.chance import tail
from archive.alarms.day import Day
from archive.alarms.finding import Alarm, Ending, Finding, Kind, many
from archive.alarms.stale import Listing, failing_since

LOOKS, FEWEST = 2, 4
"""Looks at a listing, and pages, refused one after the other, with none that came between."""
LASTS = timedelta(hours=4)
"""Between the first refusal and the last: a wall that stands for an hour while a site is attacked is soon gone."""
SOME, SHARE = 10, 0.3
"""Where some pages come: how many are refused at least in two days, and what share."""
CHANCE = 1e-6
"""That as many are refused by what is usual."""
ALIKE = 5.0
"""Pages of a day are refused together: a usual day tells as much as so many pages."""
CLEAR = 0.15
"""Share that may be refused when it is over; or twice what is usual."""


def of_listings(listings: Sequence[Listing], recent: Sequence[Day], now: datetime) -> Finding | None:
    """Whether none of a source's listings can be had, for a wall before them."""
    since = failing_since(listings, now, lasts=LASTS, apart=LASTS, fewest=LOOKS)
    failed, refused = sum(day.looks_failed for day in recent), sum(day.looks_blocked for day in recent)
    if since is None or refused <= failed / 2:
        return None
    evidence = {"where": "listings", "refused": refused, "failed": failed, "problem": listings[0].problem}
    what = "Its listing is" if len(listings) == 1 else f"Its {len(listings)} listings are"
    return _finding(what, since, evidence)


def of_pages(recent: Sequence[Day], before: Sequence[Day], mended: date = date.min) -> Finding | None:
    """Whether article pages are refused on the last two days, the latest first, unlike on the days before them.

    ``mended``: the day on which that was over the last time. Up to it a share that was refused is not told again.
    """
    some = [day for day in recent if day.day > mended]
    refused, asked = _sums(some)
    once, tried = _sums(before)
    usual = (once + 0.5) / (tried + 20)
    row, since, last = _in_a_row(recent)
    walled = row >= FEWEST and last - since >= LASTS and usual**row < CHANCE
    partly = refused >= SOME and refused >= SHARE * asked
    if not walled and not (partly and tail(refused, asked, usual, ALIKE * max(1, len(before))) < CHANCE):
        return None
    evidence = {
        "where": "pages",
        "refused": refused,
        "pages": asked,
        "refused_in_a_row": row,
        "usual_share": round(usual, 4),
        "usual_pages": tried,
        "days": len(before),
    }
    if walled:
        return _finding(f"All of the last {row} article pages were", since, evidence)
    what = f"{refused} of {many(asked, 'article page')} in two days were"
    return _finding(what, datetime.combine(some[-1].day, time(), UTC), evidence)


def ended(alarm: Alarm, today: Day | None, failures: int) -> Ending | None:
    """Whether what was refused comes again. ``failures``: of the listing that has the fewest, in a row."""
    if alarm.evidence["where"] == "listings":
        return None if failures else Ending.OVER
    if today is None or not today.answered_at or today.blocked_in_a_row:
        return None
    refused, asked = _sums([today])
    came = datetime.fromisoformat(today.answered_at) > alarm.noticed
    return Ending.OVER if came and refused <= max(CLEAR, 2 * alarm.evidence["usual_share"]) * asked else None


def _finding(what: str, since: datetime, evidence: dict[str, object]) -> Finding:
    sentence = (
        f"{what} answered with a check for robots, or forbidden, since {since:%H:%M} UTC on {since.day} {since:%B}."
        " Look at the site in a browser; it may want to be written to."
    )
    return Finding(Kind.BLOCKED, since, sentence, evidence)


def _sums(days: Sequence[Day]) -> tuple[int, int]:
    return sum(day.blocked for day in days), sum(day.fetched + day.failed for day in days)


def _in_a_row(days: Sequence[Day]) -> tuple[int, datetime, datetime]:
    """Pages refused since the last that came, over the ends of days; the first and the last of them."""
    row, since, last = 0, "", ""
    for day in days:
        if day.blocked_in_a_row and day.blocked_since and day.blocked_at:
            row, since, last = row + day.blocked_in_a_row, day.blocked_since, last or day.blocked_at
        if day.answered_at:
            break
    never = datetime.min.replace(tzinfo=UTC)
    return (row, datetime.fromisoformat(since), datetime.fromisoformat(last)) if row else (0, never, never)
