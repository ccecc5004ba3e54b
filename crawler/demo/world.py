"""World: the invented publishers, served on loopback, and the moment at which they are.

``with World() as world``: crawl ``world.config()``; after ``advance()`` one article is corrected and one deleted, and
each ``publish()`` brings out one more; crawl again. ``stories()`` is what an archive should then hold. ``wait(at)``
plays another time, at which only what is published by then is out; without it all is.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from config.models import Config, Politeness, Schedule, Source
from crawler.demo.library import publishers
from crawler.demo.server import HOST, Seen, Server
from crawler.demo.site import Moment, Site
from crawler.demo.story import Publisher, Story

FIRST_PORT = 8730
"""Of the first publisher, the others follow it: always the same, so that an archive knows the articles again."""
AGES = 36_500
"""Days after publication in which an article is looked at again: the demo's dates are fixed and grow old."""


class World:
    """All publishers, each on a port of 127.0.0.1, from construction on; ``with`` answers and ends it.

    ``port``: of the first publisher; 0 for any that are free. If one is taken, free ones are used and ``notice``
    says so. ``later`` and ``released``: begin as after ``advance`` and so many times ``publish``.
    """

    def __init__(
        self, port: int = FIRST_PORT, *, later: bool = False, released: int = 0, seen: Seen = lambda *_: None
    ) -> None:
        self.moment = Moment(later=later, released=released)
        self._servers, self.notice = _servers(port, len(publishers()))
        self.sites = tuple(
            Site(publisher, f"http://{HOST}:{server.port}", self.moment)
            for publisher, server in zip(publishers(), self._servers, strict=True)
        )
        for site, server in zip(self.sites, self._servers, strict=True):
            server.answer, server.seen = site.answer, seen
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for server in self._servers:
            self._running.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def publishers(self) -> tuple[Publisher, ...]:
        return tuple(site.publisher for site in self.sites)

    @property
    def urls(self) -> dict[str, dict[str, str]]:
        """Publisher's name → what it has to be crawled from → URL."""
        return {site.publisher.name: site.urls for site in self.sites}

    def wait(self, at: datetime) -> None:
        """Go on to a time."""
        self.moment.at = at

    def advance(self) -> None:
        """On to the second look: what is to be corrected is corrected, what is to be deleted answers 410."""
        self.moment.later = True

    def publish(self) -> Story | None:
        """Bring out the next of the stories that were held back; None if all are out."""
        turn = self.moment.released + 1
        story = next((one for publisher in self.publishers for one in publisher.stories if one.later == turn), None)
        if story:
            self.moment.released = turn
        return story

    # The truth, by URL in the form in which an archive keeps it.

    def stories(self) -> dict[str, Story]:
        """What can be read at this moment."""
        return {site.url(story.path): story for site in self.sites for story in site.stories}

    def second_urls(self) -> dict[str, str]:
        """Second address of a text → the first."""
        return {
            site.url(story.second_path): site.url(story.path)
            for site in self.sites
            for story in site.stories
            if story.second_path
        }

    def deleted(self) -> tuple[str, ...]:
        """What could be read once and is still announced."""
        gone = (set(site.announced) - set(site.stories) for site in self.sites)
        return tuple(site.url(story.path) for site, left in zip(self.sites, gone, strict=True) for story in left)

    def strays(self, *, forbidden: bool) -> tuple[str, ...]:
        """The pages that are announced as articles and are none; or those that robots.txt forbids."""
        return tuple(
            site.url(stray.path)
            for site in self.sites
            for stray in site.publisher.strays
            if stray.listed and stray.forbidden == forbidden
        )

    def config(self, *, every: timedelta = timedelta(minutes=30), delay: float = 0.0) -> Config:
        """All publishers as sources that are looked at ``every`` so often, ``delay`` seconds between requests."""
        manners, schedule = Politeness(delay, jitter=0.0), Schedule(every, revisit_days=AGES)
        sources = tuple(
            Source(
                name=site.publisher.name,
                home=site.url("/"),
                title=site.publisher.title,
                language=site.publisher.language,
                country=site.publisher.country,
                feeds=tuple(map(site.url, site.publisher.feeds)),
                sitemaps=tuple(map(site.url, site.publisher.sitemaps)),
                sections=tuple(map(site.url, site.publisher.listing_paths())),
                schedule=schedule,
                politeness=manners,
            )
            for site in self.sites
        )
        return Config(
            contact=self.sites[0].url("/"),
            allow_private=True,
            politeness=manners,
            schedule=schedule,
            sources=sources,
            origin="the demo",
        )


def _servers(port: int, count: int) -> tuple[list[Server], str]:
    """Servers on consecutive ports, or on any free ones and a sentence that says why."""
    servers: list[Server] = []
    try:
        for at in range(count):
            servers.append(Server(port + at if port else 0))  # noqa: PERF401  # those bound so far are needed
    except OSError as error:
        for server in servers:
            server.server_close()
        if not port:
            raise
        notice = (
            f"The demo's ports {port} to {port + count - 1} are not all free ({error.strerror}), so it uses others: "
            "to an archive from an earlier run its articles are new ones."
        )
        return _servers(0, count)[0], notice
    return servers, ""
