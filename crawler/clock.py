"""Clock: the time of day, and the time that has passed, which nobody can set. The one place that asks for them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

STEP = timedelta(seconds=10)
"""By so much the two have to differ for the clock to count as set: time servers slew what is less."""


def now() -> datetime:
    """The time of day, UTC. It may jump."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds since some moment, those included in which the machine slept. It never jumps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Watch:
    """Tells whether the clock was set since it was last asked."""

    def __init__(self) -> None:
        self._now, self._elapsed = now(), elapsed()

    def jump(self) -> timedelta:
        """By how much the clock was set: forward if positive, zero if it was not."""
        at, since = now(), elapsed()
        by = (at - self._now) - timedelta(seconds=since - self._elapsed)
        self._now, self._elapsed = at, since
        return by if abs(by) >= STEP else timedelta()
