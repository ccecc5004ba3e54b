"""Visit: polite requests to one host: robots.txt asked and obeyed, pauses kept, redirects followed on the host."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from archive.models import Failure, Host, Moved, Page, Stage
from config.models import Config, Limits, Politeness
from crawler import politeness, robots, urls
from crawler.fetch import NOBODY, Fetcher, Identity, user_agent
from crawler.politeness import Pace
from crawler.robots import Robots

ROBOTS_AGE = timedelta(hours=24)
"""RFC 9309, 2.4: a robots.txt should not be used for longer."""
ROBOTS_RETRY = timedelta(minutes=10)
"""After which one that could not be had is asked for again; nothing is fetched meanwhile."""
PATIENCE = timedelta(seconds=150)
"""Longest wait within a visit: a Crawl-delay of 120 s with the usual jitter. A longer one ends the visit."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms hosts are visited, whoever they are."""

    limits: Limits
    user_agent: str
    allow_private: bool = False

    @classmethod
    def of(cls, config: Config) -> Terms:
        return cls(config.limits, user_agent(config.contact), config.allow_private)


def strictest(several: Iterable[Politeness]) -> Politeness:
    """What holds on a host that several sources share."""
    all_ = tuple(several)
    return Politeness(
        delay=max(p.delay for p in all_),
        jitter=max(p.jitter for p in all_),
        obey_robots=any(p.obey_robots for p in all_),
    )


class Visit:
    """``async with``, then ``get``; ``host`` is the host's state after it, to be kept."""

    def __init__(
        self,
        host: Host,
        terms: Terms,
        manners: Politeness,
        *,
        stopping: asyncio.Event,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.host = host
        self._terms = terms
        self._manners = manners
        self._stopping = stopping
        self._patience = patience
        self._rng = random.Random()  # noqa: S311  # jitter, no secret
        self._fetcher = Fetcher(user_agent=terms.user_agent, limits=terms.limits, allow_private=terms.allow_private)

    async def __aenter__(self) -> Self:
        await self._fetcher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetcher.__aexit__(kind, error, trace)

    async def get(
        self, url: str, *, max_bytes: int, etag: str = "", last_modified: str = "", identity: Identity = NOBODY
    ) -> Page | Failure | None:
        """The page, when the host's turn for it has come; None if it was stopped, or would have to wait too long."""
        if self._manners.obey_robots:
            if self._robots_are_old() and not await self._fetch_robots(url):
                return None
            if refusal := self._refusal(url):
                return refusal
        if not await self._turn():
            return None
        result = await self._fetcher.get(
            url,
            max_bytes=max_bytes,
            etag=etag,
            last_modified=last_modified,
            identity=identity,
            allowed=lambda target: self._may_follow(url, target),
        )
        self._keep_pace(result)
        return result

    @property
    def robots(self) -> Robots:
        return Robots.from_answer(self.host.robots_status, self.host.robots_body)

    def _pace(self) -> Pace:
        asked = self.robots.crawl_delay() if self._manners.obey_robots and self.host.robots_at else None
        delay = politeness.delay(self._manners, asked)
        return Pace(delay, self._manners.jitter, self.host.next_at, self.host.errors)

    async def _turn(self) -> bool:
        """Wait for the host's next moment; False if it is too far off or the wait was ended by a stop."""
        seconds = self._pace().wait(datetime.now(UTC))
        if self._stopping.is_set() or seconds > self._patience.total_seconds():
            return False
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return True
            return False
        return True

    def _keep_pace(self, result: Page | Failure) -> None:
        pace = self._pace().after(result, datetime.now(UTC), self._rng)
        self.host = replace(self.host, next_at=pace.next_at, errors=pace.errors)

    def _robots_are_old(self) -> bool:
        if self.host.robots_at is None:
            return True
        status = self.host.robots_status
        usable = status is not None and status < 500 and status != 429
        return datetime.now(UTC) - self.host.robots_at > (ROBOTS_AGE if usable else ROBOTS_RETRY)

    async def _fetch_robots(self, url: str) -> bool:
        if not await self._turn():
            return False
        # Redirects are followed wherever they lead (RFC 9309, 2.3.1.2); the rules still hold for this host alone.
        result = await self._fetcher.get(
            "/".join(url.split("/", 3)[:3]) + "/robots.txt", max_bytes=self._terms.limits.page_bytes
        )
        status, body = robots.answer(result)
        self.host = replace(self.host, robots_status=status, robots_body=body, robots_at=datetime.now(UTC))
        self._keep_pace(result)
        return True

    def _refusal(self, url: str) -> Failure | None:
        if self.robots.allows(url):
            return None
        status = self.host.robots_status
        if status is None or status >= 500 or status == 429:
            what = f"answers {status}" if status else "cannot be reached"
            detail = f"The robots.txt of {self.host.name} {what}; until it can be read, nothing there may be fetched."
            return Failure(url, Stage.ROBOTS, "robots-unreachable", detail)
        return Failure(url, Stage.ROBOTS, "robots", f"The robots.txt of {self.host.name} does not allow it.")

    async def _may_follow(self, start: str, target: str) -> Failure | None:
        if urls.host(target) != self.host.name:
            return Moved(start, Stage.FETCH, "moved", f"It redirects to {target}.", target=target)
        return self._refusal(target) if self._manners.obey_robots else None


async def fetch_page(url: str, config: Config, *, listing: bool = False) -> Page | Failure:
    """One page for a command that keeps nothing, politely, following redirects from host to host."""
    target = urls.canonical(url)
    limit = config.limits.listing_bytes if listing else config.limits.page_bytes
    for _ in range(config.limits.redirects + 1):
        if target is None:
            return Failure(url, Stage.FETCH, "bad-url", "This is not an http or https URL.")
        host = Host(urls.host(target))
        async with Visit(host, Terms.of(config), config.politeness, stopping=asyncio.Event()) as visit:
            result = await visit.get(target, max_bytes=limit)
        if not isinstance(result, Moved):
            return result or Failure(url, Stage.FETCH, "rate-limited", "The host asks for a longer pause first.")
        target = urls.canonical(result.target)
    detail = f"It redirects more than {config.limits.redirects} times."
    return Failure(url, Stage.FETCH, "too-many-redirects", detail)
