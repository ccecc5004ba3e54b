"""Alarm: looked for, and sent to whoever is to be told: by an address on the web, or a program of the owner's.

Each is sent at its beginning and at its end, at least once: what could not be sent is tried again until it was, also
after a restart. ``id`` and ``event`` are the same each time, so that a receiver can tell.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

import httpx

from archive import register
from archive.database import ArchiveError, reading
from archive.register import Begun, Row
from archive.store import Archive
from archive.watch import Watch
from config.models import Alarms
from crawler import __version__, clock
from crawler.masks import masked
from crawler.network import guarded_transport

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that an address or a program may take."""
AT_ONCE = 20
"""Messages that are read from the archive at a time."""
FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=1)
"""The pause after a message that could not be sent, doubled with each, and the longest."""


class UnsentError(Exception):
    """A message could not be sent; the sentence says why, without the address."""


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
            "webhook": partial(_post, to.webhook, said),
            "command": partial(_run, to.command, said),
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


async def _post(url: str, said: bytes) -> None:
    """To the owner's own address, so that neither robots.txt nor a pace hold; a redirect is not followed."""
    headers = {"Content-Type": "application/json", "User-Agent": f"cuttings/{__version__}"}
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(transport=guarded_transport(allow_private=True), timeout=PATIENCE) as client,
            client.stream("POST", url, content=said, headers=headers) as answer,
        ):
            status = answer.status_code  # its body is of no interest, and may have no end
    except TimeoutError:
        raise UnsentError(f"The webhook did not answer in {PATIENCE:.0f} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as error:
        raise UnsentError(f"The webhook could not be reached ({type(error).__name__}).") from None
    if not 200 <= status < 300:
        raise UnsentError(f"The webhook answered {status}.")


async def _run(command: tuple[str, ...], said: bytes) -> None:
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise UnsentError(f"The program {command[0]} could not be started: {error}.") from None
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(said)
    except TimeoutError:
        raise UnsentError(f"The program {command[0]} took longer than {PATIENCE:.0f} seconds.") from None
    finally:
        # With whatever it started: also where it ended, and where we are told to stop.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()
    if process.returncode:
        raise UnsentError(f"The program {command[0]} ended with {process.returncode}.")
