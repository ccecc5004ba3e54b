"""Watching: what watches find is noted, and told to their receivers, once each.

Found and noted are one transaction, and so are each claim and what became of it: a process that is killed loses
nothing, and only what it was sending at that moment is sent again, under the same key.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from archive import deliveries, lookout, matches, owners
from archive.database import ArchiveError, reading
from archive.deliveries import Lane
from archive.models import Change, Verdict
from archive.store import Archive
from archive.tasks import Outcome
from archive.telling import Telling
from config.models import Config
from config.watches import Watch
from crawler import clock
from crawler.receivers import Receiver
from crawler.sending import RefusedError, UnreachableError, UnsentError

log = logging.getLogger(__name__)

FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=1)
"""The pause after a message that could not be sent, doubled with each try, and the longest."""
AT_ONCE = 16
"""Lanes in which something is sent at the same time."""
TURN = 60.0
"""Seconds after which a lane lets others have their turn."""
EVERY, LULL = 60.0, 3.0
"""Seconds between two looks, and those by which articles that come together are told together."""
TRIES = 10
"""To write down what was sent, before a process ends."""
ENDING = 5.0
"""Seconds that a message which is under way may take when we are to stop: cut off, it may be there or not."""


@dataclass(slots=True)
class Watching:
    """Of one archive, in one process."""

    archive: Archive
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where there may be something new to find."""
    ending: threading.Event = field(default_factory=threading.Event)
    """For what goes on in a thread."""
    _owner: str = field(default_factory=owners.me)
    _unnoted: list[Callable[[], object]] = field(default_factory=list)
    """What was sent and could not be written down: before that is, nothing is sent."""
    _down: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Of one round: who cannot be reached, when he is tried next, and why."""

    def heed(self, _outcome: Outcome, verdict: Verdict) -> None:
        """Look at what was stored."""
        if verdict.change in (Change.NEW, Change.DUPLICATE, Change.REVISED):
            self.stored.set()

    async def keep(self, config: Callable[[], Config]) -> None:
        """Look and tell until cancelled, soon after something was stored; never raises."""
        try:
            while True:
                self.stored.clear()
                more = await self.once(config())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stored.wait(), 0.0 if more else EVERY)
                await asyncio.sleep(LULL)
        finally:
            self.ending.set()

    async def finish(self, config: Config, *, tell: bool) -> None:
        """Look, and tell all that is due; never raises."""
        for _ in range(TRIES):
            while await self.once(config, tell=tell):
                pass
            if not self._unnoted:
                return
            await asyncio.sleep(LULL)

    async def once(self, config: Config, *, tell: bool = True) -> bool:
        """Look, and give each receiver a turn; whether there is more to tell now. Never raises."""
        if not config.watches:
            return False
        try:
            await asyncio.to_thread(self.look, config.watches)
            return tell and await self.tell(config)
        except ArchiveError as error:
            log.warning("watches could not be looked after, which is tried again: %s", error)
        except Exception:
            log.exception("watches could not be looked after, which is tried again")
        return False

    def look(self, watches: tuple[Watch, ...]) -> None:
        """Note what is new for each watch. Raises ArchiveError."""
        left = {watch.name: watch for watch in watches}
        told = {watch.name: tuple(matches.receivers(watch)) for watch in watches}
        with reading(self.archive.path) as db:
            while not self.ending.is_set() and (step := lookout.step(db, left.values())):
                found = self.archive.note_matches(step, told, clock.now())
                for name, problem in step.failed.items():
                    log.error("watch %s: it could not be looked for what it wants: %s", name, problem)
                    del left[name]
                if found:
                    names = ", ".join(sorted({match.watch for match in step.matches})[:20])
                    log.info("%d new matches of watches: %s", found, names)

    async def tell(self, config: Config) -> bool:
        """Send what is due, of each lane for a while; whether there is more. Raises ArchiveError."""
        while self._unnoted:
            await asyncio.to_thread(self._unnoted[0])
            del self._unnoted[0]
        lanes = await asyncio.to_thread(self._due, config)
        if not lanes:
            return False
        self._down, places = {}, asyncio.Semaphore(AT_ONCE)

        async def turn(lane: Lane, receiver: Receiver) -> bool:
            async with places:
                return await self._turn(lane, receiver)

        results = await asyncio.gather(*(turn(*each) for each in lanes.items()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return any(results)

    def _due(self, config: Config) -> Mapping[Lane, Receiver]:
        with reading(self.archive.path) as db:
            due = deliveries.due(db, clock.now())
        known = {
            Lane(watch.name, name): Receiver(watch, config.mail, name, address)
            for watch in config.watches
            for name, address in matches.receivers(watch).items()
        }
        return {lane: known[lane] for lane in due if lane in known}

    async def _turn(self, lane: Lane, receiver: Receiver) -> bool:
        """Send what is in a lane, as long as the receiver has it; whether there is more to send now."""
        end = clock.elapsed() + TURN
        while clock.elapsed() < end:
            if down := self._down.get(receiver.place):
                await asyncio.to_thread(self.archive.undelivered, lane, (), *down)
                return False
            found = await asyncio.to_thread(self.archive.claim, lane, clock.now(), self._owner)
            if not found:
                return False
            sending = asyncio.create_task(self._send(lane, receiver, found))
            try:
                going = await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait({sending}, timeout=ENDING)
                sending.cancel()
                raise
            if not going:
                return False
        return True

    async def _send(self, lane: Lane, receiver: Receiver, found: tuple[Telling, ...]) -> bool:
        """One message, and note what became of it; whether the next may be sent. Raises ArchiveError."""
        numbers = tuple(one.delivery for one in found)
        try:
            await _try(receiver, found)
        except UnsentError as error:
            pause, refused = min(FIRST * 2 ** min(found[0].tries - 1, 10), LONGEST), isinstance(error, RefusedError)
            due_at = clock.now() + pause
            if isinstance(error, UnreachableError):
                self._down[receiver.place] = due_at, str(error)
            note = partial(self.archive.undelivered, lane, numbers, due_at, str(error), refused=refused)
            after = "and is given up" if await self._note(note) else f"which is tried again in {pause}"
            log.warning("watch %s: a match could not be sent by %s, %s: %s", lane.watch, receiver.kind, after, error)
            return refused
        await self._note(partial(self.archive.delivered, numbers, clock.now()))
        return True

    async def _note(self, note: Callable[[], bool | None]) -> bool | None:
        try:
            return await asyncio.to_thread(note)
        except ArchiveError:
            self._unnoted.append(note)
            raise


async def _try(receiver: Receiver, found: tuple[Telling, ...]) -> None:
    """Send one message; a bug is a message that cannot be sent, and holds up no other. Raises UnsentError."""
    try:
        await receiver.send(found)
    except UnsentError:
        raise
    except Exception as error:
        log.exception("watch %s: a message could not be made", receiver.watch.name)
        raise RefusedError(f"The message could not be made ({type(error).__name__}).") from None
