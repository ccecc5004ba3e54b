"""Reading: what a page is and says, by what was expected of it. Steps 2 and 5 of the path, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.models import Article, Failure, Link, Page, Stage, Task, TaskKind
from config.models import Source
from crawler.discover import listing
from crawler.extract import extract


@dataclass(frozen=True, slots=True)
class Order:
    """A page with all that is needed to read it, wherever that is done."""

    task: Task
    page: Page
    source: Source | None
    """The task's, if it is configured."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read from a page: see archive.models.Outcome."""

    result: Article | Failure | tuple[Link, ...]
    more: tuple[Link, ...] = ()
    problem: str = ""
    robots: str = ""


def read(order: Order) -> Contents:
    """Never raises but for a bug."""
    task, page, source = order.task, order.page, order.source
    if task.kind is TaskKind.LISTING:
        return _listing(task, page)
    if task.kind is TaskKind.AUTO:
        found = listing.read(page, task.source)
        at_root = urlsplit(page.final_url).path in {"", "/"}  # a site's front page, whatever it looks like
        if found.kind not in {listing.Offers.SECTION, listing.Offers.NOTHING} or (at_root and found.links):
            return _listing(task, page)
    result = extract(
        page.body,
        page.final_url,
        content_type=page.header("content-type"),
        rules=source.rules_on(page.fetched_at.date()) if source else None,
        link=task.link,
        fetched_at=page.fetched_at,
    )
    if task.kind is TaskKind.AUTO and isinstance(result, Failure) and found.links:
        return _listing(task, page)
    return Contents(result)


def _listing(task: Task, page: Page) -> Contents:
    found = listing.read(page, task.source)
    more = tuple(Link(more.url, task.source, page.final_url, changed=more.changed) for more in found.more)
    if not found.links and not more and found.problem:
        return Contents(Failure(task.url, Stage.DISCOVER, "unreadable", found.problem))
    return Contents(found.links, more, found.problem)
