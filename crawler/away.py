"""Away: turns that are taken elsewhere, by this machine's other processes or a cluster's: sent, awaited, taken in.

Whatever becomes of who has a turn (it ends, hangs, is cut off), its tasks stay in the queue and its site is given back
as one that may have been asked a moment ago, so that whoever has it next begins with a pause.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from archive.models import Failure, Stage
from archive.tasks import Outcome
from archive.turns import LEASE
from crawler import __version__, clock
from crawler.remote import Report, Sent, hurry, later, pack, unpack, work
from crawler.work import Desk, Order
from crawler.writing import RETRY_SECONDS, TELL_SECONDS

log = logging.getLogger(__name__)

TURN = 10.0
"""Seconds after which a turn is to be reported: so much of a site's work is lost with who does it."""
SLACK = 30.0
"""Seconds on the way, there and back, after which a turn that should be over is given up."""
HELD = 64 << 20
"""Bytes of reports that may be on their way or wait to be stored: where the archive is slower than the web."""
USUAL = 128 << 10
"""Bytes of a report, until larger ones have come."""
ALONE, ENOUGH = 2, 4
"""Ends of a process over the same site in a row, after which it is given one task at a time, and that task up."""
REFUSED = 1.0
"""Seconds until a turn that was refused is sent again."""
LATE = 2 / 3
"""Of the slack: a turn that is begun later would still be under way when it is given up."""


class GoneError(Exception):
    """Nobody can be given a turn just now; in a sentence."""


class Crew(Protocol):
    """Who takes turns."""

    @property
    def far(self) -> bool:
        """Whether they are on other machines.

        Such an executor may begin a turn a second time by itself, where the first one's process ended.
        """

    @property
    def ends(self) -> tuple[type[BaseException], ...]:
        """What a future raises where the process that had the turn ended."""

    @property
    def readers(self) -> int:
        """Processes that read pages, for each that fetches them."""

    def executor(self) -> Executor:
        """Raises GoneError."""

    def room(self) -> int | None:
        """How many turns at once; None for as many as are wanted."""

    def each(self, fn: Callable[[str], None], owner: str, /) -> None:
        """Call a function in each of the processes, without waiting for it."""

    def give_up(self, future: Future[Any], /) -> None:
        """That of a turn which should have ended long ago."""


class Back(Desk, Protocol):
    """A desk for what comes back."""

    lost: bool
    """Whether the site may have been asked by who never told us."""


@dataclass(slots=True)
class Away:
    """Sends one crawl's turns to a crew."""

    crew: Crew
    owner: str
    _ends: dict[str, int] = field(default_factory=dict)
    """How many processes ended over a site, one after the other."""
    _told_at: float = -TELL_SECONDS
    _out: int = 0
    """Turns that nobody has reported on."""
    _held: int = 0
    """Bytes of reports that are not taken in."""
    _size: float = field(default_factory=lambda: float(USUAL))
    """Of a report, by the largest of the last: a listing's is a fraction of its pages'."""

    def room(self, most: int) -> int:
        """How many turns more, of ``most``.

        Where none is out it is one in any case: a turn that waits for a cluster's first worker is seen to wait.
        """
        given = self.crew.room()
        free = most if given is None else max(1, given) - self._out
        fits = (HELD - self._held) / self._size - self._out
        return max(0 if self._out or self._held else 1, min(most, free, int(fits)))

    def hurry(self) -> None:
        """Have the turns end before their next request."""
        with contextlib.suppress(GoneError):
            self.crew.each(hurry, self.owner)

    async def turn(self, order: Order, desk: Back, stopping: asyncio.Event) -> None:
        """Have a batch worked on, and leave at the desk what was done, as crawler.work.fetch_and_extract does."""
        site = order.batch.site
        desk.lost = True
        if self._ends.get(site.name, 0) >= ENOUGH:
            await desk.done(self._given_up(order))
            return
        if self._ends.get(site.name, 0) >= ALONE:
            order = replace(order, batch=replace(order.batch, tasks=order.batch.tasks[:1]))
        if self.crew.far:
            order = replace(order, batch=replace(order.batch, site=replace(site, abandoned=True)))
        try:
            data = await self._sent(order, desk)
            self._size = max(USUAL, len(data), 0.98 * self._size)
        except GoneError as error:
            self._tell(str(error))
            with contextlib.suppress(TimeoutError):  # or a crawl without anyone would go round and round
                await asyncio.wait_for(stopping.wait(), RETRY_SECONDS)
            return
        self._ends.pop(site.name, None)
        self._held += len(data)
        try:
            await self._take_in(data, desk)
        finally:
            self._held -= len(data)

    async def _sent(self, order: Order, desk: Back) -> bytes:
        """What came back, packed. Raises GoneError."""
        self._out += 1
        try:
            return await self._awaited(order, desk)
        finally:
            self._out -= 1

    async def _awaited(self, order: Order, desk: Back) -> bytes:
        limits, name = order.terms.limits, order.batch.site.name
        most = TURN + order.patience.total_seconds() + 2 * limits.deadline
        sent = Sent(
            order, self.owner, clock.now(), __version__, self.crew.readers, self.crew.far, TURN, most, LATE * SLACK
        )
        try:
            future = await asyncio.to_thread(lambda: self.crew.executor().submit(work, pack(sent, far=self.crew.far)))
        except GoneError:
            raise
        except Exception as problem:  # of a cluster that ends just now, or a bug
            self._ends[name] = self._ends.get(name, 0) + 1
            raise GoneError(f"The turn of site {name} could not be sent out: {problem}") from problem
        end = clock.elapsed() + most + SLACK
        back = asyncio.wrap_future(future)
        try:
            while (left := end - clock.elapsed()) > 0:
                if (await asyncio.wait({back}, timeout=min(left, LEASE.total_seconds() / 3)))[0]:
                    break
                await desk.alive(desk.site)
        finally:
            if not back.done():
                back.cancel()
                self.crew.give_up(future)
        if back.cancelled():
            raise GoneError(f"The turn of site {name} was given up: nobody has reported on it in time.")
        if isinstance(error := back.exception(), self.crew.ends):
            self._ends[name] = self._ends.get(name, 0) + 1
        if error:
            raise GoneError(f"The turn of site {name} is taken again: {error}") from error
        return back.result()

    async def _take_in(self, data: bytes, desk: Back) -> None:
        report = await asyncio.to_thread(unpack, data)
        assert isinstance(report, Report)
        if report.site is None:
            self._tell(report.refused)
            await asyncio.sleep(REFUSED)
            return
        for step in report.steps:
            if isinstance(step, Outcome):
                await desk.done(replace(step, site=later(step.site, clock.now(), report.ended)))
            else:
                host, at = step
                await desk.host(host, later(at, clock.now(), report.ended))
        desk.site, desk.lost = later(report.site, clock.now(), report.ended), False
        if report.refused:
            log.error("a turn ended by a bug on %s: %s", report.machine, report.refused)

    def _given_up(self, order: Order) -> Outcome:
        task, count = order.batch.tasks[0], self._ends.pop(order.batch.site.name)
        said = f"The process that worked on it ended, {count} times in a row; it is tried again later."
        return Outcome(task, order.batch.site, Failure(task.url, Stage.FETCH, "interrupted", said))

    def _tell(self, said: str) -> None:
        """Once a minute: where a scheduler is gone, each of many turns would say so."""
        if clock.elapsed() > self._told_at + TELL_SECONDS:
            self._told_at = clock.elapsed()
            log.warning("%s Nothing is lost.", said)
