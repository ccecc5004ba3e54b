"""Memory: what was read from the archive that costs much to read again, kept by its connection (archive.connection).

What is in it must tell whether it still holds: others write, too. Compiled, as its callers are: each page asks twice.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.connection import UNSURE, Connection

MOST = 200
"""Things that are remembered, the last ones: 100 kB each, for a source, that take .4 ms to read."""


def begun(db: sqlite3.Connection) -> None:
    """Take note, at the beginning of a transaction, of whether others wrote."""
    if isinstance(db, Connection):
        db.others = db.execute("PRAGMA data_version").fetchone()[0]


def others(db: sqlite3.Connection) -> int:
    """A number that is the same in two transactions if nobody else wrote between them, or UNSURE."""
    return db.others if isinstance(db, Connection) and db.in_transaction else UNSURE


def recall(db: sqlite3.Connection, what: str, source: str) -> Any:
    """What was remembered of a source, or None."""
    if not isinstance(db, Connection) or (what, source) not in db.memory:
        return None
    db.memory.move_to_end((what, source))
    return db.memory[what, source]


def remember(db: sqlite3.Connection, what: str, source: str, value: Any) -> None:
    """Keep something of a source in mind, as long as there is room."""
    if isinstance(db, Connection):
        db.memory[what, source] = value
        while len(db.memory) > MOST:
            db.memory.popitem(last=False)


def forget(db: sqlite3.Connection) -> None:
    """What was read in a transaction that was undone may never have been."""
    if isinstance(db, Connection):
        db.memory.clear()
