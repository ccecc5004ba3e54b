"""Visit: polite requests to one site: robots.txt asked and obeyed, pauses kept, redirects followed on a host."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from archive.models import Failure, Moved, Page, Stage
from archive.tasks import Host, Site
from archive.turns import LEASE
from config.models import Config, Limits, Politeness
from crawler import clock, politeness, robots, urls
from crawler.browser import Browser
from crawler.fetch import NOBODY, Fetcher, Identity, user_agent
from crawler.masks import masked
from crawler.politeness import LONGEST_WAIT, Pace
from crawler.robots import Robots

ROBOTS_AGE = timedelta(hours=24)
"""RFC 9309, 2.4: a robots.txt should not be used for longer."""
ROBOTS_RETRY = timedelta(minutes=10)
"""After which one that could not be had is asked for again; nothing is fetched meanwhile."""
PATIENCE = timedelta(seconds=150)
"""Longest wait within a visit: a Crawl-delay of 120 s with the usual jitter. A longer one ends the visit."""

Keep = Callable[[Host, Site], Awaitable[None]]
Alive = Callable[[Site], Awaitable[None]]

_STOPPED = Failure("", Stage.FETCH, "stopped")
"""Ends a fetch between two requests; nobody gets to see it."""


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
        obey_noarchive=any(p.obey_noarchive for p in all_),
    )


class Visit:
    """``async with``, then ``get``; ``site`` is its state, to be kept.

    ``keep`` is told of every robots.txt as soon as it has come, ``alive`` of every pause within a fetch; once ``holds``
    is false, nothing more is asked for.
    """

    def __init__(
        self,
        site: Site,
        hosts: Iterable[Host],
        terms: Terms,
        manners: Politeness,
        *,
        stopping: asyncio.Event,
        holds: Callable[[], bool] = lambda: True,
        patience: timedelta = PATIENCE,
        keep: Keep | None = None,
        alive: Alive | None = None,
        browser: Browser | None = None,
    ) -> None:
        self._site = site
        self._hosts = {host.name: host for host in hosts}
        self._terms = terms
        self._manners = manners
        self._stopping, self._holds = stopping, holds
        self._patience = patience.total_seconds()
        self._keep = keep
        self._alive = alive
        self._browser = browser
        self._robots: dict[str, Robots] = {}
        self._closed = False
        self._rng = random.Random()  # noqa: S311  # jitter, no secret
        self._fetcher = Fetcher(user_agent=terms.user_agent, limits=terms.limits, allow_private=terms.allow_private)
        # What was kept is told by the clock on the wall, which may be set; from here on only what elapses counts.
        self._begun = clock.elapsed()
        left = (site.next_at - clock.now()).total_seconds() if site.next_at else 0.0
        self._ready = self._begun + min(left, LONGEST_WAIT.total_seconds())
        self._ours_until = max(self._begun, self._ready) + LEASE.total_seconds()

    @property
    def site(self) -> Site:
        """The site's state at this moment; its next moment by the clock as it is now, if it was set meanwhile."""
        if self._site.next_at is None:
            return self._site
        return replace(self._site, next_at=clock.now() + timedelta(seconds=self._ready - clock.elapsed()))

    async def __aenter__(self) -> Self:
        await self._fetcher.__aenter__()
        for host in list(self._hosts.values()):
            await self._learn(host)
        if self._site.abandoned:  # it may have been asked by another process just before this visit
            self._pause()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetcher.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        etag: str = "",
        last_modified: str = "",
        identity: Identity = NOBODY,
        render: bool = False,
    ) -> Page | Failure | None:
        """The page, when the site's turn for it has come; None if it was stopped, or would have to wait too long.

        With ``render`` it is shown in a browser first, without validators: a frame that did not change would hide
        contents that did.
        """
        if self._closed:
            return None
        name = urls.host(url)
        if self._manners.obey_robots and self._robots_are_old(name) and not await self._fetch_robots(url, name):
            return None
        await self._note_parked(name)
        if self._manners.obey_robots and (refusal := await self._refusal(url)):
            self._closed = refusal.reason == "robots-unreachable"
            return refusal
        if not await self._turn():
            return None

        async def allowed(target: str) -> Failure | None:
            return await self._may_follow(url, target)

        if render and self._browser:
            request = self._browser.get(
                url,
                fetcher=self._fetcher,
                user_agent=self._terms.user_agent,
                limits=self._terms.limits,
                allow_private=self._terms.allow_private,
                max_bytes=max_bytes,
                identity=identity,
                allowed=allowed,
                pause=self._hop,
            )
        else:
            request = self._fetcher.get(
                url,
                max_bytes=max_bytes,
                etag=etag,
                last_modified=last_modified,
                identity=identity,
                allowed=allowed,
                pause=self._hop,
            )
        result = await self._counted(request)
        if result is _STOPPED:
            return None
        self._keep_pace(result)
        return replace(result, permit=self._permit(name)) if isinstance(result, Page) else result

    def _permit(self, name: str) -> str:
        """What a page that came was fetched by, for Page.permit: had it not been allowed, it would not have come."""
        if not self._manners.obey_robots:
            return "ignored"
        status = self._host(name).robots_status
        if Robots.from_answer(status).unreachable:
            return "former"
        return "allowed" if status is not None and 200 <= status < 300 else "none"

    def robots(self, host: str) -> Robots:
        """What a host lets us do, as far as it was asked."""
        if host not in self._robots:
            self._robots[host] = _rules(self._host(host), clock.now())
        return self._robots[host]

    def _host(self, name: str) -> Host:
        return self._hosts.setdefault(name, Host(name))

    def _delay(self) -> float:
        """Seconds between two requests: what the strictest of the site's hosts, as far as they were asked, wants."""
        asked = (self.robots(host.name).crawl_delay() for host in self._hosts.values() if host.robots_at)
        delays = [delay or 0.0 for delay in asked] if self._manners.obey_robots else []
        return politeness.delay(self._manners, max(delays, default=0.0))

    async def _turn(self) -> bool:
        """Wait for the site's next moment; False if it is too far off or the wait was ended by a stop."""
        return self._ready - clock.elapsed() <= self._patience and await self._wait()

    async def _wait(self) -> bool:
        """Wait for the site's next moment; False if a stop ended the wait, or what was asked for holds no more."""
        seconds = self._ready - clock.elapsed()
        if self._stopping.is_set():
            return False
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
        # Who was held up for longer than the lease (Ctrl-Z, a locked archive) may find another process at the site.
        return not self._stopping.is_set() and self._holds() and clock.elapsed() < self._ours_until

    async def _hop(self, _target: str) -> Failure | None:
        """The pause before a redirect is followed: to a site's servers that is a request like others.

        To another site, to which a robots.txt alone is followed, it may be the second one in a row.
        """
        if clock.elapsed() >= self._ours_until:
            return _STOPPED
        self._pause()
        if self._alive:
            await self._alive(self.site)
        return None if await self._wait() else _STOPPED

    async def _counted(self, request: Awaitable[Page | Failure]) -> Page | Failure:
        """What a request gave. One that is cut off, or ends in a bug, has been made, and the pause holds after it."""
        try:
            return await request
        except BaseException:
            self._pause()
            raise

    def _pause(self) -> None:
        """Have the site left alone for its pause from now on, whatever became of the last request."""
        seconds = self._delay() * (1 + self._manners.jitter * self._rng.random())
        self._ready = max(self._ready, clock.elapsed() + seconds)
        self._ours_until = self._ready + LEASE.total_seconds()
        self._site = replace(self._site, next_at=clock.now(), abandoned=False)  # told by ``site``

    def _keep_pace(self, result: Page | Failure) -> None:
        now = clock.now()
        pace = Pace(self._delay(), self._manners.jitter, errors=self._site.errors).after(result, now, self._rng)
        self._site = replace(self._site, next_at=pace.next_at, errors=pace.errors, abandoned=False)
        self._ready = clock.elapsed() + pace.wait(now)
        self._ours_until = self._ready + LEASE.total_seconds()

    def _robots_are_old(self, name: str) -> bool:
        host = self._host(name)
        if host.robots_at is None:
            return True
        age = clock.now() - host.robots_at
        usable = not Robots.from_answer(host.robots_status).unreachable
        return not -ROBOTS_RETRY <= age <= (ROBOTS_AGE if usable else ROBOTS_RETRY)

    async def _fetch_robots(self, url: str, name: str) -> bool:
        if not await self._turn():
            return False
        # Redirects are followed wherever they lead (RFC 9309, 2.3.1.2); the rules still hold for this host alone.
        request = self._fetcher.get(
            "/".join(url.split("/", 3)[:3]) + "/robots.txt",
            max_bytes=robots.FETCHED_BYTES,
            pause=self._hop,
            redirects=max(robots.REDIRECTS, self._terms.limits.redirects),
        )
        result = await self._counted(request)
        if result is _STOPPED:
            return False
        status, body = robots.answer(result)
        at = clock.now()
        host = replace(self._host(name), robots_status=status, robots_body=body, robots_at=at)
        if status is not None and 200 <= status < 300:
            host = replace(host, good_body=body, good_at=at)
        self._hosts[name] = host
        self._robots[name] = _rules(host, at)
        await self._learn(host)
        host = replace(host, parked=self._parked(name))
        self._hosts[name] = host
        self._keep_pace(result)
        if self._keep:
            await self._keep(host, self.site)
        return True

    async def _learn(self, host: Host) -> None:
        """Read a host's rules before they are asked for, so that a long file holds nobody else up."""
        if max(len(host.robots_body), len(host.good_body)) > robots.LONG:
            await asyncio.to_thread(self.robots(host.name).crawl_delay)

    def _parked(self, name: str) -> str:
        return robots.parked(self.robots(name).crawl_delay(), self._manners.delay)

    async def _note_parked(self, name: str) -> None:
        """Keep whether a host is parked where our own settings have changed that since its robots.txt was asked for."""
        said = self._parked(name) if self._manners.obey_robots else ""
        if (host := self._host(name)).parked != said:
            self._hosts[name] = host = replace(host, parked=said)
            if self._keep:
                await self._keep(host, self.site)

    async def _refusal(self, url: str) -> Failure | None:
        name = urls.host(url)
        rules, host = self.robots(name), self._host(name)
        if rules.unreachable:
            what = f"answers {host.robots_status}" if host.robots_status else "cannot be reached"
            detail = f"The robots.txt of {name} {what}; until it can be read, nothing there may be fetched."
            pause = min(ROBOTS_RETRY * 2 ** min(self.site.errors, 8), ROBOTS_AGE)
            return Failure(url, Stage.ROBOTS, "robots-unreachable", detail, clock.now() + pause)
        if parked := self._parked(name):
            return Failure(url, Stage.ROBOTS, "parked", parked, clock.now() + ROBOTS_AGE)
        if len(rules.text) > robots.LONG:  # 500 KiB of wildcards take .2 s to judge an address by; 2 after a redirect
            allowed = await asyncio.to_thread(rules.allows, url)
        else:
            allowed = rules.allows(url)
        if allowed:
            return None
        return Failure(url, Stage.ROBOTS, "robots", f"The robots.txt of {name} does not allow it.")

    async def _may_follow(self, start: str, target: str) -> Failure | None:
        if urls.host(target) != urls.host(start):
            return Moved(start, Stage.FETCH, "moved", f"It redirects to {masked(target)}.", target=target)
        return await self._refusal(target) if self._manners.obey_robots else None


def _rules(host: Host, now: datetime) -> Robots:
    """What holds on a host: what it said last, or before that where it could not be asked."""
    good = Robots.from_answer(200, host.good_body) if host.good_at else None
    return robots.effective(Robots.from_answer(host.robots_status, host.robots_body), good, host.good_at, now)
