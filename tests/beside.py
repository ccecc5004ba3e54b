"""A site that misbehaves beside one that does not, crawled together, for tests of what the good one must not suffer.

with Site({"/news/1-trap": Raw(hang)}) as ill:
    found = beside(db, ill, ["/news/1-trap"], deadline=2)
found.good_is_whole()
assert found.reasons == ["timeout"]
"""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from archive.models import Failure, Verdict
from archive.tasks import Outcome
from config.models import Config, Limits, Politeness, Source
from crawler.once import Summary, all_sources, crawl_once
from tests.publisher import Story, publish
from tests.site import Response, Site

STORIES = tuple(Story(n) for n in range(5))
MANNERS = Politeness(delay=0.0, jitter=0.0)


@dataclass
class Found:
    """What a crawl of both brought."""

    db: Path
    summary: Summary
    order: list[tuple[str, str]] = field(default_factory=list)
    """(source, what became of it) of every outcome, in their order."""
    grown: int = 0
    """Bytes by which the process's peak memory grew."""

    @property
    def reasons(self) -> list[str]:
        """Why pages and listings of the ill site failed, in order."""
        return [what for source, what in self.order if source == "ill" and what not in {"listed", "new", "unchanged"}]

    def good_is_whole(self) -> None:
        """Every story of the good site is stored as it was written."""
        texts = [text for (text,) in self.rows("SELECT text FROM articles WHERE source = 'good' ORDER BY url")]
        assert sorted(texts) == sorted("\n\n".join(story.paragraphs) for story in STORIES)

    def stored(self) -> list[str]:
        """The texts that are kept of the ill site."""
        return [text for (text,) in self.rows("SELECT text FROM articles WHERE source = 'ill' ORDER BY url")]

    def rows(self, sql: str) -> list[tuple]:
        connection = sqlite3.connect(self.db)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def items(site: Site, paths: Iterable[str]) -> str:
    return "".join(f"<item><title>A story</title><link>{site.url(path)}</link></item>" for path in paths)


def rss(site: Site, paths: Iterable[str]) -> Response:
    xml = f'<rss version="2.0"><channel><title>Ill</title>{items(site, paths)}</channel></rss>'
    return Response(xml, {"Content-Type": "application/rss+xml"})


def both(ill: Site, good: Site, *, allow_private: bool = True, limits: Limits, **source: object) -> Config:
    source = {"feeds": (ill.url("/feed.xml"),), **source}
    sources = (
        Source("ill", ill.url("/"), politeness=MANNERS, **source),
        Source("good", good.url("/"), feeds=(good.url("/feed.xml"),), politeness=MANNERS),
    )
    return Config(allow_private=allow_private, politeness=MANNERS, limits=limits, sources=sources)


def beside(
    db: Path,
    ill: Site,
    paths: Iterable[str] = (),
    *,
    good: Site | None = None,
    source: dict | None = None,
    allow_private: bool = True,
    good_done: threading.Event | None = None,
    **limits: float,
) -> Found:
    """Crawl the ill site, whose feed lists ``paths`` unless it has one of its own, and a good one with five stories.

    ``good_done`` is set when the good site's stories are stored, so that the ill one can be held up till then.
    """
    if "/feed.xml" not in ill.routes:
        ill.routes["/feed.xml"] = rss(ill, paths)
    with contextlib.ExitStack() as stack:
        if good is None:
            good = stack.enter_context(Site())
            publish(good, STORIES)
        allowed = Limits(**{"deadline": 20, **limits})
        return _crawl(db, both(ill, good, allow_private=allow_private, limits=allowed, **source or {}), good_done)


def _crawl(db: Path, config: Config, good_done: threading.Event | None) -> Found:
    order: list[tuple[str, str]] = []

    def watch(outcome: Outcome, verdict: Verdict) -> None:
        listed = isinstance(outcome.result, tuple)
        failed = outcome.result.reason if isinstance(outcome.result, Failure) else ""
        order.append((outcome.task.source, failed or ("listed" if listed else verdict.change.value)))
        if good_done and sum(what == ("good", "new") for what in order) == len(STORIES):
            good_done.set()

    before = _peak()
    summary = crawl_once(db, config, all_sources(config), watch=watch)
    return Found(db, summary, order, _peak() - before)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
