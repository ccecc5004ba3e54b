"""Split: an archive into several, by year or by source; all of them there once all are whole, or none."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from archive import ledger, mending, parts, schema
from archive.carrying import Carrier
from archive.check import Told, check
from archive.database import ArchiveError, check_output, check_place, connect, plainly, reading
from archive.digests import START, Row
from archive.parts import Part
from archive.verify import verify

_MARGIN = 1.05
"""Room that is asked for, of what the parts will take by their estimate."""
_CACHE_MB = 64
_MEANWHILE = ".split-"


@dataclass(frozen=True, slots=True)
class Split:
    """What was made, or would be."""

    archive: str
    by: str
    folder: str
    parts: tuple[Part, ...]
    head: str
    """The end of the ledger that the parts' were taken from; empty where nothing was made."""
    unsent: int
    """Messages of watches, not sent so far, that are in parts in which no daemon works."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """The archive that is split, at one moment, and how it is."""

    db: sqlite3.Connection
    by: str
    end: Row
    """The last line of its ledger."""
    chain: bytes
    """The end of that."""
    now: datetime
    told: Told


def rehearse(archive: Path, into: Path, by: str, *, now: datetime) -> Split:
    """What would be made, and how large; nothing is."""
    with _view(archive) as db:
        found = parts.plan(db, by, now)
        return Split(str(archive), by, str(into), found, "", _unsent(db, by, found))


def split(
    archive: Path,
    into: Path,
    by: str,
    *,
    now: datetime,
    force: bool = False,
    told: Told = lambda _what, _done, _of: None,
) -> Split:
    """Write the parts of the archive, as it is at this moment, into a folder. The archive is only read.

    Raises ArchiveError, and leaves nothing, where the folder has files of the parts' names (unless ``force``) or no
    room, and where the archive is not what its ledger says: a part's ledger is to vouch for what was vouched for.
    """
    check_place(archive, create=False)
    _check_folder(into)
    with _view(archive):
        found = verify(archive, quick=True, told=told)
    if found.problems:
        raise ArchiveError(f"{archive} was not split ('cuttings verify' says more): {found.problems[0].sentence}")
    with _view(archive) as db:
        planned = parts.plan(db, by, now)
        _check_files(archive, into, planned, force=force)
        total = db.execute("SELECT count(*) FROM articles").fetchone()[0]
        whole, unsent = _whole(db, by, now, told), _unsent(db, by, planned)
        with _folder(into), _workshop(into, planned) as place:
            made = [_make(whole, place / part.file, part) for part in planned]
            if sum(part.articles for part in made) != total:
                raise ArchiveError(f"{into}: the parts have not all {total} articles, so they were not kept.")
            _check_files(archive, into, planned, force=force)  # somebody may have put some there meanwhile
            _settle(place, into, made)
    return Split(str(archive), by, str(into), tuple(made), whole.chain.hex(), unsent)


@contextlib.contextmanager
def _view(archive: Path) -> Iterator[sqlite3.Connection]:
    """The archive as it is at one moment, for as long as it takes."""
    with reading(archive, as_it_is=True) as db:
        if not schema.is_newest(db):
            raise ArchiveError(
                f"{archive} was made by an earlier version of Cuttings; 'cuttings status --db {archive}' brings it up"
                " to date, which splitting does not, for it only reads."
            )
        db.execute("BEGIN")
        yield db


def _whole(db: sqlite3.Connection, by: str, now: datetime, told: Told) -> _Whole:
    row = db.execute("SELECT * FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
    nothing = Row(0, "", "", None, None, None, None, b"", b"")
    return _Whole(db, by, Row(*row[:-1]) if row else nothing, row["chain"] if row else START, now, told)


def _make(whole: _Whole, file: Path, part: Part) -> Part:
    """Write one part, and look whether it is what it is to be; as it is then."""

    def step(table: str, done: int) -> None:
        of = {"articles": part.articles, "snapshots": part.pages}.get(table, 0)
        whole.told(f"{part.file}: {table}", done, of)

    with plainly(file), contextlib.closing(connect(file)) as db:
        db.execute("PRAGMA foreign_keys = OFF")  # what is referred to comes later; the check looks at all
        db.execute("PRAGMA temp_store = FILE")
        db.execute(f"PRAGMA cache_size = {-_CACHE_MB * 1024}")
        db.execute("PRAGMA synchronous = OFF")  # it is synced once, as a whole
        db.execute("PRAGMA journal_mode = OFF")  # nobody needs half a part
        carrier = Carrier(whole.db, db, part, whole.by, step)
        carrier.carry()
        step("ledger", 0)
        carrier.ledger()
        db.execute("BEGIN")
        ledger.chain_anew(db, whole.end, whole.chain, whole.now)
        db.execute("COMMIT")
        step("copies and links", 0)
        mending.mend(whole.db, db, part, whole.by, whole.now)
        db.execute("ANALYZE")
        db.execute("PRAGMA journal_mode = WAL")
        articles, pages = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED)  # noqa: S608  # ours
        same = _digest(db) == carrier.digest.hexdigest()
    _check_part(file, part, whole.told, sound=same and articles == part.articles)
    return replace(part, articles=articles, pages=pages, bytes=file.stat().st_size)


_COUNTED = ("articles", "snapshots")


def _digest(db: sqlite3.Connection) -> str:
    """As Carrier.digest, of what is in the part now."""
    found = sha256()
    for row in db.execute("SELECT id, content_hash FROM articles ORDER BY id"):
        found.update(f"{row['id']} {row['content_hash']}\n".encode())
    return found.hexdigest()


def _check_part(file: Path, part: Part, told: Told, *, sound: bool) -> None:
    """That it has the archive's articles, that it is whole, and that all of it is what the ledger noted."""
    if not sound:
        raise ArchiveError(f"{part.file}: the part lacks articles, so nothing was kept; the disk may be failing.")

    def step(what: str, done: int, of: int) -> None:
        told(f"{part.file}: checking {what}", done, of)

    for look in (check(file, quick=True, told=step), verify(file, told=step)):
        if look.problems:
            raise ArchiveError(f"{part.file} was not kept, nor any other part: {look.problems[0].sentence}")


def _unsent(db: sqlite3.Connection, by: str, planned: Sequence[Part]) -> int:
    find = "SELECT count(*) FROM deliveries JOIN matches ON matches.id = match WHERE state IN ('waiting', 'sending')"
    read = (part.key for part in planned if not part.live)
    return sum(db.execute(f"{find} AND article IN ({parts.CHOSEN[by]})", {"key": key}).fetchone()[0] for key in read)


def _check_folder(into: Path) -> None:
    if into.exists() and not into.is_dir():
        raise ArchiveError(f"{into} is a file; name a folder for the parts.")
    if not into.exists() and not into.parent.is_dir():
        raise ArchiveError(f"There is no folder {into.parent} to make {into.name} in.")


def _check_files(archive: Path, into: Path, planned: Sequence[Part], *, force: bool) -> None:
    """That nothing is written over which is to stay."""
    there = [part.file for part in planned if (into / part.file).exists()]
    for name in there:
        check_output(archive, into / name)
        wal = into / f"{name}-wal"
        if wal.exists() and wal.stat().st_size:
            raise ArchiveError(f"{into / name} is in use, as {wal.name} beside it shows; name another folder.")
    if there and not force:
        told = ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "")
        raise ArchiveError(f"{into} has {told} already; name another folder, or replace them with --force.")


@contextlib.contextmanager
def _folder(into: Path) -> Iterator[None]:
    """The folder for the parts; gone again where it was made for nothing."""
    there = into.exists()
    try:
        into.mkdir(exist_ok=True)
        yield
    except OSError as error:
        raise ArchiveError(f"{into}: it could not be written to ({error.strerror}).", passing=True) from error
    finally:
        if not there:
            with contextlib.suppress(OSError):  # there is something in it
                into.rmdir()


@contextlib.contextmanager
def _workshop(into: Path, planned: Sequence[Part]) -> Iterator[Path]:
    """A folder within, to make the parts in; gone afterwards, and so are those of processes that were killed."""
    for left in into.glob(f"{_MEANWHILE}*"):
        with contextlib.suppress(OSError), _held(left, fcntl.LOCK_EX | fcntl.LOCK_NB):  # by who still works in it
            shutil.rmtree(left)
    needed = sum(part.bytes for part in planned) * _MARGIN
    if (free := shutil.disk_usage(into).free) < needed:
        sentence = f"{into}: the disk has {free / 1e6:,.0f} MB left; about {needed / 1e6:,.0f} MB are needed."
        raise ArchiveError(sentence, passing=True)
    place = Path(tempfile.mkdtemp(prefix=_MEANWHILE, dir=into))
    try:
        with _held(place, fcntl.LOCK_EX):
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _held(folder: Path, how: int) -> Iterator[None]:
    """A lock on a folder, which ends with the process, however that ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _settle(place: Path, into: Path, made: Sequence[Part]) -> None:
    """Give the parts their names once all of them are on the disk."""
    for part in made:
        with (place / part.file).open("rb") as written:
            os.fsync(written.fileno())
    for part in made:
        (place / part.file).replace(into / part.file)
    folder = os.open(into, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
