"""Rereading: an article's stored pages, read as a crawl would read them today, with all that it would know."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from archive import database, reextraction
from archive.models import Article, Failure
from archive.reextraction import Anew, Read, Stored
from archive.tasks import Task, TaskKind
from config.models import Source
from crawler.pool import Pool
from crawler.readers import Reader
from crawler.reading import Contents, Order, rules_for

T = TypeVar("T")


def open_book(source: Source | None) -> Source | None:
    """A source without its secrets, for whoever reads a stranger's page."""
    return replace(source, headers=(), cookies=(), jar=()) if source else None


def order(stored: Stored, name: str, source: Source | None) -> Order | Failure:
    """To read a stored page as one of the source of that name, which may not be configured any more."""
    page = stored.page
    if isinstance(page, Failure):
        return page
    task = Task(0, TaskKind.ARTICLE, page.url, name, link=stored.link)
    # That a page asks not to be archived was heeded when it was fetched, by what was set then.
    return Order(task, page, source, links=0, obey_noarchive=False)


def begin(stored: Stored, name: str, source: Source | None, pool: Reader) -> Future[Read]:
    """What a stored page says, once a process has read it."""
    read: Future[Read] = Future()
    wanted = order(stored, name, source)
    if isinstance(wanted, Failure):
        read.set_result(Read(wanted, ""))
    else:
        pool.begin(wanted).add_done_callback(lambda done: _pass_on(wanted, done, read))
    return read


def _pass_on(wanted: Order, done: Future[Contents], read: Future[Read]) -> None:
    if done.cancelled():
        read.cancel()
    elif error := done.exception():
        read.set_exception(error)
    else:
        read.set_result(_read(wanted, done.result()))


def _read(wanted: Order, contents: Contents) -> Read:
    assert isinstance(contents.result, Article | Failure)
    rules = rules_for(wanted.page, wanted.source)
    return Read(contents.result, rules.digest if rules else "")


def begin_all(
    db: sqlite3.Connection, article: int, sources: Mapping[str, Source], pool: Reader
) -> Iterator[tuple[int, Future[Read]]]:
    """Each of the article's stored pages, by the number of its snapshot, as it is handed to the pool."""
    name, snapshots = reextraction.snapshots_of(db, article)
    source = open_book(sources.get(name))
    for snapshot in snapshots:
        yield snapshot, begin(reextraction.stored(db, snapshot), name, source, pool)


async def read_all(path: Path, article: int, sources: Mapping[str, Source], pool: Pool) -> Anew:
    """The article's stored pages, one after the other, so that others' are read meanwhile.

    The current text's page is the first; where today's extractor refuses it, the others are of no use.
    """
    name, snapshots = await asyncio.to_thread(_asked, path, lambda db: reextraction.snapshots_of(db, article))
    source, reads = open_book(sources.get(name)), {}
    for snapshot in reversed(snapshots):
        stored = await asyncio.to_thread(_asked, path, partial(reextraction.stored, snapshot=snapshot))
        wanted = order(stored, name, source)
        read = Read(wanted, "") if isinstance(wanted, Failure) else _read(wanted, await pool.read(wanted))
        reads[snapshot] = read
        if snapshot == snapshots[-1] and isinstance(read.result, Failure):
            break
    return Anew(article, reads)


def _asked(path: Path, ask: Callable[[sqlite3.Connection], T]) -> T:
    with database.reading(path) as db:
        return ask(db)
