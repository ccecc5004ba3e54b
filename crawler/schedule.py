"""When to look again: at a listing, at an article for changes, at what failed. Pure functions of what was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from archive.models import Failure
from archive.plans import Past
from config.models import Schedule
from crawler.edits import SOONEST, Edits
from crawler.rhythm import Rhythm

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)

PARKED_AFTER, PARKED_DAYS = 8, timedelta(days=3)
"""Failures in a row, and how long they must have lasted: an outage over a weekend parks nobody."""

UNWATCHED, UNREAD = Rhythm(), Edits()
"""Of a listing and a source of which nothing was seen yet."""

# Worth another try by themselves; everything else (not an article, what robots.txt forbids) is looked at again by a
# crawl that a person starts, where it is listed still.
_FETCHES = frozenset({"timeout", "unreachable", "server-error", "rate-limited", "blocked", "empty", "tls", "truncated"})
PASSING = _FETCHES | {"interrupted", "browser", "no-browser"}
RETRIES = 6
EARLY = frozenset({"not-found", "soft-404", "forbidden", "paywalled", "client-error"})
EARLY_RETRIES = 3
"""Feeds name articles before their pages are there, or a wall is up for an hour: the last of these is after 3.5."""
FIRST_RETRY = SOONEST
"""An article that failed is not asked for sooner than one that was stored."""


@lru_cache(maxsize=1024)
def _cron(expression: str) -> CronTrigger:
    return CronTrigger.from_crontab(expression, timezone=UTC)


def next_look(
    schedule: Schedule,
    now: datetime,
    *,
    rhythm: Rhythm = UNWATCHED,
    failures: int = 0,
    failing_since: datetime | None = None,
    ttl: timedelta | None = None,
    fresh_for: timedelta | None = None,
    not_before: datetime | None = None,
) -> datetime:
    """When a listing is due next: by its cron, its fixed pause, or its rhythm.

    ``ttl`` is what the feed asks for, ``fresh_for`` what its HTTP headers do: they lengthen the pause, up to a day,
    and never shorten it. ``failures`` in a row double it each, up to a day; where they have ``parked`` it, it is a
    week. ``not_before`` is a Retry-After: it holds up to a day.
    """
    pause = _regular(schedule, rhythm, now)
    pause = max(pause, min(max(ttl or pause, fresh_for or pause), DAY))
    if parked(failures, failing_since, now):
        pause = max(pause, WEEK)
    elif failures:
        pause = max(pause, min(pause * (1 << min(failures, 16)), DAY))
    return now + max(pause, min(not_before - now, DAY) if not_before else pause)


def _regular(schedule: Schedule, rhythm: Rhythm, now: datetime) -> timedelta:
    if schedule.cron:
        due: datetime | None = _cron(schedule.cron).get_next_fire_time(None, now + timedelta(seconds=1))
        return (due or now + DAY) - now
    return schedule.every or rhythm.pause(now, schedule.fastest, schedule.slowest)


def parked(failures: int, failing_since: datetime | None, now: datetime) -> bool:
    """Whether a listing has failed so often and for so long that it is looked at once a week.

    ``failing_since`` is the first of the ``failures`` in a row. One success ends it.
    """
    return failures >= PARKED_AFTER and failing_since is not None and now - failing_since >= PARKED_DAYS


def look_again(
    published: datetime, changed: datetime, now: datetime, *, days: int, changes: int = 0, edits: Edits = UNREAD
) -> datetime | None:
    """When a stored article is looked at for changes; the last time at ``days`` after publication, then None.

    ``changed`` is when a look last found a change (``published`` if none did), ``changes`` how many looks did,
    ``edits`` what was seen of its source.
    """
    left = timedelta(days=days) - max(now - published, timedelta())
    return now + min(edits.pause(Past(published, changed, changes), now), left) if left > timedelta() else None


def retry(failure: Failure, tries: int, now: datetime) -> datetime | None:
    """When a failed link is tried again: at the server's word, else 10 min · 4^tries up to a day, six times at most.

    What the server says is not there, or not for us, is tried three times more. Of an article that is stored, the
    next look must be the later of this and ``look_again``.
    """
    most = RETRIES if failure.reason in PASSING else EARLY_RETRIES if failure.reason in EARLY else 0
    if tries >= most:
        return None
    wait = now + min(FIRST_RETRY * (1 << 2 * min(tries, 8)), DAY)
    return max(wait, failure.retry_at) if failure.retry_at else wait
