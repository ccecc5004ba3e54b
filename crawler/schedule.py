"""When to look again: at a listing, at an article for changes, at what failed. Pure functions of what was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from archive.models import Failure
from config.models import Schedule

DAY = timedelta(days=1)

# By age since the last change (or publication): how long until the next look. NewsDiffs' tiers, which it ran for
# years on five large sites: most edits come within hours, and a request for an old article is mostly wasted.
REVISIT = (
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=3)),
    (timedelta(days=30), timedelta(days=3)),
    (timedelta(days=360), timedelta(days=30)),
)

# Worth another try by themselves; everything else (robots, not an article, a 404) waits until it is listed anew.
PASSING = frozenset({"timeout", "unreachable", "server-error", "rate-limited", "blocked", "interrupted", "tls"})
RETRIES = 6
FIRST_RETRY = timedelta(minutes=5)


@lru_cache(maxsize=1024)
def _cron(expression: str) -> CronTrigger:
    return CronTrigger.from_crontab(expression, timezone=UTC)


def next_look(schedule: Schedule, now: datetime, *, failures: int = 0, ttl: timedelta | None = None) -> datetime:
    """When a listing is due next.

    ``failures`` in a row double the pause each, up to a day. ``ttl`` is what the feed itself asks for: it
    lengthens the pause, up to a day, and never shortens it.
    """
    if schedule.cron:
        due: datetime | None = _cron(schedule.cron).get_next_fire_time(None, now + timedelta(seconds=1))
        regular = (due or now + DAY) - now
    else:
        regular = schedule.every
    pause = max(regular, min(ttl or regular, DAY))
    if failures:
        pause = max(pause, min(pause * (1 << min(failures, 16)), DAY))
    return now + pause


def look_again(published: datetime, changed: datetime, now: datetime, *, days: int) -> datetime | None:
    """When a stored article is looked at for changes; None when it is older than ``days`` or too old to change."""
    if now - published > timedelta(days=days):
        return None
    age = now - changed
    return next((now + pause for limit, pause in REVISIT if age < limit), None)


def retry(failure: Failure, tries: int, now: datetime) -> datetime | None:
    """When a failed link is tried again: at the server's word, else 5 min · 4^tries up to a day, six times."""
    if failure.reason not in PASSING or tries >= RETRIES:
        return None
    wait = now + min(FIRST_RETRY * (1 << 2 * min(tries, 8)), DAY)
    return max(wait, failure.retry_at) if failure.retry_at else wait
