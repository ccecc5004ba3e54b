"""Database: one SQLite file, opened as every part of Cuttings opens it, and the one thread that writes to it."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from archive.connection import Connection
from archive.memory import begun, forget
from archive.schema import migrations

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a write waits for another process's; each of ours takes milliseconds."""

BETWEEN = 0.01
"""Seconds between two tries to begin a write."""

BRIEFLY = 0.1
"""Seconds that a write waits once another has waited in vain: many may be queueing up behind it."""

PATIENCE_MS = 500
"""How long tidying up waits for others: they will tidy up themselves, or the next run will."""

_BUSY = "another program has been writing to it for {busy:.0f} seconds; try again when it is done"
_CLOSED = "it may not be written to; check who owns the file and its folder"

# Result code of SQLite → what to say, and whether the trouble may pass without anybody touching the archive.
_REASONS = {
    sqlite3.SQLITE_BUSY: (_BUSY, True),
    sqlite3.SQLITE_LOCKED: (_BUSY, True),
    sqlite3.SQLITE_PROTOCOL: (_BUSY, True),
    sqlite3.SQLITE_READONLY: (_CLOSED, True),
    sqlite3.SQLITE_PERM: (_CLOSED, True),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened; check who owns the file and its folder", True),
    sqlite3.SQLITE_FULL: ("the disk is full; make room on it", True),
    sqlite3.SQLITE_IOERR: ("the disk failed to read or write, or a quota is used up", True),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", True),
    sqlite3.SQLITE_NOTADB: ("it is not a SQLite file", False),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged; see what is with 'cuttings check', and go back to a copy with 'cuttings restore'",
        False,
    ),
}

_MISSING = re.compile(r"no such table: (?:main\.)?(\w+)")
_TAKEN = "its table {} is not there: somebody took it out; go back to a copy with 'cuttings restore'"


class ArchiveError(Exception):
    """The archive cannot be used as asked, in a sentence for a person. Nothing was written.

    ``passing``: the trouble may be over by itself, or once somebody makes room, so that it is worth trying again.
    """

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing

    passing = False


def check_place(path: Path, *, create: bool) -> None:
    """Raise ArchiveError where no archive can be at ``path``, or where there is none and none may be made."""
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder, not an archive.")
    if not path.parent.is_dir():
        raise ArchiveError(f"There is no folder {path.parent} to keep the archive in.")
    if not create and not path.exists():
        raise ArchiveError(f"There is no archive at {path} yet.")


def check_output(archive: Path, file: Path) -> None:
    """Raise ArchiveError where what is to be written to ``file`` would be written over the archive, or what is its."""
    own = [archive, *(archive.with_name(f"{archive.name}{end}") for end in ("-wal", "-shm", "-journal", "-lock"))]
    for one in own:
        if file.resolve() == one.resolve() or (file.exists() and one.exists() and file.samefile(one)):
            what = "the archive itself" if one == archive else f"a file of the archive {archive}"
            raise ArchiveError(f"{file} is {what}; what is written needs a place of its own.")


@contextmanager
def plainly(path: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[None]:
    """Turn what SQLite says about the file and the machine into ArchiveError; errors in our SQL stay what they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # Text that is no text has no code of its own.
        code = sqlite3.SQLITE_CORRUPT if str(error).startswith("Could not decode") else _code(error)
        sentence, passing = _REASONS.get(code, ("", False))
        if missing := _MISSING.match(str(error)):
            sentence = _TAKEN.format(missing[1])
        if not sentence:
            raise
        raise ArchiveError(f"{path}: {sentence.format(busy=busy_seconds)}.", passing=passing) from error
    except UnicodeDecodeError as error:
        if not error.object.startswith(b"malformed"):
            raise
        # SQLite's own message quotes a damaged name, which Python cannot read.
        raise ArchiveError(f"{path}: {_REASONS[sqlite3.SQLITE_CORRUPT][0]}.") from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code


def connect(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection that writes, migrated to the newest tables; makes the file where there is none."""
    with plainly(path, busy_seconds):
        db = sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False, factory=Connection
        )
        try:
            db.row_factory = sqlite3.Row
            _migrate(db, path, busy_seconds)
            db.execute("PRAGMA synchronous = NORMAL")  # in WAL mode a power cut may cost the last pages, not the file
            db.execute("PRAGMA foreign_keys = ON")
            # What a statement that fires a trigger would have to undo goes to memory, not to a file in /tmp: 10,000
            # new listings take 0.10 s in place of 0.25.
            db.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            db.close()
            raise
        return db


def _migrate(db: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
    wrapped = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
    if not _pending(wrapped, path):
        return
    # Of a new file; nothing of one that is there. What a compaction frees can go back to the disk a little at a time.
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _use_wal(db, busy_seconds)
    with transaction(db):  # taken before the look at what is pending: two processes may open a new file at once
        if _pending(wrapped, path):
            try:
                migrations.apply(wrapped)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_ERROR:
                    raise
                raise ArchiveError(
                    f"{path}: its tables are not those of the version that it says it is of ({error}): somebody changed"
                    " them, or the list of its migrations; go back to a copy with 'cuttings restore'."
                ) from error


def _use_wal(db: sqlite3.Connection, busy_seconds: float) -> None:
    """Switch to WAL mode, waiting for other processes: SQLite does not wait by itself where two switch a new file."""
    end = time.monotonic() + busy_seconds
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
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


def _begin(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")


@contextmanager
def transaction(db: sqlite3.Connection, begin: Callable[[sqlite3.Connection], None] = _begin) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT: waits its turn at the start, so that it can't fail in the middle for being late."""
    begin(db)
    try:
        begun(db)
        yield
        db.execute("COMMIT")
    except BaseException:
        forget(db)
        if db.in_transaction:
            with suppress(sqlite3.Error):  # the first error tells more; who owns the connection looks at its state
                db.execute("ROLLBACK")
        raise


@contextmanager
def reading(
    path: Path | str, busy_seconds: float = BUSY_SECONDS, *, as_it_is: bool = False
) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, for archive.read; also while others write, and from a place nobody may write to.

    Rows are sqlite3.Row. A file of an earlier version is brought up to date first, unless it is wanted ``as_it_is``.
    Raises ArchiveError where there is no archive.
    """
    path = Path(path)
    check_place(path, create=False)
    with plainly(path, busy_seconds):
        db = _open_to_read(path, busy_seconds)
        try:
            wrapped = sqlite_utils.Database(db, recursive_triggers=False, execute_plugins=False)
            if _pending(wrapped, path) and not as_it_is:
                _bring_up_to_date(path, busy_seconds)
            yield db
        finally:
            db.close()


def _bring_up_to_date(path: Path, busy_seconds: float) -> None:
    try:
        connect(path, busy_seconds).close()
    except ArchiveError as error:
        raise ArchiveError(
            f"{path} was made by an earlier version of Cuttings and has to be brought up to date once before it can"
            f" be read, which did not work: {error} Nothing was changed.",
            passing=error.passing,
        ) from error


def _open_to_read(path: Path, busy_seconds: float) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    for mode in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        # rw, because a reader must be able to make the -shm file; ro where the folder allows no more; immutable
        # where even that file is missing, which is right as long as there is no -wal to be read with it.
        if "immutable" in mode and Path(f"{path}-wal").exists():
            continue
        db = sqlite3.connect(f"{uri}?{mode}", uri=True, timeout=busy_seconds, isolation_level=None)
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
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        try:
            self._thread.submit(self._connected).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction in the writer thread; its result, or its exception after a rollback."""
        return self._thread.submit(self._transact, work).result()

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with plainly(self.path, self._busy_seconds):
            db = self._connected()
            try:
                with transaction(db, self._begin):
                    return work(db)
            except BaseException as error:
                # After a failure of the disk a connection may not know what is true any more, and one that cannot
                # roll back would keep the transaction open: a new one reads the file as it is.
                failed = isinstance(error, sqlite3.Error) and _code(error) in _REASONS.keys() - {sqlite3.SQLITE_BUSY}
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
                if _code(error) != sqlite3.SQLITE_BUSY:
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
                if _code(error) != sqlite3.SQLITE_BUSY:
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
