"""Papers: well-behaved publishers for tests.bench.hour: stories with dates of now, corrected and taken down later."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.publisher import DAY, Story
from tests.site import Response, Site

KINDS = ("rss", "atom", "json", "rss", "atom", "sitemap", "rss", "section")
BACKLOG = 8
"""Stories that are there at the start."""
LISTED = 20
"""Of the newest stories that stand in a listing."""
CORRECTION = "An earlier version of this report gave a wrong number of trees."
PRIVATE = "/private/"


@dataclass(frozen=True)
class Tempo:
    """How fast everything goes. Seconds."""

    total: float
    look: float = 30.0
    """Between two looks, where that is fixed; the fewest, where it follows the publisher."""
    gap: float = 60.0
    """Between two stories of a paper, and up to twice that."""
    turn: float = 240.0
    """After which a story is corrected or taken down."""
    fall: float = 300.0
    """After which sites that will show walls begin to."""
    down: float = 180.0
    """That the flapping site is away, and then is there."""
    robots_errors: float = 600.0
    lock: float = 65.0
    late: float = 150.0
    """What may pass from a story to the archive where the pause is fixed, with a lock or a restart in it."""
    late_adaptive: float = 1200.0
    late_revisit: float = 2100.0
    """What may pass from a correction that no listing tells of to the look that finds it."""
    delay: float = 1.0
    deadline: float = 20.0
    reading: float = 8.0
    """Of CPU; the feed with the many entries takes 3."""
    megabytes: int = 50
    """Of a feed at most, for which there are some that have about as many, and some more."""
    entries: int = 100_000
    """Of the feed with the many, and half of it in each of many sitemaps."""

    @classmethod
    def of(cls, minutes: float) -> Tempo:
        total = 60 * minutes
        if total >= 180:
            return cls(total, turn=min(240, total / 6), fall=min(300, total / 6))
        return cls(
            total,
            look=4,
            gap=6,
            turn=total / 5,
            fall=total / 5,
            down=total / 6,
            robots_errors=total / 2,
            lock=4,
            late=30,
            delay=0.3,
            deadline=6,
            reading=2,
            megabytes=8,
            entries=20_000,
        )


@dataclass(frozen=True)
class Fresh(Story):
    """A story with a date of its own."""

    at: datetime = DAY

    @property
    def published(self) -> datetime:
        return self.at

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass
class Told:
    """What a paper did with a story; seconds since 1970."""

    story: Fresh
    at: float
    corrected_at: float = 0.0
    removed_at: float = 0.0
    updated: datetime | None = None


@dataclass
class Paper:
    name: str
    site: Site
    kind: str
    number: int
    tempo: Tempo
    adaptive: bool = False
    told: list[Told] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)
    next_at: float = 0.0

    def begin(self, now: float) -> None:
        self.chance.seed(self.number)
        self.site.routes["/"] = "<h1>The paper</h1>"
        rules = {2: "User-agent: *\nCrawl-delay: 2\n", 3: f"User-agent: *\nDisallow: {PRIVATE}\n"}
        if self.number in rules:
            self.site.routes["/robots.txt"] = Response(rules[self.number], {"Content-Type": "text/plain"})
        for back in range(BACKLOG, 0, -1):
            self._publish(now - back * self.tempo.gap, now)
        self.next_at = now + self.chance.uniform(0.2, 1) * self.tempo.gap
        self._list()

    @property
    def delay(self) -> float:
        return max(self.tempo.delay, 2.0) if self.number == 2 else self.tempo.delay

    def source(self) -> dict:
        pause = f"{self.tempo.look:.0f}s"
        where = {"sitemap": "sitemaps", "section": "sections"}.get(self.kind, "feeds")
        schedule = {"fastest": pause} if self.adaptive else {"every": pause}
        return {where: [self.site.url("/list")], "schedule": schedule}

    def tick(self, now: float) -> None:
        changed = False
        if now >= self.next_at:
            self._publish(now, now)
            self.next_at = now + self.chance.uniform(1, 2) * self.tempo.gap
            changed = True
        for told in self.told:
            if now - told.at < self.tempo.turn or told.corrected_at or told.removed_at:
                continue
            if self.told.index(told) % 6 == 3:
                self._correct(told, now)
                changed = True
            elif self.number == 1 and self.told.index(told) == BACKLOG + 2:
                told.removed_at = now
                self.site.routes[told.story.path] = Response("gone", status=410)
        if changed:
            self._list()

    def _publish(self, at: float, now: float) -> None:
        when = datetime.fromtimestamp(int(at), UTC)
        story = Fresh(self.number * 10_000 + len(self.told), at=when)
        self.told.append(Told(story, max(at, now)))
        self.site.routes[story.path] = story.html()

    def _correct(self, told: Told, now: float) -> None:
        told.story = replace(told.story, correction=CORRECTION)
        told.corrected_at, told.updated = now, datetime.fromtimestamp(int(now) + 1, UTC)
        self.site.routes[told.story.path] = told.story.html()

    def _list(self) -> None:
        body, kind = LISTS[self.kind](self.site, list(reversed(self.told[-LISTED:])))
        if self.number == 3:  # one that robots.txt forbids
            body = body.replace("<item>", f"<item><link>{self.site.url(PRIVATE)}1-story-of-ours</link></item><item>", 1)
        tag = hashlib.sha256(body.encode()).hexdigest()[:16]
        self.site.routes["/list"] = Response(body, {"Content-Type": kind, "ETag": f'"{tag}"'})


def rss(site: Site, told: Iterable[Told]) -> tuple[str, str]:
    items = "".join(
        f"<item><title>{t.story.title}</title><link>{site.url(t.story.path)}</link>"
        f"<pubDate>{format_datetime(t.story.published)}</pubDate></item>"
        for t in told
    )
    return f'<rss version="2.0"><channel><title>A paper</title>{items}</channel></rss>', "application/rss+xml"


def atom(site: Site, told: Iterable[Told]) -> tuple[str, str]:
    entries = "".join(
        f'<entry><id>{site.url(t.story.path)}</id><title>{t.story.title}</title><link href="{site.url(t.story.path)}"/>'
        f"<published>{t.story.published.isoformat()}</published>"
        f"<updated>{(t.updated or t.story.published).isoformat()}</updated></entry>"
        for t in told
    )
    head = f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{site.url('/')}</id><title>A paper</title>"
    return f"{head}{entries}</feed>", "application/atom+xml"


def json_feed(site: Site, told: Iterable[Told]) -> tuple[str, str]:
    items = [
        {
            "id": site.url(t.story.path),
            "url": site.url(t.story.path),
            "title": t.story.title,
            "date_published": t.story.published.isoformat(),
        }
        for t in told
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "A paper"}
    return json.dumps(head | {"items": items}), "application/feed+json"


def sitemap(site: Site, told: Iterable[Told]) -> tuple[str, str]:
    """A news sitemap, which tells when a story was published besides when it was changed."""
    urls = "".join(
        f"<url><loc>{site.url(t.story.path)}</loc>"
        f"<lastmod>{(t.updated or t.story.published).isoformat()}</lastmod><n:news><n:title>{t.story.title}</n:title>"
        f"<n:publication_date>{t.story.published.isoformat()}</n:publication_date></n:news></url>"
        for t in told
    )
    names = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    names += " xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<urlset {names}>{urls}</urlset>", "application/xml"


def section(site: Site, told: Iterable[Told]) -> tuple[str, str]:
    links = "".join(f'<h2><a href="{t.story.path}">{t.story.title}</a></h2>' for t in told)
    return f"<html><head><title>News</title></head><body><main>{links}</main></body></html>", "text/html"


LISTS: dict[str, Callable[[Site, Iterable[Told]], tuple[str, str]]] = {
    "rss": rss,
    "atom": atom,
    "json": json_feed,
    "sitemap": sitemap,
    "section": section,
}
