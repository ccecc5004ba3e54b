"""Site: one publisher's answers to requests, at the moment at which its world is. No sockets."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.demo.pages import render
from crawler.demo.story import Publisher, Story

TYPES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json",
    "robots.txt": "text/plain; charset=utf-8",
    "picture.svg": "image/svg+xml",
}
HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


EVER = datetime.max.replace(tzinfo=UTC)
"""When all is out."""


@dataclass(slots=True)
class Moment:
    """How far a world has come; all its sites share one."""

    at: datetime = EVER
    """The time: what is published later is not out."""
    later: bool = False
    """Whether it is the second look: corrections are made, deletions done."""
    released: int = 0
    """How many of the stories that come one by one are out."""
    tripped: set[str] = field(default_factory=set)
    """Paths that have answered their 500."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str = HTML
    body: bytes = b""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A publisher at an address."""

    publisher: Publisher
    base: str
    """``http://host:port``, without a slash."""
    moment: Moment

    def url(self, path: str) -> str:
        return self.base + path

    @property
    def urls(self) -> dict[str, str]:
        """Name → URL of the home page and of every feed and sitemap, for a person to try."""
        return {"home": self.url("/")} | {
            path.strip("/"): self.url(path) for path in (*self.publisher.feeds, *self.publisher.sitemaps)
        }

    @property
    def announced(self) -> tuple[Story, ...]:
        """The stories that feeds and sitemaps name, newest first: also one that was deleted, as real feeds lag."""
        moment = self.moment
        told = (one for one in self.publisher.stories if one.later <= moment.released and one.published <= moment.at)
        return tuple(self._now(story) for story in told)

    @property
    def stories(self) -> tuple[Story, ...]:
        """The stories that can be read."""
        return tuple(story for story in self.announced if not (story.gone and self.moment.later))

    def _now(self, story: Story) -> Story:
        return story.correction if story.correction and self.moment.later else story

    def answer(self, path: str) -> Answer:
        """What a GET of a path (without its query, which changes nothing here) is answered."""
        if path == "/robots.txt":
            return self._file("robots.txt", path)
        if path in self.publisher.files:
            return self._file(self.publisher.files[path], path)
        if path.startswith("/img/"):
            return self._file("picture.svg", path)
        for story in self.announced:
            if path in {story.path, story.second_path}:
                return self._article(story, path)
        for stray in self.publisher.strays:
            if path == stray.path:
                return self._page("stray.html", stray=stray)
        return self._listing(path) or self._page("missing.html", status=404)

    def _article(self, story: Story, path: str) -> Answer:
        if story.gone and self.moment.later:
            return self._page("missing.html", status=410)
        if story.failing and not self.moment.later and path not in self.moment.tripped:
            self.moment.tripped.add(path)
            return Answer(500, "text/plain; charset=utf-8", b"Please come back in a moment.\n")
        others = [other for other in self.stories if other.slug != story.slug]
        template = "article.html" if path == story.path else "print.html"
        answer = self._page(f"{self.publisher.name}/{template}", story=story, others=others)
        return answer if self.publisher.etags else Answer(answer.status, answer.content_type, answer.body)

    def _listing(self, path: str) -> Answer | None:
        if path == "/":
            return self._page("listing.html", heading=self.publisher.title, stories=self.stories, more="")
        size = self.publisher.page_size
        for section, heading in self.publisher.sections.items():
            stories = [story for story in self.stories if story.section == section]
            for page in range(1, max(1, -(-len(stories) // size)) + 1):
                if path == self.publisher.section_page(section, page):
                    shown, left = stories[(page - 1) * size : page * size], stories[page * size :]
                    more = self.publisher.section_page(section, page + 1) if left else ""
                    return self._page("listing.html", heading=heading, stories=shown, more=more)
        return None

    def _page(self, template: str, status: int = 200, **context: object) -> Answer:
        body = self._render(template, **context)
        return Answer(status, HTML, body, _etag(body) if status == 200 else "")

    def _file(self, template: str, path: str) -> Answer:
        body = self._render(template, path=path, stories=self.announced)
        if path.endswith(".gz"):
            return Answer(200, "application/gzip", gzip.compress(body, mtime=0), _etag(body))
        return Answer(200, TYPES.get(template, XML), body, _etag(body))

    def _render(self, template: str, **context: object) -> bytes:
        url: Callable[[str], str] = self.url
        return render(template, site=self, publisher=self.publisher, says=self.publisher.says, url=url, **context)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'
