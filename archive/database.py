"""Database: one SQLite file, opened as every part of Cuttings opens it, and what SQLite says of it in plain words."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
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

_BUSY = "another program has been writing to it for {busy:.0f} seconds; try again when it is done"
_CLOSED = "it may not be written to; check who owns the file and its folder"

# Result code of SQLite → what to say, and whether the trouble may pass without anybody touching the archive.
REASONS = {
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
        code = sqlite3.SQLITE_CORRUPT if str(error).startswith("Could not decode") else code_of(error)
        sentence, passing = REASONS.get(code, ("", False))
        if missing := _MISSING.match(str(error)):
            sentence = _TAKEN.format(missing[1])
        if not sentence:
            raise
        raise ArchiveError(f"{path}: {sentence.format(busy=busy_seconds)}.", passing=passing) from error
    except UnicodeDecodeError as error:
        if not error.object.startswith(b"malformed"):
            raise
        # SQLite's own message quotes a damaged name, which Python cannot read.
        raise ArchiveError(f"{path}: {REASONS[sqlite3.SQLITE_CORRUPT][0]}.") from error


def code_of(error: sqlite3.Error) -> int:
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
                if code_of(error) != sqlite3.SQLITE_ERROR:
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
            if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
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
