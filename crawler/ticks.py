"""Ticks: what is done each second or hour, by APScheduler, whose clock on the wall may be set at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from crawler import clock

LOOK = 1.0
"""Seconds between two looks whether the scheduler still waits for the right moment."""


class Every(BaseTrigger):  # type: ignore[misc]  # untyped
    """Fires at a fixed pause. Unlike APScheduler's own, it does not count up what was missed: from 1970, for hours."""

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The scheduler's question; both times are by the clock on the wall."""
        due = (previous_fire_time or now) + self.pause
        return due if now < due <= now + self.pause else now + self.pause


class Ticks:
    """A scheduler of jobs at fixed pauses. A blocked loop or a suspended machine delays one, and loses none."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def add(self, job: Callable[[], Awaitable[None] | None], pause: timedelta, *, at_once: bool = False) -> None:
        """Do ``job`` at each ``pause``, in the loop if it is a coroutine function, in a thread if it is not."""
        first = clock.wall() + (timedelta() if at_once else pause)
        self._scheduler.add_job(
            job, Every(pause), next_run_time=first, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        self._scheduler.start()

    async def keep(self) -> None:
        """Until cancelled, wake the scheduler where a clock that was set back would have it wait for as long."""
        while True:
            await asyncio.sleep(LOOK)
            now = clock.wall()
            for job in self._scheduler.get_jobs():
                if job.next_run_time > now + job.trigger.pause:
                    job.modify(next_run_time=now + min(job.trigger.pause, timedelta(seconds=LOOK)))

    def pause(self) -> None:
        self._scheduler.pause()

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
