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
import gc
import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from archive import owners
from archive.models import Failure, Page, Stage, Verdict
from archive.reextraction import Anew
from archive.sites import site
from archive.store import Archive, ArchiveError
from archive.tasks import Batch, Host, Outcome, Scope, Site, Stale, Task, TaskKind
from archive.turns import LEASE
from config.models import Config, Politeness, Source
from crawler import clock, reading, rereading
from crawler.away import Away, Crew
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

TICK = 1.0
"""Seconds between two looks at what is due: one indexed query, 0.1 ms when nothing is."""


COLLECT = (5_000, 2, 50)
"""When to look for garbage, of which a page leaves two objects: Python's own (700, 10, 10) is a look each few pages,
and with 1,000 hosts at once each of the longest kind holds the event loop for 60 to 150 ms."""

AT_ONCE, BREATH = 8, 0.025
"""Turns that begin together, and seconds before the next do: a thousand at once held the event loop for a second."""


@dataclass(slots=True)
class _Desk:
    """Where one site's turn leaves what it did, step by step (crawler.work.Desk)."""

    crawl: Crawl
    site: Site
    config: Config
    links: int = 0
    """That are done."""
    lost: bool = False
    """Whether the site may have been asked by who never told us."""

    def holds(self) -> bool:
        return self.crawl.config is self.config

    async def host(self, host: Host, site: Site) -> None:
        await self._write(lambda: self.crawl.archive.keep_host(host, site, clock.now()))

    async def alive(self, site: Site) -> None:
        await self._write(lambda: self.crawl.archive.keep_pace(site, clock.now()))

    async def received(self, task: Task, page: Page, site: Site) -> None:
        # At once: until then, who kills us has the page asked for a second time.
        await self._write(lambda: self.crawl.archive.receive(task, page, site, clock.now()), urgent=True)

    async def release(self) -> None:
        await self._write(self._give_back)

    def _give_back(self) -> None:
        self.crawl.archive.release(self.site, self.crawl.owner, clock.now(), lost=self.lost)

    async def _write(self, work: Callable[[], None], *, urgent: bool = False) -> None:
        await self.crawl.writing.surely(self.crawl.writing.do(work, urgent=urgent))

    async def read(self, order: reading.Order, site: Site) -> Contents:
        read = asyncio.ensure_future(self.crawl.pool.read(order))
        try:
            while not (await asyncio.wait({read}, timeout=LEASE.total_seconds() / 3))[0]:
                await self.alive(site)  # others' pages may take the readers' time for longer than the lease
        finally:
            read.cancel()
        return read.result()

    async def done(self, outcome: Outcome) -> None:
        self.links += outcome.task.kind is not TaskKind.LISTING
        await self.crawl.writing.surely(self.crawl.store(outcome))


def _manners(sources: Iterable[Source]) -> dict[str, set[Politeness]]:
    """What the sources of each site ask for: on a site that several share the strictest holds for all of them."""
    found: dict[str, set[Politeness]] = {}
    for source in sources:
        known = (source.home, *source.feeds, *source.sitemaps, *source.sections)
        # By hosts: with 10,000 sources it takes 0.1 s, and by whole URLs 0.24.
        for name in {site(host) for host in {url.split("/", 3)[2] for url in known}}:
            found.setdefault(name, set()).add(source.politeness)
    return found


def start(archive: Archive, command: str) -> int:
    """Note that a command begins to work on the queue; the number of its run."""
    gc.freeze()  # what there is by now stays: modules, the configuration
    gc.set_threshold(*COLLECT)
    follow_clock(archive)
    return archive.start_run(command, clock.now(), clock.began())


def follow_clock(archive: Archive) -> None:
    """Where the clock was set since the archive was last written to, move what is to come along with it."""
    by, moved = archive.follow_clock(clock.now(), clock.began())
    if by:
        way = "forward" if by > timedelta() else "back"
        said = "the clock was set %s by %s; %d times to come were moved along with it"
        log.warning(said, way, timedelta(seconds=round(abs(by).total_seconds())), moved)


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
    crew: Crew | None = None
    """Who takes the turns, if it is not this process."""
    idle: timedelta | None = None
    """The longest that a site's turn may wait for a pause to end; None: as long as a pause that was promised lasts."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    owner: str = field(default_factory=owners.me)
    _turns: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a tick looks at what is due."""
    _beginning: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _sources: dict[str, Source] = field(init=False)
    _manners: dict[str, set[Politeness]] = field(init=False)
    """What the configured sources ask for, by the sites that they are on."""
    _patience: timedelta = field(init=False)
    _away: Away | None = field(init=False)
    writing: Writing = field(init=False)
    _storing: Storing = field(init=False)
    _clock_set: bool = False
    """And what is to come not yet moved along with it."""

    def __post_init__(self) -> None:
        self.writing = Writing(self.archive, self.stopping)
        self._away = Away(self.crew, self.owner) if self.crew else None
        plan = Plan({}, self.config.schedule)
        self._storing = Storing(self.archive, self.run, plan, self.config.limits, self.scope, self.revisit_before)
        self.reload(self.config)

    @property
    def scope_found(self) -> Scope:
        """The scope with what was found through the URLs in it."""
        return self._storing.scope

    def reload(self, config: Config) -> None:
        """Use another configuration from the next request on: turns under way end before it, and begin anew."""
        self.config = config
        self._sources = {source.name: source for source in config.sources}
        self._storing.plan, self._storing.limits = Plan(self._sources, config.schedule), config.limits
        enabled = [source for source in config.sources if source.enabled]
        alike = all(source.politeness == config.politeness for source in enabled)
        self._manners = {} if alike else _manners(enabled)
        # A pause that we were told to keep is waited for; a longer one, after errors, leaves the site for later.
        manners = [config.politeness, *(source.politeness for source in config.sources)]
        longest = max(m.delay * (1 + m.jitter) for m in manners)
        self._patience = self.idle or max(PATIENCE, timedelta(seconds=longest))

    async def tick(self) -> int:
        """Take what is due for sites that are free and start their turns; how many were started.

        Raises ArchiveError where the archive can't be written just now, or (``broken``) not any more.
        """
        async with self._looking:
            return await self._look()

    async def _look(self) -> int:
        if self.stopping.is_set():
            return 0
        free = self.config.limits.hosts - len(self._turns)
        if self._away and free > 0:
            free = await asyncio.to_thread(self._away.room, free)
        if free <= 0:
            return 0
        try:
            self._clock_set |= bool(clock.jump())
            if self._clock_set:
                await asyncio.to_thread(follow_clock, self.archive)
                self._clock_set = False
            if self.writing.trouble:  # a look at what is due may write nothing, and tell nothing of a full disk
                await asyncio.to_thread(self.archive.try_writing, self.run)
                self.writing.well()
            batches = await asyncio.to_thread(
                self.archive.take,
                clock.now(),
                self.owner,
                self.scope_found,
                sites=free,
                links_left=self.limit,
                lease=self._patience + LEASE,
                patience=self._patience,
                busy=frozenset(self._turns),
            )
        except ArchiveError as error:
            self.writing.mind(error)
            raise
        if batches:  # what judges pages is imported before they come: they would be at risk for as long, unkept
            await asyncio.to_thread(importlib.import_module, "crawler.extract")
        for batch in batches:
            if self.limit is not None:
                self.limit -= sum(task.kind is not TaskKind.LISTING for task in batch.tasks)
            self._begin(batch)
        return len(batches)

    def _begin(self, batch: Batch) -> None:
        name = batch.site.name
        turn = asyncio.create_task(self._turn(batch), name=name)
        self._turns[name] = turn
        turn.add_done_callback(lambda _: self._turns.pop(name))

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
                await asyncio.wait(self._turns.values(), timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            elif not started and not busy:
                return True
        await self.drain()
        if self.writing.broken:
            raise self.writing.broken
        return False

    async def drain(self, grace: float | None = None) -> bool:
        """Let what is in flight finish, for ``grace`` seconds at most; False if something had to be cut off."""
        self.stopping.set()
        end = clock.elapsed() + grace if grace is not None else None
        if self._away:
            await asyncio.to_thread(self._away.hurry)
        async with self._looking:  # what a look takes has to become turns, or would stay leased by nobody
            pass
        if not self._turns:
            return True
        left = max(0.0, end - clock.elapsed()) if end is not None else None
        _, late = await asyncio.wait(self._turns.values(), timeout=left)
        for turn in late:
            turn.cancel()
        await self.writing.give_up()
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
        desk = _Desk(self, batch.site, self.config)
        try:
            await self._beginning.acquire()
            asyncio.get_running_loop().call_later(BREATH, self._beginning.release)
            if self._away:
                await self._away.turn(order, desk, self.stopping)
            else:
                await fetch_and_extract(order, desk, self.stopping, self.browser)
        except ArchiveError as error:
            log.debug("the turn of site %s ended: %s", batch.site.name, error)  # write has said it
        except Exception:
            log.exception("the turn of site %s ended by a bug; its other tasks stay in the queue", batch.site.name)
        finally:
            if self.limit is not None:
                self.limit += sum(task.kind is not TaskKind.LISTING for task in batch.tasks) - desk.links
            with contextlib.suppress(ArchiveError):  # the lease ends by itself
                await desk.release()

    def _typed(self, task: Task) -> Task:
        """A URL named on the command line may be an article or a listing: it is found out by looking.

        One that was an article stays one: where its page fails for once, the links on it would make a listing of it.
        """
        known = task.kind is not TaskKind.ARTICLE or task.article_id is not None
        given = not known and task.link is not None and not task.link.found_in
        return replace(task, kind=TaskKind.AUTO) if given else task

    async def store(self, outcome: Outcome) -> None:
        try:
            outcome, verdict = await self._stored(outcome)
        except ArchiveError:
            raise
        except Exception as error:  # the top of the path: recorded with stage and URL, the crawl goes on
            log.exception("storing %s failed", outcome.task.url)
            failure = Failure(outcome.task.url, Stage.STORE, "bug", f"{type(error).__name__}: {error}")
            outcome = replace(outcome, result=failure, page=None, more=())
            outcome, verdict = await self._stored(outcome)
        if self.watch:
            self.watch(outcome, verdict)

    async def _stored(self, outcome: Outcome) -> tuple[Outcome, Verdict]:
        """Where its article was made in another way, after that was made anew, so that only edits are revisions."""
        ended, verdict = await self.writing.do(lambda: self._storing.store(outcome))
        if isinstance(verdict, Stale):
            anew = await self._read_again(verdict.article)
            if anew.held_up():
                said = "There was no process to read its stored page in, to compare it with; it is tried again."
                outcome = replace(outcome, result=Failure(outcome.task.url, Stage.EXTRACT, "interrupted", said))
            ended, verdict = await self.writing.do(lambda: self._storing.store(outcome, anew))
        assert isinstance(verdict, Verdict)
        return ended, verdict

    async def _read_again(self, article: int) -> Anew:
        """Raises ArchiveError where there is no more time: the page is still in the inbox, and stored another time."""
        reading = asyncio.create_task(rereading.read_all(self.archive.path, article, self._sources, self.pool))
        ending = asyncio.create_task(self.writing.given_up.wait())
        await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not reading.done():
            reading.cancel()
            raise ArchiveError("There is no time left to read a stored page again.", passing=True)
        return reading.result()
