"""Writing: to an archive that may be locked, or full, for a while: it is waited for, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from archive.store import Archive, ArchiveError
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

    archive: Archive
    stopping: asyncio.Event
    broken: ArchiveError | None = None
    """Why the archive can't be worked on any more."""
    trouble: str = ""
    """What keeps us from writing just now."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where there is no more time to wait."""
    _told_at: dict[str, float] = field(default_factory=dict)
    _going: set[asyncio.Task[Any]] = field(default_factory=set)

    async def do(self, work: Callable[[], T], *, urgent: bool = False) -> T:
        """What ``work`` gives; where the archive can't be written to just now, it is tried again until it can.

        ``urgent``: before what others want written.

        Raises ArchiveError where that will not pass by itself, or there is no more time.
        """
        while True:
            try:
                done = await asyncio.wrap_future(self.archive.begin(work, urgent=urgent))
            except ArchiveError as error:
                self.mind(error)
                if self.broken or self.given_up.is_set():
                    raise
            else:
                self.well()
                return done
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.given_up.wait(), RETRY_SECONDS)

    async def surely(self, work: Coroutine[Any, Any, T]) -> T:
        """What ``work``, which writes, gives; who waits for it may be cut off, and it is written all the same."""
        task = asyncio.create_task(work)
        self._going.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()  # seen: ``mind`` has said it, and nobody else may be there to look

    async def give_up(self) -> None:
        """Wait for no room and no lock any more; what can be written is, and then this returns."""
        self.given_up.set()
        if self._going:
            await asyncio.wait(self._going)

    def well(self) -> None:
        """Something was written: say so where it could not be before."""
        if self.trouble:
            self.trouble = ""
            self._told_at.clear()
            log.warning("the archive can be written to again")

    def mind(self, error: ArchiveError) -> None:
        """Say what keeps us from writing; where it will not pass, the crawl is to stop."""
        if not error.passing:
            self.broken = self.broken or error
            self.stopping.set()
            return
        self.trouble = said = str(error)
        if clock.elapsed() > self._told_at.get(said, -TELL_SECONDS) + TELL_SECONDS:
            self._told_at[said] = clock.elapsed()
            log.warning("%s Nothing is lost: what was fetched waits until it can be stored.", error)
