"""Database: one SQLite file, opened as every part of Cuttings opens it, and the one thread that writes to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from archive.schema import migrations

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a write waits for another process's; each of ours takes milliseconds."""

PATIENCE_MS = 500
"""How long tidying up waits for others: they will tidy up themselves, or the next run will."""

_REASONS = {
    sqlite3.SQLITE_BUSY: "another program has been writing to it for {busy:.0f} seconds; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another program has been writing to it for {busy:.0f} seconds; try again when it is done",
    sqlite3.SQLITE_READONLY: "it may not be written to; check who owns the file and its folder",
    sqlite3.SQLITE_PERM: "it may not be written to; check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check who owns the file and its folder",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite file",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a copy, or try: sqlite3 FILE .recover",
}


class ArchiveError(Exception):
    """The archive cannot be used as asked, in a sentence for a person. Nothing was written."""

    passing = False


def check_place(path: Path, *, create: bool) -> None:
    """Raise ArchiveError where no archive can be at ``path``, or where there is none and none may be made."""
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder, not an archive.")
    if not path.parent.is_dir():
        raise ArchiveError(f"There is no folder {path.parent} to keep the archive in.")
    if not create and not path.exists():
        raise ArchiveError(f"There is no archive at {path} yet.")


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file and the machine into ArchiveError; errors in our SQL stay what they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        reason = _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # the low byte is the primary code
        if reason is None:
            raise
        raise ArchiveError(f"{path}: {reason.format(busy=BUSY_SECONDS)}.") from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes, migrated to the newest tables; makes the file where there is none."""
    with plainly(path):
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.row_factory = sqlite3.Row
            _migrate(db, path)
            db.execute("PRAGMA synchronous = NORMAL")  # in WAL mode a power cut may cost the last pages, not the file
            db.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            db.close()
            raise
        return db


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    wrapped = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
    if not _pending(wrapped, path):
        return
    _use_wal(db)
    with transaction(db):  # taken before the look at what is pending: two processes may open a new file at once
        if _pending(wrapped, path):
            migrations.apply(wrapped)


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch to WAL mode, waiting for other processes: SQLite does not wait by itself where two switch a new file."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _pending(wrapped: sqlite_utils.Database, path: Path) -> bool:
    """Whether migrations are to be applied. Raises ArchiveError for a file that is not ours to change."""
    applied = {migration.name for migration in migrations.applied(wrapped)}
    if not applied and wrapped.table_names():
        raise ArchiveError(f"{path} is a SQLite file of another program, not an archive.")
    pending = {migration.name for migration in migrations.pending(wrapped)}
    known = applied | pending
    if len(known) > len(migrations._migrations):  # noqa: SLF001  # no public way to ask for all of them
        raise ArchiveError(f"{path} was made by a newer version of Cuttings; install that version to open it.")
    return bool(pending)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT: waits its turn at the start, so that it can't fail in the middle for being late."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def reading(path: Path | str) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, for archive.read; also while others write, and from a place nobody may write to.

    Rows are sqlite3.Row. Raises ArchiveError where there is no archive.
    """
    path = Path(path)
    check_place(path, create=False)
    with plainly(path):
        db = _open_to_read(path)
        try:
            wrapped = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
            if _pending(wrapped, path):
                connect(path).close()
            yield db
        finally:
            db.close()


def _open_to_read(path: Path) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    for mode in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        # rw, because a reader must be able to make the -shm file; ro where the folder allows no more; immutable
        # where even that file is missing, which is right as long as there is no -wal to be read with it.
        if "immutable" in mode and Path(f"{path}-wal").exists():
            continue
        db = sqlite3.connect(f"{uri}?{mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA query_only = ON")
            db.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            db.close()
            if "immutable" in mode:
                raise
        except BaseException:
            db.close()
            raise
        else:
            return db
    raise ArchiveError(f"{path}: it cannot be opened; its folder would have to be writable.")


class Writer:
    """The one thread that writes, with the one connection that does. Any thread may call ``do``; calls queue up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        try:
            self._db = self._thread.submit(connect, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction in the writer thread; its result, or its exception after a rollback."""
        return self._thread.submit(self._transact, work).result()

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with plainly(self.path), transaction(self._db):
            return work(self._db)

    def checkpoint(self) -> None:
        """Move what is in the -wal file into the archive and empty it, as far as readers allow."""
        self._thread.submit(self._checkpoint).result()

    def _checkpoint(self) -> None:
        with plainly(self.path):
            self._db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            try:
                with transaction(self._db):
                    self._db.execute("PRAGMA optimize")
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def close(self) -> None:
        """Finish what was begun, checkpoint and close; a second call does nothing."""
        try:
            self._thread.submit(self._checkpoint).result()
        except RuntimeError:  # closed before
            return
        finally:
            self._thread.shutdown()
            self._db.close()
