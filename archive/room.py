"""Room: what an archive's file takes on the disk, and how what is free in it is given back."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.database import ArchiveError, plainly
from archive.store import Archive

_STEP = 250  # pages of 4 kB that are given back in one transaction: 5 ms in which nobody else writes
_BETWEEN = 0.02  # seconds, so that who waits to write, and looks every 10 ms, comes between
_BY_STEPS = 2  # of PRAGMA auto_vacuum

Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes."""

    pages: int
    """Raw pages, compressed."""
    dictionaries: int
    """What they were compressed against."""
    free: int
    """Within the file, for what comes."""
    file: int


def sizes(db: sqlite3.Connection) -> Sizes:
    """As they are now, from the heads of all rows: a second for some 50,000 pages."""
    row = db.execute(
        "SELECT (SELECT coalesce(sum(length(body)), 0) FROM snapshots),"
        " (SELECT coalesce(sum(length(body)), 0) FROM dictionaries),"
        " freelist_count * page_size, page_count * page_size FROM pragma_freelist_count, pragma_page_count,"
        " pragma_page_size"
    ).fetchone()
    return Sizes(*row)


def by_steps(db: sqlite3.Connection) -> bool:
    """Whether free pages can be given back a few at a time: so in archives made since compaction was there."""
    return bool(db.execute("PRAGMA auto_vacuum").fetchone()[0] == _BY_STEPS)


def give_back(archive: Archive, free: int, stopped: Stopped, told: Callable[[int, int], None]) -> None:
    """Give back what is free, a few pages at a time, so that a daemon may write between two of them."""
    before = left = free
    while left and not stopped():
        now = archive.shrink(_STEP)
        if now >= left:  # somebody freed more meanwhile; the next time
            break
        left = now
        told(before - left, before)
        time.sleep(_BETWEEN)


def rebuild(path: Path, stopped: Stopped) -> None:
    """Write the file anew, without what is free in it, and so that it can be given back by steps from now on.

    Raises ArchiveError, and changes nothing, where there is no room for that: the new one stands beside the old one
    twice over for a while. Others cannot write meanwhile. Where it is stopped, all stays as it was.
    """
    size = path.stat().st_size
    needed, there = 2 * size, shutil.disk_usage(path.parent).free
    if there < needed:
        raise ArchiveError(
            f"{path}: to give free room back, the file has to be written anew, for which {needed / 1e6:,.0f} MB have to"
            f" be free on its disk, twice its size, and {there / 1e6:,.0f} MB are. What is free within it will be used"
            " for new pages; or make room, and run 'cuttings compact' again.",
            passing=True,
        )
    with plainly(path), closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as db:
        db.set_progress_handler(stopped, 100_000)
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        try:
            db.execute("VACUUM")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        db.set_progress_handler(None, 0)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
