"""Backup: an archive into one file of its own and back, whole or not at all; a daemon may write meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.check import Report, Told, check, rows_of
from archive.database import ArchiveError, check_output, check_place, plainly, reading

_PAGES = 1000  # copied at a time (4 MB), between two looks at the progress

Progress = Callable[[int, int], None]
"""(pages copied, of all)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and looked at."""

    file: str
    bytes: int
    tables: dict[str, int]
    """Name → rows."""


def backup(archive: Path, file: Path, *, force: bool = False, progress: Progress = lambda _done, _of: None) -> Backup:
    """Copy the archive, as it is at this moment, to ``file``, which is there when it is whole and on the disk.

    Writers are not held up. Raises ArchiveError, and leaves no file, where ``file`` exists (unless ``force``), the disk
    is full or fails, or the archive turns out to be damaged.
    """
    check_place(archive, create=False)
    check_place(file, create=True)
    check_output(archive, file)
    if file.exists():
        if not file.is_file():
            raise ArchiveError(f"{file} is a device or a pipe, and no file; name one.")
        if not force:
            raise ArchiveError(f"{file} is there already; name another file, or replace it with --force.")
    if (wal := _beside(file, "-wal")).exists() and wal.stat().st_size:
        raise ArchiveError(f"{file} is in use, as {wal.name} beside it shows; name another file.")
    with _part(file) as part:
        tables = _copy(archive, part, file, progress)
        found = check(part, quick=True)
        if found.problems:
            raise ArchiveError(
                f"{archive} is damaged, so no copy was made ('cuttings check' says more): {_told(found)}"
            )
        if found.tables != tables:
            raise ArchiveError(f"{file}: the copy lacks rows, so it was not kept; the disk may be failing.")
        size = part.stat().st_size
        _settle(part, file)
    return Backup(str(file), size, tables)


def restore(
    file: Path, archive: Path, *, force: bool = False, told: Told = lambda _what, _done, _of: None
) -> tuple[Backup, Path | None]:
    """Put a copy of ``file`` in the archive's place, if it is sound; what it holds, and where the old archive is now.

    To be called while no daemon works on the archive. Raises ArchiveError, and changes nothing, where ``file`` is
    damaged or no archive, where there is an archive already (unless ``force``), or where another program has it open.
    """
    check_place(file, create=False)
    check_place(archive, create=True)
    if archive.exists():
        if archive.samefile(file):
            raise ArchiveError(f"{file} is the archive itself.")
        if not force:
            raise ArchiveError(
                f"There is an archive at {archive}; --force puts the copy in its place and keeps it beside."
            )
    found = check(file, told=told)
    if found.problems:
        raise ArchiveError(f"{file} is damaged and was not restored: {_told(found)}")
    with _part(archive) as part:
        tables = _copy(file, part, archive, lambda done, of: told("copying", done, of))
        size = part.stat().st_size
        old = _put_aside(archive) if archive.exists() else None
        for end in ("-wal", "-shm"):
            _beside(archive, end).unlink(missing_ok=True)
        _settle(part, archive)
    return Backup(str(archive), size, tables), old


def _copy(source: Path, part: Path, target: Path, progress: Progress) -> dict[str, int]:
    """Copy page by page what ``source`` is at one moment; its tables' rows at that moment."""
    with reading(source, as_it_is=True) as db:
        db.execute("BEGIN")  # one view of it for all steps, or each write of another process would start them anew
        tables = rows_of(db)
        size = db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
        if shutil.disk_usage(target.parent).free < size:  # to fill it would stop whoever else writes there
            raise ArchiveError(f"{target}: the disk is full; {size / 1e6:,.1f} MB are needed.", passing=True)
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            copy.execute("PRAGMA journal_mode = OFF")  # nobody needs half a copy
            copy.execute("PRAGMA synchronous = OFF")  # it is synced once, as a whole
            with plainly(target):
                db.backup(copy, pages=_PAGES, progress=lambda _status, left, of: progress(of - left, of))
        finally:
            copy.close()
    return tables


@contextlib.contextmanager
def _part(file: Path) -> Iterator[Path]:
    """A file beside ``file`` to be filled first; gone afterwards, and so are those of processes that were killed."""
    for left in file.parent.glob(f"{_escaped(file.name)}.*.part"):
        with contextlib.suppress(OSError), left.open("rb") as abandoned:
            fcntl.flock(abandoned, fcntl.LOCK_EX | fcntl.LOCK_NB)  # who still fills it holds the lock
            left.unlink()
    try:
        handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.parent)
    except OSError as error:
        raise ArchiveError(f"{file}: it cannot be made ({error.strerror}).", passing=True) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Path(name)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{name}{end}").unlink(missing_ok=True)
        os.close(handle)


def _settle(part: Path, file: Path) -> None:
    """Give ``part`` its name once it is on the disk; after a power cut there is the old file or the new one."""
    try:
        part.chmod(0o666 & ~_umask())
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ArchiveError(f"{file}: it could not be written ({error.strerror}).", passing=True) from error


def _put_aside(archive: Path) -> Path:
    """Give the old archive a second name, with all that was written to it; where it is then."""
    number = 1
    while (old := _beside(archive, f".before-restore{f'-{number}' if number > 1 else ''}")).exists():
        number += 1
    wal, old_wal = _beside(archive, "-wal"), _beside(old, "-wal")
    try:
        if wal.exists():
            os.link(wal, old_wal)  # before SQLite looks at it, which throws away what it cannot read
        if _take_in(archive):
            old_wal.unlink(missing_ok=True)
        os.link(archive, old)
    except OSError as error:  # a disk without hard links, as in a camera
        sentence = f"{archive} cannot be kept as {old.name} ({error.strerror}); move it away yourself."
        raise ArchiveError(sentence) from error
    except ArchiveError:
        old_wal.unlink(missing_ok=True)
        raise
    return old


def _take_in(archive: Path) -> bool:
    """See that nobody has the archive open, and put into it what its -wal file holds; False where it is damaged."""
    with contextlib.closing(sqlite3.connect(archive, timeout=1, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")  # not to be had while anybody has it open, if only to read
            db.execute("ROLLBACK")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except UnicodeDecodeError:  # of an error that quotes damage
            return False
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
            sentence = f"{archive} is open in another program (a crawl, 'cuttings serve' …); end that first."
            raise ArchiveError(sentence, passing=True) from error


def _told(found: Report) -> str:
    more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
    return f"{found.problems[0].sentence}{more}"


def _beside(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)


def _escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
