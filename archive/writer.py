"""Writer: the one thread that writes to an archive, with the one connection that does."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from archive.database import BUSY_SECONDS, REASONS, ArchiveError, code_of, connect, plainly, transaction

T = TypeVar("T")

BETWEEN = 0.01
"""Seconds between two tries to begin a write."""

BRIEFLY = 0.1
"""Seconds that a write waits once another has waited in vain: many may be queueing up behind it."""

PATIENCE_MS = 500
"""How long tidying up waits for others: they will tidy up themselves, or the next run will."""

TOGETHER = 0.025
"""Seconds of work that go into one transaction where others wait behind it: to commit takes 0.6 ms, and most of what
two pages touch, the index of words above all, is the same."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Work that waits to be done."""

    work: Callable[[sqlite3.Connection], Any]
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """The one thread that writes, with the one connection that does. Any thread may call ``do``; calls queue up.

    It outlives every trouble of the disk: what could not be written raises ArchiveError, and the next call tries anew.
    A write waits ``busy_seconds`` for other processes; those that follow one that waited in vain hardly do.
    """

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy_seconds = self._patience = busy_seconds
        self._hurried = threading.Event()
        self._wal = Path(f"{path}-wal")
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._wal_file: tuple[int, int] | None = None
        self._urgent: deque[_Asked] = deque()
        self._waiting: deque[_Asked] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._ident: int | None = None
        try:
            self._ident = self._thread.submit(threading.get_ident).result()
            self._thread.submit(self._connected).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction in the writer thread; its result, or its exception after a rollback.

        Called from work that this thread does, it is a part of that.
        """
        if threading.get_ident() == self._ident:
            assert self._db
            return work(self._db)
        return self.submit(work).result()

    def submit(self, work: Callable[[sqlite3.Connection], T], *, urgent: bool = False) -> Future[T]:
        """The same, for who does not wait here. What fails may be run again, so it does nothing but write.

        ``urgent``: before what waits already, and written as soon as it is done.
        What others want done meanwhile goes into the same transaction, and is undone with it: then each has its own.
        """
        asked = _Asked(work)
        asked.future.set_running_or_notify_cancel()  # written even if nobody waits any more
        (self._urgent if urgent else self._waiting).append(asked)
        self._thread.submit(self._work)
        return asked.future

    def _work(self) -> None:
        """Do what waits, one after the other: of it, as much as goes into one transaction."""
        queue = self._urgent or self._waiting
        if not queue:  # it went into an earlier one
            return
        asked = [queue.popleft()]
        try:
            results = self._transact(lambda db: self._some(db, asked, queue))
        except BaseException as error:  # noqa: BLE001  # who asked for the work gets it
            if len(asked) == 1:
                asked[0].future.set_exception(error)
            else:
                for one in asked:
                    self._alone(one)
        else:
            for one, result in zip(asked, results, strict=True):
                one.future.set_result(result)

    def _some(self, db: sqlite3.Connection, asked: list[_Asked], queue: deque[_Asked]) -> list[Any]:
        """The first thing asked for, and what else of its queue there is time for, which is added."""
        until = time.monotonic() + TOGETHER
        results = [asked[0].work(db)]
        while queue and time.monotonic() < until and (queue is self._urgent or not self._urgent):
            asked.append(queue.popleft())
            results.append(asked[-1].work(db))
        return results

    def _alone(self, asked: _Asked) -> None:
        try:
            result = self._transact(asked.work)
        except BaseException as error:  # noqa: BLE001  # likewise
            asked.future.set_exception(error)
        else:
            asked.future.set_result(result)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with plainly(self.path, self._busy_seconds):
            db = self._connected()
            try:
                with transaction(db, self._begin):
                    return work(db)
            except BaseException as error:
                # After a failure of the disk a connection may not know what is true any more, and one that cannot
                # roll back would keep the transaction open: a new one reads the file as it is.
                failed = isinstance(error, sqlite3.Error) and code_of(error) in REASONS.keys() - {sqlite3.SQLITE_BUSY}
                if failed or db.in_transaction:
                    self._drop()
                raise

    def hurry(self) -> None:
        """From now on wait for nobody: what can't be written at once raises ArchiveError. From any thread."""
        self._hurried.set()

    def _begin(self, db: sqlite3.Connection) -> None:
        """Begin a transaction; SQLite's own way to wait for other processes could not be cut short."""
        end = time.monotonic() + self._patience
        while True:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() > end or self._hurried.wait(BETWEEN):
                    self._patience = min(BRIEFLY, self._busy_seconds)
                    raise
            else:
                self._patience = self._busy_seconds
                return

    def _connected(self) -> sqlite3.Connection:
        """The connection, made where there is none, or none that leads to the file any more."""
        if self._file is not None and self._file != _identity(self.path):
            self._part()
            raise ArchiveError(f"{self.path} was moved, deleted or replaced while it was in use; start again with it.")
        if self._db and not self._wal.exists():
            # Somebody took the -wal file for litter. What it held is safe as long as it is open here: it goes into the
            # archive (all of it, or this connection has to stay), and a new connection makes a new file.
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                self._drop()
        if self._db is None:
            self._db = connect(self.path, 0.0 if self._hurried.is_set() else self._patience)
            self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # makes the -wal file
            self._db.execute("PRAGMA busy_timeout = 0")  # _begin waits
            self._file, self._wal_file = _identity(self.path), _identity(self._wal)
        return self._db

    def _part(self) -> None:
        """Put what the -wal file holds into the file that it belongs to, wherever that is by now.

        Left where it lies, it would be lacking there, and would be written into whatever now has the archive's name.
        """
        if self._db and self._wal_file == _identity(self._wal):  # nobody began another one
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _drop(self) -> None:
        if self._db:
            with suppress(sqlite3.Error):
                self._db.close()
        self._db = None

    def checkpoint(self) -> int:
        """Move what is in the -wal file into the archive and empty it, as far as readers allow; its bytes then."""
        self._thread.submit(self._checkpoint).result()
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    def _checkpoint(self) -> None:
        with plainly(self.path, self._busy_seconds):
            db = self._connected()
            db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            try:
                with transaction(db):
                    db.execute("PRAGMA optimize")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY:
                    self._drop()
                    raise
            finally:
                if self._db:
                    db.execute("PRAGMA busy_timeout = 0")

    def close(self) -> None:
        """Finish what was begun, checkpoint and close; a second call does nothing.

        A disk that fails just now is no error: what is in the -wal file is taken up when the archive is next opened.
        """
        try:
            self._thread.submit(self._checkpoint).result()
        except RuntimeError:  # closed before
            return
        except ArchiveError as error:
            if not error.passing:
                raise
        finally:
            self._thread.shutdown()
            self._drop()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at ``path``; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
