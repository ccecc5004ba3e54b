"""THE PATH: schedule → discover → queue → fetch → extract → store, once or for as long as the daemon runs.

1. schedule: feeds, sitemaps and sections whose time has come are due in the archive's ``feeds`` table.
2. discover: each is fetched like any page and read into Links (crawler.discover).
3. queue: unseen Links become rows of ``links``, once per canonical URL.
4. fetch: due rows are taken in batches, a host in one batch at a time (crawler.work).
5. extract: page in, Article or Failure out (crawler.extract).
6. store: one writer thread, a page's whole outcome in one transaction (archive.store).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from archive import owners
from archive.models import Batch, Failure, Host, Outcome, Page, Scope, Site, Stage, Task, TaskKind, Verdict
from archive.sites import site
from archive.store import Archive, ArchiveError
from archive.turns import LEASE
from config.models import Config, Politeness, Source
from crawler import clock, reading
from crawler.browser import Browser
from crawler.plan import Plan
from crawler.pool import Pool
from crawler.reading import Contents
from crawler.storing import Storing
from crawler.visit import PATIENCE, Terms
from crawler.work import Order, fetch_and_extract
from crawler.writing import RETRY_SECONDS, Writing

log = logging.getLogger(__name__)

T = TypeVar("T")
Watch = Callable[[Outcome, Verdict], None]

CLOCK_TOLERANCE = timedelta(minutes=1)
"""By so much two machines, or one before and after a restart, may differ."""


@dataclass(slots=True)
class _Desk:
    """Where one site's turn leaves what it did, step by step (crawler.work.Desk)."""

    crawl: Crawl
    site: Site

    async def host(self, host: Host, site: Site) -> None:
        self.site = site
        await asyncio.shield(self.crawl.writing.do(lambda: self.crawl.archive.keep_host(host, site, clock.now())))

    async def alive(self, site: Site) -> None:
        self.site = site
        await asyncio.shield(self.crawl.writing.do(lambda: self.crawl.archive.keep_pace(site, clock.now())))

    async def received(self, task: Task, page: Page, site: Site) -> None:
        self.site = site
        await asyncio.shield(self.crawl.writing.do(lambda: self.crawl.archive.receive(task, page, site, clock.now())))

    async def read(self, order: reading.Order) -> Contents:
        return await self.crawl.pool.read(order)

    async def done(self, outcome: Outcome) -> None:
        self.site = outcome.site
        # Shielded: a fetch that was paid for is stored even when the turn is cut off meanwhile.
        await asyncio.shield(self.crawl.store(outcome))

    def left(self, site: Site) -> None:
        self.site = site


def start(archive: Archive, command: str) -> int:
    """Note that a command begins to work on the queue; the number of its run."""
    now, last = clock.now(), archive.last_sign()
    if last and last > now + CLOCK_TOLERANCE:
        moved = archive.shift(last, now - last)
        log.warning(
            "the clock stands %s before what was stored last; %d times to come were moved along", last - now, moved
        )
    return archive.start_run(command, now)


@dataclass(slots=True)
class Crawl:
    """One crawl of a scope of the archive's queue. ``tick`` starts what is due; ``once`` ticks until nothing is.

    ``revisit_before``: known articles that are listed again are looked at again if last fetched before it
    (None: only when their own time has come). ``since``: links published before it are left out. ``limit``: no
    more than so many articles are fetched.
    """

    archive: Archive
    config: Config
    pool: Pool
    run: int
    scope: Scope = field(default_factory=Scope)
    revisit_before: datetime | None = None
    since: datetime | None = None
    limit: int | None = None
    watch: Watch | None = None
    browser: Browser | None = None
    """For sources that are rendered."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    owner: str = field(default_factory=owners.me)
    _turns: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _sources: dict[str, Source] = field(init=False)
    _manners: dict[str, set[Politeness]] = field(init=False)
    """What the configured sources ask for, by the sites that they are on."""
    _patience: timedelta = field(init=False)
    writing: Writing = field(init=False)
    _storing: Storing = field(init=False)
    _clock: clock.Watch = field(default_factory=clock.Watch)

    def __post_init__(self) -> None:
        self.writing = Writing(self.stopping)
        plan = Plan({}, self.config.schedule)
        self._storing = Storing(self.archive, self.run, plan, self.config.limits, self.scope, self.revisit_before)
        self.reload(self.config)

    @property
    def scope_found(self) -> Scope:
        """The scope with what was found through the URLs in it."""
        return self._storing.scope

    def reload(self, config: Config) -> None:
        """Use another configuration from the next batch on."""
        self.config = config
        self._sources = {source.name: source for source in config.sources}
        self._storing.plan, self._storing.limits = Plan(self._sources, config.schedule), config.limits
        self._manners = {}
        for source in filter(lambda source: source.enabled, config.sources):
            known = (source.home, *source.feeds, *source.sitemaps, *source.sections)
            # By hosts: with 10,000 sources it takes 0.1 s, and by whole URLs 0.24.
            for name in {site(host) for host in {url.split("/", 3)[2] for url in known}}:
                self._manners.setdefault(name, set()).add(source.politeness)
        # A pause that we were told to keep is waited for; a longer one, after errors, leaves the site for later.
        manners = [config.politeness, *(source.politeness for source in config.sources)]
        longest = max(m.delay * (1 + m.jitter) for m in manners)
        self._patience = max(PATIENCE, timedelta(seconds=longest))

    async def tick(self) -> int:
        """Take what is due for sites that are free and start their turns; how many were started.

        Raises ArchiveError where the archive can't be written just now, or (``broken``) not any more.
        """
        if jump := self._clock.jump():
            await asyncio.to_thread(self._clock_was_set, jump)
        free = self.config.limits.hosts - len(self._turns)
        if self.stopping.is_set() or free <= 0:
            return 0
        take = partial(self.archive.take, clock.now(), self.owner, self.scope_found)
        try:
            batches = await asyncio.to_thread(
                take,
                sites=free,
                links_left=self.limit,
                lease=self._patience + LEASE,
                patience=self._patience,
                busy=frozenset(self._turns),
            )
        except ArchiveError as error:
            self.writing.mind(error)
            raise
        for batch in batches:
            if self.limit is not None:
                self.limit -= sum(task.kind is not TaskKind.LISTING for task in batch.tasks)
            name = batch.site.name
            turn = asyncio.create_task(self._turn(batch), name=name)
            self._turns[name] = turn
            turn.add_done_callback(lambda _, name=name: self._turns.pop(name))  # type: ignore[misc]  # mypy: default
        return len(batches)

    def _clock_was_set(self, jump: timedelta) -> None:
        now = clock.now()
        moved = self.archive.shift(now - jump, jump)
        way = "forward" if jump > timedelta() else "back"
        log.warning("the clock was set %s by %s; %d times to come were moved along with it", way, abs(jump), moved)

    async def once(self) -> bool:
        """Work until nothing in the scope is due and nothing is in flight; False if it was stopped before that."""
        while not self.stopping.is_set():
            busy = bool(self._turns)  # a site whose turn ends while we look was passed over, and may have more
            try:
                started = await self.tick()
            except ArchiveError:
                if not self.writing.broken:
                    await asyncio.sleep(RETRY_SECONDS)
                continue
            if self._turns:
                await asyncio.wait(self._turns.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not started and not busy:
                return True
        await self.drain()
        if self.writing.broken:
            raise self.writing.broken
        return False

    async def drain(self, grace: float | None = None) -> bool:
        """Let what is in flight finish, for ``grace`` seconds at most; False if something had to be cut off."""
        self.stopping.set()
        if not self._turns:
            return True
        _, late = await asyncio.wait(self._turns.values(), timeout=grace)
        self.writing.given_up = True
        for turn in late:
            turn.cancel()
        if late:
            await asyncio.wait(late)
        return not late

    async def _turn(self, batch: Batch) -> None:
        """One site's batch; what goes wrong in it stays in it, and the site is given back in any case."""
        concerned = {task.source for task in batch.tasks}
        order = Order(
            batch=replace(batch, tasks=tuple(self._typed(task) for task in batch.tasks)),
            terms=Terms.of(self.config),
            manners=self.config.politeness,
            patience=self._patience,
            since=self.since,
            sources=tuple(self._sources[name] for name in sorted(concerned) if name in self._sources),
            beside=tuple(self._manners.get(batch.site.name, ())),
        )
        desk = _Desk(self, batch.site)
        try:
            await fetch_and_extract(order, desk, self.stopping, self.browser)
        except ArchiveError as error:
            log.debug("the turn of site %s ended: %s", batch.site.name, error)  # write has said it
        except Exception:
            log.exception("the turn of site %s ended by a bug; its other tasks stay in the queue", batch.site.name)
        finally:
            with contextlib.suppress(ArchiveError):  # the lease ends by itself
                await asyncio.shield(self.writing.do(lambda: self.archive.release(desk.site, self.owner, clock.now())))

    def _typed(self, task: Task) -> Task:
        """A URL named on the command line may be an article or a listing: it is found out by looking."""
        given = task.kind is TaskKind.ARTICLE and task.link is not None and not task.link.found_in
        return replace(task, kind=TaskKind.AUTO) if given else task

    async def store(self, outcome: Outcome) -> None:
        try:
            verdict = await self.writing.do(lambda: self._storing.store(outcome))
        except ArchiveError:
            raise
        except Exception as error:  # the top of the path: recorded with stage and URL, the crawl goes on
            log.exception("storing %s failed", outcome.task.url)
            failure = Failure(outcome.task.url, Stage.STORE, "bug", f"{type(error).__name__}: {error}")
            outcome = replace(outcome, result=failure, page=None, more=())
            verdict = await self.writing.do(lambda: self._storing.store(outcome))
        if self.watch:
            self.watch(outcome, verdict)
