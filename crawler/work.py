"""One site's turn: its tasks fetched one after the other and read; each step is kept as it is done."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol

from archive.database import ArchiveError
from archive.models import Failure, Page, Stage
from archive.tasks import Batch, Host, Outcome, Site, Task, TaskKind
from config.models import Politeness, Source
from crawler import reading
from crawler.browser import Browser
from crawler.fetch import Identity
from crawler.reading import Contents
from crawler.visit import PATIENCE, Terms, Visit, strictest

log = logging.getLogger(__name__)

READS = 10
"""How often reading a page is begun where each time the whole program ended, before it is given a rest. It is no fault
of most: of 2,000 pages in a crawl that was killed 200 times, six were being read at three ends in a row."""


@dataclass(frozen=True, slots=True)
class Order:
    """A batch with all that is needed to work on it."""

    batch: Batch
    terms: Terms
    manners: Politeness
    """For tasks of sources that are not configured."""
    sources: tuple[Source, ...] = ()
    """The configured ones among its tasks'."""
    beside: tuple[Politeness, ...] = ()
    """What other configured sources on the site ask for: the strictest holds."""
    patience: timedelta = PATIENCE
    """Longest wait for the site's turn."""
    since: datetime | None = None
    """Links published before it are left out."""

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)

    def manners_for(self, task: Task) -> Politeness:
        source = self.source(task.source)
        return source.politeness if source else self.manners


class Desk(Protocol):
    """Where what was done goes, step by step, and where pages are read."""

    site: Site
    """Its state when the work ends, however it does."""

    def holds(self) -> bool:
        """Whether the order is still what is wanted: the configuration may have changed since."""

    async def host(self, host: Host, site: Site) -> None:
        """A robots.txt has come."""

    async def alive(self, site: Site) -> None:
        """A pause began within a fetch."""

    async def received(self, task: Task, page: Page, site: Site) -> None:
        """A page has come, or had come before, and is to be read now."""

    async def read(self, order: reading.Order, site: Site) -> Contents:
        """What a page says; the site stays ours until it was read."""

    async def done(self, outcome: Outcome) -> None:
        """A task is done."""


async def fetch_and_extract(order: Order, desk: Desk, stopping: asyncio.Event, browser: Browser | None = None) -> None:
    """Work on a batch until it is done or holds no longer, ``stopping`` is set, or the site asks for a long pause.

    Tasks that were not come to stay in the queue.
    """
    batch = order.batch
    manners = strictest((*order.beside, *(order.manners_for(task) for task in batch.tasks)))
    visit = Visit(
        batch.site,
        batch.hosts,
        order.terms,
        manners,
        stopping=stopping,
        holds=desk.holds,
        patience=order.patience,
        keep=desk.host,
        alive=desk.alive,
        browser=browser,
    )
    async with visit:
        try:
            for task in batch.tasks:
                outcome = await _caught(task, visit, order, desk)
                if outcome is None:
                    break
                await desk.done(replace(outcome, site=visit.site))
        finally:
            desk.site = visit.site


async def _caught(task: Task, visit: Visit, order: Order, desk: Desk) -> Outcome | None:
    """The outcome of a task, of which a bug is one; None where its turn has not come."""
    try:
        return await _outcome(task, visit, order, desk)
    except ArchiveError:
        raise
    except Exception as error:
        log.exception("a bug on %s", task.url)
        detail = f"{type(error).__name__}: {error}"[:500]
        return Outcome(task, visit.site, Failure(task.url, Stage.FETCH, "bug", detail))


async def _outcome(task: Task, visit: Visit, order: Order, desk: Desk) -> Outcome | None:
    source, limits = order.source(task.source), order.terms.limits
    started = perf_counter()
    if task.reads >= READS:
        said = f"The whole program ended over each of {READS} tries to read it; it is tried again later."
        return Outcome(task, visit.site, Failure(task.url, Stage.EXTRACT, "interrupted", said))
    page: Page | Failure | None = task.page
    if page is None:
        page = await visit.get(
            task.url,
            max_bytes=limits.page_bytes if task.kind is TaskKind.ARTICLE else limits.listing_bytes,
            etag=task.etag,
            last_modified=task.last_modified,
            identity=Identity.of(source),
            render=bool(source and source.render and task.url not in {*source.feeds, *source.sitemaps}),
        )
    if isinstance(page, Page) and page.status != 304 and task.link is not None:
        await desk.received(task, page, visit.site)
    if page is None:
        return None
    seconds = perf_counter() - started
    if isinstance(page, Failure):
        return Outcome(task, visit.site, page, seconds=seconds)
    if page.status == 304:
        return Outcome(task, visit.site, None, page, seconds=seconds)
    if source:  # who reads a stranger's page is told no secrets
        source = replace(source, headers=(), cookies=(), jar=())
    links, keeps_out = limits.links_per_listing, order.manners_for(task).obey_noarchive
    wanted = reading.Order(replace(task, page=None), page, source, links, order.since, keeps_out)
    found = await desk.read(wanted, visit.site)
    read = Outcome(task, visit.site, found.result, page, found.more, found.problem, seconds, found.robots, found.ttl)
    return replace(read, rules=found.rules)
