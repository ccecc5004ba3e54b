"""Writing: to an archive that may be locked, or full, for a while: it is waited for, and nothing is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from archive.store import ArchiveError
from crawler import clock

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 5
"""Between two tries."""
TELL_SECONDS = 60
"""Between two words about the same trouble, which each of those that wait has met."""


@dataclass(slots=True)
class Writing:
    """The one way in which a crawl writes. ``stopping`` is set where there is no use in going on."""

    stopping: asyncio.Event
    broken: ArchiveError | None = None
    """Why the archive can't be worked on any more."""
    trouble: str = ""
    """What keeps us from writing just now."""
    given_up: bool = False
    """There is no more time to wait."""
    _told_at: float = 0.0

    async def do(self, work: Callable[[], T]) -> T:
        """What ``work`` gives; where the archive can't be written to just now, it is tried again until it can.

        Raises ArchiveError where that will not pass by itself, or there is no more time.
        """
        while True:
            try:
                done = await asyncio.to_thread(work)
            except ArchiveError as error:
                self.mind(error)
                if self.broken or self.given_up:
                    raise
            else:
                self.well()
                return done
            await asyncio.sleep(RETRY_SECONDS)

    def well(self) -> None:
        """Something was written: say so where it could not be before."""
        if self.trouble:
            self.trouble = ""
            log.warning("the archive can be written to again")

    def mind(self, error: ArchiveError) -> None:
        """Say what keeps us from writing; where it will not pass, the crawl is to stop."""
        if not error.passing:
            self.broken = self.broken or error
            self.stopping.set()
        elif self.trouble != str(error) or clock.elapsed() > self._told_at + TELL_SECONDS:
            self.trouble, self._told_at = str(error), clock.elapsed()
            log.warning("%s Nothing is lost: what was fetched waits until it can be stored.", error)
