"""Clock: the time of day, and the time that has passed, which nobody can set. The one place that asks for them.

The two are read together: between two calls of ``jump`` the time of day goes on with what has passed, however the
machine's clock is set meanwhile, so that all that was written before a jump is by one clock, and all after by another.

What is played has its own time (``played``): there they are moved together, so that time has passed and no clock was
set.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

STEP = timedelta(seconds=10)
"""By so much the two have to differ for the clock to count as set: time servers slew what is less."""


def now() -> datetime:
    """The time of day, UTC."""
    return _CLOCK.began + timedelta(seconds=elapsed())


def wall() -> datetime:
    """The time of day by the machine's clock at this moment, which may have been set since ``jump``."""
    return datetime.now(UTC) + timedelta(seconds=_CLOCK.moved)


def elapsed() -> float:
    """Seconds since the machine was started, those included in which it slept. It never jumps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME) + _CLOCK.moved
    return time.monotonic() + _CLOCK.moved


def began() -> datetime:
    """The zero of ``elapsed`` by ``now``: the same for all processes until the machine's clock is set."""
    return _CLOCK.began


def jump() -> timedelta:
    """By how much the clock was set since this was last asked: forward if positive, zero if not; ``now`` follows it."""
    before, _CLOCK.began = _CLOCK.began, wall() - timedelta(seconds=elapsed())
    by = _CLOCK.began - before
    return by if abs(by) >= STEP else timedelta()


@contextlib.contextmanager
def played() -> Iterator[Callable[[datetime], None]]:
    """Let this process live at other times: gives what sets one, from which on time passes as it always does.

    To be set while nothing is under way. An archive takes it for time that has passed, and moves nothing along.
    """

    def move(to: datetime) -> None:
        _CLOCK.moved += (to - now()).total_seconds()

    try:
        yield move
    finally:
        _CLOCK.moved = 0.0


class _Clock:
    moved = 0.0
    """Seconds by which the time that is played is off."""
    began: datetime


_CLOCK = _Clock()
_CLOCK.began = wall() - timedelta(seconds=elapsed())
