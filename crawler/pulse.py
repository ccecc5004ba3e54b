"""Pulse: the signs of life of a daemon: when it last ticked, what is wrong with it, how late its event loop was."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from archive.models import Failure, Stage, Verdict
from archive.tasks import Outcome
from crawler.masks import masked

STALE = 60.0
"""Seconds without a tick after which something is wrong: one comes each second, and waits 30 for a locked archive."""
ROOM = 64 << 20
"""Bytes of disk below which the archive will soon not be written to: a busy hour's pages, and the -wal file."""
BEAT = 0.05
"""Seconds between two looks at the clock: a pause of the loop is seen but for so much, at 0.1 % of a core."""
MINUTES = 5


@dataclass(slots=True)
class Pulse:
    """Written by the daemon, read by /healthz, /metrics and the watchdog. Seconds are time.monotonic's."""

    archive: Path
    started: float = field(default_factory=time.monotonic)
    ticked: float | None = None
    """The last tick that succeeded."""
    ticks: int = 0
    trouble: str = ""
    """What the last tick failed with."""
    unstored: str = ""
    """What the last outcome could not be stored for."""
    stopping: bool = False
    lag: float = 0.0
    """The longest that the loop was blocked, since the start."""
    _lags: deque[float] = field(default_factory=lambda: deque([0.0], MINUTES))
    """The longest of each of the last minutes."""

    def tick(self) -> None:
        self.ticked, self.trouble, self.ticks = time.monotonic(), "", self.ticks + 1

    def watch(self, outcome: Outcome, _verdict: Verdict) -> None:
        """See from an outcome whether the archive takes what it is given."""
        failure = outcome.result if isinstance(outcome.result, Failure) else None
        self.unstored = masked(failure.detail) if failure and failure.stage is Stage.STORE else ""

    def age(self) -> float:
        """Seconds since the last tick, or since the start."""
        return time.monotonic() - (self.ticked or self.started)

    @property
    def recent_lag(self) -> float:
        """The longest that the loop was blocked in the last five minutes."""
        return max(self._lags)

    def problems(self) -> list[str]:
        """What is wrong, in sentences for a person; none: all is well."""
        found = []
        if self.stopping:
            found.append("It is stopping.")
        if self.ticked is None:
            found.append("It is still starting.")
        elif self.age() > STALE:
            found.append(f"It has not looked for work for {self.age():.0f} seconds.")
        if self.trouble:
            found.append(f"The last look for work failed: {self.trouble}")
        if self.unstored:
            found.append(f"The last page could not be stored: {self.unstored}")
        try:
            free = shutil.disk_usage(self.archive.parent).free
        except OSError as error:
            return [*found, f"{self.archive.parent}: cannot be looked at: {error.strerror}."]
        if free < ROOM:
            found.append(f"The archive's disk has {free >> 20} MB left; make room.")
        return found

    async def listen(self) -> None:
        """Measure how late the loop is, until cancelled."""
        minute = time.monotonic()
        while True:
            before = time.monotonic()
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            late = now - before - BEAT
            self.lag, self._lags[-1] = max(self.lag, late), max(self._lags[-1], late)
            if now - minute > 60:
                minute = now
                self._lags.append(0.0)
