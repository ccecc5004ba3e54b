"""Tasks: what the queue hands out, by site and in batches, and what comes back. Frozen values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from archive.models import Article, Failure, Link, Page


class TaskKind(StrEnum):
    """What a task's URL is expected to hold. AUTO: given by hand, found out by looking."""

    LISTING = "listing"
    ARTICLE = "article"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Task:
    """One URL to be fetched now, as the queue hands it out."""

    id: int
    """Of the row in ``feeds`` (LISTING) or ``links`` (ARTICLE, AUTO)."""
    kind: TaskKind
    url: str
    source: str
    etag: str = ""
    last_modified: str = ""
    tries: int = 0
    """Failed attempts in a row so far."""
    article_id: int | None = None
    """Of the article stored from it earlier."""
    link: Link | None = None
    """What the listing said of it; None for a listing."""
    page: Page | None = None
    """Received earlier, by a process that ended before it was read: not to be fetched again."""
    reads: int = 0
    """How often reading that page was begun."""


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of one site (registrable domain, see archive.sites): its pace, which its hosts share."""

    name: str
    next_at: datetime | None = None
    """No request before this moment."""
    errors: int = 0
    """Failed requests in a row."""
    abandoned: bool = False
    """Whether a process that spoke to it ended without a word: it may have been asked a moment ago."""


@dataclass(frozen=True, slots=True)
class Host:
    """What is known of one host ("name" or "name:port"): its robots.txt."""

    name: str
    robots_status: int | None = None
    """HTTP status of the last robots.txt; None with ``robots_at`` set: it could not be fetched."""
    robots_body: bytes = b""
    robots_at: datetime | None = None
    good_body: bytes = b""
    """The last that was a robots.txt indeed, which holds where today's can't be had."""
    good_at: datetime | None = None
    parked: str = ""
    """Why nothing is fetched from it, in a sentence; empty if it is."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One site's turn: its tasks, listings first, with their hosts. A site is in one batch at a time."""

    site: Site
    tasks: tuple[Task, ...]
    hosts: tuple[Host, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task.

    ``result`` is an Article or a Failure; for a listing its Links; None where the server said 304.
    """

    task: Task
    site: Site
    """Its state after this fetch."""
    result: Article | Failure | tuple[Link, ...] | None
    page: Page | None = None
    """None where nothing was received."""
    more: tuple[Link, ...] = ()
    """Further listings found in a listing: an index's sitemaps, with when they were last changed."""
    problem: str = ""
    """What was wrong with a listing that could be read in part."""
    seconds: float = 0.0
    """The fetch took, without waiting for the site's turn."""
    robots: str = ""
    """What the page asks of robots, as ``noarchive``."""
    ttl: timedelta | None = None
    """For which a feed asks not to be fetched again."""
    rules: str = ""
    """Digest of the source's rules by which the page was read."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An article that was not compared with what its page says now, for its text was not made in the same way.

    Nothing was written. Its stored pages are to be read anew first, so that what Cuttings learned meanwhile is not
    taken for an edit.
    """

    article: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the queue a run works on: everything, or these sources and these URLs."""

    everything: bool = True
    sources: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    """Of links and listings, canonical."""
