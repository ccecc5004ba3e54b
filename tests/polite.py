"""Publishers that look at how they are crawled: crawls for tests of politeness, and what a site's servers saw of them.

    with Site() as site:
        publish(site, [Story(1)])
        crawl(db, config_for(site))
    assert min(pauses(site)) >= 0.3

``Clock`` moves the time of day between crawls; what elapses within one stays real. ``on`` sets it for a whole file.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import reading
from archive.status import Status, status
from config.models import Config, Politeness, Source
from crawler import clock, once
from crawler.once import Summary, all_sources, crawl_once, scope_of
from crawler.pool import Pool
from tests.publisher import Story
from tests.site import Response, Site

GRAIN = 0.002
"""Seconds by which a pause may seem shorter: next_at is kept in milliseconds."""


class Clock:
    """The time of day that crawls go by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return clock.wall() + self._ahead

    def pass_(self, **time: float) -> None:
        self._ahead += timedelta(**time)


def on(year: int, month: int, day: int) -> object:
    """A fixture by which all tests of a file take place that day: the pages in it, whose dates are fixed, stay news.

    Else they would fail as soon as these are too old to be looked at again.
    """

    @pytest.fixture(autouse=True)
    def that_day() -> Iterator[None]:
        with clock.played() as move:
            move(datetime(year, month, day, 12, tzinfo=UTC))
            yield

    return that_day


def manners(delay: float = 0.0, **more: bool) -> Politeness:
    return Politeness(delay=delay, jitter=0.0, **more)


def source(name: str, *listings: str, delay: float = 0.0, **more: object) -> Source:
    """A source at the site of its first listing."""
    home = "/".join(listings[0].split("/", 3)[:3]) + "/"
    return Source(name, home, **{"feeds": listings, "politeness": manners(delay), **more})


def config(*sources: Source, allow_private: bool = True, **more: object) -> Config:
    return Config(allow_private=allow_private, politeness=manners(), sources=sources, **more)


@functools.cache
def _pool() -> Pool:
    pool = Pool(20)
    atexit.register(pool.close)
    return pool


def crawl(db: Path, config: Config, *targets: str, **options: object) -> Summary:
    """A crawl as from the command line, but for the processes that read pages: to start them takes longer than it."""
    scope = scope_of(config, targets)[0] if targets else all_sources(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(once, "Pool", lambda seconds: contextlib.nullcontext(_pool()))
        return crawl_once(db, config, scope, **options)


def due(db: Path, config: Config) -> Summary:
    """What the daemon would do now."""
    return crawl(db, config, due_only=True)


def rules(*lines: str, status: int = 200, **headers: str) -> Response:
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, {"Content-Type": "text/plain", **headers}, status)


def rss(*urls: str, **headers: str) -> Response:
    items = "".join(f"<item><title>A story of the day</title><link>{url}</link></item>" for url in urls)
    xml = f'<rss version="2.0"><channel><title>Town</title>{items}</channel></rss>'
    return Response(xml, {"Content-Type": "application/rss+xml", **headers})


def page(n: int, **headers: str) -> Response:
    return Response(Story(n).html(), {"Content-Type": "text/html; charset=utf-8", **headers})


def pauses(*sites: Site) -> list[float]:
    """Seconds between each answer and the next request, to any of these servers."""
    asked = sorted((request for site in sites for request in site.requests), key=lambda request: request.at)
    return [b.at - (a.answering or a.answered)[-1] for a, b in itertools.pairwise(asked)]


def rows(db: Path, sql: str, *args: object) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql, args).fetchall()


def titles(db: Path) -> set[str]:
    return {title for (title,) in rows(db, "SELECT title FROM articles")}


def told(db: Path) -> Status:
    """What ``cuttings status`` says."""
    with reading(db) as connection:
        return status(connection, clock.now())
