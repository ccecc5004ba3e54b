"""What to crawl and how: frozen settings, checked on construction.

A value that makes no sense raises ValueError with a sentence that names the key; config.load adds the file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

from config import names
from config.receivers import NOT_IN_URL, check_command, check_webhook
from config.watches import Mail, Watch

DAY = 86_400
LONGEST = timedelta(days=366)
"""Of a pause between two looks: a longer one is a slip of the pen, and may overflow a date."""

_PLAIN_URL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:/[^\s\x00-\x1f\x7f<>\"]*)?")
"""What nearly all addresses look like; the others are looked at in full, which takes five times as long."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_NOT_IN_HEADER = re.compile(r"[^\t\x20-\x7e]")
_NOT_IN_COOKIE = re.compile(r"[^\x20-\x7e]|;")
_COOKIE_NAME = re.compile(r"[!-~]+")
_NOT_IN_NAME = frozenset('=;,"')
_OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"})
"""Headers that the crawler answers for: what it can decode, where a message ends, and who is asking."""


class Secret(str):
    """A value read from the environment: usable as a string, never shown by repr, logs or tracebacks.

    ``parts`` are what the variables held, where other text stands beside it, as in ``Bearer ${TOKEN}``: each of them
    may come back by itself in what a server says.
    """

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, value: str, parts: tuple[str, ...] = ()) -> Self:
        made = super().__new__(cls, value)
        made.parts = parts
        return made

    def __repr__(self) -> str:
        return "'***'"


def _positive(owner: object, *names: str) -> None:
    for name in names:
        if getattr(owner, name) <= 0:
            raise ValueError(f"{name} must be more than zero, not {getattr(owner, name)}")


def _http(key: str, *urls: str) -> None:
    for url in urls:
        if _PLAIN_URL.fullmatch(url):
            continue
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not NOT_IN_URL.search(url)
            credentials = "@" in parts.netloc
        except ValueError:  # as of an address that ends within its brackets
            good = credentials = False
        if credentials:  # not shown: it would stand in logs
            raise ValueError(f"{key} has a URL with a user name or password in it; send them as headers instead")
        if not good:
            raise ValueError(f"{key} has {url!r}, which is not an http or https URL")


def _sendable(key: str, pairs: tuple[tuple[str, str], ...], forbidden: re.Pattern[str]) -> None:
    for name, value in pairs:
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{key} has the name {name!r}, which has characters that HTTP does not allow there")
        if forbidden.search(value):  # the value is not shown: it may be secret
            raise ValueError(f"{key}.{name} has a value with a character that may not be sent there, as a line break")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a cookie file has it, with where it may be shown (RFC 6265, 5.3). Its value is in no repr."""

    name: str
    value: str = field(repr=False)
    domain: str
    """In lower case, without a dot before it."""
    subdomains: bool = True
    """Whether the hosts below ``domain`` see it, too."""
    path: str = "/"
    secure: bool = False
    """Over https alone."""
    expires: int = 0
    """Seconds since 1970; 0: it lasts."""
    http_only: bool = False
    """Not for scripts."""

    def __post_init__(self) -> None:
        # Wider than a token: sites do set cookies named a[b], and browsers send them back (RFC 6265, 5.2).
        if not _COOKIE_NAME.fullmatch(self.name) or _NOT_IN_NAME & set(self.name):
            raise ValueError("the cookie's name has characters that HTTP does not allow there")
        if _NOT_IN_COOKIE.search(self.value):  # the value is not shown: it is secret
            raise ValueError(f"the cookie {self.name} has a value with a character that may not be sent there")

    def expired(self, at: float) -> bool:
        """Whether it has expired at ``at``, seconds since 1970."""
        return 0 < self.expires <= at

    def fits(self, host: str, path: str, *, secure: bool, at: float) -> bool:
        """Whether it is shown to a host, given without its port, at a path (RFC 6265, 5.1.3, 5.1.4 and 5.4)."""
        if self.expired(at) or (self.secure and not secure):
            return False
        if host != self.domain and not (self.subdomains and host.endswith(f".{self.domain}")):
            return False
        return path == self.path or path.startswith(self.path if self.path.endswith("/") else f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Politeness:
    """What a publisher may expect of us. Seconds."""

    delay: float = 5.0
    """Between the end of one request to a site, redirects included, and the start of the next."""
    jitter: float = 0.2
    """Share of the delay by which each pause is lengthened at random, 0 to 1; never shortened."""
    obey_robots: bool = True
    obey_noarchive: bool = True
    """Whether pages are left out that ask not to be archived (X-Robots-Tag or meta robots)."""

    def __post_init__(self) -> None:
        if not 0 <= self.delay <= DAY:
            raise ValueError(f"delay must be from 0 to {DAY} seconds, not {self.delay}")
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
    reading: float = 20.0
    """Seconds of CPU that a page or listing may take to be read; the process that reads it is ended then."""
    hosts: int = 128
    """How many sites are spoken to at the same time."""
    links_per_listing: int = 5_000
    """The newest ones; what is older is left out and said so. Of an index, so many sitemaps."""
    links_per_day: int = 5_000
    """New links of one site in a day (UTC); a site that gives more is most likely a trap."""
    log_days: int = 90
    """How long the log of fetches is kept."""

    def __post_init__(self) -> None:
        _positive(self, "page_bytes", "listing_bytes", "deadline", "reading", "hosts", "log_days")
        _positive(self, "links_per_listing", "links_per_day")
        if self.redirects < 0:
            raise ValueError(f"redirects must not be negative, not {self.redirects}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to look at a source's feeds, sitemaps and sections, and again at its articles."""

    every: timedelta = timedelta()
    """A fixed pause between two looks; zero: it follows the publisher's rhythm."""
    cron: str = ""
    """Five fields, UTC, as ``*/10 6-22 * * *``; where given, it goes before the others."""
    fastest: timedelta = timedelta(minutes=5)
    """The shortest pause that a rhythm gives; the others grow and shrink with it."""
    slowest: timedelta = timedelta(days=1)
    """The longest."""
    revisit_days: int = 30
    """How many days after publication an article is still looked at for changes; 0 for never."""

    def __post_init__(self) -> None:
        for name in ("every", "fastest", "slowest"):
            given = getattr(self, name)
            if not timedelta(seconds=1) <= given <= LONGEST and not (name == "every" and not given):
                raise ValueError(f"{name} must be from one second to {LONGEST.days} days, not {given}")
        if self.fastest > self.slowest:
            raise ValueError(f"fastest must not be more than slowest: {self.fastest} and {self.slowest}")
        if not 0 <= self.revisit_days <= 36_500:
            raise ValueError(f"revisit_days must be from 0 to 36500, not {self.revisit_days}")
        if self.cron and len(self.cron.split()) != 5:
            raise ValueError(f"cron needs five fields, as '*/10 6-22 * * *', not {self.cron!r}")


@dataclass(frozen=True, slots=True)
class Alarms:
    """Who is told of alarms; they stand in the archive in any case."""

    webhook: str = ""
    """An address to which each is sent by POST, as JSON; empty: none. It is never shown."""
    command: tuple[str, ...] = ()
    """A program, with its arguments, that gets each as JSON on its standard input; none if empty."""

    def __post_init__(self) -> None:
        check_webhook(self.webhook)
        check_command(self.command)


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

    @property
    def digest(self) -> str:
        """12 hex digits that are equal for rules that find the same, whenever they began; empty for those of nothing.

        It is kept with each article that was read by them.
        """
        content = (self.body, self.remove, self.title, self.author, self.date)
        return hashlib.sha256("\0".join(content).encode()).hexdigest()[:12] if any(content) else ""


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
    cookie_file: str = ""
    """As written: a path, relative to the configuration's file."""
    jar: tuple[Cookie, ...] = field(default=(), repr=False)
    """What is in it for this source's own site (config.cookies)."""
    render: bool = False
    """Whether its pages are opened in Chromium, for a site whose articles are made by scripts."""
    enabled: bool = True

    def __post_init__(self) -> None:
        names.check(self.name)
        _http("home", self.home)
        for key in ("feeds", "sitemaps", "sections"):
            _http(key, *getattr(self, key))
        for key in ("include", "exclude"):
            for pattern in getattr(self, key):
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"{key} has {pattern!r}, which is not a regular expression: {error}") from None
        _sendable("headers", self.headers, _NOT_IN_HEADER)
        _sendable("cookies", self.cookies, _NOT_IN_COOKIE)
        if ours := [name for name, _ in self.headers if name.lower() in _OURS]:
            raise ValueError(f"headers.{ours[0]} may not be set: Cuttings sends its own")
        days = [rule.since for rule in self.rules]
        if twice := {day for day in days if days.count(day) > 1}:
            raise ValueError(f"rules has two sets that begin on {min(twice)}; give each a 'since' of its own")

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
    """Everything: settings, sources and watches."""

    contact: str = ""
    """A URL or address, put into the User-Agent, where a publisher can reach you."""
    allow_private: bool = False
    """Whether loopback, private and link-local addresses may be fetched from."""
    politeness: Politeness = field(default_factory=Politeness)
    limits: Limits = field(default_factory=Limits)
    schedule: Schedule = field(default_factory=Schedule)
    alarms: Alarms = field(default_factory=Alarms)
    mail: Mail = field(default_factory=Mail)
    sources: tuple[Source, ...] = ()
    watches: tuple[Watch, ...] = ()
    origin: str = ""
    """The file or folder it was read from, for messages."""

    def __post_init__(self) -> None:
        if not self.contact.isascii() or not self.contact.isprintable():
            raise ValueError(f"contact must be printable ASCII, for it is sent as a header, not {self.contact!r}")
        times = Counter(source.name for source in self.sources)
        if twice := [name for name, count in times.items() if count > 1]:
            raise ValueError(f"two sources have the name {', '.join(sorted(twice))}")

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)

    def watch(self, name: str) -> Watch | None:
        return next((watch for watch in self.watches if watch.name == name), None)
