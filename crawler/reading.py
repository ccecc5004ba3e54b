"""Reading: what a page is and says, by what was expected of it. Steps 2 and 5 of the path, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.models import Article, Failure, Link, Page, Stage
from archive.tasks import Task, TaskKind
from config.models import Rules, Source

if TYPE_CHECKING:
    from crawler.discover.found import Listing

NO_ARCHIVE = frozenset({"noarchive", "nocache"})
"""Two names for one thing."""


@dataclass(frozen=True, slots=True)
class Order:
    """A page with all that is needed to read it, wherever that is done."""

    task: Task
    page: Page
    source: Source | None
    """The task's, if it is configured."""
    links: int
    """At most, of a listing."""
    since: datetime | None = None
    """Links published before it are left out."""
    obey_noarchive: bool = True

    def wants(self, link: Link) -> bool:
        """Whether a link of a listing is to be followed."""
        old = self.since and link.published and link.published.at < self.since
        return not old and (self.source is None or self.source.wants(link.url))


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read from a page: see archive.models.Outcome."""

    result: Article | Failure | tuple[Link, ...]
    more: tuple[Link, ...] = ()
    problem: str = ""
    robots: str = ""
    ttl: timedelta | None = None
    rules: str = ""


def rules_for(page: Page, source: Source | None) -> Rules | None:
    """The source's rules that held on the day on which the page was fetched."""
    return source.rules_on(page.fetched_at.date()) if source else None


def read(order: Order) -> Contents:
    """Never raises but for a bug."""
    from crawler import walls  # noqa: PLC0415  # all of these: 120 ms, and who only passes orders on does without
    from crawler.directives import directives  # noqa: PLC0415
    from crawler.discover import listing  # noqa: PLC0415
    from crawler.discover.found import Offers  # noqa: PLC0415
    from crawler.extract import extract  # noqa: PLC0415

    task, page, source = order.task, order.page, order.source
    if refused := walls.refuse(page, task.link.title if task.link else ""):
        return Contents(refused)
    if task.kind is TaskKind.LISTING:
        return _listing(order, listing.read(page, task.source))
    if task.kind is TaskKind.AUTO:
        found = listing.read(page, task.source)
        at_root = urlsplit(page.final_url).path in {"", "/"}  # a site's front page, whatever it looks like
        if found.kind not in {Offers.SECTION, Offers.NOTHING} or (at_root and found.links):
            return _listing(order, found)
    asked = directives(page)
    if order.obey_noarchive and asked & NO_ARCHIVE:
        said = "The page asks not to be archived (noarchive); politeness.obey_noarchive = false would keep it."
        return Contents(Failure(task.url, Stage.ROBOTS, "noarchive", said))
    rules = rules_for(page, source)
    result = extract(
        page.body,
        page.final_url,
        content_type=page.header("content-type"),
        rules=rules,
        link=task.link,
        fetched_at=page.fetched_at,
        last_modified=page.header("last-modified"),
    )
    if task.kind is TaskKind.AUTO and isinstance(result, Failure) and found.links:
        return _listing(order, found)
    return Contents(result, robots=", ".join(sorted(asked)), rules=rules.digest if rules else "")


def _listing(order: Order, found: Listing) -> Contents:
    from crawler.discover.found import newest  # noqa: PLC0415  # as above

    task, url = order.task, order.page.final_url
    if not found.links and not found.more and found.problem:
        return Contents(Failure(task.url, Stage.DISCOVER, "unreadable", found.problem))
    kept = newest(found, order.links, order.wants)
    more = tuple(Link(more.url, task.source, url, changed=more.changed) for more in kept.more)
    return Contents(kept.links, more, kept.problem, ttl=kept.ttl)
