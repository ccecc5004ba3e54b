"""Archive: the file that everything is kept in, and all the ways to write to it.

Every method is one transaction, made in the archive's one writer thread; it may be called from any thread and
from several processes at once. Reading is archive.read's.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from archive import outcomes, queue, sources
from archive.database import ArchiveError, Writer, check_place
from archive.models import Batch, Failure, Host, Link, Outcome, Scope, Verdict
from archive.outcomes import Again, Terms
from archive.queue import LEASE, Revisit
from archive.rows import insert, update
from archive.times import iso
from config.models import Config

__all__ = ["Archive", "ArchiveError"]

# A piece of boilerplate seen on one page alone, and not again for so long, is none.
_FORGET = timedelta(days=30)


class Archive:
    """One archive, open for writing. Made where there is none, unless ``create`` is false.

    Raises ArchiveError, with a sentence for a person, where that can't be, and from any method if the file or the
    disk fails later. Close it, or use it as a context manager.
    """

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = Path(path)
        check_place(self.path, create=create)
        self._writer = Writer(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what was begun, and leave everything in the one file. A second call does nothing."""
        self._writer.close()

    def sync_sources(self, config: Config, now: datetime) -> None:
        """Make sources and feeds what the configuration says: new listings are due now, dropped ones no more."""
        self._writer.do(lambda db: sources.sync(db, config, now))

    def add_source(self, name: str, home: str, now: datetime, *, title: str = "", language: str = "") -> str:
        """A source that is in no configuration: the site of a URL given by hand; its name.

        One that exists stays as it is.
        """
        return self._writer.do(lambda db: sources.add(db, name, home, now, title=title, language=language))

    def add_listing(self, url: str, source: str, *, parent: int | None = None, due_at: datetime | None = None) -> int:
        """A listing found or given; its id. One that is known stays with its source, and is due at the earlier time."""
        return self._writer.do(lambda db: sources.add_listing(db, url, source, parent=parent, due_at=due_at))

    def wake(self, scope: Scope, now: datetime) -> None:
        """Make the scope's listings due now, but for children that have been quiet for a week."""
        self._writer.do(lambda db: sources.wake(db, scope, now))

    def start_run(self, command: str, now: datetime) -> int:
        """Note that a command begins to work on the queue; its number. Frees what killed processes had leased."""

        def start(db: sqlite3.Connection) -> int:
            queue.release_dead(db)
            return insert(db, "runs", command=command, started=iso(now), pid=os.getpid())

        return self._writer.do(start)

    def end_run(self, run: int, now: datetime) -> None:
        """Note that it ended, and tidy up: chance boilerplate is forgotten, the -wal file emptied."""

        def end(db: sqlite3.Connection) -> None:
            update(db, "runs", run, ended=iso(now))
            db.execute("DELETE FROM boilerplate WHERE pages = 1 AND last_seen < ?", [iso(now - _FORGET)])

        self._writer.do(end)
        self._writer.checkpoint()

    def checkpoint(self) -> None:
        """Move what was written into the one file, and empty the -wal file beside it; now and then, in a long run."""
        self._writer.checkpoint()

    def enqueue(
        self, links: Iterable[Link], now: datetime, *, revisit_before: datetime | None = None, revisit_days: int = 30
    ) -> int:
        """Put links into the queue, once per URL; how many were never seen before.

        A known one is due now if it was given by hand (``found_in`` is empty), if its listing says it changed
        since it was fetched, or if it was last fetched before ``revisit_before`` and published (or first seen) in
        the last ``revisit_days``.
        """
        revisit = Revisit(revisit_before, revisit_days)
        return self._writer.do(lambda db: queue.enqueue(db, links, now, revisit))

    def take(
        self,
        now: datetime,
        owner: str,
        scope: Scope,
        *,
        hosts: int,
        batch: int = 16,
        links_left: int | None = None,
        lease: timedelta = LEASE,
        patience: timedelta = LEASE,
    ) -> tuple[Batch, ...]:
        """Up to ``hosts`` batches of what is due, of ``batch`` tasks each and ``links_left`` links in all.

        Listings go first, then the newest links. Each batch's host is leased to ``owner`` (``machine:pid``) until
        it is released, or ``lease`` has passed without an outcome stored. A host whose pause lasts longer than
        ``patience`` is left for later.
        """
        work = partial(queue.take, hosts=hosts, batch=batch, links_left=links_left, lease=lease, patience=patience)
        return self._writer.do(lambda db: work(db, now, owner, scope))

    def release(self, host: Host, owner: str, now: datetime) -> None:
        """Give a host back, with its state; nothing happens if it is another's by now."""
        self._writer.do(lambda db: queue.release(db, host, owner, now))

    def pending(self, scope: Scope, now: datetime) -> tuple[int, datetime | None]:
        """How many listings and links of the scope are due, and when the next that is not yet will be."""
        return self._writer.do(lambda db: queue.pending(db, scope, now))

    def settle(self, link: int, failure: Failure, now: datetime) -> None:
        """Close a link that turned out to be something else than an article."""
        self._writer.do(lambda db: outcomes.settle(db, link, failure, now))

    def store(
        self,
        outcome: Outcome,
        *,
        run: int | None,
        now: datetime,
        again: Again,
        extractor: str,
        due_at: datetime | None = None,
        revisit_before: datetime | None = None,
        revisit_days: int = 30,
    ) -> Verdict:
        """Write down everything that one outcome says, and what it did to the archive.

        ``due_at`` is a listing's next look or a failed link's next try. ``again`` says from (published, last
        changed, now) when an article is next looked at for changes. A Failure never touches an article's text; a
        404 or 410 marks it as removed. Pages are kept with new articles and revisions only: one from which no
        article could be had is not worth its room.
        """
        terms = Terms(run, now, due_at, again, extractor, Revisit(revisit_before, revisit_days))
        return self._writer.do(lambda db: outcomes.store(db, outcome, terms))
