"""The daemon: APScheduler fires the ticks, signals end them, a lock keeps a second one off the archive."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from archive.models import Failure, Outcome, TaskKind, Verdict
from archive.store import Archive
from config.load import ConfigError
from config.models import Config
from crawler.crawl import Crawl, start
from crawler.pool import Pool

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at what is due: one indexed query, 0.1 ms when nothing is."""
GRACE = 30.0
"""Seconds that a stop waits for what is in flight."""


class AlreadyRunningError(Exception):
    """Another daemon works on this archive."""


@contextlib.contextmanager
def only_one(db: Path) -> Iterator[None]:
    """Hold the archive's daemon lock; the kernel lets it go when the process ends, however it ends.

    Raises AlreadyRunningError with the other's process number.
    """
    path = db.with_name(db.name + "-lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise AlreadyRunningError(
                f"A daemon already works on {db} (process {file.read().strip() or 'unknown'}). "
                "Stop it first, or give this one another archive with --db."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def log_outcome(outcome: Outcome, verdict: Verdict) -> None:
    """One line a fetch."""
    task, result = outcome.task, outcome.result
    if isinstance(result, Failure):
        log.info("%s %s %s: %s %s", task.source, result.stage.value, result.reason, task.url, result.detail)
    elif isinstance(result, tuple):
        log.info("%s listing with %d links: %s %s", task.source, len(result), task.url, outcome.problem)
    elif task.kind is TaskKind.LISTING:
        log.info("%s listing as before: %s", task.source, task.url)
    else:
        log.info("%s %s: %s", task.source, verdict.change.value, verdict.url)


async def serve(archive: Archive, load: Callable[[], Config], pool: Pool, *, grace: float = GRACE) -> bool:
    """Crawl what is due until SIGTERM or SIGINT, then finish what is in flight; False if that took too long.

    SIGHUP loads the configuration anew; one that cannot be read is refused and the old one kept.
    """
    config = load()
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    archive.sync_sources(config, datetime.now(UTC))
    run = start(archive, "daemon")
    crawl = Crawl(archive, config, pool, run, watch=log_outcome)

    def reload() -> None:
        try:
            fresh = load()
        except ConfigError as error:
            log.error("the configuration was not reloaded, the old one stays: %s", error)  # noqa: TRY400  # expected
            return
        archive.sync_sources(fresh, datetime.now(UTC))
        crawl.reload(fresh)
        log.info("configuration reloaded: %d sources", len(fresh.sources))

    async def tick() -> None:
        try:
            await crawl.tick()
        except Exception:
            log.exception("a tick failed; the next one tries again")

    def tidy() -> None:
        archive.tidy(datetime.now(UTC), log_days=crawl.config.limits.log_days)

    # coalesce with no grace time: a blocked loop or a suspended machine delays a tick, it never loses one.
    scheduler = AsyncIOScheduler(timezone="UTC")
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_job(tick, "interval", seconds=TICK, next_run_time=datetime.now(UTC), **options)
    scheduler.add_job(tidy, "interval", hours=1, **options)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    scheduler.start()
    log.info("watching %d sources into %s; Ctrl-C or SIGTERM stops", len(config.sources), archive.path)
    await stopping.wait()
    log.info("stopping: finishing what is in flight, %.0f seconds at most", grace)
    scheduler.pause()
    clean = await crawl.drain(grace)
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0)
    if crawl.broken:
        raise crawl.broken
    archive.end_run(run, datetime.now(UTC))
    log.info("stopped" if clean else "stopped; what did not finish in time stays in the queue")
    return clean


def run(db: Path, load: Callable[[], Config], *, grace: float = GRACE) -> None:
    """Run the daemon on the archive at ``db`` until it is told to stop.

    Raises AlreadyRunningError, ConfigError, ArchiveError before anything is started.
    """
    config = load()
    with only_one(db), Archive(db) as archive, Pool(config.limits.reading) as pool:
        asyncio.run(serve(archive, load, pool, grace=grace))
