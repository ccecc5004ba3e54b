"""Backfill: pages that somebody else fetched, from files into the archive, by the way of any page but the fetch.

A file is read by this process from its beginning to its end, its pages by the pool's, several at a time, and they are
stored in the order in which they stand in it. How far it is done is stored with them: whoever ends this, and however,
finds each page stored once, and the next run goes on from there.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import IO

from archive import imports
from archive.formats import warc
from archive.formats.members import Position
from archive.formats.warc import Damage, Headers, Record
from archive.imports import Capture, Progress
from archive.models import Article, Failure, Link, Page, Stage, Verdict
from archive.outcomes import Terms
from archive.queue import Revisit
from archive.reextraction import Anew
from archive.sites import site
from archive.store import Archive, ArchiveError
from archive.tasks import Outcome, Site, Stale, Task, TaskKind
from config.models import Config, Source
from crawler import __version__, captures, clock, rereading, urls
from crawler.captures import Left
from crawler.plan import Plan
from crawler.readers import Reader
from crawler.reading import Contents, Order
from crawler.selection import Selection

log = logging.getLogger(__name__)

AHEAD = 64
"""Pages that are held at a time, 6 MB of usual ones: what two readers have to do while a batch is written."""
MOST = 32_000_000
"""Bytes of pages that are held, where they are large; and one more."""
BATCH, BATCH_SECONDS = 25, 1.0
"""Pages that are written in one transaction, 80 ms, and after how long what is there is written in any case."""
RETRY_SECONDS = 5.0
"""Between two tries to write to an archive that is locked, or full."""

Told = Callable[[Position], None]
Dead = Callable[[Position, str, Left], None]
"""(where a record stands, its URL as far as it is known, what is wrong with it)."""


@dataclass(slots=True)
class Report:
    """What an import did, counted."""

    records: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    """What became of pages that were read: archive.models.Change."""
    failures: Counter[str] = field(default_factory=Counter)
    """Reason → pages that were read and gave no article."""
    left: Counter[str] = field(default_factory=Counter)
    """Reason → records that were left out; ``known``: the archive has this page of that time, or a later one."""
    dead: Counter[str] = field(default_factory=Counter)
    """Reason → records that should have been pages, and could not be read."""
    pages: int = 0
    """That were read."""
    stopped: bool = False
    """Before the end: asked to, or by ``limit``."""
    problems: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, object]:
        """For JSON: asdict makes of a Counter one of pairs."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class HeldUpError(Exception):
    """There was no process to read a page in: nothing is wrong with it, and the next run reads it."""


class Settled(Plan):
    """Plan of pages that nobody fetched: what gave no article is not asked for on the web now."""

    def retry(self, task: Task, failure: Failure, now: datetime) -> datetime | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class _Wanted:
    url: str
    owner: Source | str
    at: datetime


@dataclass(slots=True)
class _Pending:
    """A page that is being read, and how far the file is done once it is stored."""

    task: Task
    page: Page
    read: Future[Contents]
    progress: Progress


@dataclass(slots=True)
class Backfill:
    """One run over any number of files. ``stop``: end soon, with what was read written; ``limit``: pages at most."""

    archive: Archive
    db: sqlite3.Connection
    """Which reads."""
    config: Config
    selection: Selection
    pool: Reader
    run: int
    stop: threading.Event
    limit: int | None = None
    report: Report = field(default_factory=Report)
    _sources: dict[str, Source] = field(init=False)
    _added: set[str] = field(default_factory=set)
    """Sources that were named after their sites."""

    def __post_init__(self) -> None:
        self._sources = {source.name: source for source in self.config.sources}

    def over(self, file: IO[bytes], begun: imports.Begun, told: Told, dead: Dead) -> bool:
        """Take in the pages of a file from where it was left; whether its end was come to. Raises ArchiveError."""
        reader = _Reader(self, begun.number, begun.progress, dead)
        limit = self.config.limits.page_bytes + captures.ROOM
        ended = True
        for item in warc.read(file, reader.wants, limit, begun.progress.position):
            reader.consider(item)
            told(item.after)
            if self.stop.is_set() or (self.limit is not None and self.report.pages >= self.limit):
                self.report.stopped, ended = True, False
                break
        reader.finish(ended=ended)
        return ended

    def source_of(self, wanted: _Wanted) -> tuple[str, Source | None]:
        if isinstance(wanted.owner, Source):
            return wanted.owner.name, wanted.owner
        if wanted.owner not in self._added:
            self._added.add(wanted.owner)
            self.archive.add_source(wanted.owner, "/".join(wanted.url.split("/", 3)[:3]) + "/", clock.now())
        return wanted.owner, None

    def begin(self, wanted: _Wanted, page: Page, progress: Progress) -> _Pending:
        name, source = self.source_of(wanted)
        self.report.pages += 1
        task = Task(0, TaskKind.ARTICLE, page.url, name, link=Link(page.url, name, found_in=""))
        manners = source.politeness if source else self.config.politeness
        order = Order(task, page, rereading.open_book(source), 0, obey_noarchive=manners.obey_noarchive)
        return _Pending(task, page, self.pool.begin(order), progress)

    def read_again(self, article: int) -> Anew:
        """An article's stored pages, by today's extractor, so that only what its publisher changed is a revision."""
        begun = dict(rereading.begin_all(self.db, article, self._sources, self.pool))
        anew = Anew(article, {snapshot: read.result() for snapshot, read in begun.items()})
        if anew.held_up():
            raise HeldUpError
        return anew

    def store(self, batch: list[Capture], number: int, anew: Anew | None) -> list[Verdict | Stale | None]:
        """What became of the first of a batch, or of more; an archive that is locked is waited for."""
        plan, told = Settled(self._sources, self.config.schedule), False
        while True:
            terms = Terms(self.run, clock.now(), plan, __version__, Revisit(), anew=anew)
            try:
                return self.archive.import_pages(batch, number, terms)
            except ArchiveError as error:
                if not error.passing or self.stop.is_set():
                    raise
                if not told:
                    log.warning("%s It is tried again until it works.", error)
                told = True
                self.stop.wait(RETRY_SECONDS)
            except Exception as error:  # the top of the path: recorded with stage and URL, the import goes on
                if len(batch) == 1 and isinstance(batch[0].outcome.result, Article):
                    batch = [_failed(batch[0], error)]
                elif len(batch) == 1:
                    raise
                batch = batch[:1]


def _failed(capture: Capture, error: Exception) -> Capture:
    url = capture.outcome.task.url
    log.error("storing %s failed", url, exc_info=error)
    failure = Failure(url, Stage.STORE, "bug", f"{type(error).__name__}: {error}"[:500])
    return replace(capture, outcome=replace(capture.outcome, result=failure))


@dataclass(slots=True)
class _Reader:
    """One file, as it is read."""

    fill: Backfill
    number: int
    progress: Progress
    """Up to the last record that was looked at; it is stored once all before are."""
    dead: Dead
    _pending: deque[_Pending] = field(default_factory=deque)
    _batch: list[Capture] = field(default_factory=list)
    _since: float = field(default_factory=clock.elapsed)
    """When something was last written."""
    _looked: tuple[Headers | None, _Wanted | Left] = (None, Left(""))

    def wants(self, headers: Headers) -> bool:
        return isinstance(self._look(headers), _Wanted)

    def _look(self, headers: Headers) -> _Wanted | Left:
        """Whether a record is wanted, by its header. Asked twice of each."""
        if self._looked[0] is not headers:
            self._looked = headers, self._found(headers)
        return self._looked[1]

    def _found(self, headers: Headers) -> _Wanted | Left:
        if left := captures.kind(headers):
            return left
        url = urls.canonical(captures.target(headers))
        owner = self.fill.selection.owner(url) if url else None
        if url is None or owner is None:
            return Left("not-wanted" if url else "bad-url")
        at = captures.fetched_at(headers, clock.now())
        if at is None:
            said = "Its WARC-Date is no time at which it may have been fetched."
            return Left("no-date", said, dead=True)
        return Left("known") if imports.is_known(self.fill.db, url, at) else _Wanted(url, owner, at)

    def consider(self, item: Record | Damage) -> None:
        """Begin with one record, and do what can be done by now of those before."""
        self.fill.report.records += 1
        left = self._lost(item.headers, item.why) if isinstance(item, Damage) else self._page(item)
        if left and left.dead:
            self.fill.report.dead[left.reason] += 1
            self.dead(item.at, captures.target(item.headers), left)
        elif left:
            self.fill.report.left[left.reason] += 1
        if item.after > item.at:
            done = self.progress
            dead, pages = done.dead + bool(left and left.dead), done.pages + (left is None)
            self._move(Progress(item.after, done.records + 1, pages, dead))
        while self._pending and (self._is_full() or self._pending[0].read.done()):
            self._take()
        if len(self._batch) >= BATCH or self._is_full() or clock.elapsed() > self._since + BATCH_SECONDS:
            self._put()

    def _is_full(self) -> bool:
        pages = [one.page for one in self._pending] + [one.outcome.page for one in self._batch if one.outcome.page]
        most = max(AHEAD, self.fill.pool.ahead)
        return len(self._pending) >= most or sum(len(page.body) for page in pages) > MOST * most // AHEAD

    def _lost(self, headers: Headers, why: str) -> Left:
        """Of a damaged record that nobody wanted it is no matter, where that can be told."""
        look = self._look(headers) if headers.get("warc-type") else None
        if isinstance(look, Left) and not look.dead:
            return look
        return Left("damaged", f"{why[:1].upper()}{why[1:]}.", dead=True)

    def _page(self, record: Record) -> Left | None:
        """Hand a record's page to the pool; what it is where that is none to read."""
        wanted, limit = self._look(record.headers), self.fill.config.limits.page_bytes
        if isinstance(wanted, Left):
            return wanted
        if record.block is None:
            return Left("too-large", f"It has more than limits.page_bytes allows, {limit:,} bytes.", dead=True)
        page = captures.page(record, wanted.url, wanted.at, limit)
        if isinstance(page, Left):
            return page
        self._pending.append(self.fill.begin(wanted, page, self.progress))
        return None

    def _move(self, progress: Progress) -> None:
        """The file is done up to there, once all that is under way is stored."""
        self.progress = progress
        if self._pending:
            self._pending[-1].progress = progress
        elif self._batch:
            self._batch[-1] = replace(self._batch[-1], progress=progress)

    def _take(self) -> None:
        """Wait for what the first page says."""
        first = self._pending.popleft()
        said = first.read.result()
        if isinstance(said.result, Failure) and said.result.reason == "interrupted":
            raise HeldUpError
        where = Site(site(first.task.url))
        outcome = Outcome(first.task, where, said.result, first.page, robots=said.robots, rules=said.rules)
        self._batch.append(Capture(outcome, first.progress))

    def _put(self, *, ended: bool = False) -> None:
        batch, self._batch = self._batch, []
        anew: Anew | None = None
        while batch:
            done = self.fill.store(batch, self.number, anew)
            for capture, verdict in zip(batch, done, strict=False):
                if not isinstance(verdict, Stale):
                    self._count(capture.outcome, verdict)
            last = done[-1]
            anew = self.fill.read_again(last.article) if isinstance(last, Stale) else None
            batch = batch[len(done) - isinstance(last, Stale) :]
        self._since = clock.elapsed()
        if not self._pending:
            self.fill.archive.advance_import(self.number, self.progress, clock.now(), ended=ended)

    def _count(self, outcome: Outcome, verdict: Verdict | None) -> None:
        report = self.fill.report
        if verdict is None:
            report.left["known"] += 1
            return
        report.changes[verdict.change.value] += 1
        failure = outcome.result if isinstance(outcome.result, Failure) else verdict.failure
        if failure:
            report.failures[failure.reason] += 1

    def finish(self, *, ended: bool) -> None:
        """Wait for what is being read, and store it."""
        while self._pending:
            self._take()
        self._put(ended=ended)
