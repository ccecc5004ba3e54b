"""Plan: when to look again. The archive says what was seen, in the transaction that stores it; who crawls says when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from archive.models import Failure
from archive.tasks import Task


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a listing."""

    task: Task
    at: datetime
    rhythm: str
    """What the plan wrote down last time."""
    new: tuple[datetime | None, ...] = ()
    """When the links were published that were never seen before; None for an undated one."""
    failure: Failure | None = None
    failing_since: datetime | None = None
    """When the first of the failures in a row was, this one included."""
    ttl: timedelta = timedelta()
    """For which the feed, or its last good answer, asks not to be fetched again."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one article."""

    published: datetime
    """Or first seen, where it has no date."""
    changed: datetime
    """When a look last found it changed; when it was published, if none did."""
    changes: int = 0
    """How many looks did."""


@dataclass(frozen=True, slots=True)
class Reread:
    """One look at an article that was stored before."""

    before: Past
    """What was known before it."""
    previous: datetime
    """The look before it."""
    edited: bool


class Plan(Protocol):
    """When to look again, and what to remember for the next time."""

    def listing(self, look: Look) -> tuple[str, datetime | None]:
        """The rhythm to be kept, and when the listing is due next; None: not by itself."""

    def article(
        self, source: str, edits: str, past: Past, now: datetime, reread: Reread | None
    ) -> tuple[str, datetime | None]:
        """The source's edits to be kept, and when an article is looked at for changes; None: no more."""

    def retry(self, task: Task, failure: Failure, now: datetime) -> datetime | None:
        """When a link that failed is tried again; None: not by itself."""
