"""The daemon: APScheduler fires the ticks, signals end them, and whoever watches over it is told how it is."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.database import ArchiveError
from archive.models import Verdict
from archive.store import Archive
from archive.tasks import Outcome
from archive.watch import Watch
from config.load import STARTER, ConfigError
from config.models import Config
from crawler import alarms, clock, reextract
from crawler.aside import Aside
from crawler.away import Crew
from crawler.browser import Browser
from crawler.crawl import TICK, Crawl, start
from crawler.crews import HERE, Wanted, crew
from crawler.lock import only_one
from crawler.logs import log_outcome
from crawler.notify import Manager
from crawler.pool import Pool
from crawler.pulse import Pulse
from crawler.tally import Tally
from crawler.ticks import Ticks
from crawler.watching import Watching

if TYPE_CHECKING:
    from crawler.metrics import Metrics

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=15)
"""A site with a longer pause keeps none of limits.hosts turns waiting: it is given back until then."""
GRACE = 30.0
"""Seconds that a stop waits for what is in flight."""
ENDING = 5.0
"""Seconds that it waits for the last batch of articles that are cleaned anew."""
WAL_BYTES = 64 << 20
"""Of the -wal file, which SQLite begins anew at 4 MB unless some program reads on and on."""
WATCH, TELL = timedelta(hours=1), 60.0
"""How often sources are looked over for alarms; seconds between two looks at what is to be sent."""
LOADING = 30.0
"""Seconds after which a configuration that cannot be read, as on a drive that is gone, is refused."""
APART = 1.0
"""Seconds between two reloads, however many are asked for."""


@dataclass(slots=True)
class Signals:
    """What was asked for by signal: SIGTERM or SIGINT once to stop, twice to stop at once; SIGHUP to reload."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    reload: asyncio.Event = field(default_factory=asyncio.Event)

    def heed(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload.set)

    def _stop(self) -> None:
        (self.hurry if self.stop.is_set() else self.stop).set()


@dataclass(slots=True)
class Daemon:
    """One daemon at work on an archive, with its signs of life."""

    archive: Archive
    crawl: Crawl
    load: Callable[[], Config]
    manager: Manager
    pulse: Pulse
    tally: Tally
    aside: Aside = field(default_factory=lambda: Aside(4, "reload"))
    ending: threading.Event = field(default_factory=threading.Event)
    """For what goes on in threads."""
    refreshing: threading.Lock = field(default_factory=threading.Lock)
    """Held while articles are cleaned anew."""
    looking: Watch = field(default_factory=Watch)
    bell: alarms.Bell = field(init=False)
    watching: Watching = field(init=False)

    def __post_init__(self) -> None:
        self.bell = alarms.Bell(self.archive)
        self.watching = Watching(self.archive)

    async def tick(self) -> None:
        """Start what is due; never raises.

        The manager is told that we live by ticks that succeed, or that say what keeps the archive from being written:
        starting anew would mend neither a full disk nor another program's lock. A bug's or a hung tick's silence is
        what it restarts us for.
        """
        try:
            await self.crawl.tick()
        except ArchiveError as error:  # which crawler.writing has said
            if self.crawl.writing.broken:
                return
            self.pulse.trouble = str(error)
            self.tally.tick_errors += 1
            self.manager.alive()
        except Exception as error:
            self.pulse.trouble = type(error).__name__
            self.tally.tick_errors += 1
            log.exception("a tick failed; the next one tries again")
        else:
            self.pulse.unstored = self.crawl.writing.trouble
            self.pulse.tick()
            self.manager.alive()

    def status(self) -> str:
        return f"watching {len(self.crawl.config.sources)} sources into {self.archive.path}"

    async def reload(self, asked: asyncio.Event) -> None:
        """Reload each time that it is asked for, until cancelled; one that is asked for meanwhile comes after."""
        while True:
            await asked.wait()
            asked.clear()
            if self.pulse.stopping:
                return
            self.manager.reloading()
            done = await self._reloaded()
            self.tally.reloads["done" if done else "refused"] += 1
            self.manager.ready(self.status())
            await asyncio.sleep(APART)

    async def _reloaded(self) -> bool:
        """Load the configuration anew; one that cannot be used is refused and the old one kept."""
        try:
            async with asyncio.timeout(LOADING):
                fresh = await self.aside.call(self._fresh)
            await asyncio.to_thread(self.archive.sync_sources, fresh, clock.now())
        except TimeoutError:
            log.error("the configuration was not reloaded, the old one stays: it could not be read in time")  # noqa: TRY400  # expected
            return False
        except (ConfigError, ArchiveError) as error:
            log.error("the configuration was not reloaded, the old one stays: %s", error)  # noqa: TRY400  # expected
            return False
        except Exception:
            log.exception("the configuration was not reloaded, the old one stays")
            return False
        self.crawl.reload(fresh)
        log.info("configuration reloaded: %d sources", len(fresh.sources))
        return True

    def _fresh(self) -> Config:
        fresh, before = self.load(), self.crawl.config.origin
        if fresh.origin == str(STARTER) != before:
            # It would watch the starter pack's publishers in place of the user's own.
            raise ConfigError(f"{before} is not there any more; only the starter pack that comes with Cuttings is")
        return fresh

    def tidy(self) -> None:
        """Throw away what only grows; never raises."""
        try:
            left = self.archive.tidy(clock.now(), log_days=self.crawl.config.limits.log_days)
            if left > WAL_BYTES:
                log.warning(
                    "%s-wal has %d MB; a program that reads the archive keeps it", self.archive.path, left >> 20
                )
        except ArchiveError as error:
            log.warning("the archive was not tidied up, which is tried again in an hour: %s", error)

    def refresh(self) -> None:
        """Clean the newest articles of what was learned to be boilerplate since they were stored; never raises."""
        config = self.crawl.config
        sources = {source.name: source for source in config.sources}
        try:
            with self.refreshing:
                done = reextract.refresh(self.archive, sources, config.limits.reading, self.ending)
        except ArchiveError as error:
            log.warning("articles were not cleaned anew, which is tried again in an hour: %s", error)
        except Exception:
            log.exception("cleaning articles anew ended by a bug; each is as it was or as it is to be")
        else:
            if done:
                counts = done.effects.total
                said = "%d articles were read anew after boilerplate was learned: %d changed, %d words lost, %d gained"
                log.info(said, counts.looked, counts.changed, counts.lost, counts.gained)

    def watch(self) -> None:
        """Look whether something is wrong with a source; never raises."""
        try:
            alarms.look(self.archive, self.looking)
        except ArchiveError as error:
            log.warning("sources were not looked over for alarms, which is tried again in an hour: %s", error)
        except Exception:
            log.exception("sources were not looked over for alarms, which is tried again in an hour")

    async def tell(self) -> None:
        """Send the alarms that were not sent so far, until cancelled, be it in the middle of one: it is sent again."""
        while True:
            await self.bell.ring(self.crawl.config.alarms)
            await asyncio.sleep(TELL)

    async def stopped(self, asked: asyncio.Event) -> None:
        """Wait until a stop is asked for, or the archive is broken."""
        waits = {asyncio.create_task(event.wait()) for event in (asked, self.crawl.stopping)}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def drain(self, grace: float, hurry: asyncio.Event) -> bool:
        """Finish what is in flight, in ``grace`` seconds at most or until ``hurry``; False if something was cut off."""
        drained = asyncio.create_task(self.crawl.drain(grace))
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait({drained, hurried}, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if drained.done():
            return drained.result()
        log.info("told to stop a second time: not waiting any longer")
        drained.cancel()
        await asyncio.wait({drained})
        return await self.crawl.drain(0)


async def serve(
    archive: Archive,
    config: Config,
    load: Callable[[], Config],
    pool: Pool,
    *,
    grace: float = GRACE,
    listening: socket.socket | None = None,
    manager: Manager | None = None,
    hands: Crew | None = None,
) -> bool:
    """Crawl what is due until SIGTERM or SIGINT, then finish what is in flight; False if that took too long.

    SIGHUP loads the configuration anew. /healthz and /metrics are answered on ``listening``.
    """
    signals, pulse, tally = Signals(), Pulse(archive.path), Tally()
    signals.heed()
    manager = manager or Manager()
    async with _beside(_give_up(archive, signals, grace)):
        try:
            run = await asyncio.to_thread(_begin, archive, config)
        except ArchiveError:
            if signals.stop.is_set():
                return True
            raise

        def watch(outcome: Outcome, verdict: Verdict) -> None:
            for look in (log_outcome, tally.watch, pulse.watch, daemon.watching.heed):
                look(outcome, verdict)
            tally.workers_killed = pool.kills

        crawl = Crawl(archive, config, pool, run, watch=watch, idle=IDLE, crew=hands)
        daemon = Daemon(archive, crawl, load, manager, pulse, tally)
        beside = [pulse.listen(), daemon.reload(signals.reload), daemon.tell()]
        beside.append(daemon.watching.keep(lambda: daemon.crawl.config))
        async with (
            Browser() as daemon.crawl.browser,
            _beside(*beside, *([_answer(listening, pulse, tally)] if listening else [])),
        ):
            clean = await _work(daemon, signals, grace)
        if daemon.crawl.writing.broken:
            raise daemon.crawl.writing.broken
        try:
            await asyncio.to_thread(archive.end_run, run, clock.now())
        except ArchiveError as error:
            log.warning("that it stopped could not be written down: %s", error)
    log.info("stopped" if clean else "stopped; what did not finish in time stays in the queue")
    return clean


def _begin(archive: Archive, config: Config) -> int:
    run = start(archive, "daemon")
    archive.sync_sources(config, clock.now())
    return run


async def _work(daemon: Daemon, signals: Signals, grace: float) -> bool:
    """Tick until it is to stop, and finish what is in flight; False if something was cut off."""
    ticks = Ticks()
    ticks.add(daemon.tick, timedelta(seconds=TICK), at_once=True)
    ticks.add(daemon.tidy, timedelta(hours=1))
    ticks.add(daemon.refresh, timedelta(hours=1))
    ticks.add(daemon.watch, WATCH)
    ticks.start()
    daemon.manager.ready(daemon.status())  # the archive was written to: by the start of the run, and the sources
    log.info("%s; Ctrl-C or SIGTERM stops", daemon.status())
    async with _beside(ticks.keep()):
        await daemon.stopped(signals.stop)
    log.info("stopping: finishing what is in flight, %.0f seconds at most", grace)
    daemon.pulse.stopping = True
    daemon.ending.set()
    daemon.manager.stopping()
    ticks.pause()
    clean = await daemon.drain(grace, signals.hurry)
    await asyncio.to_thread(daemon.refreshing.acquire, timeout=ENDING)
    await ticks.stop()
    return clean


async def _give_up(archive: Archive, signals: Signals, grace: float) -> None:
    """Once the time for a stop is over, wait for no other program any more."""
    await signals.stop.wait()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(signals.hurry.wait(), grace)
    archive.hurry()


@contextlib.asynccontextmanager
async def _beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the body, and end them with it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _answer(listening: socket.socket, pulse: Pulse, tally: Tally) -> None:
    """Answer /healthz and /metrics until cancelled."""

    def metrics() -> Metrics:
        from crawler.metrics import Metrics  # noqa: PLC0415  # prometheus_client and uvicorn: 100 ms, and few listen

        importlib.import_module("crawler.health")
        return Metrics(pulse.archive, pulse, tally)

    try:
        counted = await asyncio.to_thread(metrics)
        from crawler.health import answering  # noqa: PLC0415  # as above

        async with answering(listening, pulse, counted):
            await asyncio.Event().wait()
    except Exception:
        log.exception("/healthz and /metrics are not answered")


def run(
    db: Path,
    load: Callable[[], Config],
    *,
    grace: float = GRACE,
    listening: socket.socket | None = None,
    manager: Manager | None = None,
    wanted: Wanted = HERE,
) -> None:
    """Run the daemon on the archive at ``db`` until it is told to stop; ``wanted`` take the turns.

    Raises AlreadyRunningError, CrewError, ConfigError, ArchiveError before anything is started.
    """
    gc.disable()  # nothing is garbage yet; looking for it is a fifth of the start with 10,000 sources
    config = load()
    gc.freeze()
    gc.enable()
    with only_one(db), crew(wanted) as hands, Archive(db) as archive, Pool(config.limits.reading) as pool:
        asyncio.run(serve(archive, config, load, pool, grace=grace, listening=listening, manager=manager, hands=hands))
        # The loop gave the signals back: one that comes now must not cut off the archive's closing.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
