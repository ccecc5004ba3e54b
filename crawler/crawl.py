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
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from archive.models import Batch, Failure, Link, Moved, Outcome, Scope, Stage, Task, TaskKind, Verdict
from archive.queue import LEASE
from archive.store import Archive
from config.models import Config, Schedule, Source
from crawler import __version__, schedule, urls
from crawler.visit import PATIENCE, Terms
from crawler.work import Order, fetch_and_extract

log = logging.getLogger(__name__)

Watch = Callable[[Outcome, Verdict], None]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Crawl:
    """One crawl of a scope of the archive's queue. ``tick`` starts what is due; ``once`` ticks until nothing is.

    ``revisit_before``: known articles that are listed again are looked at again if last fetched before it
    (None: only when their own time has come). ``since``: links published before it are left out. ``limit``: no
    more than so many articles are fetched.
    """

    archive: Archive
    config: Config
    run: int
    scope: Scope = field(default_factory=Scope)
    revisit_before: datetime | None = None
    since: datetime | None = None
    limit: int | None = None
    watch: Watch | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    _turns: set[asyncio.Task[None]] = field(default_factory=set)
    _sources: dict[str, Source] = field(init=False)
    _patience: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self.reload(self.config)

    def reload(self, config: Config) -> None:
        """Use another configuration from the next batch on."""
        self.config = config
        self._sources = {source.name: source for source in config.sources}
        # A pause that we were told to keep is waited for; a longer one, after errors, leaves the host for later.
        manners = [config.politeness, *(source.politeness for source in config.sources)]
        longest = max(m.delay * (1 + m.jitter) for m in manners)
        self._patience = max(PATIENCE, timedelta(seconds=longest))

    async def tick(self) -> int:
        """Take what is due for hosts that are free and start their turns; how many were started."""
        free = self.config.limits.hosts - len(self._turns)
        if self.stopping.is_set() or free <= 0:
            return 0
        batches = await asyncio.to_thread(
            self.archive.take,
            _now(),
            self.owner,
            self.scope,
            hosts=free,
            links_left=self.limit,
            lease=self._patience + LEASE,
            patience=self._patience,
        )
        for batch in batches:
            if self.limit is not None:
                self.limit -= sum(task.kind is not TaskKind.LISTING for task in batch.tasks)
            turn = asyncio.create_task(self._turn(batch), name=batch.host.name)
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
        return len(batches)

    async def once(self) -> bool:
        """Work until nothing in the scope is due and nothing is in flight; False if it was stopped before that."""
        while not self.stopping.is_set():
            started = await self.tick()
            if self._turns:
                await asyncio.wait(self._turns, return_when=asyncio.FIRST_COMPLETED)
            elif not started:
                return True
        await self.drain()
        return False

    async def drain(self, grace: float | None = None) -> bool:
        """Let what is in flight finish, for ``grace`` seconds at most; False if something had to be cut off."""
        self.stopping.set()
        if not self._turns:
            return True
        _, late = await asyncio.wait(self._turns, timeout=grace)
        for turn in late:
            turn.cancel()
        if late:
            await asyncio.wait(late)
        return not late

    async def _turn(self, batch: Batch) -> None:
        """One host's batch; what goes wrong in it stays in it, and the host is given back in any case."""
        host = batch.host
        concerned = {task.source for task in batch.tasks}
        order = Order(
            batch=Batch(host, tuple(self._typed(task) for task in batch.tasks)),
            terms=Terms.of(self.config),
            manners=self.config.politeness,
            patience=self._patience,
            sources=tuple(self._sources[name] for name in sorted(concerned) if name in self._sources),
        )

        async def emit(outcome: Outcome) -> None:
            nonlocal host
            host = outcome.host
            # Shielded: a fetch that was paid for is stored even when the turn is cut off meanwhile.
            await asyncio.shield(self._store(outcome))

        try:
            host = await fetch_and_extract(order, emit, self.stopping)
        except Exception:
            log.exception("the turn of host %s ended by a bug; its other tasks stay in the queue", host.name)
        finally:
            await asyncio.shield(asyncio.to_thread(self.archive.release, host, self.owner, _now()))

    def _typed(self, task: Task) -> Task:
        """A URL named on the command line may be an article or a listing: it is found out by looking."""
        given = task.kind is TaskKind.ARTICLE and task.link is not None and not task.link.found_in
        return replace(task, kind=TaskKind.AUTO) if given else task

    async def _store(self, outcome: Outcome) -> None:
        try:
            verdict = await asyncio.to_thread(self._stored, outcome)
        except Exception as error:  # the top of the path: recorded with stage and URL, the crawl goes on
            log.exception("storing %s failed", outcome.task.url)
            failure = Failure(outcome.task.url, Stage.STORE, "bug", f"{type(error).__name__}: {error}")
            outcome = replace(outcome, result=failure, page=None, more=())
            verdict = await asyncio.to_thread(self._stored, outcome)
        if self.watch:
            self.watch(outcome, verdict)

    def _stored(self, outcome: Outcome) -> Verdict:
        """Steps 3 and 6: new links into the queue, the outcome into the archive."""
        now = _now()
        if outcome.task.kind is TaskKind.AUTO and isinstance(outcome.result, tuple):
            outcome = self._turned_out_a_listing(outcome, now)
        if isinstance(outcome.result, tuple):
            outcome = replace(outcome, result=self._wanted(outcome.task.source, outcome.result))
        elif isinstance(outcome.result, Moved):
            outcome = self._queue_moved(outcome, outcome.result, now)
        self._widen(outcome)
        return self.archive.store(
            outcome,
            run=self.run,
            now=now,
            due_at=self._due(outcome, now),
            again=self._again(outcome.task.source),
            extractor=__version__,
            revisit_before=self.revisit_before,
            revisit_days=self._schedule(outcome.task.source).revisit_days,
        )

    def _turned_out_a_listing(self, outcome: Outcome, now: datetime) -> Outcome:
        task = outcome.task
        number = self.archive.add_listing(task.url, task.source)
        links = len(outcome.result) if isinstance(outcome.result, tuple) else 0
        note = Failure(task.url, Stage.DISCOVER, "listing", f"It is a list of {links} links, which are followed.")
        self.archive.settle(task.id, note, now)
        return replace(outcome, task=replace(task, id=number, kind=TaskKind.LISTING, link=None))

    def _queue_moved(self, outcome: Outcome, moved: Moved, now: datetime) -> Outcome:
        """A redirect to another host is queued for that host, whose robots and pace hold for it."""
        target = urls.canonical(moved.target)
        if target is None:
            failure = Failure(moved.url, Stage.FETCH, "bad-redirect", "It redirects to what is no http or https URL.")
            return replace(outcome, result=failure)
        if outcome.task.link:
            link = replace(outcome.task.link, url=target, found_in=outcome.task.link.found_in and outcome.task.url)
            self.archive.enqueue([link], now, revisit_before=self.revisit_before)
        else:
            self.archive.add_listing(target, outcome.task.source, due_at=now)
        if not self.scope.everything and outcome.task.url in self.scope.urls:
            self.scope = replace(self.scope, urls=self.scope.urls | {target})
        return outcome

    def _widen(self, outcome: Outcome) -> None:
        """What was found through a URL of the scope belongs to it."""
        if not self.scope.everything and outcome.task.url in self.scope.urls:
            found = {link.url for link in outcome.result} if isinstance(outcome.result, tuple) else set()
            self.scope = replace(self.scope, urls=self.scope.urls | found | {link.url for link in outcome.more})

    def _wanted(self, name: str, links: tuple[Link, ...]) -> tuple[Link, ...]:
        source = self._sources.get(name)
        kept = (link for link in links if source is None or source.wants(link.url))
        if self.since:
            since = self.since
            kept = (link for link in kept if link.published is None or link.published.at >= since)
        return tuple(kept)[: self.config.limits.links_per_listing]

    def _schedule(self, name: str) -> Schedule:
        source = self._sources.get(name)
        return source.schedule if source else self.config.schedule

    def _again(self, name: str) -> Callable[[datetime, datetime, datetime], datetime | None]:
        days = self._schedule(name).revisit_days
        return lambda published, changed, now: schedule.look_again(published, changed, now, days=days)

    def _due(self, outcome: Outcome, now: datetime) -> datetime | None:
        """When a listing, or a link that failed, is due next; None: not by itself."""
        task, failed = outcome.task, isinstance(outcome.result, Failure)
        if task.kind is TaskKind.LISTING:
            if task.source not in self._sources:
                return None
            failures = task.tries + 1 if failed else 0
            return schedule.next_look(self._schedule(task.source), now, failures=failures)
        return schedule.retry(outcome.result, task.tries, now) if isinstance(outcome.result, Failure) else None
