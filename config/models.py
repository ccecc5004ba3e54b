"""What to crawl and how: frozen settings, checked on construction.

A value that makes no sense raises ValueError with a sentence that names the key; config.load adds the file.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Secret(str):
    """A value read from the environment: usable as a string, never shown by repr, logs or tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def _positive(owner: object, *names: str) -> None:
    for name in names:
        if getattr(owner, name) <= 0:
            raise ValueError(f"{name} must be more than zero, not {getattr(owner, name)}")


def _http(key: str, *urls: str) -> None:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{key}: {url!r} is not an http or https URL")


@dataclass(frozen=True, slots=True)
class Politeness:
    """What a publisher may expect of us. Seconds."""

    delay: float = 5.0
    """Between the end of one request to a host and the start of the next."""
    jitter: float = 0.2
    """Share of the delay by which each pause is lengthened at random, 0 to 1; never shortened."""
    obey_robots: bool = True

    def __post_init__(self) -> None:
        if self.delay < 0:
            raise ValueError(f"delay must not be negative, not {self.delay}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter must be from 0 to 1, not {self.jitter}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost us."""

    page_bytes: int = 10_000_000
    """Of an article page, after decompression."""
    listing_bytes: int = 50_000_000
    """Of a feed or sitemap, after decompression."""
    deadline: float = 60.0
    """Seconds for a whole fetch, redirects included."""
    redirects: int = 5
    hosts: int = 32
    """How many hosts are spoken to at the same time."""
    links_per_listing: int = 5_000
    """Newest first; what is beyond is left for the next look and said so."""

    def __post_init__(self) -> None:
        _positive(self, "page_bytes", "listing_bytes", "deadline", "hosts", "links_per_listing")
        if self.redirects < 0:
            raise ValueError(f"redirects must not be negative, not {self.redirects}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to look at a source's feeds, sitemaps and sections, and again at its articles."""

    every: timedelta = timedelta(minutes=30)
    """Pause between two looks; ``cron``, where given, goes before it."""
    cron: str = ""
    """Five fields, UTC, as ``*/10 6-22 * * *``."""
    revisit_days: int = 30
    """How many days after publication an article is still looked at for changes; 0 for never."""

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise ValueError(f"every must be at least one second, not {self.every}")
        if self.revisit_days < 0:
            raise ValueError(f"revisit_days must not be negative, not {self.revisit_days}")
        if self.cron and len(self.cron.split()) != 5:
            raise ValueError(f"cron needs five fields, as '*/10 6-22 * * *', not {self.cron!r}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What CSS finds on a publisher's pages better than the general extractor, valid from a date on.

    Each is a CSS selector or empty. ``body`` names the elements that hold the article's text, ``remove`` what
    to take out of the page first; ``title``, ``author`` and ``date`` the elements with the field's text
    (``datetime`` or ``content`` attributes go before it).
    """

    since: dt.date = dt.date.min
    """Pages fetched before this day are read by the rules that held then."""
    body: str = ""
    remove: str = ""
    title: str = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher."""

    name: str
    """Short and unique: ``a-z``, digits, ``-`` and ``_``."""
    home: str
    title: str = ""
    language: str = ""
    country: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    """Pages whose links to articles are followed, where there is no feed."""
    include: tuple[str, ...] = ()
    """Regular expressions (re.search on the canonical URL): if any are given, one must match."""
    exclude: tuple[str, ...] = ()
    """Regular expressions: none may match."""
    schedule: Schedule = field(default_factory=Schedule)
    politeness: Politeness = field(default_factory=Politeness)
    rules: tuple[Rules, ...] = ()
    """Oldest first."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent to this source's own site only; values from the environment are Secrets."""
    cookies: tuple[tuple[str, str], ...] = ()
    enabled: bool = True

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name {self.name!r} may only have a-z, 0-9, - and _, at most 64 of them")
        _http("home", self.home)
        for key in ("feeds", "sitemaps", "sections"):
            _http(key, *getattr(self, key))
        for key in ("include", "exclude"):
            for pattern in getattr(self, key):
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"{key}: {pattern!r} is not a regular expression: {error}") from None

    def wants(self, url: str) -> bool:
        """Whether a canonical URL passes this source's include and exclude patterns."""
        if self.include and not any(re.search(p, url) for p in self.include):
            return False
        return not any(re.search(p, url) for p in self.exclude)

    def rules_on(self, day: dt.date) -> Rules | None:
        """The rules that held on a day: the newest that began on or before it."""
        return next((r for r in sorted(self.rules, key=lambda r: r.since, reverse=True) if r.since <= day), None)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything: settings and sources."""

    contact: str = ""
    """A URL or address, put into the User-Agent, where a publisher can reach you."""
    allow_private: bool = False
    """Whether loopback, private and link-local addresses may be fetched from."""
    politeness: Politeness = field(default_factory=Politeness)
    limits: Limits = field(default_factory=Limits)
    schedule: Schedule = field(default_factory=Schedule)
    sources: tuple[Source, ...] = ()
    origin: str = ""
    """The file or folder it was read from, for messages."""

    def __post_init__(self) -> None:
        names = [source.name for source in self.sources]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two sources have the name {', '.join(sorted(twice))}")

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)
