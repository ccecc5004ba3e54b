"""Lock: one daemon an archive, and who it is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from archive.database import ArchiveError, check_place

PATIENCE = 0.5
"""Seconds; whoever asks ``holder`` holds the lock for an instant too."""


class AlreadyRunningError(Exception):
    """Another daemon works on this archive."""


@contextlib.contextmanager
def only_one(db: Path) -> Iterator[None]:
    """Hold the archive's daemon lock; the kernel lets it go when the process ends, however it ends.

    Raises AlreadyRunningError with the other's process number, ArchiveError where the lock's file cannot be made.
    """
    check_place(db, create=True)
    try:
        file = _file(db).open("a+b", 0)
    except OSError as error:
        reason = f"it cannot be written to ({error.strerror}); check who owns it and its folder"
        raise ArchiveError(f"{_file(db)}: {reason}.") from None
    with file:
        end = time.monotonic() + PATIENCE
        while not _locked(file.fileno()):
            if time.monotonic() > end:
                raise AlreadyRunningError(
                    f"A daemon already works on {db} (process {_said(db) or 'unknown'}). "
                    "Stop it first, or give this one another archive with --db."
                )
            time.sleep(0.05)
        file.truncate(0)
        try:
            file.write(b"%d" % os.getpid())
        except OSError as error:
            raise ArchiveError(
                f"{_file(db)}: it cannot be written to ({error.strerror}); make room on the disk."
            ) from None
        yield


def holder(db: Path) -> str | None:
    """The process number of the daemon that works on an archive; None if there is none."""
    try:
        with _file(db).open() as file:
            return None if _locked(file.fileno()) else _said(db) or "unknown"
    except OSError:  # there never was one, or it may not be read
        return None


def _file(db: Path) -> Path:
    return db.with_name(db.name + "-lock")


def _said(db: Path) -> str:
    return _file(db).read_text("utf-8").strip()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
