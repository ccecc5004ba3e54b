"""Pace: when a host may be spoken to next. Pure: the caller has the clock and waits."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.models import Failure, Page
from config.models import Politeness
from crawler.robots import CRAWL_DELAY_LIMIT

LONGEST_PAUSE = 3600.0
"""Seconds, the most that errors alone make of a pause."""
SHORTEST_BACKOFF = 1.0
"""Seconds that the doubling after errors starts from at least, where no delay is configured."""
LONGEST_WAIT = timedelta(days=1)
"""What a Retry-After can ask for (crawler.answers reads it); more can only come from a clock that was set back."""

STRAIN = frozenset({"timeout", "unreachable", "tls", "server-error", "rate-limited", "blocked"})
"""Reasons of a Failure after which a host is given more time. Any other answer shows that it is well."""


def delay(politeness: Politeness, crawl_delay: float | None) -> float:
    """Seconds between two requests to a host: what we are configured to, or more if its robots.txt asks for it."""
    return max(politeness.delay, min(crawl_delay or 0.0, CRAWL_DELAY_LIMIT))


@dataclass(frozen=True, slots=True)
class Pace:
    """One host's pace; ``next_at`` and ``errors`` are what is kept over restarts (archive.models.Host)."""

    delay: float
    """Seconds from the end of one request to the start of the next."""
    jitter: float = 0.0
    """Share of the pause by which it is lengthened at random."""
    next_at: datetime | None = None
    """No request before this moment."""
    errors: int = 0
    """Failures in a row that speak of strain."""

    def wait(self, now: datetime) -> float:
        """Seconds until the host may be asked, 0 for at once.

        No pause is longer than what can have been promised: after an error a day, after a success an hour, or the
        delay if that is longer (another source on the site may have a longer one than ours). What is beyond can only
        come from a clock that has been set back since.
        """
        if self.next_at is None:
            return 0.0
        usual = timedelta(seconds=self.delay * (1 + self.jitter))
        longest = max(usual, LONGEST_WAIT if self.errors else timedelta(seconds=LONGEST_PAUSE))
        return max(timedelta(), min(self.next_at - now, longest)).total_seconds()

    def after(self, outcome: Page | Failure, finished_at: datetime, rng: random.Random) -> Pace:
        """The pace after a request that ended at ``finished_at``.

        Strain doubles the pause each time, Retry-After can lengthen it further, up to a day, and nothing shortens it:
        after an error the next request never comes sooner than it would have after a success.
        """
        retry_at = outcome.retry_at if isinstance(outcome, Failure) else None
        # Whatever else is wrong, a host that names a moment is to be left alone until then.
        failed = isinstance(outcome, Failure) and (outcome.reason in STRAIN or retry_at is not None)
        errors = self.errors + 1 if failed else 0
        pause = self.delay
        if errors:
            backoff = max(self.delay, SHORTEST_BACKOFF) * 2.0 ** min(errors, 32)
            pause = max(self.delay, min(backoff, LONGEST_PAUSE))
        next_at = finished_at + timedelta(seconds=pause * (1 + self.jitter * rng.random()))
        if retry_at:
            next_at = max(next_at, min(retry_at, finished_at + LONGEST_WAIT))
        return replace(self, next_at=next_at, errors=errors)
