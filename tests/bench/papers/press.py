"""Press: papers crawled into an archive, page by page as the crawler stores them, and re-extracted in the end.

Nothing is fetched, everything else is the path's own: links are queued with the titles that a listing gave, taken,
read by ``extract`` and stored by ``Archive.store``, which learns; days lie between two crawls.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archive import learned, notes
from archive.database import reading
from archive.models import Article, Failure, Link, Page, Precision, Stamp
from archive.outdated import Choice
from archive.store import Archive
from archive.tables import learning
from archive.tasks import Batch, Outcome, Scope
from config.models import Config, Source
from crawler import __version__
from crawler.extract import extract
from crawler.pool import Pool
from crawler.reextract import reextract
from tests.archive.kept import Fixed
from tests.bench.papers.known import Known
from tests.bench.papers.parts import Sheet
from tests.bench.papers.site import Paper
from tests.bench.papers.truth import Tally

KNOWN = 20
"""Pages of a site after which its boilerplate is to be known."""
LEARNS = ("clean_of", "observe")
"""The functions of archive.learned that an article passes on its way: what learning costs."""
SECONDS = 60.0
"""Of a processor that a page may take to be read anew."""
COLD = 1
"""Crawls that are not timed: the first pages load models and fill caches."""
TABLES = frozenset({"boilerplate", *re.findall(r"CREATE TABLE (\w+)", learning.TABLES)})
"""That hold what was learned."""
OWNER = "bench"


@dataclass
class Result:
    """What one paper's pages gave."""

    paper: Paper
    off: Tally = field(default_factory=Tally)
    """By extraction alone, of the pages from the 21st on."""
    new: Tally = field(default_factory=Tally)
    """Of the same pages as they were stored."""
    old: Tally = field(default_factory=Tally)
    """Of all pages, as they are after re-extraction in the end."""
    refused: list[str] = field(default_factory=list)
    """URLs that were not taken for articles."""
    stored: int = 0
    fresh: int = 0
    """Blocks that extraction alone left, of the pages of ``new``, and that nobody could know yet."""


@dataclass
class Clock:
    """CPU seconds that reading pages took, and learning from them."""

    reading: float = 0.0
    learning: float = 0.0
    pages: int = 0
    runs: bool = False

    @property
    def share(self) -> float:
        return self.learning / max(self.reading, 1e-9)

    @property
    def milliseconds(self) -> tuple[float, float]:
        """A page: of reading, of learning."""
        pages = max(1, self.pages)
        return 1000 * self.reading / pages, 1000 * self.learning / pages


@dataclass(frozen=True, slots=True)
class State:
    """How much was learned after so many pages of each paper."""

    pages: int
    rows: int
    size: int
    """Bytes of all values."""


@dataclass
class Press:
    """An archive into which papers are crawled."""

    path: Path
    papers: Sequence[Paper]
    compares: bool = True
    """Whether what was stored is compared with the truth."""
    daemon: bool = False
    """Whether it is all one run, that lasts for weeks, as the daemon's does."""
    clock: Clock = field(default_factory=Clock)
    states: list[State] = field(default_factory=list)
    """After each crawl."""
    results: dict[str, Result] = field(init=False)
    places: dict[str, tuple[Paper, int]] = field(init=False)
    """URL → where that page stands."""
    known: dict[str, Known] = field(init=False)

    def __post_init__(self) -> None:
        self.results = {paper.name: Result(paper) for paper in self.papers}
        self.known = {paper.name: Known(paper) for paper in self.papers}
        self.places = {paper.address(at): (paper, at) for paper in self.papers for at in range(paper.pages)}

    def run(self) -> list[Result]:
        """All crawls, and all articles made anew by what is known then."""
        notes.vocabulary()  # a file of words, which is read when the first notice is learned: after what is not timed
        with Archive(self.path) as archive, reading(self.path) as db, timed(self.clock):
            now = self.papers[0].times[0]
            run = archive.start_run("daemon", now) if self.daemon else 0
            archive.sync_sources(Config(sources=tuple(map(_source, self.papers))), now)
            for crawl, at in enumerate(self.papers[0].times):
                self.clock.runs = crawl >= COLD
                one = run or archive.start_run("crawl", at)
                self._crawl(archive, db, crawl, one, at)
                if not self.daemon:
                    archive.end_run(one, at)
                archive.tidy(at, log_days=30)
                self._note(db, crawl)
            self.clock.runs = False
            if self.compares:
                self._again(archive)
        return [*self.results.values()]

    def _crawl(self, archive: Archive, db: sqlite3.Connection, crawl: int, run: int, now: datetime) -> None:
        for paper in self.papers:
            archive.enqueue([_link(paper, number) for number in paper.numbers(crawl)], now)
        while batches := archive.take(now, OWNER, Scope(), sites=len(self.papers)):
            for batch in batches:
                self._work(archive, db, batch, run, now)
                now += timedelta(seconds=1)
                archive.release(batch.site, OWNER, now)

    def _work(self, archive: Archive, db: sqlite3.Connection, batch: Batch, run: int, now: datetime) -> None:
        plan = Fixed(again=lambda *_: None)
        for task in batch.tasks:
            paper, number = self.places[task.url]
            sheet = paper.sheet(number)
            page = _page(sheet, paper.html(sheet, paper.crawl_of(number)), now)
            said = reads(self.clock, page.body, page.final_url, task.link, page.fetched_at)
            verdict = archive.store(
                Outcome(task, batch.site, said, page), run=run, now=now, plan=plan, extractor=__version__
            )
            if self.compares:
                row = db.execute("SELECT text FROM articles WHERE id = ?", [verdict.article_id]).fetchone()
                self._compare(sheet, paper.stories[number].kind, said, row["text"] if row else None)

    def _compare(self, sheet: Sheet, kind: str, said: Article | Failure, kept: str | None) -> None:
        """``kept``: the text that was stored of what the page ``said``; None where it was refused."""
        result = self.results[self.places[sheet.url][0].name]
        result.stored += 1
        if kept is None:
            result.refused.append(sheet.url)
        paper, number = self.places[sheet.url]
        fresh = self.known[paper.name].fresh(sheet, paper.crawl_of(number))
        if result.stored > KNOWN:
            left = result.off.add(sheet, kind, unlearned(said))
            result.fresh += sum(block in fresh for block in left)
            result.new.add(sheet, kind, kept or "")

    def _again(self, archive: Archive) -> None:
        """Make all articles what is known today, and compare them; pages that were refused have no text."""
        everything = Choice(__version__, {paper.name: _source(paper) for paper in self.papers}, everything=True)
        with Pool(SECONDS) as pool:
            reextract(archive, everything, pool, threading.Event(), lambda *_: None)
        with reading(self.path) as db:
            for row in db.execute("SELECT url, text FROM articles ORDER BY id"):
                paper, number = self.places[row["url"]]
                self.results[paper.name].old.add(paper.sheet(number), paper.stories[number].kind, row["text"])
        for result in self.results.values():
            for url in result.refused:
                paper, number = self.places[url]
                result.old.add(paper.sheet(number), paper.stories[number].kind, "")

    def _note(self, db: sqlite3.Connection, crawl: int) -> None:
        rows, size = learned_state(db)
        count = sum(self.papers[0].crawl_of(at) <= crawl for at in range(self.papers[0].pages))
        self.states.append(State(count, rows, size))


def reads(clock: Clock, body: bytes, url: str, link: Link | None, now: datetime) -> Article | Failure:
    """What a page says; the time that it took is counted."""
    started = time.thread_time()
    said = extract(body, url, link=link, fetched_at=now)
    if clock.runs:
        clock.reading += time.thread_time() - started
        clock.pages += 1
    return said


def unlearned(said: Article | Failure) -> str:
    """The text that one page alone gives: what there would be with learning switched off."""
    return said.text if isinstance(said, Article) else ""


def learned_state(db: sqlite3.Connection) -> tuple[int, int]:
    """Rows and bytes of what was learned, in all of its tables."""
    rows = size = 0
    for table in sorted(TABLES):
        columns = [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
        if columns:
            all_ = " + ".join(f"coalesce(length(CAST({name} AS BLOB)), 0)" for name in columns)
            count, total = db.execute(f"SELECT count(*), coalesce(sum({all_}), 0) FROM {table}").fetchone()
            rows, size = rows + count, size + total
    return rows, size


@contextmanager
def timed(clock: Clock) -> Iterator[None]:
    """Count what the functions that learn take, in whichever thread they run."""
    with ExitStack() as stack:
        for name in LEARNS:
            work = getattr(learned, name)
            setattr(learned, name, _timed(work, clock))
            stack.callback(setattr, learned, name, work)
        yield


def _timed(work: Callable[..., object], clock: Clock) -> Callable[..., object]:
    def counted(*args: object) -> object:
        started = time.thread_time()
        try:
            return work(*args)
        finally:
            if clock.runs:
                clock.learning += time.thread_time() - started

    return counted


def _source(paper: Paper) -> Source:
    return Source(paper.name, paper.home)


def _link(paper: Paper, number: int) -> Link:
    sheet = paper.sheet(number)
    return Link(
        sheet.url, paper.name, f"{paper.home}/feed", sheet.title, Stamp(sheet.published, Precision.SECOND, "feed")
    )


def _page(sheet: Sheet, body: bytes, now: datetime) -> Page:
    return Page(sheet.url, sheet.url, 200, (("content-type", "text/html; charset=utf-8"),), body, now)
