"""Rereading: an article's stored pages, read as a crawl would read them today, with all that it would know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from archive import database, reextraction
from archive.models import Article, Failure, Page
from archive.reextraction import Anew, Read, Stored
from archive.tasks import Task, TaskKind
from config.models import Source
from crawler.pool import Pool
from crawler.reading import Contents, Order, rules_for


def open_book(source: Source | None) -> Source | None:
    """A source without its secrets, for whoever reads a stranger's page."""
    return replace(source, headers=(), cookies=(), jar=()) if source else None


def begin(stored: Stored, name: str, source: Source | None, pool: Pool) -> Future[Read]:
    """What a stored page says, by a source of that name, which may not be configured any more."""
    read: Future[Read] = Future()
    page = stored.page
    if isinstance(page, Failure):
        read.set_result(Read(page, ""))
        return read
    rules = rules_for(page, source)
    digest = rules.digest if rules else ""
    pool.begin(_order(page, stored, name, source)).add_done_callback(lambda done: _pass_on(done, read, digest))
    return read


def _order(page: Page, stored: Stored, name: str, source: Source | None) -> Order:
    # That a page asks not to be archived was heeded when it was fetched, by what was set then.
    task = Task(0, TaskKind.ARTICLE, page.url, name, link=stored.link)
    return Order(task, page, source, links=0, obey_noarchive=False)


def _pass_on(done: Future[Contents], read: Future[Read], digest: str) -> None:
    if done.cancelled():
        read.cancel()
    elif error := done.exception():
        read.set_exception(error)
    else:
        result = done.result().result
        assert isinstance(result, Article | Failure)
        read.set_result(Read(result, digest))


def begin_all(
    db: sqlite3.Connection, article: int, sources: Mapping[str, Source], pool: Pool
) -> Iterator[tuple[int, Future[Read]]]:
    """Each of the article's stored pages, by the number of its snapshot, as it is handed to the pool."""
    name, snapshots = reextraction.snapshots_of(db, article)
    source = open_book(sources.get(name))
    for snapshot in snapshots:
        yield snapshot, begin(reextraction.stored(db, snapshot), name, source, pool)


def read(path: Path, article: int, sources: Mapping[str, Source], pool: Pool) -> Anew:
    """All of the article's stored pages. One after the other: others' pages are read meanwhile."""
    with database.reading(path) as db:
        return Anew(article, {number: read.result() for number, read in begin_all(db, article, sources, pool)})
