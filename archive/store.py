"""Archive: the file that everything is kept in, and all the ways to write to it.

Every method is one transaction, or a part of one that others share, made in the archive's one writer thread; it may be
called from any thread and from several processes at once. Reading is archive.read's.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from archive import (
    compaction,
    days,
    deliveries,
    hosts,
    imports,
    inbox,
    learned,
    lookout,
    matches,
    outcomes,
    owners,
    queue,
    reextraction,
    register,
    sources,
    turns,
)
from archive.compaction import Repack
from archive.database import BUSY_SECONDS, ArchiveError, check_place
from archive.deliveries import Lane
from archive.effects import Effect
from archive.imports import Begun as BegunImport
from archive.imports import Capture, Progress
from archive.lookout import Step
from archive.models import Failure, Link, Page, Verdict
from archive.outcomes import Terms
from archive.plans import Plan
from archive.queue import Revisit
from archive.reextraction import Anew
from archive.register import Begun, Over, Row
from archive.repack import Shelf
from archive.rows import insert, update
from archive.tasks import Batch, Host, Outcome, Scope, Site, Stale, Task
from archive.telling import Telling
from archive.times import iso, iso_ms
from archive.turns import LEASE
from archive.writer import Writer
from config.models import Config

__all__ = ["Archive", "ArchiveError"]

T = TypeVar("T")

_AT_A_TIME = 5_000  # rows that are thrown away in one transaction: 20 ms in which nobody else writes
_ALARMS_AT_A_TIME = 200  # 10 ms
_MATCHES_AT_A_TIME = 300  # 7 ms


class Archive:
    """One archive, open for writing. Made where there is none, unless ``create`` is false.

    Raises ArchiveError, with a sentence for a person, where that can't be, and from any method if the file or the
    disk fails later; ``busy_seconds`` is how long it waits for another program. Close it, or use it as a context
    manager.
    """

    def __init__(self, path: Path | str, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path)
        check_place(self.path, create=create)
        self._writer = Writer(self.path, busy_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what was begun, and leave everything in the one file. A second call does nothing."""
        self._writer.close()

    def hurry(self) -> None:
        """From now on wait for no other program: what can't be written at once raises ArchiveError."""
        self._writer.hurry()

    def begin(self, work: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """Calls of these methods as one transaction, not waited for here: what ``work`` gives, or raises.

        It may be run again, where a transaction was undone for what others did in it. ``urgent``: before what waits.
        """
        return self._writer.submit(lambda _: work(), urgent=urgent)

    def sync_sources(self, config: Config, now: datetime) -> None:
        """Make sources, feeds and watches what the configuration says: new listings are due now, dropped ones no more.

        A new watch begins now (archive.matches).
        """

        def sync(db: sqlite3.Connection) -> None:
            sources.sync(db, config, now)
            matches.sync(db, config, now)

        self._writer.do(sync)

    def add_source(self, name: str, home: str, now: datetime, *, title: str = "", language: str = "") -> str:
        """A source that is in no configuration: the site of a URL given by hand; its name.

        One that exists stays as it is.
        """
        return self._writer.do(lambda db: sources.add(db, name, home, now, title=title, language=language))

    def add_listing(self, url: str, source: str, *, parent: int | None = None, due_at: datetime | None = None) -> int:
        """A listing found or given; its id. One that is known stays with its source, and is due at the earlier time."""
        return self._writer.do(lambda db: sources.add_listing(db, url, source, parent=parent, due_at=due_at))

    def move_listing(self, url: str, source: str, now: datetime, *, parent: int, before: datetime | None) -> int:
        """Where a listing has moved to; its id. ``before``: a run's start, which looks at each listing once."""
        return self._writer.do(
            lambda db: sources.led_to(db, url, source, now, parent=parent, moved=True, before=before)
        )

    def wake(self, scope: Scope, now: datetime) -> None:
        """Make the scope's listings due now, but for children that have been quiet for a week."""
        self._writer.do(lambda db: sources.wake(db, scope, now))

    def start_run(self, command: str, now: datetime, booted: datetime | None = None) -> int:
        """Note that a command begins to work on the queue; its number. Frees what killed processes had leased.

        ``booted``: when the machine was started, by the clock of which ``now`` is.
        """
        clock = {"boot": owners.boot(), "booted": iso_ms(booted)} if booted else {}

        def start(db: sqlite3.Connection) -> int:
            turns.release_dead(db)
            return insert(db, "runs", command=command, started=iso(now), pid=os.getpid(), **clock)

        return self._writer.do(start)

    def try_writing(self, run: int) -> None:
        """Raise ArchiveError where the archive can't be written to: a page is, with what stands there already."""
        self._writer.do(lambda db: db.execute("UPDATE runs SET fetched = fetched WHERE id = ?", [run]))

    def end_run(self, run: int, now: datetime) -> None:
        """Note that it ended, and empty the -wal file."""
        self._writer.do(lambda db: update(db, "runs", run, ended=iso(now)))
        self._writer.checkpoint()

    def tidy(self, now: datetime, *, log_days: int) -> int:
        """Throw away what only grows, and empty the -wal file; now and then, in a long run. What is left of that file.

        That is the log of fetches after ``log_days``, and of the runs that did them, pages received that nobody came to
        read, and sources' days of more than a year ago. The -wal file's bytes are more than 0 where somebody reads all
        the while.
        """
        old = "DELETE FROM fetches WHERE id IN (SELECT id FROM fetches WHERE at < ? ORDER BY at LIMIT ?)"
        before = iso(now - timedelta(days=log_days))
        args = [before, _AT_A_TIME]
        while self._writer.do(lambda db: db.execute(old, args).rowcount) == _AT_A_TIME:
            pass
        self._writer.do(lambda db: inbox.forget(db, now))
        while self._writer.do(lambda db: days.forget(db, now, _AT_A_TIME)) == _AT_A_TIME:
            pass
        # Those that ended, or were killed, which is known once another daemon has begun.
        runs = (
            "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE started < :before AND (ended < :before OR"
            " id < (SELECT max(id) FROM runs WHERE command = 'daemon' AND started < :before))"
            " AND NOT EXISTS (SELECT 1 FROM fetches WHERE run = runs.id) LIMIT :limit)"
        )
        self._writer.do(lambda db: db.execute(runs, {"before": before, "limit": _AT_A_TIME}))
        return self._writer.checkpoint()

    def note_alarms(self, changes: Sequence[Begun | Over], now: datetime) -> None:
        """Write down which alarms began and which ended, some at a time, so that nobody else waits for long."""
        for first in range(0, len(changes), _ALARMS_AT_A_TIME):
            some = changes[first : first + _ALARMS_AT_A_TIME]
            self._writer.do(partial(register.note, changes=some, now=now))

    def alarm_told(self, alarm: Row, now: datetime) -> None:
        """Note that whoever is to be told of an alarm was told of it as it is in ``alarm``."""
        self._writer.do(lambda db: register.tell(db, alarm, now))

    def alarm_heard(self, alarm: Row, who: str) -> None:
        """Note that one receiver was told of it, while another could not be reached."""
        self._writer.do(lambda db: register.hear(db, alarm, who))

    def note_matches(self, step: Step, told: Mapping[str, tuple[str, ...]], now: datetime) -> int:
        """Write down what watches found, and for which receivers; how many matches are new."""
        parts = lookout.parts(step, _MATCHES_AT_A_TIME)
        return sum(self._writer.do(partial(matches.note, step=part, told=told, now=now)) for part in parts)

    def claim(self, lane: Lane, now: datetime, owner: str) -> tuple[Telling, ...]:
        """The next message of a lane, as ``owner``'s to send; empty if there is none."""
        return self._writer.do(lambda db: deliveries.claim(db, lane, now, owner))

    def delivered(self, numbers: Sequence[int], now: datetime) -> None:
        """Note that a receiver has these deliveries."""
        self._writer.do(lambda db: deliveries.sent(db, numbers, now))

    def undelivered(
        self, lane: Lane, numbers: Sequence[int], due_at: datetime, problem: str, *, refused: bool = False
    ) -> bool:
        """Note that they could not be sent; whether they were given up. Unless ``refused``, the whole lane waits."""

        def miss(db: sqlite3.Connection) -> bool:
            given_up = deliveries.missed(db, numbers, due_at, problem, refused=refused)
            if not refused:
                deliveries.postpone(db, lane, due_at, problem)
            return given_up

        return self._writer.do(miss)

    def follow_clock(self, now: datetime, booted: datetime) -> tuple[timedelta, int]:
        """Move what is to come along with a clock that was set; by how much it was, and how many times were moved.

        ``booted``: when the machine was started, by the clock as it is now. However many processes call this, what is
        to come is moved once.
        """
        return self._writer.do(lambda db: turns.follow_clock(db, now, owners.boot(), booted))

    def enqueue(
        self, links: Iterable[Link], now: datetime, *, revisit_before: datetime | None = None, revisit_days: int = 30
    ) -> int:
        """Put links into the queue, once per URL; how many were never seen before.

        A known one is due now if it was given by hand (``found_in`` is empty), if its listing says it changed
        since it was fetched, or if it was last fetched before ``revisit_before`` and published (or first seen) in
        the last ``revisit_days``.
        """
        revisit = Revisit(revisit_before, revisit_days)
        return self._writer.do(lambda db: len(queue.enqueue(db, links, now, revisit).new))

    def take(
        self,
        now: datetime,
        owner: str,
        scope: Scope,
        *,
        sites: int,
        batch: int = 16,
        links_left: int | None = None,
        lease: timedelta = LEASE,
        patience: timedelta = LEASE,
        busy: frozenset[str] = frozenset(),
    ) -> tuple[Batch, ...]:
        """Up to ``sites`` batches of what is due, of ``batch`` tasks each and ``links_left`` links in all.

        Listings go first, then the newest links; where both are due, each has half of a batch at least. Each batch's
        site is leased to ``owner`` (archive.owners) until it is released, or ``lease`` has passed without an outcome
        stored. A site whose pause lasts longer than ``patience`` is left for later, and so are those in ``busy``.
        """
        work = partial(turns.take, sites=sites, batch=batch, links_left=links_left, lease=lease)
        work = partial(work, patience=patience, busy=busy)
        return self._writer.do(lambda db: work(db, now, owner, scope))

    def release(self, site: Site, owner: str, now: datetime, *, lost: bool = False) -> None:
        """Give a site back, with its pace or (``lost``) as one that was left without a word."""
        self._writer.do(lambda db: turns.release(db, site, owner, now, lost=lost))

    def keep_pace(self, site: Site, now: datetime) -> None:
        """Write down a site's pace, as a sign of life of whoever speaks to it."""
        self._writer.do(lambda db: turns.keep_site(db, site, now))

    def keep_host(self, host: Host, site: Site, now: datetime) -> None:
        """Write down what a host's robots.txt said, with its site's pace; what it said before is kept."""

        def keep(db: sqlite3.Connection) -> None:
            turns.keep_site(db, site, now)
            hosts.keep(db, host, site, now)

        self._writer.do(keep)

    def receive(self, task: Task, page: Page, site: Site, now: datetime) -> None:
        """Keep the page of a link from when it has come until its outcome is stored; with its site's pace."""

        def receive(db: sqlite3.Connection) -> None:
            turns.keep_site(db, site, now)
            inbox.put(db, task.id, page, task.reads + 1, now)

        self._writer.do(receive)

    def pending(self, scope: Scope, now: datetime) -> tuple[int, datetime | None]:
        """How many listings and links of the scope are due, and when the next that is not yet will be."""
        return self._writer.do(lambda db: queue.pending(db, scope, now))

    def rule(self, boilerplate: int, ruling: str) -> bool:
        """Keep a person's word on a row of ``boilerplate``: ``keep``, ``drop``, or none; False if there is none."""
        return self._writer.do(lambda db: learned.rule(db, boilerplate, ruling))

    def settle(self, link: int, failure: Failure, now: datetime) -> None:
        """Close a link that turned out to be something else than an article."""
        self._writer.do(lambda db: outcomes.settle(db, link, failure, now))

    def store(
        self,
        outcome: Outcome,
        *,
        run: int | None,
        now: datetime,
        plan: Plan,
        extractor: str,
        revisit_before: datetime | None = None,
        revisit_days: int = 30,
        links_per_day: int | None = None,
        anew: Anew | None = None,
    ) -> Verdict | Stale:
        """Write down everything that one outcome says, and what it did to the archive.

        ``plan`` says when to look again. A Failure never touches an article's text; a
        404 or 410 marks it as removed. Pages are kept with new articles and revisions only: one from which no
        article could be had is not worth its room.

        Stale, and nothing is stored: the article's stored pages are to be read by today's extractor first, and given
        as ``anew``; then this is called again. What they say takes the place of what is kept before it is compared.
        """
        terms = Terms(run, now, plan, extractor, Revisit(revisit_before, revisit_days), links_per_day, anew)
        return self._writer.do(lambda db: outcomes.store(db, outcome, terms))

    def begin_import(self, file: str, head: str, scope: str, now: datetime) -> BegunImport:
        """Note that a file's pages are taken in, or go on where that ended: it is known again by its ``head``."""
        return self._writer.do(lambda db: imports.begin(db, file, head, scope, now))

    def import_pages(self, captures: Sequence[Capture], number: int, terms: Terms) -> list[Verdict | Stale | None]:
        """Write down what was read from a file's pages, and how far it is read, all or none; see archive.imports."""
        return self._writer.do(lambda db: imports.store(db, captures, number, terms))

    def advance_import(self, number: int, done: Progress, now: datetime, *, ended: bool) -> None:
        """Note how far a file is read where there was nothing to store."""
        self._writer.do(lambda db: imports.advance(db, number, done, now, ended=ended))

    def begin_reextraction(self, extractor: str, scope: str, chosen: int, now: datetime) -> int:
        """Note that ``chosen`` articles are to be read anew; the number of it. ``scope``: what was asked for, JSON."""
        return self._writer.do(lambda db: reextraction.begin(db, extractor, scope, chosen, now))

    def reextract(self, batch: Iterable[Anew], extractor: str, now: datetime, number: int) -> list[Effect | None]:
        """Make these articles what was read anew, all or none; what that did to each, as archive.reextraction.apply."""

        def reextract(db: sqlite3.Connection) -> list[Effect | None]:
            done = [reextraction.apply(db, anew, extractor, now, number) for anew in batch]
            for effect in filter(None, done):
                reextraction.count(db, number, effect)
            return done

        return self._writer.do(reextract)

    def end_reextraction(self, number: int, now: datetime) -> None:
        """Note that it ended, and empty the -wal file."""
        self._writer.do(lambda db: update(db, "reextractions", number, ended=iso(now)))
        self._writer.checkpoint()

    def begin_compaction(self, upto: int, now: datetime) -> int:
        """Note that stored pages, up to a snapshot, are to be compressed anew; the number of it."""
        return self._writer.do(lambda db: compaction.begin(db, upto, now))

    def repack(self, number: int, site: str, shelf: Shelf, few: Sequence[Repack]) -> tuple[Shelf, int]:
        """Put a few pages' new bodies in the place of the old ones; what they lean on, kept by now, and how many."""

        def repack(db: sqlite3.Connection) -> tuple[Shelf, int]:
            kept = shelf.id or compaction.keep(db, number, site, shelf, few[-1][0].at)
            return replace(shelf, id=kept), compaction.replace(db, number, kept, few)

        return self._writer.do(repack)

    def free(self, number: int, dictionaries: Iterable[int]) -> None:
        """Let go of those of these dictionaries that no page needs."""
        self._writer.do(lambda db: compaction.free(db, number, dictionaries))

    def end_compaction(self, number: int, now: datetime) -> None:
        """Let go of dictionaries that nothing needs, note that it ended, and empty the -wal file."""

        def end(db: sqlite3.Connection) -> None:
            compaction.free(db, number, compaction.unneeded(db))
            compaction.end(db, number, now)

        self._writer.do(end)
        self._writer.checkpoint()

    def shrink(self, pages: int) -> int:
        """Give some of the file's free pages back to the disk, if it was made so that this can be; how many are left.

        A transaction of milliseconds, after which others can write.
        """

        def shrink(db: sqlite3.Connection) -> int:
            for _ in range(pages):  # as it gives no rows, Python takes one step of it, which is a page
                db.execute("PRAGMA incremental_vacuum(1)")
            return int(db.execute("PRAGMA freelist_count").fetchone()[0])

        return self._writer.do(shrink)
