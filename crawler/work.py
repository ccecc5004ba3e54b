"""One host's turn: its tasks fetched one after the other and read; each outcome is given back as it comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from urllib.parse import urlsplit

from archive.models import Batch, Failure, Host, Link, Outcome, Page, Stage, Task, TaskKind
from config.models import Politeness, Source
from crawler.discover import listing
from crawler.extract import extract
from crawler.fetch import NOBODY, Identity
from crawler.visit import PATIENCE, Terms, Visit, strictest

log = logging.getLogger(__name__)

Emit = Callable[[Outcome], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Order:
    """A batch with all that is needed to work on it, wherever that is done."""

    batch: Batch
    terms: Terms
    manners: Politeness
    """For tasks of sources that are not configured."""
    sources: tuple[Source, ...] = ()
    """The configured ones among its tasks'."""
    patience: timedelta = PATIENCE
    """Longest wait for the host's turn."""

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)

    def manners_for(self, task: Task) -> Politeness:
        source = self.source(task.source)
        return source.politeness if source else self.manners


async def fetch_and_extract(order: Order, emit: Emit, stopping: asyncio.Event) -> Host:
    """Work on a batch until it is done, ``stopping`` is set, or the host asks for a long pause.

    Tasks that were not come to stay in the queue. The host's state afterwards is returned.
    """
    batch = order.batch
    manners = strictest(order.manners_for(task) for task in batch.tasks)
    async with Visit(batch.host, order.terms, manners, stopping=stopping, patience=order.patience) as visit:
        for task in batch.tasks:
            started = perf_counter()
            try:
                outcome = await _outcome(task, visit, order)
            except Exception as error:
                log.exception("a bug on %s", task.url)
                detail = f"{type(error).__name__}: {error}"[:500]
                outcome = Outcome(task, visit.host, Failure(task.url, Stage.EXTRACT, "bug", detail))
            if outcome is None:
                break
            await emit(replace(outcome, host=visit.host, seconds=outcome.seconds or perf_counter() - started))
        return visit.host


async def _outcome(task: Task, visit: Visit, order: Order) -> Outcome | None:
    source, limits = order.source(task.source), order.terms.limits
    page = await visit.get(
        task.url,
        max_bytes=limits.page_bytes if task.kind is TaskKind.ARTICLE else limits.listing_bytes,
        etag=task.etag,
        last_modified=task.last_modified,
        identity=Identity(sites.site(source.home), source.headers, source.cookies) if source else NOBODY,
    )
    if page is None:
        return None
    if isinstance(page, Failure):
        return Outcome(task, visit.host, page)
    if page.status == 304:
        return Outcome(task, visit.host, None, page)
    return await asyncio.to_thread(read, task, visit.host, page, source)


def read(task: Task, host: Host, page: Page, source: Source | None) -> Outcome:
    """Steps 2 and 5, without I/O: what a page is, by what was expected of it."""
    if task.kind is TaskKind.LISTING:
        return _listing(task, host, page)
    if task.kind is TaskKind.AUTO:
        found = listing.read(page, task.source)
        at_root = urlsplit(page.final_url).path in {"", "/"}  # a site's front page, whatever it looks like
        if found.kind not in {listing.Offers.SECTION, listing.Offers.NOTHING} or (at_root and found.links):
            return _listing(task, host, page)
    result = extract(
        page.body,
        page.final_url,
        content_type=page.header("content-type"),
        rules=source.rules_on(page.fetched_at.date()) if source else None,
        link=task.link,
        fetched_at=page.fetched_at,
    )
    if task.kind is TaskKind.AUTO and isinstance(result, Failure) and found.links:
        return _listing(task, host, page)
    return Outcome(task, host, result, page)


def _listing(task: Task, host: Host, page: Page) -> Outcome:
    found = listing.read(page, task.source)
    more = tuple(Link(more.url, task.source, page.final_url, changed=more.changed) for more in found.more)
    if not found.links and not more and found.problem:
        return Outcome(task, host, Failure(task.url, Stage.DISCOVER, "unreadable", found.problem), page)
    return Outcome(task, host, found.links, page, more=more, problem=found.problem)
