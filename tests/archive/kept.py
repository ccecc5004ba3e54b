"""What the archive's tests share: a clock that is set by hand, and outcomes as the crawler makes them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.database import reading
from archive.models import Article, Block, Inline, Kind, Link, Page, Precision, Stamp
from archive.store import Archive
from archive.tasks import Batch, Outcome, Scope, Site, Task, TaskKind
from config.models import Config, Source

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = "https://news.example/feed"
TEXT = (
    "The council voted on Tuesday to rebuild the old bridge over the river, after three winters in which lorries had"
    " to take the long way round.\n\nWork begins in the spring and is to last for two years."
)
OLD = NOON - timedelta(days=90)
NEWS = Source("news", "https://news.example/", feeds=(FEED,))
CONFIG = Config(sources=(NEWS,))
TWO = Config(sources=(NEWS, Source("other", "https://other.example/", sections=("https://other.example/local",))))


def config(*sources: Source) -> Config:
    return Config(sources=sources)


def link(path: str = "/bridge", source: str = "news", **fields) -> Link:
    return Link(f"https://{source}.example{path}", source, fields.pop("found_in", FEED), **fields)


def urls(batches: Iterable[Batch]) -> list[list[str]]:
    return [[task.url for task in batch.tasks] for batch in batches]


def at(moment: datetime, precision: Precision = Precision.SECOND) -> Stamp:
    return Stamp(moment, precision, "test")


def article(url: str = "https://news.example/bridge", text: str = TEXT, **fields) -> Article:
    blocks = tuple(Block(Kind.PARAGRAPH, (Inline(part),)) for part in text.split("\n\n"))
    fields = {"title": "A new bridge", "authors": ("Ada Fields",), "language": "en", "published": at(NOON)} | fields
    return Article(url=url, blocks=blocks, **fields)


def page(url: str = "https://news.example/bridge", body: bytes = b"<p>bridge", status: int = 200, **headers) -> Page:
    return Page(url, url, status, tuple(headers.items()), body, NOON)


def in_an_hour(published, changed, now):
    return now + timedelta(hours=1)


class Fixed:
    """A plan that says what it was told: ``due_at`` for listings and failures, ``again`` for articles."""

    def __init__(self, due_at=None, again=in_an_hour) -> None:
        self.due_at, self.again = due_at, again
        self.looks: list[object] = []

    def listing(self, look):
        self.looks.append(look)
        return "rhythm", self.due_at

    def article(self, source, edits, past, now, reread):
        self.looks.append(reread)
        return "edits", self.again(past.published, past.changed, now)

    def retry(self, task, failure, now):
        return self.due_at


class Kept:
    """An archive with a source, and short ways to do to it what a crawl does."""

    def __init__(self, path) -> None:
        self.path = path
        self.archive = Archive(path)
        self.now = NOON
        self.archive.sync_sources(CONFIG, self.now)
        self.last: dict[str, object] = {}

    def later(self, **by) -> None:
        self.now += timedelta(**by)

    def rows(self, sql: str, *args) -> list[tuple]:
        with reading(self.path) as db:
            return [tuple(row) for row in db.execute(sql, args)]

    def write(self, sql: str, *args) -> None:
        """What another program does to the archive."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute(sql, args)

    def value(self, sql: str, *args):
        return self.rows(sql, *args)[0][0]

    def enqueue(self, *links: Link, **options) -> int:
        return self.archive.enqueue(links, self.now, **options)

    def take(self, owner: str = "me", scope: Scope | None = None, **options):
        return self.archive.take(self.now, owner, scope or Scope(), **({"sites": 8} | options))

    def task(self, url: str) -> Task:
        """The task of a URL, whether or not it is due; its host stays free."""
        with reading(self.path) as db:
            row = db.execute("SELECT * FROM links WHERE url = ?", [url]).fetchone()
            if row is not None:
                kind, tries, article_id = TaskKind.ARTICLE, row["tries"], row["article"]
            else:
                row = db.execute("SELECT * FROM feeds WHERE url = ?", [url]).fetchone()
                kind, tries, article_id = TaskKind.LISTING, row["failures"], None
            return Task(row["id"], kind, url, row["source"], tries=tries, article_id=article_id)

    def store(
        self,
        url: str,
        result,
        page_: Page | None = None,
        *,
        more=(),
        again=in_an_hour,
        due_at=None,
        run=None,
        robots="",
        came=None,
        rules="",
        extractor="1",
        **options,
    ):
        """``came``: when the page did, if not just now."""
        page_ = page_ and replace(page_, fetched_at=came or self.now)
        outcome = Outcome(self.task(url), Site("news.example"), result, page_, more, seconds=0.25, robots=robots)
        outcome = replace(outcome, rules=rules)
        self.plan = Fixed(due_at, again)
        return self.archive.store(outcome, run=run, now=self.now, plan=self.plan, extractor=extractor, **options)

    def put(self, said: Article | None = None, via: str | None = None, page_: Page | None = None, **options):
        """Queue and store an article, as read from its own URL or by another link."""
        said = said or article()
        via = via or said.url
        if not self.rows("SELECT 1 FROM links WHERE url = ?", via):
            self.enqueue(Link(via, "news", FEED))
        return self.store(via, said, page_ or page(via), **options)
