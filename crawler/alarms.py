"""Alarm: looked for, and sent to whoever is to be told: by an address on the web, or a program of the owner's.

Each is sent at its beginning and at its end, at least once: what could not be sent is tried again until it was, also
after a restart. ``id`` and ``event`` are the same each time, so that a receiver can tell.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from archive import register
from archive.database import ArchiveError, reading
from archive.register import Begun, Row
from archive.store import Archive
from archive.watch import Watch
from config.models import Alarms
from crawler import clock
from crawler.masks import masked
from crawler.sending import UnsentError, post, run

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Messages that are read from the archive at a time."""
FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=1)
"""The pause after a message that could not be sent, doubled with each, and the longest."""


def look(archive: Archive, watch: Watch) -> None:
    """Look over all sources, and note which alarms began and which ended. Raises ArchiveError."""
    now = clock.now()
    with reading(archive.path) as db:
        changes = watch.look(db, now)
    archive.note_alarms(changes, now)
    for change in changes:
        if isinstance(change, Begun):
            log.warning("alarm: %s: %s: %s", change.source, change.finding.kind.value, change.finding.sentence)


def message(row: Row) -> dict[str, object]:
    """What is sent: the alarm without what lets one in, and whether it began or ended."""
    said = {key: value for key, value in asdict(row).items() if key != "evidence"}
    evidence = json.loads(masked(json.dumps(row.evidence, ensure_ascii=False)))
    said |= {"sentence": masked(row.sentence), "evidence": evidence}
    return {"event": "ended" if row.ended else "began"} | said


@dataclass(slots=True)
class Bell:
    """Sends what was not sent so far. What reached one receiver is noted while another cannot be reached."""

    archive: Archive
    _pause: timedelta = timedelta()
    _not_before: float = 0.0

    async def ring(self, to: Alarms) -> bool:
        """Send what there is to send; whether all of it was. Never raises."""
        if (not to.webhook and not to.command) or clock.elapsed() < self._not_before:
            return True
        down: dict[str, str] = {}
        receivers, last = {name for name in ("webhook", "command") if getattr(to, name)}, 0
        try:
            while not receivers <= down.keys() and (rows := await asyncio.to_thread(self._untold, last)):
                for row, heard in rows:
                    await self._send(row, heard, to, down)
                    last = row.id
            problem = " ".join(down.values())
        except ArchiveError as error:
            problem = str(error)
        except Exception:
            log.exception("alarms could not be sent")
            return False
        if problem:
            self._pause = min(max(FIRST, 2 * self._pause), LONGEST)
            self._not_before = clock.elapsed() + self._pause.total_seconds()
            log.warning("an alarm could not be sent, which is tried again in %s: %s", self._pause, problem)
            return False
        self._pause = timedelta()
        return True

    def _untold(self, after: int) -> tuple[tuple[Row, frozenset[str]], ...]:
        with reading(self.archive.path) as db:
            return register.untold(db, clock.now(), AT_ONCE, after=after)

    async def _send(self, row: Row, heard: frozenset[str], to: Alarms, down: dict[str, str]) -> None:
        """To whoever has not ``heard`` of it. ``down``: who could not be reached, and why; they are left out then."""
        said = json.dumps(message(row), ensure_ascii=False).encode()
        event = "ended" if row.ended else "began"
        reached, missed = [], False
        senders: dict[str, Callable[[], Awaitable[None]]] = {
            "webhook": partial(post, to.webhook, said),
            "command": partial(run, to.command, said),
        }
        for name, send in senders.items():
            wanted = bool(getattr(to, name)) and f"{event}:{name}" not in heard
            missed |= wanted and name in down
            if not wanted or name in down:
                continue
            try:
                await send()
                reached.append(f"{event}:{name}")
            except UnsentError as error:
                down[name], missed = str(error), True
        if not missed:
            await asyncio.to_thread(self.archive.alarm_told, row, clock.now())
            return
        for who in reached:
            await asyncio.to_thread(self.archive.alarm_heard, row, who)
